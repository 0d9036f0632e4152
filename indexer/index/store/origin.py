"""Where an index was made: on which machine, by whom, in which folder. A rebuild reads what the sources name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from indexer.index.files import read_regular
from indexer.index.hashing import blake2b
from indexer.index.text.encoded import encode

_MACHINE_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")


@dataclass(frozen=True, slots=True)
class Origin:
    """`machine` is a hash of what tells it from others; `folder` is absolute, links resolved."""

    machine: str
    user: str
    folder: str


def origin_here(folder: Path) -> Origin:
    """What an index made now in a folder has as its origin."""
    return Origin(_machine(), _user(), os.path.realpath(folder))


def _machine() -> str:
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    known = encode(name)
    for path in _MACHINE_FILES:
        try:
            # A container has a new name with every start, and its machine the same identity.
            known = read_regular(Path(path), 4096).strip() or known
            break
        except OSError:
            continue
    return blake2b(b"quiver\n" + known, digest_size=16).hexdigest()


def _user() -> str:
    if hasattr(os, "getuid"):
        return str(os.getuid())
    return os.environ.get("USERNAME", "")
