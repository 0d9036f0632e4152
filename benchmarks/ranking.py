"""How well is ranked? nDCG@10 on five judged collections, each under a setting that never saw it.

    python -m benchmarks.ranking [--sets scifact cisi med lisa adi] [--readme README.md] [--known INDEX]

Collections in the BEIR layout are read from `QUIVER_SHARED` (`judged/`). Every setting of a small grid is measured on
every collection. *Leave one out* is the claim: each collection under the setting whose mean over the other four is
highest. *Fitted* is the shipped setting, whose numbers were chosen knowing all five; it stands beside it. With
`--readme` the tables, and those of `benchmarks.known_items`, replace what stands between two markers of a file.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from benchmarks import known_items
from query.engines.answer import Request, Row
from query.engines.compile import Compiled
from query.evaluate import Judgments, ndcg
from query.faces.cli.judged import judged_index, read_judgments, read_queries
from query.language.tree import Query, Word
from query.ranking.best import rerank
from query.ranking.expand import expanded
from query.ranking.parameters import BEST, DEPTH, EXPAND, Parameters
from query.search import PaperIndex

SETS = ("scifact", "cisi", "med", "lisa", "adi")
MARKERS = ("<!-- make eval: begin -->\n", "<!-- make eval: end -->\n")
GRID = [
    Parameters(function=function, adjacent=adjacent, feedback=feedback, certain=certain)
    for function, adjacent, feedback, certain in product((0.3, 0.6), (0.1, 0.2, 0.4), (0.3, 0.5, 0.7), (0.3, 0.4, 0.5))
]
EXPAND_GRID = [
    Parameters(feedback=feedback, certain=certain, rounds=rounds)
    for feedback, certain, rounds in product((0.3, 0.5), (0.4, 0.6), (1, 2))
]
Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """A judged query and its first hits by BM25F, any word matching."""

    compiled: Compiled
    rows: Sequence[Row]
    judged: Judgments


def asked(index: PaperIndex, folder: Path) -> list[Asked]:
    """The judged queries of a collection."""
    texts, judgments = read_queries(folder), read_judgments(folder)
    found = []
    for name, judged in judgments.items():
        if name in texts and any(gain > 0 for gain in judged.values()):
            query = Query(texts[name], tuple(Word(word) for word in texts[name].split()))
            request = Request(query, match="any", top=DEPTH + 1)
            compiled = index.engine.compile(request)
            found.append(Asked(compiled, index.engine.answer(request, compiled).rows, judged))
    return found


def _mean(index: PaperIndex, queries: Sequence[Asked], rank: Callable[[Asked], Sequence[Row]]) -> float:
    ranked = (
        ndcg([index.segments[row.segment].paper_id(row.doc) for row in rank(one)[:10]], one.judged) for one in queries
    )
    return sum(ranked) / len(queries)


def best(index: PaperIndex, parameters: Parameters) -> Callable[[Asked], Sequence[Row]]:
    """The order of `best` under a setting."""
    collection = index.engine.collection
    return lambda one: rerank(collection, one.compiled, one.rows, parameters).rows


def expand(index: PaperIndex, parameters: Parameters) -> Callable[[Asked], Sequence[Row]]:
    """The order of `best` for a query widened under a setting; re-scored under the shipped one."""
    collection = index.engine.collection

    def rank(one: Asked) -> Sequence[Row]:
        query = expanded(collection, one.compiled, one.rows, parameters)
        request = Request(query, match="any", top=DEPTH + 1)
        compiled = index.engine.compile(request)
        return rerank(collection, compiled, index.engine.answer(request, compiled).rows).rows

    return rank


def measured(folder: Path, grid: bool = True) -> tuple[float, dict[Parameters, float], dict[Parameters, float]]:
    """nDCG@10 of BM25F, and of `best` and `expand` under each setting."""
    settings, expand_settings = (GRID, EXPAND_GRID) if grid else ([], [])
    with judged_index(folder) as index:
        queries = asked(index, folder)
        return (
            _mean(index, queries, lambda one: one.rows),
            {setting: _mean(index, queries, best(index, setting)) for setting in {*settings, BEST}},
            {setting: _mean(index, queries, expand(index, setting)) for setting in {*expand_settings, EXPAND}},
        )


def left_out(scores: Mapping[str, Mapping[Parameters, float]], grid: Sequence[Parameters]) -> Scores:
    """For each collection its score under the setting that is best on the mean of the others; the first of equals."""
    found = {}
    for name, own in scores.items():
        others = [other for key, other in scores.items() if key != name]
        chosen = max(grid, key=lambda setting: sum(other[setting] for other in others))
        found[name] = own[chosen]
    return found


def table(shared: Path, sets: Sequence[str]) -> Iterator[str]:
    """The table as Markdown, a line each."""
    plain: Scores = {}
    settings: dict[str, dict[Parameters, float]] = {}
    widened: dict[str, dict[Parameters, float]] = {}
    for name in sets:
        plain[name], settings[name], widened[name] = measured(shared / "judged" / name)
    rows = {
        "`--ranking bm25f`": plain,
        "default, leave one out": left_out(settings, GRID),
        "default, as shipped (fitted)": {name: scores[BEST] for name, scores in settings.items()},
        "`--expand`, leave one out": left_out(widened, EXPAND_GRID),
        "`--expand`, as shipped (fitted)": {name: scores[EXPAND] for name, scores in widened.items()},
    }
    yield "| nDCG@10 | " + " | ".join(sets) + " | mean |"
    yield "| --- |" + " ---: |" * (len(sets) + 1)
    for title, scores in rows.items():
        values = [scores[name] for name in sets]
        yield f"| {title} | " + " | ".join(f"{value:.3f}" for value in (*values, sum(values) / len(values))) + " |"


def replaced(text: str, lines: Sequence[str]) -> str:
    """A text with what stands between the markers replaced. Raises ValueError where they are missing."""
    before, rest = text.split(MARKERS[0], 1)
    after = rest.split(MARKERS[1], 1)[1]
    return before + MARKERS[0] + "\n".join(lines) + "\n" + MARKERS[1] + after


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, or write them into a file."""
    parser = argparse.ArgumentParser(description="nDCG@10 on judged collections, and known-item searches.")
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS, help="collections")
    parser.add_argument("--readme", type=Path, help="write the tables between the markers of this file")
    parser.add_argument("--known", type=Path, help="an index of the conference lists; built aside if not given")
    parser.add_argument("--queries", type=int, default=300, help="known items of each kind; 0 leaves them out")
    options = parser.parse_args(arguments)
    shared = Path(os.environ.get("QUIVER_SHARED", Path(__file__).parents[2] / "shared"))
    lines = list(table(shared, options.sets))
    if options.queries:
        with known_items.lists_index(options.known) as index:
            lines += ["", *known_items.table(index, options.queries, seed=1, timed=40)]
    if options.readme:
        options.readme.write_text(replaced(options.readme.read_text("utf-8"), lines), "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
