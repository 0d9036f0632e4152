"""Cuts JSON that comes in blocks into its records without parsing them, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.readers.entries import MAX_RECORD, MAX_REJECTED, too_long

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_SPACE = re.compile(rb"[\s,]*")
_TOKEN = re.compile(rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*("?)|[{}\[\]]', re.DOTALL)
_REST_OF_STRING = re.compile(rb'[^"\\\n]*(?:\\.[^"\\\n]*)*', re.DOTALL)
_JUNK = re.compile(rb"[^,{}\[\]\"\n]+|[^\n]")
_CLOSES = {b"}": b"{", b"]": b"["}

_NOT_A_RECORD = "not a record: an object is wanted here"
_BROKEN = "a bracket or quote is missing in this record"
_CUT_SHORT = "the list ends in the middle of this record, or a bracket or quote is missing"

Element = tuple[int, bytes, str]
"""Line where it begins, its text, and its fault: empty where there is none that can be seen without parsing it."""


class Scanner:
    """Finds the objects of an array, of several arrays, or of none, one after the other.

    Whatever else stands between them costs itself only. `inside`: the text begins inside of an array, and what
    follows its end is not looked at.
    """

    def __init__(self, blocks: Iterator[bytes], longest: int = MAX_RECORD, *, inside: bool = False) -> None:
        self._blocks = blocks
        self._longest = longest
        self._inside = inside
        self._buffer = b""
        self._at = 0
        self._line = 1
        self._next_record: re.Pattern[bytes] | None = None
        # How far the value that begins at `_at` was looked at, and what is open there.
        self._look = 0
        self._open: list[bytes] = []
        self._in_string = False

    def elements(self) -> Iterator[Element]:
        """Every record, and what stands in the place of one."""
        if not self._skip():
            return
        if self._buffer.startswith(BYTE_ORDER_MARK):
            self._pass(len(BYTE_ORDER_MARK))
        depth = 1 if self._inside else 0
        while self._skip():
            first = self._buffer[self._at : self._at + 1]
            if first == b"{":
                yield self._object()
            elif first == b"[" and not depth:
                self._pass(self._at + 1)
                depth = 1
            elif first == b"]" and depth:
                self._pass(self._at + 1)
                depth = 0
                if self._inside:
                    return
            else:
                yield self._junk()
        if depth:
            yield self._line, b"", "the list is not closed: the file may have been cut short"

    def _more(self) -> bool:
        """Read on, as much again as is held, so that a huge object is looked at a few times only."""
        wanted = max(1, len(self._buffer) - self._at)
        parts = [self._buffer[self._at :]]
        self._look -= self._at
        self._at = 0
        while wanted > 0 and (block := next(self._blocks, b"")):
            parts.append(block)
            wanted -= len(block)
        self._buffer = b"".join(parts)
        return len(parts) > 1

    def _pass(self, end: int) -> bytes:
        text = self._buffer[self._at : end]
        self._line += text.count(b"\n")
        self._at = end
        return text

    def _skip(self) -> bool:
        """Go over white space and commas; whether anything follows."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._pass(found.end() if found else self._at)
            if self._at < len(self._buffer):
                return True
            if not self._more():
                return False

    def _start(self) -> None:
        self._look, self._open, self._in_string = self._at, [], False

    def _junk(self) -> Element:
        """What is no object: a string or a list whole, of anything else what stands up to the next sign."""
        line = self._line
        first = self._buffer[self._at : self._at + 1]
        if first in (b"[", b'"'):
            self._start()
            end, text = self._to_end()
            if end > 0:
                return line, text or self._pass(end), _NOT_A_RECORD
        found = _JUNK.match(self._buffer, self._at)
        text = self._pass(found.end() if found else self._at + 1)
        return line, text.strip(), _NOT_A_RECORD

    def _object(self) -> Element:
        line = self._line
        if self._next_record is None:
            self._next_record = self._how_records_begin()
        self._start()
        end, text = self._to_end()
        if text:
            if end < 0:
                self._recover(self._next_record)
            return line, text, too_long(self._longest)
        if end > 0:
            return line, self._pass(end), ""
        text, found = self._recover(self._next_record)
        return line, text, _BROKEN if found else _CUT_SHORT

    def _to_end(self) -> tuple[int, bytes]:
        """Where the value that begins here ends: 0 where the text does before, -1 where it is broken.

        With it the beginning of a value that is longer than allowed, which is passed over; empty for any other.
        """
        text = b""
        while (end := self._end()) == 0:
            if len(self._buffer) - self._at > self._longest and not text:
                text = self._buffer[self._at : self._at + MAX_REJECTED]
            if text:
                self._pass(self._look)
            if not self._more():
                break
        if not text and end > 0 and end - self._at > self._longest:
            text = self._buffer[self._at : self._at + MAX_REJECTED]
        if text:
            self._pass(end if end > 0 else self._look)
        return end, text

    def _recover(self, pattern: re.Pattern[bytes]) -> tuple[bytes, bool]:
        """Go on to where the next record begins, if it does: what was passed over, and whether it does."""
        kept = b""
        while (found := pattern.search(self._buffer, self._at + 1)) is None:
            if len(self._buffer) - self._at > self._longest:
                kept = kept or self._buffer[self._at : self._at + MAX_REJECTED]
                self._pass(len(self._buffer) - (1 << 12))
            if not self._more():
                rest = self._pass(len(self._buffer))
                return (kept or rest).strip(), False
        rest = self._pass(found.end())
        return (kept or rest).strip(b" \t\r\n,"), True

    def _how_records_begin(self) -> re.Pattern[bytes]:
        """Where the next record is found after a broken one: an object as far from the margin as the first."""
        margin = self._buffer[self._buffer.rfind(b"\n", 0, self._at) + 1 : self._at]
        if self._line > 1 and not margin.strip():
            return re.compile(rb"\n" + margin + rb"(?=\{)")
        return re.compile(rb"\}\s*,?\s*(?=\{)")

    def _end(self) -> int:
        """Where the value that begins here ends; 0 where more must be read to know, -1 where it is broken."""
        buffer = self._buffer
        if self._in_string:
            found = _REST_OF_STRING.match(buffer, self._look)
            self._look = found.end() if found else self._look
            sign = buffer[self._look : self._look + 1]
            if sign in (b"", b"\\"):
                return 0
            if sign == b"\n":
                return -1
            self._look += 1
            self._in_string = False
            if not self._open:
                return self._look
        for token in _TOKEN.finditer(buffer, self._look):
            text = token[0]
            if text in (b"{", b"["):
                self._open.append(text)
            elif text in _CLOSES:
                if not self._open or self._open.pop() != _CLOSES[text]:
                    return -1
                if not self._open:
                    return token.end()
            elif not token[1]:
                if buffer[token.end() : token.end() + 1] == b"\n":
                    return -1
                self._in_string, self._look = True, token.end()
                return 0
            elif not self._open:
                return token.end()
            self._look = token.end()
        self._look = len(buffer)
        return 0
