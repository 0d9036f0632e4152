"""Known-item searches: how soon is the one paper found that somebody has in mind?

    python -m benchmarks.known_items [--index DIR] [--queries 300] [--seed 1]

A seeded program draws papers from the conference lists (`QUIVER_SHARED`, `corpora/paperlists.tar.xz`) and asks for
each as people do: by half its title, by two words and a surname, and so on. MRR@10 a kind and ranking, and what the
rankings cost on these queries. A paper counts as found in any of its copies (equal titles as read).
"""

from __future__ import annotations

import argparse
import os
import re
import string
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from indexer.index.record.names import spelling
from indexer.index.record.paper import Paper
from indexer.index.text.analysis import STOP_WORDS, name_words, words
from indexer.index.text.reading import as_read
from indexer.ingest.build import build
from query.search import PaperIndex

DEPTH = 10
RANKINGS = ("bm25f", "best")
_ACRONYM = re.compile(r"(?:^|\()([A-Z][A-Za-z]*[A-Z][A-Za-z0-9]*)(?=[:)])")
_MARKED = re.compile(r"[^\x00-\x7f]|[$\\]")
_LETTERS = string.ascii_lowercase


@dataclass(frozen=True, slots=True)
class Item:
    """A paper in mind and what is typed for it."""

    paper: Paper
    query: str


def half_title(paper: Paper, random: Random) -> str | None:
    """Half of the words of a title of eight or more, side by side, from anywhere in it."""
    parts = paper.title.split()
    return _half(parts, random) if len(parts) >= 8 else None


def half_short_title(paper: Paper, random: Random) -> str | None:
    """Three words of a title of six or seven: one in four stands in other titles too (`Motion Planning for`: 229)."""
    parts = paper.title.split()
    return _half(parts, random) if 6 <= len(parts) < 8 else None


def _half(parts: Sequence[str], random: Random) -> str:
    size = len(parts) // 2
    start = random.randint(0, len(parts) - size)
    return " ".join(parts[start : start + size])


def title_with_typo(paper: Paper, random: Random) -> str | None:
    """The title with one letter of one word wrong, missing, doubled or swapped with the next."""
    parts = paper.title.split()
    long = [at for at, part in enumerate(parts) if len(part) >= 5 and part.isascii() and part.isalpha()]
    if not long or len(parts) < 3:
        return None
    at = random.choice(long)
    word, place = parts[at], random.randrange(1, len(parts[at]) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    wrong = (
        before + random.choice(_LETTERS.replace(letter.lower(), "")) + after,
        before + after,
        before + letter * 2 + after,
        before + after[0] + letter + after[1:],
    )
    parts[at] = random.choice([typed for typed in wrong if typed != word])
    return " ".join(parts)


def _content(paper: Paper) -> list[str]:
    found = dict.fromkeys(words(as_read(paper.title)))
    return [word for word in found if len(word) >= 4 and word.isalpha() and word not in STOP_WORDS]


def _surname(paper: Paper, random: Random) -> str | None:
    if not paper.authors:
        return None
    parts = name_words(spelling(random.choice(paper.authors).name))
    return parts[-1] if parts and not parts[-1].isdigit() and len(parts[-1]) > 1 else None


def words_and_surname(paper: Paper, random: Random) -> str | None:
    """Two words of the title and the surname of an author."""
    surname, content = _surname(paper, random), _content(paper)
    return " ".join([*random.sample(content, 2), surname]) if surname and len(content) > 1 else None


def surname_and_year(paper: Paper, random: Random) -> str | None:
    """The surname of an author and the year: seldom enough, since names and years recur."""
    surname = _surname(paper, random)
    return f"{surname} {paper.year}" if surname and paper.year else None


def venue_year_word(paper: Paper, random: Random) -> str | None:
    """The venue, the year and a word of the title: many papers share all three."""
    content = _content(paper)
    return f"{paper.venue} {paper.year} {random.choice(content)}" if content and paper.venue and paper.year else None


def acronym(paper: Paper, random: Random) -> str | None:
    """The short name that a title gives (`BERT: ...`)."""
    found = _ACRONYM.search(paper.title)
    return found[1] if found else None


def marked_title(paper: Paper, random: Random) -> str | None:
    """A title with accents or LaTeX, as published."""
    return paper.title if _MARKED.search(paper.title) and len(paper.title.split()) > 2 else None


KINDS: dict[str, Callable[[Paper, Random], str | None]] = {
    "half a title": half_title,
    "half a short title": half_short_title,
    "a title with a typo": title_with_typo,
    "two words and a surname": words_and_surname,
    "surname and year": surname_and_year,
    "venue, year and a word": venue_year_word,
    "an acronym": acronym,
    "a title with accents or LaTeX": marked_title,
}


def all_papers(index: PaperIndex) -> list[Callable[[], Paper]]:
    """A way to each live paper, by id: which segment holds it differs from build to build."""

    def way(segment: int, doc: int) -> Callable[[], Paper]:
        return lambda: index.segments[segment].papers.paper(doc)

    places = [
        (segment.paper_id(doc), number, doc)
        for number, segment in enumerate(index.segments)
        for doc in segment.live.nonzero()[0].tolist()
    ]
    return [way(number, doc) for _, number, doc in sorted(places)]


def items(papers: Sequence[Callable[[], Paper]], kind: str, count: int, seed: int) -> list[Item]:
    """`count` seeded items of a kind (fewer where the collection has not as many)."""
    random = Random(f"{seed} {kind}")
    made: list[Item] = []
    for at in random.sample(range(len(papers)), len(papers)):
        paper = papers[at]()
        query = KINDS[kind](paper, random)
        if query is not None:
            made.append(Item(paper, query))
            if len(made) == count:
                break
    return made


def _same(title: str) -> tuple[str, ...]:
    return tuple(words(as_read(title)))


def reciprocal_rank(index: PaperIndex, item: Item, ranking: str) -> float:
    """One over the rank of the paper, or of a copy, among the first ten."""
    wanted = _same(item.paper.title)
    page = index.search(item.query, limit=DEPTH, ranking=ranking, snippets=False)
    for hit in page.hits:
        if hit.id == item.paper.id or _same(hit.title) == wanted:
            return 1.0 / hit.rank
    return 0.0


def measure(index: PaperIndex, count: int, seed: int) -> Iterator[tuple[str, int, dict[str, float]]]:
    """Kind by kind: how many items, and MRR@10 for each ranking."""
    papers = all_papers(index)
    for kind in KINDS:
        drawn = items(papers, kind, count, seed)
        scores = {
            ranking: sum(reciprocal_rank(index, item, ranking) for item in drawn) / max(1, len(drawn))
            for ranking in RANKINGS
        }
        yield kind, len(drawn), scores


def costs(index: PaperIndex, count: int, seed: int) -> dict[str, tuple[float, float]]:
    """Milliseconds (of the processor) of a search at the median and the 95th percentile, for each ranking."""
    papers = all_papers(index)
    queries = [item.query for kind in KINDS for item in items(papers, kind, count, seed)]
    taken: dict[str, list[float]] = {ranking: [] for ranking in RANKINGS}
    for query in queries:
        # Each twice, taking turns, and the second time counts: no ranking has the warmer caches.
        for turn in range(2):
            for ranking in RANKINGS:
                started = time.process_time()
                index.search(query, limit=DEPTH, ranking=ranking, snippets=False)
                if turn:
                    taken[ranking].append((time.process_time() - started) * 1000)
    return {ranking: (_quantile(times, 0.5), _quantile(times, 0.95)) for ranking, times in taken.items()}


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


@contextmanager
def lists_index(path: Path | None) -> Iterator[PaperIndex]:
    """An index that is there, or one of the shared conference lists, built aside."""
    if path is not None:
        with PaperIndex.open(path) as index:
            yield index
        return
    shared = Path(os.environ.get("QUIVER_SHARED", Path(__file__).parents[2] / "shared"))
    with tempfile.TemporaryDirectory() as folder:
        lists = Path(folder) / "lists"
        with tarfile.open(shared / "corpora" / "paperlists.tar.xz") as archive:
            archive.extractall(lists, filter="data")
        build([lists], Path(folder) / "index")
        with PaperIndex.open(Path(folder) / "index") as index:
            yield index


def table(index: PaperIndex, count: int, seed: int, timed: int) -> Iterator[str]:
    """The table as Markdown, a line each, and what the rankings cost."""
    yield "| known items, MRR@10 | queries | " + " | ".join(RANKINGS) + " |"
    yield "| --- | ---: |" + " ---: |" * len(RANKINGS)
    for kind, drawn, scores in measure(index, count, seed):
        yield f"| {kind} | {drawn} | " + " | ".join(f"{scores[name]:.3f}" for name in RANKINGS) + " |"
    taken = costs(index, timed, seed)
    for number, name in enumerate(("median", "95th percentile")):
        yield (
            f"| cost, {name}, ms | {timed * len(KINDS)} | "
            + " | ".join(f"{taken[ranking][number]:.2f}" for ranking in RANKINGS)
            + " |"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description="MRR@10 of known-item searches, and their cost.")
    parser.add_argument("--index", type=Path, help="an index of the conference lists; built aside if not given")
    parser.add_argument("--queries", type=int, default=300, help="queries of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cost", type=int, default=40, help="queries of each kind that are timed")
    options = parser.parse_args(arguments)
    with lists_index(options.index) as index:
        for line in table(index, options.queries, options.seed, options.cost):
            print(line, flush=True)


if __name__ == "__main__":
    main()
