"""What programs may give to functions that build and change indexes: a table of arguments, a check each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from indexer.index.checked import flag_of, number_between, path_of, paths_of, shown, text_of, texts_of, whole_number
from indexer.index.errors import UsageError
from indexer.ingest.plan import SOURCES

MAX_PROCS = 1024
"""More processes than processors never pay; this many are surely a slip."""


def check(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call, by name, those of several values as lists. Raises UsageError for the first wrong one."""
    found = dict(arguments)
    for name, value in arguments.items():
        rule = _RULES.get(name)
        if rule is not None and not (value is None and name in _OPTIONAL):
            found[name] = rule(name, value)
    return found


def _count(least: int, most: int, hint: str) -> Callable[[str, object], int]:
    def rule(what: str, given: object) -> int:
        number = whole_number(what, given, hint)
        if not least <= number <= most:
            raise UsageError(f"{what} {number} is not from {least} to {most}; {hint}")
        return number

    return rule


def _path(what: str, given: Any) -> Any:
    path_of(what, given)
    # As it came: a Path stays one.
    return given


def _callable(what: str, given: object) -> object:
    if not callable(given):
        raise UsageError(
            f"{what} {shown(given)} cannot be called; give a function of three numbers: bytes done, all, records"
        )
    return given


def _moves(what: str, given: Any) -> list[tuple[str, str]]:
    pairs = [given] if isinstance(given, (str, bytes)) or not hasattr(given, "__iter__") else list(given)
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise UsageError(f'{what} {shown(pair)} is no pair of an old and a new path; write [("old", "new")]')
    return [(path_of(what, old), path_of(what, new)) for old, new in pairs]


_RULES: Mapping[str, Callable[[str, Any], Any]] = {
    "index": _path,
    "sources": lambda what, given: paths_of(what, given, SOURCES),
    "ids": lambda what, given: texts_of(what, given, "write an id, or a list of ids"),
    "format": text_of,
    "language": text_of,
    "missing": text_of,
    "venues": _path,
    "progress": _callable,
    "moved": _moves,
    "procs": _count(1, MAX_PROCS, "write how many processes may work, 1 or more"),
    "keep": lambda what, given: whole_number(what, given, "write how many generations stay, 2 to 1000"),
    "max_record": _count(1, 1 << 40, "write how many bytes a record may have"),
    "max_rejected": lambda what, given: number_between(what, given, 0, 1, "write a share, as 0.5"),
    "timeout": lambda what, given: number_between(what, given, 0, float("inf"), "write how many seconds to wait"),
    "to": lambda what, given: whole_number(what, given, "write the number of a generation, as `history` gives them"),
    **dict.fromkeys(("force", "prune", "dry_run", "group_duplicates", "trust_sources"), flag_of),
}
_OPTIONAL = frozenset(("format", "language", "venues", "progress", "procs", "keep", "max_record", "to"))
"""Arguments that may be None."""
