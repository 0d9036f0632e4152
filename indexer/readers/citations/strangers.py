"""Records of one citation format among those of another: files that somebody joined."""

from __future__ import annotations

import re

FAULT = "a record of another format stands here; put it into a file of its own"
"""What is said of each: a file is read as one format, and none of its records is lost uncounted."""

_STARTS = re.compile(
    rb"^[ \t]{0,3}(?:TY[ \t]{1,2}-[ \t]*[A-Za-z]|PMID-[ \t]*\d|%0[ \t][A-Z]|@[A-Za-z]+[ \t]*[{(]|\{[ \t]*\")",
    re.MULTILINE,
)


def strangers(text: bytes) -> list[int]:
    """Where in a text that stands between the records of a file those of other formats begin."""
    return [found.start() for found in _STARTS.finditer(text)]
