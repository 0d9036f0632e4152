"""A source on the command line to files, and a file to entries."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from indexer.index.errors import MissingSourceError, SourceError
from indexer.readers.entries import MAX_RECORD, STANDARD_INPUT, Entry, Origin
from indexer.readers.formats import Format, named, recognise
from indexer.readers.inputs import HEAD, line_chunks, lines_of, open_source

__all__ = ["expand", "line_chunks", "open_source", "read_file", "recognise_source"]


def expand(source: str) -> list[str]:
    """The files of a source: itself, those of a folder and its folders, or those a glob matches; by path.

    Hidden files and folders are left out of folders and globs. `-` is standard input. Raises SourceError, which
    names it, where it is empty or may not be read, and MissingSourceError where there is nothing.
    """
    if source == STANDARD_INPUT:
        return [source]
    try:
        mode = os.stat(source)
    except (FileNotFoundError, NotADirectoryError):
        if glob.has_magic(source):
            return _matches(source)
        raise MissingSourceError(f"{source}: no such file or folder") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{source}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if stat.S_ISDIR(mode.st_mode):
        return _in_folder(source)
    if stat.S_ISREG(mode.st_mode) and not mode.st_size:
        raise SourceError(f"{source}: empty; no records to read")
    if not os.access(source, os.R_OK):
        raise SourceError(f"{source}: no permission to read it")
    return [source]


def _matches(pattern: str) -> list[str]:
    found: set[str] = set()
    for match in glob.iglob(pattern, recursive=True):
        if os.path.isdir(match):
            # `lists/**` matches the folder and every file in it; a folder without files is no fault of a pattern.
            found.update(_files(match))
        else:
            found.add(match)
    if not found:
        raise MissingSourceError(f"{pattern}: no file matches")
    return sorted(found)


def _in_folder(folder: str) -> list[str]:
    found = sorted(_files(folder))
    if not found:
        raise MissingSourceError(f"{folder}: no files in this folder")
    return found


def _files(folder: str) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise SourceError(f"{error.filename}: cannot be listed: {error.strerror}") from error

    for place, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith("."):
                yield str(Path(place, name))


def recognise_source(path: str) -> Format:
    """The format of a file by its first 64 KiB; raises SourceError where it cannot be opened or is none."""
    with open_source(path) as stream:
        return recognise(stream.peek(HEAD)[:HEAD], path if path != STANDARD_INPUT else "")


def read_file(
    path: str,
    format: str | None = None,  # noqa: A002 -- the option's own name
    max_record: int = MAX_RECORD,
) -> Iterator[Entry]:
    """The entries of one file or of standard input, in its order.

    The format is recognised unless it is named. Raises SourceError where the file cannot be opened or its format
    is none; also, after all entries that could be had, where its bytes end too early or are damaged.
    """
    with open_source(path) as stream:
        head = stream.peek(HEAD)[:HEAD]
        name = path if path != STANDARD_INPUT else ""
        form = recognise(head, name) if format is None else named(format)
        origin = Origin(path, max_record)
        if form.read_lines is not None and form.cuts(head, origin.name):
            yield from form.read_lines(lines_of(stream, max_record), origin)
        elif form.read_whole is not None:
            yield from form.read_whole(stream, origin)
        else:
            raise SourceError(f"{origin}: not in the form that {form.name} has")
