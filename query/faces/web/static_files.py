"""Style, script and icon: read once, under an address that changes with them, so that browsers keep them for ever."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from importlib.resources import files

from indexer.index.errors import NotFoundError
from query.faces.web.serving.call import Call, Reply
from query.faces.web.serving.routes import Route

_TYPES = {
    "style.css": "text/css; charset=utf-8",
    "script.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@cache
def _contents() -> Mapping[str, tuple[str, bytes]]:
    """Each file's tag and bytes. No other file can be asked for: names are looked up here, not on the disk."""
    folder = files("query.faces.web") / "static"
    read = {name: (folder / name).read_bytes() for name in _TYPES}
    return {name: (blake2b(data, digest_size=6).hexdigest(), data) for name, data in read.items()}


@cache
def versioned(prefix: str) -> Mapping[str, str]:
    """Addresses of the files by their names without suffix."""
    return {name.partition(".")[0]: f"{prefix}/static/{tag}/{name}" for name, (tag, _) in _contents().items()}


def file(call: Call) -> Reply:
    """One of the files, of this version or another that a page in a browser still names."""
    _, name = call.gaps
    if name not in _TYPES:
        raise NotFoundError(f"there is no file {name[:80]!r}")
    return Reply(_contents()[name][1], _TYPES[name])


ROUTES = (Route("/static/{tag}/{name}", file, forever=True),)
