"""Characters to tokens: where words, phrases, fields and signs begin and end in what was typed.

Every sign that is also ordinary writing is a sign only where a query would have it, so
that pasted titles stay words. One pass, linear in the text.
"""

from __future__ import annotations

import re

from indexer.index.errors import QueryError
from indexer.index.late_pattern import late
from query.language.author_fields import COUNT_VALUE, POSITIONS
from query.language.foreign import (
    ALL_IN,
    EVERY_FIELD,
    FOREIGN_FIELDS,
    Odd,
    code,
    near,
    odd_value,
    odd_word,
    of_the_web,
    operator,
    prefix_sign,
    tag,
    year_of_scopus,
    years_since,
)
from query.language.leaves import unread_sign
from query.language.nearest import nearest
from query.language.shapes import FIELD, LETTER_OR_DIGIT, OPENING, OPERATOR, QUOTES, Shapes
from query.language.tokens import Kind, Token
from query.language.tree import FIELDS, Diagnostic

MAX_DEPTH = 100
MAX_SLOP = 1_000
_MOST_RESPELT = 20
"""Names that may be misspelt fields: each is compared with all of them, .5 ms."""

_FIELD_NAMES = ", ".join(f"{name}:" for name in FIELDS if len(name) > 2)
_NO_FIELDS = frozenset(("http", "https", "ftp", "urn", "mailto"))
_LONG_FIELDS = tuple(name for name in FIELDS if len(name) > 3 and name not in POSITIONS)

# `-` excludes before a letter, a group, a phrase or a number that can be a year; `-1` and `->` are text.
_MINUS = late(rf"-(?==?[^\W\d_]|=?[({OPENING}]|[0-9]+[^\W\d_]|(?:19|20)[0-9]{{2}}(?![\w.]))")
_SLOP = late(r"~([0-9]+)")
_BOOST = late(r"\^([0-9]{1,7}(?:\.[0-9]{1,6})?)(?![\w.^])")
# Of `x^2`, `E=mc^2`, `\\psi^2` and `TC^0` none is a boost; `*^2` and `~^2` end patterns.
_WORD_BOOST = late(
    r"((?:[^\W_]|[-.'’*?~/+#])*(?:[^\W_]|[*~]))\^(?!0+(?:\.0*)?[,;]?$)([0-9]{1,7}(?:\.[0-9]{1,6})?)[,;]?"
)
# What follows a closing quote or parenthesis without a space starts no word: `"Why?":`.
_TAIL = late(r"[-–—:;,.!?'’/*~^]*")
_WORDS = late(r"[^\s/]+")
_LETTER = late(r"[^\W\d_]")
# `author:^Bengio`, `author:"^Bengio"`.
_FIRST = late(r"[\"“]?\^(?=[^\W\d_])")
# `=word` and `="a phrase"`; `= 4` and `=4` are writing.
_WRITTEN = late(rf"=(?=[^\W\d_]|[{OPENING}])")
# `title: graph`: a field's name with a space behind its colon. `Title: a subtitle` in capitals is writing.
_SPACED_FIELD = late(r"([a-z]+):(?=\s+[^\s)])")
_SPACED_FIELDS = frozenset((*FIELDS, "abs", "kw", "authors", "keywords")) - {"id", *POSITIONS}
# `He et al., 2016`: nobody's name.
_ET_AL = late(r"(?i:et\s+al)[.,;:]*(?=[\s)\]]|$)")
# Lucene's and ADS's ranges: `year:[2018 TO 2020]`, `pubdate:[2018-01 TO *]`.
_RANGE = late(r"[\[{]\s*([0-9]{4}|\*)\S{0,20}?\s+TO\s+([0-9]{4}|\*)[^\s\]}]{0,20}\s*[\]}]")


def tokenize(text: str) -> tuple[list[Token], list[Diagnostic]]:
    """Tokens of a query and what was read leniently; parentheses balance in what is returned.

    Raises `QueryError` for groups nested deeper than `MAX_DEPTH`, a slop over `MAX_SLOP`, and a field without
    value.
    """
    lexer = _Lexer(text)
    lexer.run()
    return lexer.tokens, lexer.diagnostics


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.diagnostics: list[Diagnostic] = []
        self.shapes = Shapes(text)
        self._open: list[int] = []
        self._reported: set[str] = set()
        self._dollars = text.count("$")
        self._respelt = 0
        self._confined: set[int] = set()

    def run(self) -> None:
        text, at = self.text, 0
        while (at := self.shapes.space_end(at)) < len(text):
            at = self._next(at)
        if self._open:
            self._odd(
                "parenthesis",
                "This parenthesis is never closed; the query was read without it",
                self._open[0],
                1,
            )
        for _ in self._open:
            self._emit(Kind.CLOSE, "", at, at)

    def _next(self, at: int) -> int:
        """Emit what starts at a word's start and return where it ends."""
        text = self.text
        if text[at] == ")":
            return self._close(at)
        if match := OPERATOR.match(text, at):
            self._emit(Kind[match[0]], match[0], at, match.end())
            return match.end()
        if _MINUS.match(text, at):
            if OPERATOR.match(text, at + 1):
                # Of `-NOT x` and `-AND` the operator is what is meant, if any is.
                return at + 1
            if self.shapes.is_dash(at):
                self._odd("operator", "This - was read as a dash; write NOT to exclude the word", at, 1, "NOT ")
            else:
                self._emit(Kind.MINUS, "-", at, at + 1)
            at += 1
        if self.tokens and (others := _ET_AL.match(text, at)):
            message = f"{others[0].strip()} was left out: it stands for authors without a name"
            self._odd("word", message, at, len(others[0]))
            return others.end()
        if (sign := prefix_sign(text, at)) is not None:
            self._say(sign[1], 0)
            at = sign[0]
        if _WRITTEN.match(text, at):
            return self._operand(at + 1, exact=True)
        if text.startswith("authors:", at) and (number := COUNT_VALUE.match(text, at + len("authors:"))):
            self._emit(Kind.FIELD, "authors", at, number.start())
            self._emit(Kind.WORD, number[0], number.start(), number.end(), value=True)
            return number.end()
        if (ends := self._elsewhere(at)) is not None:
            return ends
        if match := FIELD.match(text, at):
            if self._is_field(match):
                return self._fielded(match, match[1])
            if (known := self._foreign_field(match)) is not None:
                # What stands behind `all:` is read as though it stood alone: `all:title:graph`, `all:=CLIP`.
                return self._fielded(match, known) if known != EVERY_FIELD else match.end()
        elif (match := _SPACED_FIELD.match(text, at)) and match[1] in ALL_IN:
            self._odd("field", f"{match[0]} was left out; write title:word", at, len(match[0]), "title:")
            return match.end()
        elif (match := _SPACED_FIELD.match(text, at)) and match[1] in _SPACED_FIELDS:
            name = match[1]
            message = f"{name}: was read as a word, since a space follows it; write {name}:word"
            self._odd("field", message, at, self.shapes.space_end(match.end()) - at, f"{name}:")
        return self._operand(at)

    def _elsewhere(self, at: int) -> int | None:
        """Read a tag of PubMed's, a code of Web of Science's or Scopus's; where it ends, None where there is none."""
        text = self.text
        if text[at] == "[":
            found = tag(text, at)
            if found is not None and self.tokens:
                self._say(found[1], 0)
            elif found is not None:
                # It opens a title; without its brackets it stays a word wherever it is printed.
                for word in _WORDS.finditer(text, at + 1, found[0] - 1):
                    self._emit(Kind.WORD, word[0], word.start(), word.end())
            return found[0] if found is not None else None
        if text[at].islower():
            return self._of_the_web(at)
        if not text[at].isupper():
            return None
        if (dated := year_of_scopus(text, at)) is not None:
            return self._years(at, *dated)
        if (coded := code(text, at)) is None:
            return None
        field, end, odd = coded
        self._say(odd, 0)
        if field == EVERY_FIELD:
            return end
        self._emit(Kind.FIELD, field, at, end)
        return self._operand(end, field)

    def _of_the_web(self, at: int) -> int | None:
        """Leave out what confines a search of the web, read its years; where it ends, None where there is none."""
        if (dated := years_since(self.text, at)) is not None:
            return self._years(at, *dated)
        if (found := of_the_web(self.text, at)) is None:
            return None
        self._say(found[1], 0)
        self._drop_dangling_minus()
        return found[0]

    def _years(self, at: int, years: str, end: int, odd: Odd) -> int:
        self._say(odd, 0)
        self._emit(Kind.FIELD, "year", at, at)
        self._emit(Kind.WORD, years, at, end, value=True)
        return end

    def _foreign_field(self, match: re.Match[str]) -> str | None:
        """The field that another search calls by this name; `EVERY_FIELD` where it means all."""
        known = FOREIGN_FIELDS.get(match[1].lower()) if match[1].islower() or len(match[1]) > 5 else None
        held = LETTER_OR_DIGIT.match(self.text, match.end()) or self.text[match.end()] in f"[{{({OPENING}"
        if known is None or not held:
            return None
        where = "every field, as words alone are" if known == EVERY_FIELD else f"{known}:"
        suggestion = f"{known}:" if known else ""
        self._odd("field", f"{match[1]}: was read as {where}", match.start(), len(match[1]) + 1, suggestion)
        return known

    def _fielded(self, match: re.Match[str], name: str) -> int:
        equals, at = match[2], match.end()
        if FIELDS[name] == "authors" and not equals and (sign := _FIRST.match(self.text, at)):
            # ADS: the first author.
            name = "first"
            self._odd("sign", "^ was read as the first author: first:NAME", sign.end() - 1, 1, "first:")
        if FIELDS[name] == "year" and (between := _RANGE.match(self.text, at)):
            return self._range(match, name, between)
        word_end = self.shapes.word_end(at) if self.text[at] not in QUOTES and not self.shapes.opens_group(at) else at
        held = LETTER_OR_DIGIT.search(self.text, at, word_end)
        if word_end > at and not held and FIELDS[name] != "year":
            # `title:...` is writing, not a field.
            return self._operand(match.start())
        self._emit(Kind.FIELD, name, match.start(), at, exact=bool(equals))
        return self._operand(at, field=name)

    def _range(self, match: re.Match[str], name: str, between: re.Match[str]) -> int:
        first, last = ("" if year == "*" else year for year in between.groups())
        years = f"{first}..{last}"
        self._odd("year", f"{between[0]} was read as {years}", between.start(), len(between[0]), years)
        self._emit(Kind.FIELD, name, match.start(), match.end())
        self._emit(Kind.WORD, years, between.start(), between.end(), value=True)
        return between.end()

    def _operand(self, at: int, field: str = "", *, exact: bool = False) -> int:
        """A phrase, a group or a word; `field` is that of a colon just before, `exact` an equals sign."""
        if self.text[at] in QUOTES:
            return self._quote(at, field, exact=exact)
        if self.shapes.opens_group(at):
            self._open.append(at)
            if field:
                self._confined.add(at)
            if len(self._open) > MAX_DEPTH:
                raise QueryError(
                    f"More than {MAX_DEPTH} parentheses stand inside one another; write the query with fewer",
                    position=at,
                    length=1,
                )
            self._emit(Kind.OPEN, "(", at, at + 1)
            return at + 1
        end = self.shapes.word_end(at)
        bracket = self.text.find("[", at + 1, end)
        typed = self.text[at:bracket] if bracket > 0 else ""
        # `AND[ti]` would leave an operator for a word.
        if LETTER_OR_DIGIT.search(typed) and not OPERATOR.fullmatch(typed) and (found := tag(self.text, bracket)):
            self._word(at, bracket, field, exact=exact)
            self._say(found[1], 0)
            return found[0]
        self._word(at, end, field, exact=exact)
        return end

    def _quote(self, at: int, field: str, *, exact: bool) -> int:
        text = self.text
        close = self.shapes.closing_quote(at)
        if close < 0:
            self._odd("quote", "This quote is never closed; the words after it were read without it", at, 1)
            if field:
                # The value is then the word after the quote, or nothing.
                after = self.shapes.space_end(at + 1)
                if after >= len(text) or text[after] in "()" or text[after] in QUOTES:
                    raise _empty_value(field, at, 1)
                # `title:"=word` is `title:=word`, as it would be without the quote.
                written = text[after] == "=" and text[after + 1 : after + 2].strip(" )") != ""
                return self._operand(after + written, field, exact=exact or written)
            self._drop_dangling_minus()
            return at + 1
        content, end = text[at + 1 : close].strip(), close + 1
        if not LETTER_OR_DIGIT.search(content):
            if field:
                raise _empty_value(field, at, end - at)
            self._drop_dangling_minus()
            self._odd("phrase", "Nothing stands between these quotes; they were left out", at, end - at)
            return self._tail(end)
        slop = 1
        if match := _SLOP.match(text, end):
            slop, end = self._slop(match), match.end()
        if field and (odd := odd_value(content, self._dollars)) is not None:
            self._say(odd, at + 1)
        self._emit(Kind.PHRASE, content, at, end, number=slop, exact=exact, value=bool(field))
        return self._tail(self._boost(end))

    def _slop(self, match: re.Match[str]) -> int:
        digits = match[1]
        if len(digits) > 4 or int(digits) > MAX_SLOP:
            raise QueryError(
                f"The distance {match[0][:20]} is too far; write ~1 to ~{MAX_SLOP}",
                position=match.start(),
                length=len(match[0]),
                suggestion=f"~{MAX_SLOP}",
            )
        if int(digits) == 0:
            self._odd(
                "phrase",
                "Words cannot be 0 steps apart; read as ~1, adjacent",
                match.start(),
                len(match[0]),
                "~1",
            )
        return max(1, int(digits))

    def _close(self, at: int) -> int:
        if not self._open:
            self._odd("parenthesis", "This parenthesis was never opened; the query was read without it", at, 1)
            return self._tail(at + 1)
        self._confined.discard(self._open.pop())
        self._emit(Kind.CLOSE, ")", at, at + 1)
        return self._tail(self._boost(at + 1))

    def _boost(self, at: int) -> int:
        if match := _BOOST.match(self.text, at):
            self._emit(Kind.BOOST, match[0], at, match.end(), number=float(match[1]))
            return match.end()
        return at

    def _word(self, start: int, end: int, field: str, *, exact: bool) -> None:
        text = self.text[start:end]
        if not field and self._foreign_word(text, start, end):
            return
        if FIELDS.get(field, "") in _TEXT_FIELDS and (odd := odd_value(text, self._dollars)) is not None:
            self._say(odd, start)
        # Ids, DOIs, types and years hold what they hold: `^` is part of the value.
        boosted = _WORD_BOOST.fullmatch(text) if FIELDS.get(field, "title") in _TEXT_FIELDS else None
        if boosted is None or len(_LETTER.findall(boosted[1])) < 2 or OPERATOR.fullmatch(boosted[1]):
            self._emit_word(text, start, end, field, exact=exact)
            return
        cut = start + boosted.end(1)
        self._emit_word(boosted[1], start, cut, field, exact=exact)
        self._emit(Kind.BOOST, text[boosted.end(1) :], cut, end, number=float(boosted[2]))

    def _foreign_word(self, text: str, start: int, end: int) -> bool:
        """Report what other searches would read in a word; whether it is no word here."""
        if (found := operator(text)) is not None:
            meant, odd = found
            between = bool(self.tokens) and self.tokens[-1].kind in _ENDS and self.text[end:].strip(" )")
            if between:
                self._say(odd, start)
                for name in meant.split():
                    self._emit(Kind[name], name, start, end)
            else:
                self._say(
                    Odd("operator", f"{text} was left out: it joins two words, and one is missing", 0, len(text)), start
                )
            return True
        if text == "|":
            self._odd("operator", "| was left out; write OR for papers with either word", start, 1, "OR")
        elif text[0] in "NOAWP" and (odd_near := near(self.text, start, end)) is not None:
            self._say(odd_near, start)
            return True
        elif (odd_here := odd_word(text, self._dollars)) is not None and not self._confined:
            self._say(odd_here, start)
        if (sign := unread_sign(text)) is not None:
            message = f"{text[sign]} was left out; it stands behind two letters of a word: word*, wo?d"
            self._odd("sign", message, start + sign, 1)
        return False

    def _say(self, odd: Odd, start: int) -> None:
        self._odd(odd.kind, odd.message, start + odd.start, odd.length, odd.suggestion)

    def _emit_word(self, text: str, start: int, end: int, field: str, *, exact: bool) -> None:
        held = LETTER_OR_DIGIT.search(text)
        if field and not held and FIELDS[field] != "year":
            raise _empty_value(field, start, end - start)
        if field and FIELDS[field] in ("year", "type"):
            # DBLP closes a value with a colon.
            text = text.rstrip(":")
        if field or held:
            self._emit(Kind.WORD, text, start, end, exact=exact, value=bool(field))

    def _is_field(self, match: re.Match[str]) -> bool:
        name = match[1]
        if name in FIELDS and name != "authors":
            return True
        if name.lower() in ("doi", "arxiv"):
            # `arXiv:2101.12345` is how the id itself is written.
            return False
        known = name.lower() if name.lower() in FIELDS else None
        if known is None and name.lower() in FOREIGN_FIELDS:
            return False
        if known is None and name.islower() and len(name) > 3 and self._respelt < _MOST_RESPELT:
            self._respelt += 1
            known = nearest(name, _LONG_FIELDS)
        following = self.text[match.end()]
        if known is None and name.islower() and len(name) > 1 and name not in _NO_FIELDS and following not in ":/":
            message = f"{name}: is no field here and was read as a word; the fields are {_FIELD_NAMES}"
            self._odd("field", message, match.start(), match.end(1) + 1 - match.start())
        if known is not None and len(name) > 2 and not self.text.startswith("//", match.end()):
            message = f"{name}: was read as a word; the field is written {known}:"
            self._odd("field", message, match.start(), match.end(1) + 1 - match.start(), f"{known}:")
        return False

    def _tail(self, at: int) -> int:
        match = _TAIL.match(self.text, at)
        return match.end() if match else at

    def _drop_dangling_minus(self) -> None:
        if self.tokens and self.tokens[-1].kind is Kind.MINUS:
            self.tokens.pop()

    def _emit(
        self,
        kind: Kind,
        text: str,
        start: int,
        end: int,
        *,
        number: float = 1,
        exact: bool = False,
        value: bool = False,
    ) -> None:
        self.tokens.append(Token(kind, text, start, end, number, exact, value))

    def _odd(self, kind: str, message: str, position: int, length: int, suggestion: str | None = None) -> None:
        # Once a kind of message: ten thousand stray parentheses are one observation.
        if message not in self._reported:
            self._reported.add(message)
            self.diagnostics.append(Diagnostic(kind, message, position, length, suggestion))


_ENDS = frozenset((Kind.WORD, Kind.PHRASE, Kind.CLOSE, Kind.BOOST))
_TEXT_FIELDS = frozenset(("title", "abstract", "authors", "venue", "keywords"))


def _empty_value(field: str, at: int, length: int) -> QueryError:
    return QueryError(f"Nothing stands after {field}: to look for; write {field}:word", position=at, length=length)
