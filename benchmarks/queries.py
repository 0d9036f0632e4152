"""What is asked: words drawn from the papers themselves by a seed, and what each kind of search makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

import orjson

from indexer.index.text.analysis import STOP_WORDS

SEED = 11
PREFIX_LENGTHS = (3, 4, 5)
_WORD = re.compile(r"(?<![\w'’$\\{}-])[A-Za-z]{3,}(?![\w'’$\\{}-])")
_PAIR = re.compile(r"(?<![\w'’$\\{}-])([A-Za-z]{3,}) ([A-Za-z]{3,})(?![\w'’$\\{}-])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Asked:
    """One search. `match` is any, all, phrase, prefix or fuzzy; the filters, where given, all hold."""

    match: str
    words: tuple[str, ...]
    venue: str = ""
    years: tuple[int, int] | None = None
    author: str = ""
    facets: bool = False
    snippets: bool = False

    @property
    def filtered(self) -> bool:
        """Whether any filter is set."""
        return bool(self.venue or self.years or self.author)


KINDS: tuple[str, ...] = (
    "any", "all", "phrase", "prefix", "fuzzy",
    "any + year", "any + venue", "any + author", "any + year, venue, author", "any + facets", "any + snippets",
)  # fmt: skip
"""The kinds of search; a kind that begins like another has the same words."""


def draw(path: Path, count: int, seed: int = SEED) -> dict[str, list[Asked]]:
    """`count` searches of each kind, no two of a kind alike, drawn from the papers of a JSON Lines file.

    Words are of three letters or more, none of the stop list, drawn as often as they occur. The filters are those of
    the paper that the words come from: its venue, its year and two either side, one of its authors.
    """
    asked: dict[str, dict[Asked, None]] = {kind: {} for kind in KINDS}
    for record, random in _records(path, seed):
        for kind, one in _of_paper(record, random):
            if len(asked[kind]) < count:
                asked[kind].setdefault(one)
        if all(len(found) == count for found in asked.values()):
            break
    return {kind: list(found) for kind, found in asked.items()}


def _records(path: Path, seed: int) -> Iterator[tuple[Mapping[str, object], Random]]:
    """Records in seeded order with a generator of their own, each record up to three times."""
    with path.open("rb") as lines:
        ends = list(accumulate(map(len, lines)))
        starts = [0, *ends[:-1]]
        random = Random(seed)
        for turn in range(3):
            for at in random.sample(range(len(starts)), len(starts)):
                lines.seek(starts[at])
                yield orjson.loads(lines.readline()), Random(f"{seed} {turn} {at}")


def _of_paper(record: Mapping[str, object], random: Random) -> Iterator[tuple[str, Asked]]:
    text = f"{record['title']} . {record.get('abstract', '')}"
    found = [word for word in map(str.lower, _WORD.findall(text)) if word not in STOP_WORDS]
    venue, year, authors = record.get("venue"), record.get("year"), record.get("authors")
    if len(set(found)) < 3 or not isinstance(venue, str) or not isinstance(year, int) or not isinstance(authors, list):
        return
    words: dict[str, None] = {}
    while len(words) < 3:
        words.setdefault(random.choice(found))
    three = tuple(words)
    author = random.choice(authors)
    years, name = (year - 2, year + 2), author if isinstance(author, str) else author["name"]
    yield "any", Asked("any", three)
    yield "all", Asked("all", three)
    yield "any + year", Asked("any", three, years=years)
    yield "any + venue", Asked("any", three, venue=venue)
    yield "any + author", Asked("any", three, author=name)
    yield "any + year, venue, author", Asked("any", three, venue, years, name)
    yield "any + facets", Asked("any", three, facets=True)
    yield "any + snippets", Asked("any", three, snippets=True)
    yield "prefix", Asked("prefix", (random.choice(found)[: random.choice(PREFIX_LENGTHS)],))
    pairs = [pair for pair in _PAIR.findall(text) if not STOP_WORDS.intersection(map(str.lower, pair))]
    if pairs:
        yield "phrase", Asked("phrase", tuple(map(str.lower, random.choice(pairs))))
    long = [word for word in found if len(word) >= 6]
    if long:
        yield "fuzzy", Asked("fuzzy", (_mistyped(random.choice(long), random),))


def _mistyped(word: str, random: Random) -> str:
    """One letter of the word, not its first two, made another."""
    at = random.randrange(2, len(word))
    return word[:at] + random.choice(_LETTERS.replace(word[at], "")) + word[at + 1 :]
