"""The optional words of a query in their order, each with its role, its weight and its position."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.index.text.encoded import encode
from query.engines.compile import Compiled
from query.language.analysed import ADDED
from query.ranking.parameters import Parameters
from query.ranking.sentence import Role, is_sentence, roles

_FUNCTION_WEIGHT = 1.0
"""What a function word counts in a run of words: `the Learnability of` is not any title with `Learnability`."""


@dataclass(frozen=True, slots=True)
class AskedWord:
    """One word. Parts of a compound are words of their own and share the weight of their term."""

    text: str
    stem: bytes
    role: Role
    weight: float
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The words as typed, and for the terms of the compiled query by what each one's score is multiplied.

    `scored` belongs to `Compiled.optional`, `score_only` to all of `Compiled.score_only`; `years` are numbers of
    optional terms that are years, `named` of initials of somebody's name; `highest` is the highest score that the
    content words can give.
    """

    words: list[AskedWord]
    scored: list[float]
    score_only: float
    years: list[int]
    named: list[int]
    highest: float

    def content(self) -> Iterator[AskedWord]:
        """The words that carry the query, in order."""
        return (word for word in self.words if word.role is Role.CONTENT)


def asked(compiled: Compiled, parameters: Parameters) -> Asked:
    """What a query asks for in optional words. Those that nobody typed count in full, and have no position."""
    typed = [word for word in compiled.query.words if word.start != ADDED]
    # A compound is one word here: the `of` of state-of-the-art makes no sentence.
    found = roles(["-".join(word.parts) for word in typed])
    sentence = is_sentence(found)
    multipliers = {Role.CONTENT: 1.0, Role.FUNCTION: parameters.function if sentence else 1.0, Role.SCAFFOLD: 0.0}
    numbers = iter(compiled.numbers)
    words: list[AskedWord] = []
    scored: list[float] = []
    years: list[int] = []
    named: list[int] = []
    highest = 0.0
    for word, role in zip(typed, found, strict=True):
        weight = _FUNCTION_WEIGHT
        if not word.score_only:
            number = next(numbers)
            term = compiled.optional[number].term
            # An initial is not what is sought: a paper has it whose author has, wherever else it stands.
            role = Role.FUNCTION if term.whose and " " in term.initial_of[0] else role
            if number == len(scored):
                if term.year is not None:
                    years.append(number)
                if term.whose:
                    named.append(number)
                scored.append(multipliers[role])
                highest += term.weight if role is Role.CONTENT else 0.0
            if role is not Role.FUNCTION:
                # What one time that it was typed counts.
                share = word.boost / term.boost if term.boost else 0.0
                weight = term.weight * share / len(word.parts)
        for part, stem in zip(word.parts, word.part_stems, strict=True):
            words.append(AskedWord(part, encode(stem), role, weight, len(words)))
    scored += [1.0] * (len(compiled.optional) - len(scored))
    return Asked(words, scored, 0.0 if sentence else 1.0, years, named, highest)
