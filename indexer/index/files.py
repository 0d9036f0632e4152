"""Files of an index folder: plain names of the forms that Quiver writes, regular files, no link followed.

What lies in a folder may have been put there by anybody. A link would lead writing and reading elsewhere, a pipe would
keep a reader waiting for ever, `/dev/zero` would fill the memory: none of them is ever opened as a file of an index.
The folder itself may be a link.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

from indexer.index.errors import BadIndexError

TOC_NAME = re.compile(r"_MAIN_(0|[1-9][0-9]{0,17})\.(toc|kept|toc\.new)", re.ASCII)
"""The table of contents of a generation: of the newest, of one that a newer one has followed, of one that is made."""
_PART_NAME = re.compile(r"MAIN_[0-9a-f]{16}\.(seg|imp|state)", re.ASCII)
_BINARY = getattr(os, "O_BINARY", 0)
_CAREFUL = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | _BINARY
# A pipe that nobody writes to would keep who opens it waiting.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _CAREFUL
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | _CAREFUL


def part_name(suffix: str) -> str:
    """A fresh file name in the form that Whoosh takes for its own segments'."""
    # From the system's randomness: a caller who seeds `random` must not meet an old name.
    return f"MAIN_{os.urandom(8).hex()}.{suffix}"


def is_part(name: str, suffix: str) -> bool:
    """Whether a name is of exactly the form of a segment's files, `suffix` saying of which of them."""
    match = _PART_NAME.fullmatch(name)
    return match is not None and match.group(1) == suffix


def is_ours(name: str) -> bool:
    """Whether a name is of exactly a form that Quiver gives to the files of its generations."""
    return bool(_PART_NAME.fullmatch(name) or TOC_NAME.fullmatch(name))


def open_regular(path: Path) -> tuple[int, int]:
    """A descriptor to read a file by, and its size in bytes.

    Raises BadIndexError for what is there and is no regular file, a link among them, and OSError as `open` does.
    """
    try:
        descriptor = os.open(path, _READ)
    except OSError as error:
        # Of a link Linux says ELOOP, others EMLINK; of a socket ENXIO or EOPNOTSUPP.
        if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.EOPNOTSUPP):
            raise _irregular(path) from error
        raise
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise _irregular(path)
    return descriptor, status.st_size


def read_regular(path: Path, most: int) -> bytes:
    """All of a regular file. Raises BadIndexError where it has more than `most` bytes, and as `open_regular` does."""
    descriptor, size = open_regular(path)
    with os.fdopen(descriptor, "rb") as file:
        if size > most:
            raise BadIndexError(f"{path} is too large for what it should hold ({size:,} bytes of at most {most:,})")
        return file.read(most)


def create(path: Path) -> int:
    """A descriptor to write a new file by. Raises FileExistsError where anything has the name, be it a dead link."""
    return os.open(path, _CREATE, 0o666)


def check_regular(path: Path) -> None:
    """Raise BadIndexError where something else than a regular file has a name that Quiver will open."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise _irregular(path)


def _irregular(path: Path) -> BadIndexError:
    return BadIndexError(
        f"{path} is a link, a folder or a device, no regular file as Quiver writes it; nothing was read or written "
        "through it. Remove it, then run `quiver repair`"
    )
