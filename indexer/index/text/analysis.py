"""From text to words: the one chain that indexing and queries share.

Words are runs of letters and digits of any script, folded (`folding`). Punctuation parts them, hyphens and
underscores too (`multi-task` is multi, task), but for a table of what stays whole:

| text | words |
| --- | --- |
| `3.5`, `0.12B`, `v1.2` | `3.5`, `0.12b`, `v1.2`: a stop between digits |
| `C++`, `C#`, `F#`, `A*`, `.NET`, `AT&T` | `c++`, `c#`, `f#`, `a*`, `.net`, `at&t` |
| `i.i.d.`, `Ph.D.`, `10,000` | `iid`, `phd`, `10000` (`signs`); `u.s` where the letters are another word |
| `O'Brien`, `don't` | `obrien`, `dont` |
| `Bayes's` | `bayes`: a final 's is dropped |
| `機械学習`, `배포`, `ภาษา` | each ideograph, kana, Hangul syllable, letter of Thai, Lao, Burmese and Khmer |

Everything here is made of a few passes in C: 14 million words of abstracts are analysed in seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from unicodedata import unidata_version
from zlib import crc32

import Stemmer
from pylatexenc.version import version_str as latex_library

from indexer.index.text.folding import CHARACTER_RUN, fold_for_words, fold_with_origins
from indexer.index.text.folding import fold as fold
from indexer.index.text.reading import VERSION as READING
from indexer.index.text.reading import as_read
from indexer.index.text.signs import MARKERS, NOTHING, PLUS, SHARP, STOP, with_signs
from indexer.index.text.spellings import plain_spellings

# The classic list of function words: they neither decide what matches a query nor score.
_FUNCTION_WORDS = (
    "a an and are as at be but by for if in into is it no not of on or such "
    "that the their then there these they this to was will with"
)
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())

MAX_COMPOUND_PARTS = 5
MANY_TOGETHER, FEW_TOGETHER = 2, 4
"""Neighbours that are looked for together in a run of characters, of scripts with many and with some seventy."""
FIRST_OF_MANY = "\u3000"


class Token(NamedTuple):
    """A word and where it stands: code points `start` to `end` (exclusive) of the given, unfolded text."""

    text: str
    start: int
    end: int


_DECIMAL_STOP = re.compile(r"\.(?<=[0-9]\.)(?=[0-9])")
_LANGUAGE_NAME = re.compile(r"(?<![^\W_])(?<![^\W_]')(?:c\+\+|[cf]#)(?![^\W\d_]|[+#])")
_LANGUAGE_SIGNS = str.maketrans("+#", PLUS + SHARP)
_LAST_S = r"s(?![^\W_])"
_APOSTROPHE = re.compile(rf"'(?:(?<=[^\W_]')(?:{_LAST_S}|(?=[^\W_]))|(?<=[{PLUS}{SHARP}]'){_LAST_S})")


class _LastPass(dict[int, str | None]):
    """For `str.translate`: what is not ASCII has been decided before and stays."""

    def __missing__(self, code: int) -> str:
        same = self[code] = chr(code)
        return same


def _last_pass(hyphen: str) -> _LastPass:
    table = _LastPass({code: chr(code) if chr(code).isalnum() else " " for code in range(128)})
    table.update({ord(marker): sign or None for marker, sign in MARKERS.items()} | {ord("-"): hyphen})
    return table


_PARTED = _last_pass(" ")
_HYPHENATED = _last_pass("-")
_SAME_LENGTH = _LastPass({**_PARTED, ord(NOTHING): NOTHING})
_NAME_PARTED = _LastPass({**_PARTED, **dict.fromkeys(map(ord, MARKERS), " ")})
_RUN = re.compile("[^ ]+")


def words(text: str) -> list[str]:
    """The folded words of a text as read, in order, none dropped."""
    return _marked(fold_for_words(text)).translate(_PARTED).split()


def tokens(text: str) -> Iterator[Token]:
    """The same words as `words`, each with its place in the text.

    Places ascend, and overlap only where one character holds several words (`㍿`, `½`).
    """
    starts: Sequence[int]
    ends: Sequence[int]
    if text.isascii():
        folded, starts, ends = text.lower(), range(len(text)), range(1, len(text) + 1)
    else:
        folded, starts, ends = fold_with_origins(text)
    # The marker of dropped characters stays, so that this is as long as `folded`.
    spaced = _marked(folded).translate(_SAME_LENGTH)
    for run in _RUN.finditer(spaced):
        word = run[0].replace(NOTHING, "")
        yield Token(word, starts[run.start()], ends[run.end() - 1])


def compounds(text: str) -> list[tuple[str, ...]]:
    """Every hyphenated form of the text, in order, as its words: `multi-task` is `("multi", "task")`.

    A form has two to five words; ranges of numbers (`2018-2024`) are none.
    """
    if "-" not in text and "." not in text and text.isascii():
        return []
    return _compounds(_hyphenated(text))


def words_and_compounds(text: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """`words(text)` and `compounds(text)` in one go, for a third less than the two."""
    spaced = _hyphenated(text)
    return spaced.replace("-", " ").split(), _compounds(spaced)


def groups(text: str, *, pairs: bool = True) -> list[tuple[str, ...]]:
    """The words of the text: those that hyphens tie (as in `compounds`) in one tuple, each other alone in one.

    Of a run of ideographs, kana or Hangul every two neighbours are a tuple: `图像分` is 图像, 像分; of Thai and its
    like, which have few letters, every four. Without `pairs`, as inside a phrase, each character is alone.
    """
    if text.isascii() or not pairs:
        return _tied(text)
    found: list[tuple[str, ...]] = []
    for piece in CHARACTER_RUN.split(text):
        single = words(piece) if CHARACTER_RUN.fullmatch(piece) else []
        size = FEW_TOGETHER if single and single[0] < FIRST_OF_MANY else MANY_TOGETHER
        found += list(_windows(single, size)) if len(single) > 1 else _tied(piece)
    return found


def _windows(single: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """Every so many neighbours; all of them where they are fewer."""
    return (tuple(single[at : at + size]) for at in range(max(1, len(single) - size + 1)))


def _tied(text: str) -> list[tuple[str, ...]]:
    return [parts for run in _hyphenated(text).split() for parts in _parts(run)]


def _compounds(spaced: str) -> list[tuple[str, ...]]:
    # From hyphen to hyphen: a split of the whole text costs more than the words themselves.
    found: list[tuple[str, ...]] = []
    hyphen = spaced.find("-")
    while hyphen >= 0:
        end = spaced.find(" ", hyphen)
        end = len(spaced) if end < 0 else end
        run = spaced[spaced.rfind(" ", 0, hyphen) + 1 : end]
        found += [parts for parts in _parts(run) if len(parts) > 1]
        hyphen = spaced.find("-", end)
    return found


def _parts(run: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for form in run.split("--"):
        parts = tuple(filter(None, form.split("-")))
        if len(parts) > MAX_COMPOUND_PARTS or all(part.replace(".", "").isdigit() for part in parts):
            found += [(part,) for part in parts]
        elif parts:
            found.append(parts)
    return found


def _hyphenated(text: str) -> str:
    return _marked(fold_for_words(text)).translate(_HYPHENATED)


def _marked(folded: str) -> str:
    """The folded text, of the same length, with markers for what stays inside words."""
    folded = with_signs(folded)
    if "." in folded:
        folded = _DECIMAL_STOP.sub(STOP, folded)
    if "#" in folded or "++" in folded:
        folded = _LANGUAGE_NAME.sub(lambda found: found[0].translate(_LANGUAGE_SIGNS), folded)
    if "'" in folded:
        folded = _APOSTROPHE.sub(lambda found: NOTHING * len(found[0]), folded)
    return folded


# --- names ---

_NAME_APOSTROPHE = re.compile(r"['`](?<=[^\W_]['`])(?=[^\W_])")


def name_words(name: str) -> list[str]:
    """The folded words of an author's name as read: every letter kept, nothing stemmed.

    `Jean-Luc O'Brien, Jr.` is jean, luc, obrien, jr.
    """
    folded = fold_for_words(name)
    if "'" in folded or "`" in folded:
        folded = _NAME_APOSTROPHE.sub("", folded)
    return folded.translate(_NAME_PARTED).split()


# --- stems ---

# No cache of its own: the caller stems each word of a vocabulary once.
_STEMMER = Stemmer.Stemmer("english", 0)


def stem(word: str) -> str:
    """The Snowball English stem of a folded word in its plain spelling; one with more than a to z is its own stem."""
    return stems([word])[0]


def stems(vocabulary: Sequence[str]) -> list[str]:
    """`stem` of every word, in order."""
    plain = plain_spellings(vocabulary)
    stemmed: list[str] = _STEMMER.stemWords(plain)
    return [short if word.isascii() and word.isalpha() else word for word, short in zip(plain, stemmed, strict=True)]


# --- fingerprint ---

# A little of everything that the chain decides. The readers of LaTeX and markup stand aside, being slow to
# load, and are told apart by their versions.
_SAMPLE = (
    "Weinan E's notes on multi-task learning: the generalised Schrödinger equations, 3.5 and 0. 12B, i. e. , "
    "C++ or F#, d'Alembert, ε-greedy policies, Łukasz Straße ﬁnds 機械学習 repre- sentations in Q^d, running "
    "organisations, i.i.d. in the U.S., A* at AT&T, 10,000, node.js, 배포"
)


def fingerprint() -> str:
    """What an index says about the analysis it was built with; one that differs asks for a rebuild.

    Versions of the stemmer, Unicode, the reading of texts and the LaTeX library, and a hash of the output on
    a fixed text.
    """
    found, joined = words_and_compounds(as_read(_SAMPLE))
    output = repr((found, joined, stems(found), name_words(_SAMPLE)))
    return (
        f"stemmer {Stemmer.version()}, unicode {unidata_version}, reading {READING}, "
        f"pylatexenc {latex_library}, output {crc32(output.encode()):08x}"
    )
