"""Initials among plain words, and umlauts: whose they may be.

Of `Y. Bengio deep learning`, `Bengio Y. 2003`, `Hinton, G. E.`, `KR Müller` and `Geoffrey E. Hinton` the letters are
no words that a paper must hold: papers of such an author have them, however these spell the given name. `Schoelkopf` is
met by Schölkopf. Here is only told what was typed; whether anybody is called so the index knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.index.late_pattern import late
from indexer.index.record.name_forms import PARTICLES
from indexer.index.text.analysis import STOP_WORDS
from query.language.tree import Word

MOST = 12
"""Words of a query that are read as initials: each may be looked up among thousands of names."""

_LETTER = r"[^\W\d_]"
_INITIALS = late(rf"{_LETTER}\.?|(?:{_LETTER}\.-?){{1,3}}{_LETTER}\.?")
_CAPITALS = late(r"[A-Z]{2,3}")
"""Initials as PubMed writes them (`Hinton GE`), beside a name that has small letters alone."""
_NAME = late(rf"{_LETTER}+(?:['’.-]{_LETTER}+)*")
_EDGES = ",;:()[]"
_UMLAUTS = frozenset("äöüøåÄÖÜØÅ")


def names_of_initials(words: Sequence[Word]) -> list[tuple[str, ...]]:
    """For each of the optional words of a query, in order, the names whose initials it may be; none for most."""
    typed = " ".join([word.text for word in words])
    # Most queries have neither, and every search asks.
    lowered = typed.lower()
    spelt = not typed.isascii() or "ae" in lowered or "oe" in lowered or "ue" in lowered
    found: list[tuple[str, ...]] = [_umlauts(word.text) for word in words] if spelt else [()] * len(words)
    if len(words) < 2 or ("." not in typed and not any(len(word.text) < 2 or word.text.isupper() for word in words)):
        return found
    texts = [word.text.strip(_EDGES) for word in words]
    at = read = 0
    while at < len(texts) and read < MOST:
        end = at
        while end < len(texts) and end - at < MOST and _is_initial(texts, end):
            end += 1
        if names := tuple(dict.fromkeys(_names(words, texts, at, end))) if end > at else ():
            found[at:end] = [names] * (end - at)
            read += end - at
        at = max(end, at + 1)
    return found


def _umlauts(text: str) -> tuple[str, ...]:
    """The word itself where it has an umlaut or may have one written out: names are met in either spelling."""
    if text.isascii():
        lowered = text.lower()
        found = text.isalpha() and any(pair in lowered for pair in ("ae", "oe", "ue"))
    else:
        found = any(letter in _UMLAUTS for letter in text) and _NAME.fullmatch(text.strip(_EDGES)) is not None
    return (text.strip(_EDGES),) if found else ()


def _is_initial(texts: Sequence[str], at: int) -> bool:
    text = texts[at]
    if _INITIALS.fullmatch(text):
        return True
    # Abbreviations stand in capitals too: beside a name they are initials, if one is called so.
    return _CAPITALS.fullmatch(text) is not None and any(
        other[:1].isupper() and other[1:].islower() for other in (*texts[max(0, at - 1) : at], *texts[at + 1 : at + 2])
    )


def _names(words: Sequence[Word], texts: Sequence[str], first: int, end: int) -> Iterator[str]:
    """The names whose initials `words[first:end]` may be, the likeliest first: one around them, behind, before."""
    letters = [letter for text in texts[first:end] for letter in text if letter.isalpha()]
    initials = " ".join(f"{letter.upper()}." for letter in letters[:4])
    behind = end
    while behind < len(texts) - 1 and texts[behind].casefold() in PARTICLES:
        behind += 1
    last = texts[behind] if behind < len(texts) and _is_name(texts[behind]) else ""
    before = texts[first - 1] if first and _is_name(texts[first - 1]) else ""
    if last and not words[end - 1].text.endswith((",", ";")):
        if before and not words[first - 1].text.endswith((",", ";", ":")):
            yield f"{before} {last}"
        yield f"{initials} {last}"
    if before:
        yield f"{initials} {before}"


def _is_name(text: str) -> bool:
    return len(text) > 1 and _NAME.fullmatch(text) is not None and text.casefold() not in STOP_WORDS
