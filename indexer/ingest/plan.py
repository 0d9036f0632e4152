"""Sources as they are named, recorded and found again: which files a build has to read, in which order."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexer.index.checked import paths_of
from indexer.index.errors import MissingSourceError, UsageError
from indexer.index.store.manifest import STANDARD_INPUT, Manifest, SourceFile
from indexer.readers.entries import COMPRESSED, MAX_RECORD
from indexer.readers.formats import named
from indexer.readers.sources import expand


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file to read, or with `stored` the number of a recorded file whose papers are taken from the index.

    `sources` are the numbers of the sources that bring it, the last one deciding place and format. What is not
    `regular` (standard input, a pipe) can be read once only. Records of more than `max_record` bytes are refused.
    """

    path: str
    sources: tuple[int, ...]
    format: str | None
    size: int = 0
    mtime_ns: int = 0
    regular: bool = False
    stored: int | None = None
    max_record: int = MAX_RECORD


@dataclass(frozen=True, slots=True)
class Plan:
    """Sources as recorded (absolute), what is asked for them, and the files they hold, each once, in order.

    By source, where it was said: `formats`, and `longest`, the bytes of the longest record that is read.

    `seen` is filled in while the files are read: size, time and hash of each.
    """

    sources: tuple[str, ...]
    formats: dict[str, str]
    files: tuple[PlannedFile, ...]
    seen: dict[str, SourceFile] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes on disk of all files."""
        return sum(file.size for file in self.files)

    @property
    def unpacked(self) -> int:
        """About as many bytes as all files hold: of texts a fourth is left when they are compressed."""
        return sum(file.size * (4 if file.path.lower().endswith(COMPRESSED) else 1) for file in self.files)

    def records(self) -> tuple[SourceFile, ...]:
        """The files as the manifest keeps them."""
        return tuple(
            replace(
                self.seen.get(file.path, SourceFile(file.path, "", file.size, file.mtime_ns)),
                format=file.format or "",
                source=self.sources[file.sources[-1]],
            )
            for file in self.files
        )


def plan_sources(
    sources: Sequence[str],
    index: Path,
    form: str | None = None,
    max_record: int | None = None,
    recorded: Manifest | None = None,
) -> Plan:
    """Expand sources to files; one that several sources name is read once, at its last place.

    `form` and `max_record` hold for all, or else what is recorded for a source. The files of the index itself are left
    out of folders and globs. Raises SourceError for a source that is not there.
    """
    if form is not None:
        named(form)
    names = tuple(dict.fromkeys(recorded_name(source) for source in sources))
    formats = dict.fromkeys(names, form) if form else dict(recorded.formats if recorded else {})
    longest = dict.fromkeys(names, max_record) if max_record else dict(recorded.longest if recorded else {})
    own = os.path.abspath(index)
    return _plan(names, formats, longest, [list(_files(name, own)) for name in names])


def plan_again(recorded: Manifest, index: Path, missing: str) -> Plan:
    """The recorded sources of an index in their order, for a rebuild.

    Standard input is taken from the index. Of a source that is not there any more the papers are kept as the index
    has them (`missing` is "keep"), or it is dropped ("drop"), or a MissingSourceError names it ("stop"). "keep" also
    keeps files that are gone from a folder or glob.
    """
    own = os.path.abspath(index)
    names: list[str] = []
    found: list[list[PlannedFile]] = []
    for name in recorded.sources:
        try:
            files = [] if held_by_index(name) else list(_files(name, own))
        except MissingSourceError as error:
            if missing == "stop":
                raise MissingSourceError(f"{error}; --missing keep or --missing drop goes on without it") from error
            if missing == "drop":
                continue
            files = []
        if missing == "keep" or held_by_index(name):
            files = sorted([*files, *_stored(recorded, name, {file.path for file in files})], key=lambda row: row.path)
        names.append(name)
        found.append(files)
    if not names:
        raise MissingSourceError("every source of the index is gone; nothing was changed")
    return _plan(tuple(names), recorded.formats, recorded.longest, found)


PROGRAM = "program"
"""What stands as the source of papers that programs wrote, `program 2` and so on where other sources came between."""


def written_by_program(source: str) -> bool:
    """Whether a recorded source is what programs wrote; those on disk are recorded as absolute paths."""
    return source == PROGRAM or source.startswith(f"{PROGRAM} ")


def held_by_index(source: str) -> bool:
    """Whether the index alone holds a source: standard input, and what programs wrote."""
    return source == STANDARD_INPUT or written_by_program(source)


SOURCES = "name files, folders or globs, or - for standard input"


def source_names(sources: str | Path | Sequence[str | Path]) -> list[str]:
    """Sources as text; one alone is a list of one. Raises UsageError where there is none, or one that is no path."""
    return paths_of("sources", sources, SOURCES)


def recorded_name(source: str) -> str:
    """A source as it is recorded: absolute, so that a rebuild from another folder finds it."""
    return source if source == STANDARD_INPUT else os.path.abspath(source)


def brought(file: SourceFile, source: str) -> bool:
    """Whether a recorded file came from a source: by record, by name, or by lying in the folder that it names."""
    return source in (file.source, file.path) or file.path.startswith(source.rstrip(os.sep) + os.sep)


def gone_files(recorded: Manifest | None, plan: Plan) -> list[str]:
    """Files that the sources of a plan once brought to an index and bring no longer."""
    present = {file.path for file in plan.files}
    return [
        file.path
        for file in (recorded.files if recorded else ())
        if file.path not in present and any(brought(file, source) for source in plan.sources)
    ]


def moved_sources(recorded: Manifest, moved: Sequence[tuple[str, str]]) -> Manifest:
    """The manifest as if its sources had been recorded where they are now: (old, new) places, the last match wins.

    A place is a source, a file of one, or a folder that holds some. Raises UsageError for an old place of which the
    index records nothing.
    """
    for old, new in moved:
        before, after = recorded_name(old), recorded_name(new)

        def now(path: str, before: str = before, after: str = after) -> str:
            inside = path == before or path.startswith(before.rstrip(os.sep) + os.sep)
            return after + path[len(before) :] if inside else path

        known = (*recorded.sources, *(file.path for file in recorded.files))
        if all(now(path) == path for path in known) and before != after:
            raise UsageError(f"--moved {old}: no source of the index is there; it has {', '.join(recorded.sources)}")
        recorded = replace(
            recorded,
            sources=tuple(map(now, recorded.sources)),
            formats={now(name): form for name, form in recorded.formats.items()},
            longest={now(name): size for name, size in recorded.longest.items()},
            files=tuple(replace(file, path=now(file.path), source=now(file.source)) for file in recorded.files),
        )
    return recorded


def _plan(
    names: tuple[str, ...],
    formats: Mapping[str, str],
    longest: Mapping[str, int],
    found: Iterable[Iterable[PlannedFile]],
) -> Plan:
    files: dict[str, PlannedFile] = {}
    for number, (name, group) in enumerate(zip(names, found, strict=True)):
        for file in group:
            before = files.pop(file.path, None)
            sources = (*before.sources, number) if before else (number,)
            size = longest.get(name, MAX_RECORD)
            files[file.path] = replace(file, sources=sources, format=formats.get(name), max_record=size)
    return Plan(
        names,
        {name: formats[name] for name in names if name in formats},
        tuple(files.values()),
        longest={name: longest[name] for name in names if name in longest},
    )


def _files(name: str, index: str) -> Iterator[PlannedFile]:
    if name == STANDARD_INPUT:
        yield PlannedFile(name, (), None)
        return
    nothing = True
    for path in expand(name):
        if path != name and path.startswith(index + os.sep):
            continue
        try:
            status = os.stat(path)
        except OSError:
            # A link into nowhere, say: its reader tells why it cannot be read.
            nothing = False
            yield PlannedFile(path, (), None)
            continue
        regular = stat.S_ISREG(status.st_mode)
        # A pipe that is named is read; one that lies about in a folder would make a build wait for ever.
        if regular or path == name:
            nothing = False
            yield PlannedFile(path, (), None, status.st_size if regular else 0, status.st_mtime_ns, regular)
    if nothing:
        raise MissingSourceError(f"{name}: no files to read but the index itself")


def _stored(recorded: Manifest, source: str, present: set[str]) -> Iterator[PlannedFile]:
    for number, file in enumerate(recorded.files):
        if file.path in present or not brought(file, source):
            continue
        if held_by_index(file.path) or not os.path.exists(file.path):
            yield PlannedFile(file.path, (), None, stored=number)
