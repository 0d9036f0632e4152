"""A word or phrase and its field to a leaf of the tree: pattern, years, whole value or plain word."""

from __future__ import annotations

import re

from indexer.index.errors import QueryError
from indexer.index.late_pattern import late
from indexer.index.record.paper import TYPES
from query.language.author_fields import POSITIONS, count_leaf, position_leaf
from query.language.identifiers import arxiv, doi, identify, lone_arxiv, orcid
from query.language.nearest import nearest
from query.language.tokens import Token
from query.language.tree import AuthorCount, AuthorPosition, Exact, Fuzzy, Phrase, Prefix, Wildcard, Word, Years
from query.language.years import format_years, parse_years

Leaf = Word | Phrase | Prefix | Wildcard | Fuzzy | Years | AuthorPosition | AuthorCount | Exact

# Fields whose value is compared whole; `=` asks the same of authors (the cluster) and venue (the filter). In the other
# fields, and in all, `=` asks for words as they are written.
WHOLE_FIELDS = frozenset(("type", "id", "doi", "arxiv"))
EQUALS_FIELDS = frozenset(("authors", "venue"))

_OF_PEOPLE = frozenset((None, "authors"))
_IDENTIFIERS = {"doi": doi, "arxiv": arxiv}

# What people call the types of CSL.
_TYPE_NAMES = {
    "conference": "paper-conference", "inproceedings": "paper-conference", "proceedings": "paper-conference",
    "paper": "paper-conference", "journal": "article-journal", "preprint": "article", "arxiv": "article",
    "submission": "manuscript", "rejected": "manuscript", "incollection": "chapter", "phdthesis": "thesis",
    "dissertation": "thesis", "techreport": "report",
}  # fmt: skip

# Letters, digits and what stands inside words; anything else (TeX, arithmetic) makes the signs ordinary text.
_PATTERN = late(r"[\w'’.*?-]+")
_FIRST_SIGN = late(r"[*?]")
# A star ends a part of the pattern or goes on into a letter, a question mark into one that is no capital: `What?How`.
# The star of `A*` and `db-A*` belongs to the word.
_BAD_SIGN = late(r"\*(?![\w*?'’-]|$)|\?(?![a-z0-9*?-])|(?<![^\W_])[A-Z]\*|\*\*")
# Two digits are TeX's tie before a number: `Arp~10`.
_FUZZY = late(r"([\w'’.-]+)~([0-9]?(?:\.[0-9]+)?)")
_LETTER = late(r"[^\W\d_]")


def word_leaf(token: Token, field: str | None, *, exact: bool = False) -> Leaf:
    """The leaf of a WORD token in `field`; with `exact` as it is written, or whole.

    Raises `QueryError` for a value its field cannot have, and for a fuzzy distance other than 1 or 2.
    """
    text, start, length = token.text, token.start, token.end - token.start
    if field in WHOLE_FIELDS or (exact and field in EQUALS_FIELDS):
        return _whole(text, token, field)
    if field == "year":
        return _years(text, token)
    if field in POSITIONS:
        return position_leaf(token, field, whole=exact)
    if field == "count":
        return count_leaf(token)
    if exact:
        return Word(text, field, 1.0, start, length, written=True)
    if field in _OF_PEOPLE and (who := orcid(text)) is not None:
        return Exact(who.value, who.kind, 1.0, start, length)
    if field is None and (found := identify(text)) is not None:
        return Exact(found.value, found.kind, 1.0, start, length)
    if "~" in text and (match := _FUZZY.fullmatch(text.rstrip(",;"))) and _letters(match[1]) >= 2:
        return Fuzzy(match[1], field, 1.0, start, length, _distance(match, token))
    if "*" in text or "?" in text:
        return _pattern(text, token, field)
    return Word(text, field, 1.0, start, length)


def phrase_leaf(token: Token, field: str | None, *, exact: bool = False) -> Leaf:
    """The leaf of a PHRASE token in `field`; errors as for `word_leaf`."""
    if field in WHOLE_FIELDS or (exact and field in EQUALS_FIELDS):
        return _whole(token.text, token, field)
    if field == "year":
        return _years(token.text, token)
    if field in POSITIONS:
        return position_leaf(token, field, whole=exact)
    if field == "count":
        return count_leaf(token)
    if field == "authors" and (who := orcid(token.text)) is not None:
        return Exact(who.value, who.kind, 1.0, token.start, token.end - token.start)
    return Phrase(token.text, field, 1.0, token.start, token.end - token.start, int(token.number), exact)


def arxiv_leaf(leaf: Leaf) -> Exact | None:
    """The paper of an arXiv id that stands without a field, or None if the leaf is no such word."""
    found = lone_arxiv(leaf.text) if isinstance(leaf, Word) and leaf.field is None and not leaf.written else None
    return None if found is None else Exact(found.value, found.kind, leaf.boost, leaf.start, leaf.length)


def _whole(text: str, token: Token, field: str | None) -> Exact:
    if field == "type":
        text = _type(text, token)
    elif field in _IDENTIFIERS and (found := _IDENTIFIERS[field](text)) is not None:
        field, text = found
    return Exact(text, field, 1.0, token.start, token.end - token.start)


def _type(text: str, token: Token) -> str:
    value = text.casefold()
    if value in TYPES:
        return value
    meant = _TYPE_NAMES.get(value.rstrip("s")) or nearest(value, TYPES)
    advice = f"did you mean {meant}?" if meant else f"the types are {', '.join(TYPES)}"
    raise QueryError(
        f"No paper has the type {text!r}; {advice}",
        position=token.start,
        length=token.end - token.start,
        suggestion=meant,
    )


def _years(text: str, token: Token) -> Years:
    try:
        first, last = parse_years(text)
    except QueryError as error:
        raise QueryError(
            str(error), position=token.start, length=token.end - token.start, suggestion=error.suggestion
        ) from None
    return Years(format_years(first, last), "year", 1.0, token.start, token.end - token.start, first, last)


def _pattern(text: str, token: Token, field: str | None) -> Leaf:
    """Prefix or wildcard, or the plain word where the signs are punctuation."""
    start, length = token.start, token.end - token.start
    core = text.rstrip(",;:.!?")
    sign = _FIRST_SIGN.search(core)
    if sign is None or not _PATTERN.fullmatch(core) or _BAD_SIGN.search(core) or _letters(core[: sign.start()]) < 2:
        return Word(text, field, 1.0, start, length)
    if sign.start() == len(core) - 1:
        return Prefix(core[:-1], field, 1.0, start, length)
    return Wildcard(core, field, 1.0, start, length)


def unread_sign(text: str) -> int | None:
    """Where in a word a `*` or `?` stands that a search elsewhere would read and that is text here; None: nowhere.

    Emphasis (`*not*`), `A*` and its like, formulas and the `?` that ends a word or a question are no such signs.
    """
    core = text.strip(",;:.!?\"'()")
    found = _UNREAD.search(core)
    if found is None or not _PATTERN.fullmatch(core) or (core[0] == core[-1] == "*"):
        return None
    return text.index(core) + found.start()


_UNREAD = late(r"^\*+(?=[^\W_]{2})|(?<=[^\W_]{2})\*\*|(?<=[a-z0-9])\?(?=[a-z0-9]{2})|^[a-z]\*(?=[a-z]{2})")


def _distance(match: re.Match[str], token: Token) -> int:
    if match[2] in ("", "1", "2"):
        return int(match[2] or 1)
    raise QueryError(
        f"{match[0]} asks for {match[2]} letters off; write {match[1]}~ for one or {match[1]}~2 for two",
        position=token.start,
        length=token.end - token.start,
        suggestion=f"{match[1]}~2",
    )


def _letters(text: str) -> int:
    return len(_LETTER.findall(text))
