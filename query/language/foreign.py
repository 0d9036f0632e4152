"""What people bring along from other searches (ADS, arXiv, DBLP, PubMed, Google Scholar, Lucene, Web of Science).

Two tables: fields by other names, which are answered with a note, and signs that mean nothing here, which are left out
or read as text with a note that says what to write instead. `docs/query-language.md` lists both for readers.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from indexer.index.late_pattern import late
from query.language.shapes import OPENING

EVERY_FIELD = ""
"""What `all:` confines to: nothing."""

# A field by its name elsewhere, in small letters, and its name here.
FOREIGN_FIELDS: dict[str, str] = {
    "abs": "abstract", "abst": "abstract", "summary": "abstract",
    "intitle": "title", "allintitle": "title", "tit": "title",
    "authors": "author", "inauthor": "author", "auth": "author", "aut": "author", "person": "author",
    "creator": "author", "orcid": "author", "first_author": "first", "firstauthor": "first", "last_author": "last",
    "lastauthor": "last",
    "author_count": "authors", "authorcount": "authors",
    "journal": "venue", "conference": "venue", "booktitle": "venue", "bibstem": "venue", "jr": "venue",
    "pub": "venue", "journaltitle": "venue", "source": "venue", "stream": "venue", "container": "venue",
    "publication": "venue",
    "date": "year", "years": "year", "pubdate": "year", "pubyear": "year", "submitteddate": "year",
    "published": "year", "py": "year",
    "kw": "keyword", "kwd": "keyword", "keywords": "keyword", "key": "keyword", "subject": "keyword",
    "eprint": "arxiv", "arxivid": "arxiv", "arxiv_id": "arxiv",
    "identifier": "id", "bibcode": "id",
    "doctype": "type", "pubtype": "type", "dtype": "type",
    "all": EVERY_FIELD, "any": EVERY_FIELD, "full": EVERY_FIELD, "fulltext": EVERY_FIELD, "text": EVERY_FIELD,
    "tiab": EVERY_FIELD, "topic": EVERY_FIELD, "ts": EVERY_FIELD, "body": EVERY_FIELD,
}  # fmt: skip

# PubMed's tags behind words, and the codes that Web of Science and Scopus put before `=` or a parenthesis.
_TAGS = {"ti": "title", "title": "title", "tiab": "", "title/abstract": "", "tw": "", "text word": "", "all": "",
         "all fields": "", "ab": "abstract", "au": "author", "author": "author", "1au": "first",
         "first author": "first", "ta": "venue", "journal": "venue", "dp": "year", "pdat": "year", "mesh": "keyword",
         "mh": "keyword", "mesh terms": "keyword", "majr": "keyword", "ot": "keyword"}  # fmt: skip
_CODES = {"TI": "title", "AB": "abstract", "AU": "author", "SO": "venue", "PY": "year", "TS": "", "AK": "keyword",
          "KP": "keyword", "ALL": "", "DO": "doi"}  # fmt: skip
_FUNCTIONS = {"TITLE": "title", "ABS": "abstract", "AUTH": "author", "AUTHOR-NAME": "author", "FIRSTAUTH": "first",
              "KEY": "keyword", "SRCTITLE": "venue", "TITLE-ABS-KEY": "", "TITLE-ABS": "", "DOI": "doi"}  # fmt: skip


class Odd(NamedTuple):
    """What is odd about a part of a word: where (code points of the word), what to say, what to type instead."""

    kind: str
    message: str
    start: int
    length: int
    suggestion: str | None = None


PREFIX_SIGNS = late(rf"(!+|\++|~+|\^+)(?=[^\W\d_]|[\"“„«]|(?<=[!+])\()(?!(?:AND|OR|NOT)(?:[\s(){OPENING}]|$))")
"""Signs before a word that other searches know and that are left out here."""
_PREFIX_ADVICE = {
    "!": ("! does not exclude here and was left out; write -word to exclude a word", "-"),
    "+": ("+ is not needed and was left out; papers with all of the words come first", None),
    "~": ("~ before a word was left out; write it behind the word for words a letter off: word~", None),
    "^": ("^ before a word was left out; it boosts behind one (word^2). First authors: first:name", None),
}  # fmt: skip

# Words that are plain text everywhere but between two others.
WORDS = frozenset(
    (
        "al",
        "Al",
        "AL",
        "ANDNOT",
        "BUTNOT",
        "NEAR",
        "ONEAR",
        *(f"{name}{n}" for name in ("NEAR", "ONEAR", "ADJ", "PRE") for n in range(30)),
    )
)
_OPERATORS = {"||": "OR", "|": "OR", "&&": "AND", "ANDNOT": "AND NOT", "BUTNOT": "AND NOT"}
_NEAR = late(r"(?:O?NEAR|ADJ|PRE|WITHIN)/?([0-9]{1,3})|O?NEAR|[WN]/([0-9]{1,3})")
_BEFORE, _AFTER = late(r"([^\s()\",;]+)\s+\Z"), late(r"\s*\(?\s*([^\s()\",;]+)")
_NEIGHBOUR = 100
"""Characters before an operator in which the word before it is sought."""
_EITHER = late(r"([^\W_]{2,})(\|\|?)([^\W_]{2,})")
_BOTH = late(r"([^\W_]{2,})(&&)([^\W_]{2,})")
_LAST = late(r"[^\W\d_]{2,}\$")
_TAG = late(rf"\[({'|'.join(sorted(_TAGS, key=len, reverse=True))})\]", re.IGNORECASE)
_CODED = late(
    rf"(?:({'|'.join(sorted(_CODES, key=len, reverse=True))})=(?=\(?[{OPENING}]?[^\W_])"
    rf"|({'|'.join(sorted(_FUNCTIONS, key=len, reverse=True))})(?=\([{OPENING}]?[^\W_]))"
)
_YEAR_OF_SCOPUS = late(r"PUBYEAR\s*([<>]=?|=|IS|AFT|BEF)\s*([0-9]{4})(?=[\s)]|$)")
_FOUR_DIGITS = late(r"\(?[0-9]{4}")
_YEARS = late(r"((?:19|20)[0-9]{2})(\.\.|[-\u2013])((?:19|20)[0-9]{2})[,.;]?")
_WORD_SIGN = late(r"[^\W_]")
_TOLD_BY = {"site": "site", "inurl": "address", "allinurl": "address", "url": "address", "filetype": "kind of file",
            "ext": "kind of file", "mime": "kind of file", "lang": "language here", "hl": "language here"}  # fmt: skip
_OPERATOR_OF_ADS = late(r"(citations|references|similar|trending|reviews|useful|topn)\((?=[^\W_])")
_OF_THE_WEB = late(
    r"-?(site|inurl|allinurl|url|filetype|ext|mime|cache|related|link|linkto|info|inanchor|lang|hl|safe|imagesize|loc|near)"
    rf":(?=[^\s\"“])(?!//)[^\s()]+|-?(site|inurl|filetype|lang):[{OPENING}][^{OPENING}]*[\"”]"
)
_SINCE = late(r"(after|since|from|before|until|till|to):((?:1[5-9]|20)[0-9]{2})([-/.][0-9]{1,2}){0,2}(?=[\s)]|$)")
ALL_IN = frozenset(("allintitle", "intitle", "allinauthor", "inauthor", "allintext"))
"""Google's operators, which stand before a space there."""


def prefix_sign(text: str, at: int) -> tuple[int, Odd] | None:
    """Where the word behind a foreign sign starts, and what to say; None where there is no such sign."""
    found = PREFIX_SIGNS.match(text, at)
    if found is None:
        return None
    message, suggestion = _PREFIX_ADVICE[found[1][0]]
    return found.end(), Odd("sign", message, at, len(found[1]), suggestion)


def is_near(word: str) -> bool:
    """Whether a word is an operator of nearness elsewhere (`NEAR/3`), and left out between two words."""
    return _NEAR.fullmatch(word) is not None


def near(text: str, start: int, end: int) -> Odd | None:
    """What to say of `NEAR/3` and its like between two words of a query; None for any other word."""
    found = _NEAR.fullmatch(text, start, end)
    if found is None:
        return None
    left, right = _BEFORE.search(text, max(0, start - _NEIGHBOUR), start), _AFTER.match(text, end)
    steps = found[1] or found[2] or "5"
    words = f"{left[1] if left else 'one'} {right[1] if right else 'two'}"
    if not (left or text[end : end + 1] == "(") or not right or _is_title(text):
        return None
    message = f'{found[0]} was left out, and the words beside it are sought anywhere; write "{words}"~{steps}'
    return Odd("operator", message, 0, end - start, f'"{words}"~{steps}')


def operator(word: str) -> tuple[str, Odd] | None:
    """What a sign of other searches between words means (AND, OR, AND NOT), and what to say."""
    meant = _OPERATORS.get(word)
    if meant is None:
        return None
    return meant, Odd("operator", f"{word} was read as {meant}", 0, len(word), meant)


def odd_word(word: str, dollars: int) -> Odd | None:
    """What to say of a word with a foreign sign in it; `dollars` are the `$` of the whole query."""
    if found := _EITHER.fullmatch(word) or _BOTH.fullmatch(word):
        meant = f"{found[1]} {'OR' if '|' in found[2] else 'AND'} {found[3]}"
        message = f"{found[2]} inside a word parts it and is no operator; write {meant}"
        return Odd("operator", message, found.start(2), len(found[2]), f" {'OR' if '|' in found[2] else 'AND'} ")
    if dollars % 2 and _LAST.fullmatch(word):
        message = f"$ was left out; write ={word[:-1]} for the word exactly as written"
        return Odd("sign", message, len(word) - 1, 1, "")
    if found := _YEARS.fullmatch(word):
        years = f"year:{found[1]}..{found[3]}"
        return Odd("year", f"{found[0]} was read as two words; write {years}", 0, len(word), years)
    if found := _OPERATOR_OF_ADS.match(word):
        return Odd("operator", f"{found[1]}() is no operator here and was read as a word", 0, found.end())
    return None


def tag(text: str, at: int) -> tuple[int, Odd] | None:
    """Where a tag of PubMed's ends that stands here, and what to say; None where there is none."""
    found = _TAG.match(text, at)
    if found is None:
        return None
    field = _TAGS[found[1].lower()]
    advice = f"write {field}:word" if field else "words alone are sought in every field"
    return found.end(), Odd(
        "field", f"{found[0]} was left out; {advice}", at, len(found[0]), f"{field}:" if field else ""
    )


def code(text: str, at: int) -> tuple[str, int, Odd] | None:
    """The field that a code before `=` or a parenthesis means, where its value starts, and what to say."""
    found = _CODED.match(text, at)
    if found is None:
        return None
    field = _CODES[found[1]] if found[1] else _FUNCTIONS[found[2]]
    if field == "year" and not _FOUR_DIGITS.match(text, found.end()):
        return None
    where = f"{field}:" if field else "every field, as words alone are"
    return (
        field,
        found.end(),
        Odd("field", f"{found[0]} was read as {where}", at, len(found[0]), f"{field}:" if field else ""),
    )


def of_the_web(text: str, at: int) -> tuple[int, Odd] | None:
    """Where an operator of web searches (`site:arxiv.org`) ends, and what to say; None where there is none.

    Where nothing else is asked for it is left to be read as a word.
    """
    found = _OF_THE_WEB.match(text, at)
    if found is None or not _WORD_SIGN.search(_OF_THE_WEB.sub("", text)):
        return None
    name = found[1] or found[2]
    message = f"{found[0]} was left out: papers are not told apart by {_TOLD_BY.get(name, 'that')}"
    return found.end(), Odd("field", message, at, len(found[0]), "")


def years_since(text: str, at: int) -> tuple[str, int, Odd] | None:
    """The years that `after:2018` and `before:2020` mean, where it ends, and what to say."""
    found = _SINCE.match(text, at)
    if found is None:
        return None
    year = int(found[2])
    # On the web a year alone is its first day.
    first = found[3] is None
    years = {"before": f"..{year - first}", "until": f"..{year}", "till": f"..{year}", "to": f"..{year}"}
    meant = years.get(found[1], f"{year}..")
    return meant, found.end(), Odd("year", f"{found[0]} was read as year:{meant}", at, len(found[0]), f"year:{meant}")


def year_of_scopus(text: str, at: int) -> tuple[str, int, Odd] | None:
    """The years that `PUBYEAR > 2018` means, where it ends, and what to say."""
    found = _YEAR_OF_SCOPUS.match(text, at)
    if found is None:
        return None
    year = int(found[2])
    years = {
        ">": f"{year + 1}..", "AFT": f"{year + 1}..", ">=": f"{year}..", "<": f"..{year - 1}", "BEF": f"..{year - 1}",
        "<=": f"..{year}",
    }.get(found[1], f"{year}")  # fmt: skip
    return years, found.end(), Odd("year", f"{found[0]} was read as year:{years}", at, len(found[0]), f"year:{years}")


def odd_value(text: str, dollars: int) -> Odd | None:
    """What to say of a field's value that is marked as ADS (`^Bengio`) or DBLP (`Bengio$`) would have it."""
    if text.startswith("-"):
        return Odd("sign", "- behind a field was left out; write it before the field to exclude the word", 0, 1, "")
    if text.startswith("^"):
        return Odd("sign", "^ was left out; write first:name for first authors", 0, 1, "")
    if dollars % 2 and text.endswith("$"):
        return Odd("sign", f"$ was left out; write ={text[:-1]} for the word exactly as written", len(text) - 1, 1, "")
    return None


def _is_title(text: str) -> bool:
    return text.upper() == text
