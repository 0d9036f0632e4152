"""Papers of any number, made up from a seed: what tests and benchmarks read where no real collection is at hand.

Shapes were measured on 8,036 papers of 40 conference lists: an abstract has 154 words, a title 9.5, a paper 5 authors,
8 % have no abstract, and word frequencies fall ever more steeply, so that the vocabulary grows with the square root of
the text. Exponents of frequency over rank, theirs and those of 5,000 papers made here: ranks 10 to 1,000 -0.87 and
-0.93, 100 to 3,000 -1.11 and -1.23, 1,000 to 10,000 -1.76 and -1.49. Paper n of a seed is the same however many are
asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

import numpy as np
import numpy.typing as npt

from indexer.index.record.paper import Author, Paper

Floats = npt.NDArray[np.float64]

BLOCK = 256
RANKS = 1 << 19

_FUNCTION_WORDS = (
    "the of a and to in we is for that on this with by an as are our can from which based be using it show or at "
    "not these such have than into their was has but no if its will there they then more also between both"
).split()
_SUFFIXES = ("", "s", "ing", "ed", "er", "ers", "ings", "ly", "able", "ation", "ations", "ement")
# Ranks in blocks of 24: mostly 12 roots with one to four forms; in each sixth block one root has all twelve.
_USUAL = tuple(
    [(root, 0) for root in range(12)]
    + [(root, 1) for root in range(6)]
    + [(0, 2), (1, 2), (2, 2), (0, 3), (1, 3), (0, 9)]
)
_WIDE = tuple([(0, form) for form in range(12)] + [(root, 0) for root in range(1, 12)] + [(1, 1)])
_SIGNS = (
    "C++", "2018", "3.5", "ε-greedy", "Schrödinger", 'Schr\\"odinger', "naïve", "Poincaré", "$O(n^2)$", "AT&amp;T",
    "don't", "Bayes's", "E", "K-means", "\\emph{robust}", "ℓ_1", "F#", "0. 12B", "i. e.", "機械学習", "&lt;sep&gt;",
)  # fmt: skip
_COMPOUNDS = 40
_GIVEN = (
    "Wei Anna Bo José Li Maria Jean-Luc Yuki Ivan Olga Ahmed Fatima Lars Søren Priya Arjun Chloé Tomás Ngozi "
    "Kwame Zoë David E. J. A. Mei Hiroshi Elena Pedro Ingrid Yann Andrew Geoffrey Fei-Fei Daphne Michael Emma "
    "Noah Lucía"
).split()
_FAMILY = (
    "Wang Li Zhang E Müller García Nguyen O'Brien Smith Dong Kim Tanaka Ivanova Hansen Łukasz Silva Rossi Dupont "
    "Schrödinger Novák Okafor Mensah Patel Singh Yılmaz Haddad Cohen Andersson Jensen de_Freitas van_den_Berg "
    "Chen Sato Kovács Popescu Ferrari Moreau Weber Fischer Ng"
).split()
_VENUES: tuple[tuple[str, str], ...] = (
    ("NeurIPS", "paper-conference"), ("ICML", "paper-conference"), ("CVPR", "paper-conference"),
    ("ICLR", "paper-conference"), ("arXiv", "article"), ("NIPS", "paper-conference"),
    ("Journal of Machine Learning Research", "article-journal"), ("ICRA", "paper-conference"),
    ("Advances in Neural Information Processing Systems", "paper-conference"), ("JMLR", "article-journal"),
    ("Workshop on Small Data", "paper-conference"), ("Annals of Generated Results", "article-journal"),
    ("", ""), ("Technical Report", "report"), ("ICLR submission", "manuscript"), ("PhD thesis", "thesis"),
)  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def papers(count: int, seed: int = 1) -> Iterator[Paper]:
    """The first `count` papers of a seed."""
    return islice(_endless(seed), count)


def words(count: int, seed: int = 1) -> list[str]:
    """Words drawn as those of abstracts are: for queries over generated papers."""
    return _draw(np.random.default_rng([seed, 7]).random(count))


def _endless(seed: int) -> Iterator[Paper]:
    block = 0
    while True:
        # Uniform numbers alone, whose stream numpy keeps from version to version.
        numbers = np.random.default_rng([seed, block])
        for number in range(block * BLOCK, (block + 1) * BLOCK):
            yield _paper(number, seed, numbers)
        block += 1


def _paper(number: int, seed: int, numbers: np.random.Generator) -> Paper:
    luck = numbers.random(64)
    title_length = max(2, round(9.5 + 3.3 * _normal(luck[0:12])))
    length = 0 if luck[12] < 0.08 else round(math.exp(4.98 + 0.4 * _normal(luck[13:25])))
    title = " ".join(_running(numbers, title_length))
    title = title[0].upper() + title[1:]
    abstract = " ".join(_running(numbers, length)) + "." if length else ""
    venue, kind = _VENUES[int(len(_VENUES) * luck[25] ** 1.7)]
    year = None if luck[26] < 0.03 else 2025 - int(-math.log(1 - 0.99 * luck[27]) * 7)
    keywords = tuple(" ".join(_draw(numbers.random(2))) for _ in range(2 + int(3 * luck[28]))) if luck[29] < 0.3 else ()
    return Paper(
        id=f"made{seed}-{number:06d}",
        title=title,
        abstract=abstract,
        authors=_authors(number, luck[36:]),
        venue=venue,
        year=year,
        type=kind,
        url=f"https://example.org/{seed}/{number}" if luck[30] < 0.6 else "",
        doi=f"10.5555/made.{seed}.{number}" if luck[31] < 0.3 else "",
        arxiv=f"{1000 + number % 9000:04d}.{number:05d}" if venue == "arXiv" and number < 100_000 else "",
        keywords=keywords,
        extra={"track": "made"} if luck[32] < 0.2 else {},
    )


def _normal(uniform: Floats) -> float:
    """A standard normal number from twelve uniform ones."""
    return float(uniform.sum()) - 6.0


def _running(numbers: np.random.Generator, length: int) -> list[str]:
    """Words of a text: drawn by rank, some said again, some hyphenated, a few with signs."""
    drawn = _draw(numbers.random(length))
    luck = numbers.random((2, length))
    text: list[str] = []
    for at, (word, what, which) in enumerate(zip(drawn, luck[0].tolist(), luck[1].tolist(), strict=True)):
        if what < 0.15 and at > 5:
            text.append(text[int(which * at) % len(text)])  # real texts return to their subject
        elif what < 0.175:
            first, second = _compound(int(which * 3 * _COMPOUNDS) // 3)
            text.append(("{}-{}", "{}{}", "{} {}")[int(which * 3 * _COMPOUNDS) % 3].format(first, second))
        elif what < 0.185 and text and text[-1].isalpha():
            text[-1] += f"-{word}"
        elif what < 0.19:
            text.append(_SIGNS[int(which * len(_SIGNS))])
        elif what > 0.93:
            text.append(word + (", " if which < 0.5 else ". ").rstrip())
        else:
            text.append(word)
    return text


def _compound(number: int) -> tuple[str, str]:
    return _word(60 + 31 * number), _word(75 + 37 * number)


def _authors(number: int, luck: Floats) -> tuple[Author, ...]:
    count = 0 if luck[0] < 0.005 else max(1, min(12, round(5 + 2.4 * _normal(luck[1:13]))))
    people = dict.fromkeys(int((number + 60) * 1.6 * share**1.7) for share in luck[13 : 13 + count].tolist())
    found = [_author(person) for person in people]
    if found and luck[26] < 0.02:
        found[0] = Author(found[0].name.upper(), found[0].id)
    return tuple(found)


def _author(person: int) -> Author:
    """A person: names repeat after a while, first with an initial, then with a number, as in DBLP."""
    given = _GIVEN[person % len(_GIVEN)]
    family = _FAMILY[person * 7 // len(_GIVEN) % len(_FAMILY)].replace("_", " ")
    turn = person // (len(_GIVEN) * len(_FAMILY))
    middle = f" {_LETTERS[turn % 26].upper()}." if turn % 27 else ""
    number = f" {turn // 27:04d}" if turn >= 27 else ""
    name = f"{given}{middle} {family}{number}"
    return Author(name, f"~{person}" if person % 5 < 3 else None)


def _draw(uniform: Floats) -> list[str]:
    """Words by rank, from uniform numbers."""
    return [_word(rank) for rank in np.searchsorted(_cumulative(), uniform).tolist()]


@cache
def _cumulative() -> Floats:
    rank = np.arange(1, RANKS + 1, dtype=np.float64)
    share = (rank + 0.6) ** -0.88 / (1 + rank / 3000.0) ** 1.15
    total = np.cumsum(share)
    return np.asarray(total / total[-1])


@cache
def _word(rank: int) -> str:
    if rank < len(_FUNCTION_WORDS):
        return _FUNCTION_WORDS[rank]
    block, slot = divmod(rank - len(_FUNCTION_WORDS), 24)
    offset, form = (_WIDE if block % 6 == 5 else _USUAL)[slot]
    return _root(block * 12 + offset) + _SUFFIXES[form]


def _root(number: int) -> str:
    """A pronounceable word of two syllables or more that no other number has."""
    number = number * 2_654_435_761 % (1 << 20)  # one to one: neighbours in rank should not look alike
    digits: list[int] = []
    for base in (12, 5, 16, 5, 14, 5, 16):
        number, digit = divmod(number, base)
        digits.append(digit)
        if not number and len(digits) >= 5:
            break
    return "".join(_pieces(digits))


def _pieces(digits: Sequence[int]) -> Iterator[str]:
    kinds = ("bdfgklmnprtv", "aeiou", "bcdfghjklmnprstv", "aeiou", "bdfghklmnprstv", "aeiou", "bcdfghjklmnprstv")
    for digit, kind in reversed(list(zip(digits, kinds, strict=False))):
        yield kind[digit]
