"""The YAML of CITATION.cff (YAML 1.2.2, as far as such files use it): mappings, lists and texts.

Anchors, tags, flow mappings and several documents are refused with their line: a file is read whole or not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_KEY = re.compile(r"(?:\"([^\"\\]+)\"|'([^']+)'|([A-Za-z0-9][\w.-]*))\s*:(?:\s+(.*)|$)")
_BLOCK = re.compile(r"([|>])([+-]?[1-9]?|[1-9][+-])(?:\s+#.*)?$")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\n": ""}
_ITEM = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^,\[\]{}\"']+")
_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
_DEEPEST = 20
_MOST_LINES = 500
"""Lines of a text in quotes or a list in brackets: each is looked at again with those that follow."""


class UnreadError(ValueError):
    """YAML that is not read, and the line where it stands."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(slots=True)
class _Lines:
    """The lines of a text and how far they are read."""

    rows: list[str]
    at: int = 0

    def next(self) -> tuple[int, str] | None:
        """Indent and text of the next line that says anything; it stays the next."""
        while self.at < len(self.rows):
            row = self.rows[self.at]
            text = row.strip(" ")
            if text and not text.startswith("#") and not (text == "---" and not self.at) and not text.startswith("%"):
                return len(row) - len(row.lstrip(" ")), text
            self.at += 1
        return None

    def unread(self, reason: str) -> UnreadError:
        return UnreadError(self.at + 1, reason)


def parse(text: str) -> dict[str, Any]:
    """The mapping that a file holds: texts, lists and mappings of these. Raises UnreadError."""
    lines = _Lines(text.split("\n"))
    value = _mapping(lines, 0, 0)
    if lines.next() is not None:
        raise lines.unread("this line is indented as nothing around it is")
    return value


def _mapping(lines: _Lines, indent: int, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise lines.unread("nested too deep")
    found: dict[str, Any] = {}
    while (row := lines.next()) is not None and row[0] == indent and not _is_item(row[1]):
        key = _KEY.match(row[1])
        if key is None:
            raise lines.unread("no key with a colon and a space")
        found.setdefault(key[1] or key[2] or key[3], _value(lines, key[4] or "", indent, depth, least=indent))
    return found


def _sequence(lines: _Lines, indent: int, depth: int) -> list[Any]:
    if depth > _DEEPEST:
        raise lines.unread("nested too deep")
    found: list[Any] = []
    while (row := lines.next()) is not None and row[0] == indent and _is_item(row[1]):
        inner = row[1][1:].lstrip(" ")
        if _KEY.match(inner) and inner[:1] not in "[{":
            # A mapping that begins behind the dash: its keys stand where its first one does.
            deeper = indent + len(row[1]) - len(inner)
            lines.rows[lines.at] = " " * deeper + inner
            found.append(_mapping(lines, deeper, depth + 1))
        else:
            found.append(_value(lines, inner, indent, depth, least=indent + 1))
    return found


def _is_item(text: str) -> bool:
    return text == "-" or text.startswith("- ")


def _value(lines: _Lines, text: str, indent: int, depth: int, *, least: int) -> Any:
    """The value that begins with a text behind a key or a dash; what is indented deeper belongs to it.

    `least` is the least indent of its list: behind a key that of the key itself.
    """
    text = text.strip()
    if block := _BLOCK.match(text):
        lines.at += 1
        return _block(lines, indent, folded=block[1] == ">")
    if text[:1] in "&*!{" and text:
        raise lines.unread(f"{text[:1]!r} begins what CITATION.cff has no use for")
    if text[:1] in ("'", '"', "["):
        return _closed(lines, text)
    text = _COMMENT.sub("", text)
    lines.at += 1
    following = lines.next()
    if not text and following is not None:
        deeper, first = following
        if _is_item(first) and deeper >= least:
            return _sequence(lines, deeper, depth + 1)
        if deeper > indent and _KEY.match(first):
            return _mapping(lines, deeper, depth + 1)
    parts = [text]
    while (row := lines.next()) is not None and row[0] > indent:
        parts.append(_COMMENT.sub("", row[1]))
        lines.at += 1
    said = " ".join(filter(None, parts))
    return None if said in _NOTHING else said


def _block(lines: _Lines, indent: int, *, folded: bool) -> str:
    """The text below `|`, in its lines, or below `>`, where only empty lines part them."""
    rows = []
    while lines.at < len(lines.rows):
        row = lines.rows[lines.at]
        if row.strip() and len(row) - len(row.lstrip(" ")) <= indent:
            break
        rows.append(row.strip())
        lines.at += 1
    text = "\n".join(rows).strip("\n")
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text).replace("\n\n", "\n") if folded else text


def _closed(lines: _Lines, text: str) -> Any:
    """A text in quotes or a list in brackets, on one line or several."""
    start = lines.at
    while True:
        value = _whole(text)
        lines.at += 1
        if value is not None:
            return value[0]
        if lines.at >= min(len(lines.rows), start + _MOST_LINES):
            raise UnreadError(start + 1, f"{text[:1]} is not closed")
        text += " " + lines.rows[lines.at].strip()


def _whole(text: str) -> tuple[Any] | None:
    """The value of a text that is whole; None of one that goes on."""
    if text[0] == "[":
        found: list[str] = []
        at = 1
        while at < len(text):
            if text[at] == "]":
                return (found,)
            item = _ITEM.match(text, at)
            if item is not None and (said := item[0].strip()):
                found.append(_unquoted(said))
            at = item.end() if item is not None else at + 1
        return None
    quoted = re.match(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'", text, re.DOTALL)
    return (_unquoted(quoted[0]),) if quoted is not None else None


def _unquoted(text: str) -> str:
    if text[0] == "'":
        return text[1:-1].replace("''", "'")
    if text[0] != '"':
        return text
    return _ESCAPE.sub(_escaped, text[1:-1])


def _escaped(found: re.Match[str]) -> str:
    if code := found[1] or found[2]:
        return chr(int(code, 16))
    return _ESCAPES.get(found[3], found[3])
