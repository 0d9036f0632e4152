"""How a server is set up: what `quiver serve` was told, as one record that goes to every worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from indexer.index.errors import UsageError

HOST, PORT = "127.0.0.1", 8765
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server needs to know.

    `base_url` is the address under which it is seen from outside, behind another server (empty: as it is asked).
    `hosts` are further names that the Host header may say. `origins` may read answers from other pages (CORS).
    `timeout` is how many seconds a request may take. `most_requests` may be inside a worker at once; the next get 503.
    `log` is none, requests or queries. `mcp`: whether agents are answered too, at /mcp.
    """

    index: Path
    host: str = HOST
    port: int = PORT
    workers: int = 1
    base_url: str = ""
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    timeout: float = 5.0
    most_requests: int = 128
    threads: int = 4
    log: str = "requests"
    mcp: bool = False

    @property
    def prefix(self) -> str:
        """The path before all paths of ours, without its last slash."""
        return urlsplit(self.base_url).path.rstrip("/")

    @property
    def origin(self) -> str:
        """Scheme and host under which it is seen, if that was said."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @property
    def names(self) -> frozenset[str]:
        """Hosts that a request may name, in lower case, without ports. `*` is any."""
        outside = urlsplit(self.base_url).hostname
        bound = () if self.host in ("0.0.0.0", "::", "") else (self.host.lower(),)
        return frozenset((*LOOPBACK, *bound, *((outside,) if outside else ()), *(name.lower() for name in self.hosts)))


def checked_origin(text: str) -> str:
    """Scheme and host of pages, as browsers say them. Raises UsageError."""
    parts = urlsplit(text)
    if text != "*" and (parts.scheme not in ("http", "https") or text != f"{parts.scheme}://{parts.netloc}"):
        raise UsageError(f"origin {text!r} is none that browsers say; write it like https://papers.example.org")
    return text


def checked_base_url(text: str) -> str:
    """A base URL that can stand before a path. Raises UsageError."""
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise UsageError(f"base URL {text!r} is no address; write it like https://papers.example.org/quiver")
    return text
