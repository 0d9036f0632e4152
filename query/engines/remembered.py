"""What one call has looked up, for the rest of it: an answer, why it is empty and why its hits score so ask the same.

Without it a query of twenty clauses that finds nothing looked each of them up twelve times to say which is to blame.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from indexer.index.errors import QueryError

MOST_READ = 8_000
"""So many papers are read at most by a call to decide about capitals and forms: some 30 us each. Of 80,000 there are
5,600 that hold `learning` in the abstract or only other forms of it there."""
READ_OF = 12
"""And one of so many of a collection larger than 96,000 papers, where every query takes longer."""
Value = TypeVar("Value")


@dataclass(slots=True)
class _Call:
    found: dict[Hashable, object] = field(default_factory=dict)
    read: int = 0


_call: ContextVar[_Call | None] = ContextVar("call", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Let everything that is looked up in here be looked up once."""
    if _call.get() is not None:
        yield
        return
    token = _call.set(_Call())
    try:
        yield
    finally:
        _call.reset(token)


def once(key: Hashable, find: Callable[[], Value]) -> Value:
    """What was found for a key before in this call, or else is found now; `key` tells whose it is, too."""
    call = _call.get()
    if call is None:
        return find()
    if key not in call.found:
        call.found[key] = find()
    return call.found[key]  # type: ignore[return-value]  # a key is always asked with the same `find`


def read(papers: int, what: str, *, among: int) -> None:
    """Count papers that are to be read, of `among`. Raises QueryError beyond MOST_READ in one call (see READ_OF)."""
    call = _call.get()
    total = papers + (call.read if call is not None else 0)
    if total > max(MOST_READ, among // READ_OF):
        raise QueryError(
            f"{total:,} papers would have to be read to tell how {what!r} is written in them; "
            "write it without = or with a rarer word in the phrase"
        )
    if call is not None:
        call.read = total
