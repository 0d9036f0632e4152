"""In which language a paper is written, and its words' stems in it.

Every paper keeps its English stems. A word of a paper in one of the languages below is tied to its stem in that
language, tagged (`de:haus`), and a query word counts as all words with one of its tagged stems in papers of that
language: `Haus` finds Häuser in German papers. Stems are Snowball's, of folded words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import Stemmer

from indexer.index.text.ties import HERE, Tie

ENGLISH = "en"
LANGUAGES = {
    "de": "german",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
    "ru": "russian",
}
"""Codes of ISO 639-1, and the names of their stemmers."""
LANGUAGE_NUMBERS = {code: number for number, code in enumerate((ENGLISH, *LANGUAGES))}
"""By what number a paper's language is stored."""
LANGUAGE_CODES = tuple(LANGUAGE_NUMBERS)

# Names in English, names of their own, and the codes of ISO 639-2 that library catalogues write.
_NAMED = {name: code for code, names in {
    ENGLISH: "english eng", "de": "german deutsch ger deu", "es": "spanish español spa",
    "fr": "french français fre fra", "it": "italian italiano ita",
    "nl": "dutch nederlands dut nld", "pt": "portuguese português por",
    "ru": "russian русский rus",
}.items() for name in names.split()}  # fmt: skip
_CYRILLIC = re.compile("[а-яА-Я]")
READ = 400
"""So many characters tell English from the others; no more are looked at."""
# At most eight letters each: so long are those that the loop in C compares.
OF_ENGLISH = frozenset("the of and to for with is are that this we on by from an be as can which our".split())
OF_OTHERS = frozenset(
    """
    der die das und von zur zum mit den dem des ein eine einer ist für auf im über durch bei werden nicht
    le la les du une est dans pour par sur avec qui nous aux et cette ces
    el los las una y del con para por que se en como su este
    o os uma do da dos das em com não no na ao pelo
    il lo gli di che della del nel per sono una delle con e
    het een van de voor met niet zijn wordt op te dat
    """.split()
)


def known_language(said: object) -> str:
    """The code of a language as it is said (`de`, `de-AT`, `German`); empty where it is none of the table."""
    if not isinstance(said, str):
        return ""
    named = said.strip().lower()
    if (code := re.split("[-_]", named)[0]) in LANGUAGE_NUMBERS:
        return code
    return _NAMED.get(named, "")


def language_of(text: str, said: object = None, default: str = "") -> str:
    """The code of a text's language, of `LANGUAGES` or `ENGLISH`.

    `said` is what its record says, `default` what holds of all records that say nothing; else it is detected.

    English is what has half as many of its commonest words as of all others', so that most cost 4 microseconds; of
    the rest the identifier of py3langid decides.
    """
    if known := known_language(said) or default:
        return known
    head = text[:READ]
    found = head.lower().split()
    cyrillic = not head.isascii() and len(_CYRILLIC.findall(head)) * 2 > len(head)
    if not cyrillic and mostly_english(len(OF_OTHERS.intersection(found)), len(OF_ENGLISH.intersection(found))):
        return ENGLISH
    code: str = _identifier()(text[:2000])[0]
    return code


def mostly_english(others: int, english: int) -> bool:
    """Whether a text is English that has so many of the words of `OF_OTHERS` and of `OF_ENGLISH`."""
    return others < 2 or others <= 2 * english


@cache
def _identifier() -> Any:
    # Half a second to load, which a collection in English never needs.
    import py3langid

    py3langid.set_languages([ENGLISH, *LANGUAGES])
    return py3langid.classify


@cache
def _stemmer(code: str) -> Any:
    return Stemmer.Stemmer(LANGUAGES[code], 0)


def tagged_stem(word: str, code: str) -> str:
    """The stem of a folded word in a language, tagged: `de:haus`."""
    return f"{code}:{_stemmer(code).stemWord(word)}"


def tagged(words: Iterable[str], code: str) -> Iterator[Tie]:
    """What ties the words of a text to their stems in its language."""
    distinct = sorted(set(words))
    stemmed: Sequence[str] = _stemmer(code).stemWords(distinct)
    return (Tie(f"{code}:{stem}", HERE, word) for word, stem in zip(distinct, stemmed, strict=True))
