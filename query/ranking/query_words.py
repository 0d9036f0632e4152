"""The bare words of a query in their order, each with its role, its weight and its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.index.text.analysis import STOP_WORDS, stems
from query.engines.compile import Compiled, grouped
from query.engines.terms import Term, is_year
from query.language.tree import Query
from query.ranking.parameters import Parameters
from query.ranking.sentence import Role, is_sentence, roles

ADDED = -1
"""`start` of a word that nobody typed: one that `--expand` added, after those of the query."""
_FUNCTION_WEIGHT = 1.0
"""What a function word counts in a run of words: `the Learnability of` is not any title with `Learnability`."""


@dataclass(frozen=True, slots=True)
class AskedWord:
    """One word. Parts of a hyphenated form are words of their own and share the weight of their term."""

    text: str
    stem: bytes
    role: Role
    weight: float
    place: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The words as typed, and for the terms of the compiled query by what each one's score is multiplied.

    `scored` belongs to `Compiled.bare`, `silent` to all of `Compiled.silent`; `years` are numbers of bare terms that
    are years; `highest` is the highest score that the content words can give.
    """

    words: list[AskedWord]
    scored: list[float]
    silent: float
    years: list[int]
    highest: float

    def content(self) -> Iterator[AskedWord]:
        """The words that carry the query, in order."""
        return (word for word in self.words if word.role is Role.CONTENT)


def asked(query: Query, compiled: Compiled, parameters: Parameters) -> Asked:
    """What a query asks for in bare words."""
    runs = [parts for leaf in query.bare if leaf.start != ADDED for parts in grouped(leaf.text)]
    # A hyphenated form is one word here: the `of` of state-of-the-art makes no sentence.
    found = roles(["-".join(parts) for parts in runs])
    sentence = is_sentence(found)
    multipliers = {Role.CONTENT: 1.0, Role.FUNCTION: parameters.function if sentence else 1.0, Role.SCAFFOLD: 0.0}
    terms = iter([node.term for node in compiled.bare])
    stemmed = iter(stems([part for parts in runs for part in parts]))
    words: list[AskedWord] = []
    scored: list[float] = []
    years: list[int] = []
    highest = 0.0
    for parts, role in zip(runs, found, strict=True):
        term: Term | None = None
        # The compiler leaves stop words out where there is another word, and lists them as silent then.
        if not (compiled.silent and len(parts) == 1 and parts[0] in STOP_WORDS):
            term = next(terms)
            if len(parts) == 1 and is_year(parts[0]):
                years.append(len(scored))
            scored.append(multipliers[role])
            highest += term.weight if role is Role.CONTENT else 0.0
        weight = _FUNCTION_WEIGHT if term is None or role is Role.FUNCTION else term.weight / len(parts)
        for part in parts:
            words.append(AskedWord(part, next(stemmed).encode("utf-8", "surrogatepass"), role, weight, len(words)))
    scored += [1.0 for _ in terms]
    return Asked(words, scored, 0.0 if sentence else 1.0, years, highest)
