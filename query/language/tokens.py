"""What the lexer hands to the parser."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    PHRASE = auto()
    OPEN = auto()
    CLOSE = auto()
    FIELD = auto()
    MINUS = auto()
    BOOST = auto()
    AND = auto()
    OR = auto()
    NOT = auto()


class Token(NamedTuple):
    """A piece of the query: `text` of words and phrases, place in code points.

    `number` is the boost of BOOST and the slop of PHRASE; `exact` of FIELD, WORD and PHRASE is the
    `=` of `author:="X"` and `=word`; a WORD or PHRASE that is `value` follows a field's colon.
    """

    kind: Kind
    text: str
    start: int
    end: int
    number: float = 1
    exact: bool = False
    value: bool = False
