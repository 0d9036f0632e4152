"""Whoosh over Quiver's own segments: the arrays of the bulk builder, read by Whoosh's searcher."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.index.errors import BadIndexError
from indexer.index.record.names import spelling
from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.segment.builder import SegmentBuilder, venue_text
from indexer.index.text.reading import as_read
from indexer.index.whoosh.generic.merging import ArrayWriter, is_generic, merge_segments
from indexer.index.whoosh.library import filestore, index, qparser, query, sorting
from indexer.index.whoosh.paper_schema import paper_schema
from indexer.index.whoosh.table_of_contents import contents

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "papers.jsonl"
TEXTS = ("title", "abstract", "venue")
FIELDS = (*TEXTS, "keywords", "authors")
SPLIT, GONE = 120, [2, 5]


@pytest.fixture(scope="module", name="papers")
def fixture_papers() -> list[Paper]:
    """Papers of the project's corpus, some with keywords."""
    records = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()[:300]]
    for number, record in enumerate(records):
        if number % 3 == 0:
            record["keywords"] = ["neural networks", record["title"].split()[0]]
    return [Paper.from_record(record) for record in records]


@pytest.fixture(scope="module", name="ours")
def fixture_ours(papers: list[Paper], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The papers in two segments of the bulk builder, opened by stock `open_dir`; two papers are gone."""
    folder, segments = tmp_path_factory.mktemp("papers"), []
    for number, part in enumerate((papers[:SPLIT], papers[SPLIT:])):
        builder = SegmentBuilder(VenueTable.default())
        for paper in part:
            builder.add(paper)
        name = f"MAIN_{number:016x}.seg"
        builder.write(folder / name)
        gone = np.isin(np.arange(len(part)), [] if number else GONE)
        segments.append((name, len(part), np.packbits(gone).tobytes()))
    (folder / "_MAIN_1.toc").write_bytes(contents(1, segments) + b"and what follows")
    return index.open_dir(folder)


@pytest.fixture(scope="module", name="plain")
def fixture_plain(papers: list[Paper]) -> Any:
    """The same papers through Whoosh's writer, token by token."""
    ix, table = filestore.RamStorage().create_index(paper_schema()), VenueTable.default()
    for part in (papers[:SPLIT], papers[SPLIT:]):
        with ArrayWriter(ix) as adding:
            adding.merge = False
            for paper in part:
                venue = table.canonical(paper.venue)
                adding.add_document(
                    id=paper.id,
                    title=paper.title,
                    abstract=paper.abstract,
                    venue=venue_text(paper.venue, venue) if venue else "",
                    keywords=" ".join(as_read(keyword) for keyword in paper.keywords),
                    authors=" ".join(spelling(author.name) for author in paper.authors),
                    year=paper.year,
                    type=paper.type or None,
                )
    with ArrayWriter(ix) as removing:
        removing.merge = False
        for doc in GONE:
            removing.delete_document(doc)
    return ix


def leaves(ix: Any) -> Iterator[Any]:
    """The readers of the segments."""
    for reader, _ in ix.reader().leaf_readers():
        yield reader


def test_terms_and_postings_are_those_of_the_plain_path(ours: Any, plain: Any) -> None:
    """Terms of every field, their papers, frequencies and positions are what Whoosh's writer would have kept."""
    for left, right in zip(leaves(ours), leaves(plain), strict=True):
        for name in (*FIELDS, "id", "type", "year"):
            terms = list(left.lexicon(name))
            assert terms == list(right.lexicon(name)), name
            for term in terms:
                one, other = left.postings(name, term), right.postings(name, term)
                info, expected = left.term_info(name, term), right.term_info(name, term)
                assert (info.weight(), info.doc_frequency()) == (expected.weight(), expected.doc_frequency())
                assert (info.min_length() or 0, info.max_length()) == (expected.min_length(), expected.max_length())
                while other.is_active():
                    assert (one.id(), one.weight()) == (other.id(), other.weight()), (name, term)
                    if name in TEXTS:
                        assert one.value_as("positions") == other.value_as("positions"), (name, term)
                    one.next()
                    other.next()
                assert not one.is_active()


def test_lengths_are_those_of_the_plain_path(ours: Any, plain: Any) -> None:
    """Lengths, their bounds and sums."""
    for left, right in zip(leaves(ours), leaves(plain), strict=True):
        for name in FIELDS:
            assert left.field_length(name) == right.field_length(name)
            assert left.max_field_length(name) == right.max_field_length(name)
            docs = range(left.doc_count_all())
            assert [left.doc_field_length(doc, name) for doc in docs] == [
                right.doc_field_length(doc, name) for doc in docs
            ]


QUERIES = [
    "learning",
    "title:learning abstract:networks",
    "title:learning OR abstract:networks OR authors:yann",
    'title:"deep learning"',
    'abstract:"we"~4',
    "abstract:optim*",
    "abstract:learnng~",
    "year:[2015 TO 2020] title:neural",
    "type:article-journal",
    "venue:neurips",
    "NOT title:learning",
    "keywords:neural",
]


@pytest.mark.parametrize("text", QUERIES)
def test_queries_give_the_same_papers_and_scores(ours: Any, plain: Any, text: str) -> None:
    """Whoosh's own queries find the same papers with the same scores over both."""
    found = []
    for ix in (ours, plain):
        parser = qparser.QueryParser("title", ix.schema)
        parser.add_plugin(qparser.FuzzyTermPlugin())
        with ix.searcher() as searcher:
            hits = searcher.search(parser.parse(text), limit=None)
            found.append([(hit["id"], pytest.approx(hits.score(place))) for place, hit in enumerate(hits)])
    assert [name for name, _ in found[0]] == [name for name, _ in found[1]]
    assert [score.expected for _, score in found[0]] == [score for _, score in found[1]]


def test_a_phrase_stays_inside_one_author(ours: Any, papers: list[Paper]) -> None:
    """The last word of one name and the first of the next are no phrase; two words of one name are."""
    paper = next(paper for paper in papers[SPLIT:] if len(paper.authors) > 1 and len(paper.authors[0].name.split()) > 1)
    analyzer = ours.schema["authors"].analyzer
    first, second = ([token.text for token in analyzer(author.name)] for author in paper.authors[:2])
    with ours.searcher() as searcher:
        across = searcher.search(query.Phrase("authors", [first[-1], second[0]]), limit=None)
        inside = searcher.search(query.Phrase("authors", first[:2]), limit=None)
        assert paper.id not in [hit["id"] for hit in across]
        assert paper.id in [hit["id"] for hit in inside]


def test_sorting_grouping_and_stored_records(ours: Any, papers: list[Paper]) -> None:
    """Years, venues and types are columns; a hit carries its record; papers that are gone are not found."""
    live = [paper for place, paper in enumerate(papers) if place not in GONE]
    with ours.searcher() as searcher:
        hits = searcher.search(
            query.Every(), limit=None, sortedby=sorting.FieldFacet("year", reverse=True), groupedby="venue"
        )
        years = [hit.fields().get("year", 0) for hit in hits]
        assert years == sorted((paper.year or 0 for paper in live), reverse=True)
        assert sum(len(docs) for docs in hits.groups("venue").values()) == len(live)
        (hit,) = searcher.search(query.Term("id", live[0].id))
        assert hit["title"] == live[0].title
        assert searcher.doc_count() == len(live)


def test_segments_of_papers_are_not_merged_by_whooshs_writer(ours: Any) -> None:
    """Our writer for any schema refuses to merge them, which would lose what Whoosh does not know."""
    with pytest.raises(BadIndexError, match="quiver update"):
        merge_segments(ours.storage, "MAIN", ours._segments(), ours.schema)
    assert not any(is_generic(ours.storage, segment) for segment in ours._segments())
