"""Spellings of one word made one: British and American English, Greek letters and their names.

A word is brought to its American spelling, a Greek letter to its name, before it is stemmed: in papers and in queries
alike, so that either spelling finds the same papers. What is shown and what patterns match stays as it was written.

British spellings come from the table of breame (1,730 words); its verbs in -ise are a part of those that science
makes, so that the ending itself is read as well: British words in -ise, -isation and -yse are those in -ize, -ization
and -yze, but for the words that have no z in any English, which grammars list (Fowler's *Modern English Usage*, -ise).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from breame.data.spelling_constants import BRITISH_ENGLISH_SPELLINGS

from indexer.index.late_pattern import late

# Words of the table that are, in either English, other words beside those of the other half: a practise is no practice.
_DISTINCT = frozenset(
    """
    practise practised practises practising draught draughts disc discs tyre tyres licence licences vice vices moult
    storey storeys cheque cheques gaol prise mum analyses paralyses ton tonne tonnes
    """.split()
)
_AMERICAN: dict[str, str] = {
    british: plain for british, plain in BRITISH_ENGLISH_SPELLINGS.items() if british not in _DISTINCT
}

_ENDING = late(r"(is)(e|ed|es|er|ers|ing|able|ation|ations|ational)$|(ys)(e|ed|er|ers|ing)$")
# Roots that have -ise and no z in any English: advise, supervise, exercise, promise, enterprise, noise, pairwise.
_WITHOUT_Z = late(
    r"[aeouw]$|(?:superv|improv|telev|prov|adv)$|^(?:re|de|pre)v$|(?:circumc|exerc|prec|prom|prem|prehens)$"
    r"|^(?:exc|inc|conc|chast|advert|expert|franch|disenfranch|enfranch|merchand|parad|treat|anis|dem|surm|chem)$"
    r"|^(?:desp|appr|repr|enterpr|surpr|compr|upr|sunr|moonr|highr|marqu|val|tenn|mant|trell|port|synthes)$"
)
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        """
        alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi
        chi psi omega
        """.split(),
        strict=True,
    )
)
_GREEK_LETTER = late(f"[{''.join(_GREEK)}]")
_WORD_OF_GREEK = late("[\u0370-\u03ff\u1f00-\u1fff]{2,}")
# Units: a micrometre is no mum.
_UNIT = late(r"μ[a-z]{1,2}")


def plain_spelling(word: str) -> str:
    """The one spelling of a folded word: `optimisation` is optimization, `β` beta, `λcdm` lambdacdm.

    Words of the Greek language stay as they are, and so do words that are not the same in both Englishes.
    """
    if not word.isascii():
        return _without_greek(word)
    known = _AMERICAN.get(word)
    if known is not None:
        return known
    if len(word) < 6:
        return word
    if word[-1] == "s" and word not in _DISTINCT and (known := _AMERICAN.get(word[:-1])) is not None:
        return f"{known}s"
    if word[-1] in _LAST_OF_ENDING and ("is" in word[3:] or "ys" in word[3:]):
        ending = _ENDING.search(word)
        if ending is not None:
            return _with_z(word, ending)
    return word


_LAST_OF_ENDING = frozenset("edsrgnl")


def american_spellings() -> Mapping[str, str]:
    """The words of the table, each with the spelling that it is brought to; words by their endings stand in none."""
    return _AMERICAN


def _with_z(word: str, ending: re.Match[str]) -> str:
    root = word[: ending.start()]
    if ending[3] is not None:
        # Of analysis, paralysis, catalysis and their like.
        return f"{root}yz{ending[4]}" if root.endswith(("al", "rol")) else word
    if ending[2].startswith("ation"):
        return word if root.endswith("improv") else f"{root}iz{ending[2]}"
    return word if len(root) < 3 or _WITHOUT_Z.search(root) else f"{root}iz{ending[2]}"


def _without_greek(word: str) -> str:
    if not _GREEK_LETTER.search(word) or _WORD_OF_GREEK.fullmatch(word) or _UNIT.fullmatch(word):
        return word
    return _GREEK_LETTER.sub(lambda letter: _GREEK[letter[0]], word)


def spelled_alike(word: str) -> tuple[str, ...]:
    """A folded word and all its other spellings: `optimization` and optimisation, `beta` and β; sorted."""
    plain = plain_spelling(word)
    known = [*_british().get(plain, ())]
    if plain[-1:] == "s":
        known += [f"{british}s" for british in _british().get(plain[:-1], ())]
    known += [f"{plain[:at]}{second}s{plain[at + 2 :]}" for second, at in _endings_in_z(plain)]
    known += [plain.replace(name, letter) for letter, name in _GREEK.items() if name in plain]
    return tuple(sorted({word, plain, *(other for other in known if plain_spelling(other) == plain)}))


@lru_cache(1 << 12)
def spelled_in_names(word: str) -> tuple[str, ...]:
    """The other spellings of a folded word under which authors may stand: of `grey` gray, of `β` beta."""
    return tuple(other for other in spelled_alike(word) if other != word and other.isascii())


@cache
def _british() -> dict[str, list[str]]:
    british: dict[str, list[str]] = {}
    for other, plain in _AMERICAN.items():
        british.setdefault(plain, []).append(other)
    return british


def _endings_in_z(plain: str) -> list[tuple[str, int]]:
    """Where the last of `iz` and of `yz` stand in a word."""
    return [(vowel, at) for vowel in "iy" if (at := plain.rfind(f"{vowel}z")) > 0]


def plain_spellings(vocabulary: Sequence[str]) -> list[str]:
    """`plain_spelling` of every word, in order."""
    return [plain_spelling(word) for word in vocabulary]
