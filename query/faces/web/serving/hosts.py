"""Under which names a server is asked, and by whose pages: so that pages elsewhere do not read through a browser."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from query.faces.web.serving.errors import RefusedError
from query.faces.web.settings import Settings

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:[0-9]{1,5})?", re.ASCII)


def check_host(settings: Settings, host: str) -> None:
    """Pages elsewhere can make a browser call us under a name of theirs (DNS rebinding). Raises RefusedError."""
    name = _host_name(host)
    # What stands after the name becomes part of addresses: `localhost:80@evil.example` is none of ours.
    if not _HOST.fullmatch(host):
        raise RefusedError(f"the Host header {host[:80]!r} is no name with a port", 421, "host")
    if name not in settings.names and "*" not in settings.names:
        raise RefusedError(f"this server does not go by the name {name[:80]!r}; see --allow-host", 421, "host")


def check_origin(settings: Settings, origin: str) -> None:
    """Pages elsewhere are no agents, whatever they make a browser send. Raises RefusedError."""
    if origin and origin not in settings.origins and _origin_host(origin) not in settings.names:
        raise RefusedError(f"pages of {origin[:80]!r} may not call this server; see --allow-origin", 403, "origin")


def _host_name(host: str) -> str:
    """The host of a Host header, without its port and brackets, in lower case."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _origin_host(origin: str) -> str:
    """The host of an Origin header; empty where it has none (`null`)."""
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""
