"""The texts of a paper beside the published: as read (indexed), as shown (terminal, pages, snippets)."""

from __future__ import annotations

import re
from unicodedata import is_normalized, normalize

from indexer.index.late_pattern import late

# Raise it whenever a text or a name gives other words than before, be it by how it is read, cut, folded, stemmed or
# tied: indexes that were built under another version then ask for a rebuild. A test holds it to the output.
VERSION = 3

# The readers of markup and LaTeX are imported where a text first needs them: they and their tables take 5 ms,
# which a search for two plain words would pay at every start.


def as_read(text: str) -> str:
    """What is indexed and what queries are matched against: plain text, composed (NFC), single spaces.

    LaTeX is characters and its citations are gone, entities and tags are resolved, page furniture is dropped
    and spaced-out artefacts are closed up. Never fails; time grows with the length of the text alone.
    """
    text = _plain(text)
    if "\\" in text or "$" in text or "{" in text or "~" in text:
        from indexer.index.text.latex import without_latex

        text = without_latex(text)
    if "_" in text or "^" in text:
        text = _without_script_signs(text)
    if "- " in text:
        text = _BROKEN_WORD.sub("-", text)
    if "--" in text:
        text = _DOUBLE_DASH.sub("–", text)
    return _composed(_single_spaced(text))


def as_shown(text: str) -> str:
    """What people are shown: the published text with formulas kept whole (`$O(n^2)$`), all else resolved."""
    text = _plain(text)
    if "\\" in text or "{" in text or "~" in text:
        from indexer.index.text.latex import without_latex_outside_math

        text = without_latex_outside_math(text)
    if "``" in text:
        text = _QUOTED.sub(r"“\1”", text)
    return _composed(_single_spaced(text))


def _single_spaced(text: str) -> str:
    return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text


# --- markup and encoding ---

_SURROGATE = late("[\ud800-\udfff]")
_CONTROL = late("[\x00-\x08\x0e-\x1b\x7f]")
# UTF-8 that was once decoded as Latin-1: `â\x80\x94` is a dash.
_MISREAD = late("[\xc2-\xf4][\x80-\xbf]{1,3}")
_MISREAD_SIGN = late("[\x80-\x9f]")
# Sorting a run of combining marks takes quadratic time; no letter carries more than a handful.
_MARKS = "\u0300-\u036f\u0483-\u0489\u0591-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
_MARK_RUN = f"([{_MARKS}]{{500}})+"  # so rare that it is compiled when met


def _plain(text: str) -> str:
    """The text without markup, furniture, artefacts and characters that no text should hold."""
    printable = text.isprintable()
    # Of white space only the space itself is printable: most texts need no splitting, which costs 10 microseconds.
    if not printable or "  " in text or text[:1] == " " or text[-1:] == " ":
        text = " ".join(text.split())
        printable = printable or text.isprintable()
    if "&" in text or "<" in text:
        from indexer.index.text.markup import without_entities, without_tags

        text = without_entities(text)
        if "<" in text:
            text = without_tags(text)
        text = " ".join(text.split())
        printable = text.isprintable()
    if not printable and not text.isprintable():
        text = _well_formed(text)
    if "[" in text or "©" in text or text.startswith("Abstract"):
        text = _without_furniture(text)
    return _closed_up(text)


def _well_formed(text: str) -> str:
    text = _CONTROL.sub(" ", _SURROGATE.sub("\ufffd", text))
    return _MISREAD.sub(_decoded, text) if _MISREAD_SIGN.search(text) else text


def _decoded(misread: re.Match[str]) -> str:
    try:
        return misread[0].encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return misread[0]


def _composed(text: str) -> str:
    if text.isascii():
        return text
    if len(text) > 1000 and any("\u0300" <= sign < "\u2000" or "\u20d0" <= sign <= "\u20ff" for sign in set(text)):
        text = re.sub(_MARK_RUN, r"\1", text)
    return text if is_normalized("NFC", text) else normalize("NFC", text)


# --- page furniture ---

_LINK = r"\[ ?(?:abs|pdf|bib|code|supp|supplementary|video|slides|poster|data|openreview) ?\] ?"
_LINKS = late(f"(?:{_LINK}){{2,}}")
_COPYRIGHT = late(r"© ?JMLR ?[12]\d{3} ?\.?(?: ?\( ?edit ?, ?beta ?\))?")
_HEADING = late(r"^Abstract ?(?:[.:—–]|-(?= )) ?(?=\S)")
_UNAVAILABLE = late(r"^Abstract [Uu]navailable\.?$")


def _without_furniture(text: str) -> str:
    if "[" in text:
        text = _LINKS.sub(" ", text)
    if "©" in text:
        text = _COPYRIGHT.sub(" ", text)
    if text.startswith("Abstract"):
        text = _UNAVAILABLE.sub("", _HEADING.sub("", text))
    return text


# --- artefacts of spacing ---

# `i. e.`, `e. g.`, `i. i. d.`, `w. r. t.`, `a. k. a.`: the space between two of these letters. Patterns here
# begin with what is rare, so that texts without it cost one search.
_ABBREVIATION = late(
    r"\. (?:(?<=\b[iI]\. )(?=[eid]\.)|(?<=\b[eE]\. )(?=g\.)"
    r"|(?<=\bw\. )(?=r\.)|(?<=\br\. )(?=t\.)|(?<=\ba\. )(?=k\.)|(?<=\bk\. )(?=a\.))"
)
_ZERO = late(r"\. (?<![\w.]0\. )(?<=\b0\. )(?=\d)")
_UNITS = "%|billion|million|thousand|trillion|ms|s|mm|cm|m|km|kg|g|[kMG]?Hz|x|[BKMG]|times|percent|points"
_QUANTITY = late(rf"\. (?<=\d\. )(?<!\d\d\d\. )(?=\d+ ?\\?(?:{_UNITS})(?!\w))")
# What any of the three has: one pass over a text that has none of them in place of three.
_SPACED_STOP = late(r"\. (?:(?<=\d\. )\d|(?<=\b[iIeEwrak]\. )[eidgrtka]\.)")
_COMMA = late(r" (?=[,;](?:\s|$))")


def _closed_up(text: str) -> str:
    """`i. e. ,` is `i.e.,` and `0. 12B` is `0.12B`."""
    if _SPACED_STOP.search(text):
        text = _QUANTITY.sub(".", _ZERO.sub(".", _ABBREVIATION.sub(".", text)))
    if " ," in text or " ;" in text:
        text = _COMMA.sub("", text)
    return text


# --- as read alone ---

# `R^d`, `ℓ_1`, `C_60`: one letter and a short script are one word, as people type them (Rd, l1, C60).
# The pattern begins with the sign, so that only signs are looked at: 28 microseconds a text become 5.
_SCRIPT_SIGN = late(r"[_^](?<=[^\W_][_^])(?<![^\W_][^\W_][_^])(?=([^\W_]|[0-9]{2,3})(?![^\W_]))")
# `repre- sentation`: words broken at the end of a line become hyphenated ones, findable as
# one; `first- and second-order` is none.
_BROKEN_WORD = late(r"-(?<=[a-z]-) (?=[a-z]{2})(?!(?:and|as|but|in|nor|of|or|to|vs|versus|with)\b)")
_DOUBLE_DASH = late(r"--(?<=\w--)(?=[^\W\d_a-z])")
_QUOTED = late(r"``([^`']{1,300})''")


def _without_script_signs(text: str) -> str:
    kept: list[str] = []
    start = end = 0
    for sign in _SCRIPT_SIGN.finditer(text):
        # The letter before may be the script of the one before that: `a_b_c` is ab, c.
        if sign.start() > end or not end:
            kept.append(text[start : sign.start()])
            start, end = sign.end(), sign.end(1)
    return "".join(kept) + text[start:] if kept else text
