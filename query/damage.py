"""Damage that only who reads a value can tell, such as a text that is no text: said of the file in which it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from indexer.index.errors import BadIndexError
from indexer.index.segment.opened import SegmentFiles

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_FILE = "MAIN_"
"""With what the names of all files of an index begin."""


class Opened(Protocol):
    """Something that reads segments."""

    @property
    def files(self) -> Sequence[SegmentFiles]: ...


_Self = TypeVar("_Self", bound=Opened)


def naming_files(
    method: Callable[Concatenate[_Self, _Given], _Result],
) -> Callable[Concatenate[_Self, _Given], _Result]:
    """The method, whose errors of a damaged index name a file: of several segments all that it may be."""

    @wraps(method)
    def named(self: _Self, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        try:
            return method(self, *args, **kwargs)
        except BadIndexError as error:
            names = [] if _FILE in str(error) else [segment.name for segment in self.files]
            if not names:
                raise
            raise BadIndexError(f"{' or '.join(names)}: {error}") from error

    return named
