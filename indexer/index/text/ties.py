"""Words that a text ties to other spellings of themselves: umlauts written out, elided articles, capitals, Greek.

| in a text | ties |
| --- | --- |
| `Schrödinger` | `schroedinger` to the papers that write it so, and `schrodinger` to `schroedinger` |
| `l'école`, `d'Alembert` | `ecole` and `lecole` to each other |
| `US`, `IT` among small letters | `u.s`, `i.t` to the papers that write them so |
| `NF-κB`, `NFκB`, `NF-kappaB`, `TNF-alpha` | `nfkb`, `tnfa` to the papers that write them so |
| `NFkB`, `NF-kB`, `TNFa` | `nfκb`, `tnfα` to the papers that write them so |

So `Baer` finds Bär and not bar, `bar` finds Baer only where some paper writes Bär, and `U.S.` finds US and not us.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from indexer.index.late_pattern import late
from indexer.index.text.folding import fold

HERE, EVERYWHERE = "\x01", "\x02"
"""Whether a word counts as another only in the papers that tie them so, or wherever the other stands."""
APART = ""
"""Where the other is several words side by side, with a space between, as those that a hyphen ties are."""


class Tie(NamedTuple):
    """A word, folded, and another one that counts as it: HERE or EVERYWHERE."""

    word: str
    where: str
    other: str


_WRITTEN_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
_SPELT = str.maketrans(_WRITTEN_OUT | {letter.upper(): spelt for letter, spelt in _WRITTEN_OUT.items()})
_UMLAUTS = frozenset("".join(_WRITTEN_OUT) + "".join(_WRITTEN_OUT).upper())
_UMLAUT_WORD = late(rf"[^\W\d_]*[{''.join(sorted(_UMLAUTS))}][^\W\d_]*")
# It begins with the apostrophe, which is rare: a pattern that begins before it takes 140 microseconds an abstract.
_ELIDED = late(
    r"['’](?=[aeiouyhà-æè-ïò-öù-ýœAEIOUYHÀ-ÆÈ-ÏÒ-ÖÙ-ÝŒ])(?:(?<=\b[Qq][Uu].)|(?<=\b[cdjlmnstCDJLMNST].))"
    r"(?<!['’][Qq][Uu].)(?<!['’][cdjlmnstCDJLMNST].)([^\W\d_]{3,})"
)
CAPITALS = frozenset(("US", "IT"))
"""What is another word in capitals than in small letters, and is written with stops as well."""
_CAPITALS = late(r"(?<![\w.'’])(?:US|IT)(?![\w'’])(?:(?<=[a-z] ..)|(?=,? [a-z]))")


# Names of cytokines, receptors, subunits: capitals, and a Greek letter that many write as the Latin one.
_LATIN = {"α": "a", "β": "b", "γ": "g", "δ": "d", "κ": "k"}
_GREEK = {
    **{letter: letter for letter in _LATIN},
    **{latin: letter for letter, latin in _LATIN.items()},
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "kappa": "κ",
}  # fmt: skip
_LETTERS = "|".join(sorted(_GREEK, key=len, reverse=True))
_WITH_GREEK = late(rf"(?<![\w-])([A-Z]{{2,6}}-?[0-9]{{0,2}})(-?)({_LETTERS})([A-Z]?[0-9]{{0,2}})(?![\w-])")


def written_out(word: str) -> str:
    """A word with its umlauts written out, folded: `Schrödinger` is schroedinger."""
    return fold(word.translate(_SPELT))


def ties(text: str) -> Iterator[Tie]:
    """The ties of a text as read."""
    if not text.isascii() and not _UMLAUTS.isdisjoint(text):
        for word in _UMLAUT_WORD.findall(text):
            plain, spelt = fold(word), written_out(word)
            yield Tie(spelt, HERE, plain)
            yield Tie(plain, EVERYWHERE, spelt)
    if "'" in text or "’" in text:
        for found in _ELIDED.finditer(text):
            before = text[max(found.start() - 2, 0) : found.start()]
            article, plain = before if before.lower() == "qu" else before[-1:], fold(found[1])
            yield Tie(plain, EVERYWHERE, fold(article) + plain)
            yield Tie(fold(article) + plain, EVERYWHERE, plain)
    for found in _WITH_GREEK.finditer(text):
        yield from _of_greek(*found.groups())
    if "US" in text or "IT" in text:
        for word in _CAPITALS.findall(text):
            plain = word.lower()
            yield Tie(f"{plain[0]}.{plain[1]}", HERE, plain)


def _of_greek(capitals: str, hyphen: str, letter: str, rest: str) -> Iterator[Tie]:
    """The ties of a name with a Greek letter, or with the Latin one in its place."""
    greek = _GREEK[letter]
    latin = _LATIN[greek]
    asked = fold(capitals.replace("-", "") + (greek if letter == latin else latin) + rest)
    parts = fold(f"{capitals}{hyphen}{letter}{rest}").split("-")
    yield Tie(asked, APART if len(parts) > 1 else HERE, " ".join(parts))
