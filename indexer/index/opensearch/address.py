"""Addresses of indexes: which of them mean a cluster, and with which credentials it is spoken to.

`http://host:9200/papers`, `https://...`, and the same after `opensearch+` are an index of a cluster; everything else is
a folder. Several nodes may be named (`http://a:9200,b:9200/papers`): where one is away the next is asked. Credentials
come from the environment or a file, since a command line can be read by everybody on a machine and stays in histories:

| variable | |
| --- | --- |
| `QUIVER_OPENSEARCH_USER`, `QUIVER_OPENSEARCH_PASSWORD` | name and password |
| `QUIVER_OPENSEARCH_CREDENTIALS` | a file that holds `name:password` in its first line |
| `QUIVER_OPENSEARCH_CA` | a file of certificates that are trusted, where the system's are not enough |
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from indexer.index.errors import UsageError
from indexer.index.late_pattern import late

USER, PASSWORD = "QUIVER_OPENSEARCH_USER", "QUIVER_OPENSEARCH_PASSWORD"
CREDENTIALS, AUTHORITIES = "QUIVER_OPENSEARCH_CREDENTIALS", "QUIVER_OPENSEARCH_CA"
_ADDRESS = late(r"(?:opensearch\+)?(https?):/{1,2}([^/?#]*)/?([^/?#]*)/?", re.IGNORECASE)
_MEANT = late(r"(?:opensearch(?:\+https?)?|https?):/", re.IGNORECASE)
_HOST = late(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")
_NAME = late(r"[a-z0-9][a-z0-9_.-]{0,99}")
_PORTS = {"http": 9200, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """The index `name` of a cluster; `nodes` are addresses such as `http://127.0.0.1:9200`, all of one scheme."""

    nodes: tuple[str, ...]
    name: str

    def __str__(self) -> str:
        return ",".join((self.nodes[0], *(node.partition("//")[2] for node in self.nodes[1:]))) + f"/{self.name}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who speaks to a cluster, and which certificates are trusted; what is empty is not sent. Never shown."""

    user: str = ""
    password: str = field(default="", repr=False)
    authorities: str = ""


def is_address(index: str | Path) -> bool:
    """Whether an index is meant that lives in a cluster. A path of one (`http:/host`) means it too."""
    return _MEANT.match(str(index)) is not None


def parse_address(text: str) -> Address:
    """The parts of an address. Raises UsageError that says what it lacks."""
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{_without_secret(text)} is no address of an index; write http://HOST:9200/NAME")
    scheme, hosts, name = found[1].lower(), found[2], found[3]
    if "@" in hosts:
        raise UsageError(
            f"{_without_secret(text)} holds credentials, which everybody on this machine could read; "
            f"set {USER} and {PASSWORD}, or {CREDENTIALS} to a file that holds NAME:PASSWORD"
        )
    nodes = []
    for host in hosts.split(","):
        parts = _HOST.fullmatch(host.strip())
        if parts is None or int(parts[2] or 0) > 65_535:
            raise UsageError(f"{host!r} in {text} is no HOST or HOST:PORT")
        nodes.append(f"{scheme}://{parts[1].lower()}:{int(parts[2] or _PORTS[scheme])}")
    if _NAME.fullmatch(name) is None:
        raise UsageError(
            f"{text} names no index; write {text.rstrip('/')}/NAME"
            if not name
            else f"{name!r} cannot be an index: use a to z, 0 to 9, _ . and -"
        )
    return Address(tuple(dict.fromkeys(nodes)), name)


def _without_secret(text: str) -> str:
    return re.sub(r"//[^/@]*@", "//...@", text)


def credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """What the environment says. Raises UsageError where a file that it names cannot be read or says something else."""
    user, password = environment.get(USER, ""), environment.get(PASSWORD, "")
    authorities = environment.get(AUTHORITIES, "")
    path = environment.get(CREDENTIALS, "")
    if path:
        try:
            line = Path(path).read_text(encoding="utf-8").strip().splitlines()[:1]
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
            raise UsageError(f"{CREDENTIALS} names {path}, which cannot be read: {reason}") from error
        user, colon, password = line[0].partition(":") if line else ("", "", "")
        if not (user and colon and password):
            raise UsageError(f"{path} holds no NAME:PASSWORD in its first line")
    if bool(user) != bool(password):
        raise UsageError(f"{USER} and {PASSWORD} belong together; one of them is not set")
    if authorities and not Path(authorities).is_file():
        raise UsageError(f"{AUTHORITIES} names {authorities}, which is no file")
    return Credentials(user, password, authorities)
