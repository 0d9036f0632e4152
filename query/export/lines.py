"""Published text made fit for one line of an export."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot hold, replaced by U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def joined_keywords(keywords: Sequence[str]) -> str:
    """Keywords as one text, parted by commas, or by semicolons where a keyword holds a comma."""
    if not any("," in keyword for keyword in keywords):
        return ", ".join(keywords)
    return "; ".join(keywords) + (";" if len(keywords) == 1 else "")


def one_line(text: str) -> str:
    """The text on one line: white space folded, control characters gone, lone surrogates replaced."""
    return encodable(" ".join(_UNPRINTABLE.sub("", text).split()))
