"""The syntax of BibTeX files (Patashnik, "BibTeXing", 1988; biber's manual): entries cut out, fields parted.

Braces count as BibTeX counts them, escaped ones too. An entry whose braces do not pair costs itself: the next one is
where a line begins with `@type{key,`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from indexer.readers.citations.strangers import FAULT, strangers
from indexer.readers.entries import MAX_RECORD, MAX_REJECTED, too_long

_OPENING = re.compile(rb"(?<![\w.])@[ \t]*([^\W\d][\w-]*)[ \t]*([{(])|^[ \t]*@([^\W\d][\w-]*)[ \t]*$")
_NEXT_ENTRY = re.compile(rb"@[ \t]*[^\W\d][\w-]*[ \t]*[{(][^,={}\"\s]*[ \t]*,|@(?i:string|comment|preamble)[ \t]*[{(]")
_STRAY_FIELD = re.compile(rb"(?:^|,)\s*[A-Za-z][\w:-]*\s*=\s*[{\"\d]|^\s*,?\s*\}\s*$")
_SIGN = re.compile(rb"[{}]")
_PAREN_SIGN = re.compile(rb'[{}")]')


@dataclass(slots=True)
class RawEntry:
    """An entry as it stands in the file: its line, its type in lower case, its text and what is wrong with it."""

    line: int
    kind: str
    text: bytes
    fault: str = ""


@dataclass(slots=True)
class _Open:
    """The entry that is being collected."""

    line: int
    kind: str
    closing: bytes
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    depth: int = 0
    quoted: bool = False

    def take(self, data: bytes, longest: int) -> None:
        if self.size <= longest:
            self.parts.append(data)
        self.size += len(data)

    def end_in(self, line: bytes, start: int) -> int:
        """Where the entry ends in a line that is looked at from `start` on; -1 where it goes on."""
        if self.closing == b"}":
            closes = line.count(b"}", start)
            if not closes or closes < self.depth:
                self.depth += line.count(b"{", start) - closes
                return -1
            for sign in _SIGN.finditer(line, start):
                self.depth += 1 if sign[0] == b"{" else -1
                if not self.depth:
                    return sign.end()
            return -1
        for sign in _PAREN_SIGN.finditer(line, start):
            if sign[0] == b'"':
                self.quoted ^= not self.depth
            elif sign[0] != b")":
                self.depth += 1 if sign[0] == b"{" else -1
            elif not self.depth and not self.quoted:
                return sign.end()
        return -1

    def finished(self, longest: int, fault: str = "") -> RawEntry:
        text = b"".join(self.parts)
        if self.size > longest:
            text, fault = text[:MAX_REJECTED], too_long(longest)
        return RawEntry(self.line, self.kind, text, fault)


def cut(lines: Iterable[tuple[int, bytes]], longest: int = MAX_RECORD) -> Iterator[RawEntry]:
    """The entries of a file. What stands outside of them is a comment, but for fields that a brace too many cut off."""
    current: _Open | None = None
    done: RawEntry | None = None
    for number, line in lines:
        at = 0
        while True:
            if current is None:
                found = _OPENING.search(line, at)
                between = line[at : found.start()] if found else line[at:]
                if done is not None and between.strip():
                    if _STRAY_FIELD.search(between):
                        done.fault = done.fault or "a closing brace too many: text of the entry stands behind its end"
                        done.text += b"\n" + between[:MAX_REJECTED]
                    yield done
                    done = None
                if found is None:
                    if between and strangers(between):
                        yield RawEntry(number, "", between[:MAX_REJECTED], FAULT)
                    break
                if done is not None:
                    yield done
                    done = None
                opening = found[2]
                kind = (found[1] or found[3]).decode("utf-8", "replace").lower()
                if opening is None:
                    if kind == "comment":
                        break
                    current = _Open(number, kind, b"}")
                else:
                    current = _Open(number, kind, b")" if opening == b"(" else b"}", depth=int(opening == b"{"))
                current.take(line[found.start() : found.end()], longest)
                at = found.end()
            elif not at and line[:1] == b"@" and _NEXT_ENTRY.match(line):
                yield current.finished(longest, "its braces or quotes are not closed before the next entry begins")
                current = None
                continue
            end = current.end_in(line, at)
            if end < 0:
                current.take(line[at:] + b"\n", longest)
                break
            current.take(line[at:end], longest)
            done, current, at = current.finished(longest), None, end
    if done is not None:
        yield done
    if current is not None:
        yield current.finished(longest, "its braces or quotes are not closed at the end of the file")


_HEAD = re.compile(r"@\s*[\w-]+\s*[{(]\s*")
_KEY = re.compile(r"([^,={}\"]*?)\s*(?:,|(?=[})]\s*\Z))|([^,=\n]*?)\s*,|([^\s,={}\"]+)[ \t]*\n(?=\s*[\w-]+\s*=)")
# A line that begins with `%` where a field is wanted is a comment, as biber takes it.
_NAME = re.compile(r"(?:[\s,]|%[^\n]*(?:\n|\Z))*([^\s=,{}\"#%()]+)\s*=\s*")
_WORD = re.compile(r"[^\s,#{}\"=()]+")
_JOINT = re.compile(r"\s*#\s*")
_REST = re.compile(r"(?:[\s,]|%[^\n]*\n)*[})]?\s*\Z")
_BRACE = re.compile(r"[{}]")
_QUOTE = re.compile(r'[{}"]')


def parse(text: str, strings: Mapping[str, str]) -> tuple[str, dict[str, str], str]:
    """Key, fields (names in lower case, the first of a name) and fault of an entry; `strings` are its file's.

    Values come without their outer braces or quotes, joined at `#`. A name that no string defines stands for itself.
    """
    opening = _HEAD.match(text)
    at = opening.end() if opening else 0
    found = _KEY.match(text, at)
    key = ""
    if found is not None:
        key, at = (found[1] or found[2] or found[3] or "").strip("{} \t\r\n"), found.end()
    fields: dict[str, str] = {}
    while (name := _NAME.match(text, at)) is not None:
        value, at, fault = _value(text, name.end(), strings)
        if fault:
            return key, fields, f"{fault} in the field {name[1]}"
        fields.setdefault(name[1].lower(), value)
    if not _REST.match(text, at):
        seen = " ".join(text[at : at + 40].split())
        return key, fields, f"a field is wanted where {seen!r} stands"
    return key, fields, ""


def _value(text: str, at: int, strings: Mapping[str, str]) -> tuple[str, int, str]:
    parts: list[str] = []
    while True:
        sign = text[at : at + 1]
        if sign in ("{", '"'):
            end = _closing(text, at, sign)
            if end < 0:
                return "", at, "a brace or quote is not closed"
            parts.append(text[at + 1 : end])
            at = end + 1
        elif (word := _WORD.match(text, at)) is not None:
            parts.append(strings.get(word[0].lower(), word[0]))
            at = word.end()
        elif not parts:
            return "", at, ""
        joint = _JOINT.match(text, at)
        if joint is None:
            return "".join(parts), at, ""
        at = joint.end()


def _closing(text: str, at: int, sign: str) -> int:
    if sign == "{" and (end := text.find("}", at)) >= 0 and text.find("{", at + 1, end) < 0:
        return end
    depth = 0
    for found in (_BRACE if sign == "{" else _QUOTE).finditer(text, at):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
            if not depth and sign == "{":
                return found.start()
        elif not depth and found.start() > at:
            return found.start()
    return -1
