"""Saved searches: a file of them, and what is new of each since a generation."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from indexer.index.errors import UsageError
from query.faces.request import Asked
from query.language.parser import parse
from query.results import Hit
from query.search import PaperIndex

ReadArguments = Callable[[list[str]], Asked]


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search under a name."""

    name: str
    asked: Asked

    def new(self, index: PaperIndex, since: str) -> list[Hit]:
        """Papers that are new since a generation or a day, newest first

        Those with all words, unless any were to do.
        """
        match = "any" if self.asked.match == "any" else "all"
        wanted = replace(self.asked, since=since, match=match, sort="newest", limit=None, offset=0)
        return list(wanted.search(index).hits)


def read_searches(path: Path, read: ReadArguments) -> list[SavedSearch]:
    """The searches of a file, a line each: `name: arguments of quiver search`; `#` begins a remark.

    `read` turns the words of a line into what is asked. Raises UsageError with file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as saved searches: {error}") from error
    return list(_searches(path, text, read))


def _searches(path: Path, text: str, read: ReadArguments) -> Iterator[SavedSearch]:
    names: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, colon, rest = line.partition(":")
        name = name.strip()
        if not colon or not name or not rest.strip():
            raise UsageError(f"{path}:{number}: {line[:80]!r} is no saved search; write `name: what to search`")
        if name in names:
            raise UsageError(f"{path}:{number}: there is another search of the name {name!r}")
        names.add(name)
        try:
            # Quotes are the query's own: a phrase stays one, as it was typed.
            words = shlex.split(rest, posix=False)
            asked = read([_unquoted(word, before) for before, word in _with_previous(words)])
            # Said here, with file and line: the search itself knows of neither.
            parse(asked.query)
            yield SavedSearch(name, asked)
        except (ValueError, UsageError) as error:
            raise UsageError(f"{path}:{number}: {error}") from error


def _with_previous(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    previous = ""
    for word in words:
        yield previous, word
        previous = word


def _unquoted(word: str, previous: str) -> str:
    """The value of an option without the quotes around it; any other word as it is."""
    if previous.startswith("--") and "=" not in previous and len(word) > 1 and word[0] == word[-1] and word[0] in "\"'":
        return word[1:-1]
    return word


def seen_file(path: Path) -> Path:
    """Where it is kept how far the searches of a file have been told."""
    return path.with_name(f"{path.name}.seen")


def last_seen(path: Path) -> int | None:
    """The generation up to which news were told; None where none were. Raises UsageError for what is no such file."""
    try:
        return int(orjson.loads(seen_file(path).read_bytes())["generation"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{seen_file(path)} is not what `quiver watch` wrote; delete it to begin anew") from error


def keep_seen(path: Path, generation: int) -> None:
    """Keep up to which generation news were told. Renamed into place, so that it is whole or the one before."""
    kept = seen_file(path)
    fresh = kept.with_name(f"{kept.name}.new")
    fresh.write_bytes(orjson.dumps({"generation": generation}))
    fresh.replace(kept)
