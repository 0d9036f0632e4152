"""What a cluster gives becomes a segment in memory that holds what the papers' own segment holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.index.errors import UsageError
from indexer.index.opensearch.analysed import Analyser
from indexer.index.opensearch.mapping import document
from indexer.index.record.names import cluster_key
from indexer.index.record.paper import Author, Paper
from indexer.index.record.venues import VenueTable
from indexer.index.schema import FIELDS, NAMES, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.store.generation import open_generation
from indexer.index.text.encoded import decode
from indexer.ingest.collect import index_papers
from query import PaperIndex
from query.engines.author_names import AuthorNames, FoundNames
from query.engines.collection import Collection
from query.engines.compile import Compiler
from query.engines.masks import Mask
from query.engines.nodes import Scorer
from query.engines.opensearch import clauses
from query.engines.opensearch.candidates import Rows
from query.engines.opensearch.facets import counted
from query.engines.orders import Found, first_rows
from query.engines.scoring import exact
from query.engines.variants import Variants
from query.language.analysed import analyse
from query.language.parser import parse
from query.ranking.best import rerank
from tests.generate import papers

SOME = [
    *papers(40, seed=3),
    Paper("gaps", "On graphs", "Some text.", (Author("Weinan E"), Author("Li Wang")), keywords=("two words", "graphs")),
    Paper("bare", "Nothing else"),
]


@pytest.fixture(scope="module")
def rows() -> Rows:
    """The papers as a cluster gives them."""
    analysed = Analyser(VenueTable.default()).analyse(SOME)
    hits = []
    for paper, words in zip(SOME, analysed, strict=True):
        made = document(paper, words)
        fields: dict[str, object] = {
            name: [made[name]] for name in ("id", "year", "type", "venue", "streams") if name in made
        }
        fields |= {f"lengths.{field.name}": [made["lengths"][field.name]] for field in FIELDS}
        hits.append({"_id": paper.id, "fields": fields, "matched_queries": ["clause-0"] if paper.year == 2020 else []})
    stored = {paper.id: words.stored for paper, words in zip(SOME, analysed, strict=True)}
    held = {
        paper.id: " ".join(" ".join(field) for field in words.surfaces).split()
        for paper, words in zip(SOME, analysed, strict=True)
    }

    def written(word: str, ids: Sequence[str]) -> set[str]:
        return {name for name in ids if word in held[name]}

    return Rows("rows", hits, lambda ids: {name: stored[name] for name in ids}, written)


def test_rows_hold_what_the_segment_holds(rows: Rows, tmp_path: Path) -> None:
    """Terms, papers, frequencies by field, positions and lengths are those of an index of the same papers."""
    index_papers(SOME, tmp_path / "p.idx")
    with PaperIndex.open(tmp_path / "p.idx") as index:
        (segment,) = index.segments
        place = {segment.paper_id(doc): doc for doc in range(segment.docs)}
        order = np.array([place[paper] for paper in rows.paper_ids])
        assert (segment.lengths[:, order] == rows.lengths).all()
        assert (segment.years[order] == rows.years).all()
        assert (segment.types[order] == rows.types).all()
        for name in (TEXT, NAMES):
            theirs, ours = segment.group(name), rows.group(name)
            assert list(theirs.terms) == list(ours.terms)
            for term in range(len(theirs.terms)):
                assert _positions(theirs, term, np.arange(len(order))) == _positions(ours, term, order), theirs.terms[
                    term
                ]


class _NamesOfRows(AuthorNames):
    """The names of an index, which stand on rows: what a cluster is asked for."""

    def mark(self, mask: Mask, found: FoundNames, segment: Segment, at: int) -> None:
        (theirs,) = self._segments
        keys = {decode(theirs.files.clusters.keys[number]) for number in found.clusters[0].tolist()}
        for row in range(segment.docs):
            mask[row] |= any(cluster_key(author.name) in keys for author in segment.papers.paper(row).authors)


def test_rows_are_ranked_as_the_papers_of_an_index_are(rows: Rows, tmp_path: Path) -> None:
    """By `best`, from the statistics of the whole: the same papers in the same order with the same scores."""
    index_papers(SOME, tmp_path / "p.idx")
    venues = VenueTable.default()
    generation = open_generation(tmp_path / "p.idx")
    known, over = Variants(Collection(generation)), Collection(generation)
    over.segments = [rows]
    over.author_names = _NamesOfRows(over.author_names._segments)
    with PaperIndex.open(tmp_path / "p.idx") as index:
        for text in (SOME[0].title, SOME[7].title, f"which are the {SOME[3].title}", "On graphs", "Weinan E graphs"):
            compiled = Compiler(over, venues, known).compile(analyse(parse(text), venues=venues))
            scorers = [*(Scorer(node.term) for node in compiled.optional), *map(Scorer, compiled.score_only)]
            scores = exact(over, rows, 0, scorers, np.arange(rows.docs))
            docs = np.flatnonzero(scores)
            found = Found(0, docs, scores[docs])
            ranked = rerank(over, compiled, list(first_rows([rows], [found], 0, "relevance", len(docs))))
            expected = index.search(text, match="any", ranking="best", limit=None)
            assert expected.total
            assert [rows.paper_ids[row.doc] for row in ranked.rows] == [hit.id for hit in expected]
            assert [row.score for row in ranked.rows] == pytest.approx([hit.score for hit in expected], rel=1e-12)
    generation.close()


def _positions(group: object, term: int, numbers: object) -> set[tuple[object, ...]]:
    low, high = group.span(term)  # type: ignore[attr-defined]
    docs = [int(numbers[doc]) for doc in group.docs[low:high]]  # type: ignore[attr-defined, index]
    positions, owners = group.positions(term)  # type: ignore[attr-defined]
    counts = map(tuple, group.frequencies(low, high).tolist())  # type: ignore[attr-defined]
    found: set[tuple[object, ...]] = set(zip(docs, counts, strict=True))
    return found | {(docs[owner], int(at)) for at, owner in zip(positions, owners.tolist(), strict=True)}


def test_a_row_says_which_clause_it_matches_and_reads_its_record_once_asked(rows: Rows) -> None:
    """Clauses by name as the cluster told; records come with those that will be asked for next."""
    assert [rows.paper_ids[doc] for doc in np.flatnonzero(rows.told("clause-0"))] == [
        paper.id for paper in SOME if paper.year == 2020
    ]
    assert [rows.paper(doc) for doc in range(rows.docs)] == SOME


def test_near_groups_are_written_out_where_that_is_not_too_much() -> None:
    """Two gaps of one to three places are nine phrases; a thousand are read instead, from papers that may match."""
    assert not clauses.too_many(3, 3, 5)
    assert clauses.too_many(4, 12, 1)
    may = clauses.within(["a", "b", "c", "d"], ["a", "b", "c", "d"], [0], [], 12)
    assert may["span_near"]["slop"] == 33
    spaced = clauses.phrase(["a", "b", "c"], ["a", "b", "c"], [0], [], 3)
    assert len(spaced["span_or"]["clauses"]) == 9


def test_author_counts_that_do_not_decide_the_first_ten_are_asked_for_again() -> None:
    """Equal counts are ordered by name, so that the last count given must be smaller than the tenth."""

    def found(counts: list[int], others: int) -> dict[str, object]:
        buckets = [{"key": str(at), "doc_count": count} for at, count in enumerate(counts)]
        return {"author": {"buckets": buckets, "sum_other_doc_count": others, "doc_count_error_upper_bound": 0}}

    assert counted(["author"], found([3] * 12, 7)) is None
    assert counted(["author"], found([3] * 11 + [2], 7)) is not None
    assert counted(["author"], found([3] * 12, 0)) is not None


def test_an_engine_answers_from_its_own_kind_of_index(tmp_path: Path) -> None:
    """The error says which engines there are for it."""
    with pytest.raises(UsageError, match="does not answer from"):
        PaperIndex.open(tmp_path, engine="opensearch")
    with pytest.raises(UsageError, match="does not answer from"):
        PaperIndex.open("http://127.0.0.1:9/papers", engine="arrays")
