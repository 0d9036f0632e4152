"""Facts about the corpus that ships with the project; read with `json` alone, so no reader hides a fault."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).resolve().parents[2] / "corpus"

TYPES = {
    "paper-conference",
    "article-journal",
    "article",
    "manuscript",
    "chapter",
    "thesis",
    "report",
    "book",
}

# Title and (venue, year) as the Arrow page gives them, in the page's own order.
ARROW_PAGE = [
    ("On the Expressive Power of Mixture-of-Experts for Structured Complex Tasks", "NeurIPS", 2025),
    (
        "The Sharpness Disparity Principle in Transformers for Accelerating Language Model Pre-Training",
        "ICML",
        2025,
    ),
    ("Exploring Molecular Pretraining Model at Scale", "NeurIPS", 2024),
    ("Improving Generalization and Convergence by Enhancing Implicit Regularization", "NeurIPS", 2024),
    (
        "Understanding the Expressive Power and Mechanisms of Transformer for Sequence Modeling",
        "NeurIPS",
        2024,
    ),
    (
        "Approximation and Optimization Theory for Linear Continuous-Time Recurrent Neural Networks",
        "JMLR",
        2022,
    ),
    (
        "On the Curse of Memory in Recurrent Neural Networks: Approximation and Optimization Analysis",
        "ICLR",
        2021,
    ),
    (
        "Towards Theoretically Understanding Why Sgd Generalizes Better Than Adam in Deep Learning",
        "NeurIPS",
        2020,
    ),
    (
        "Stochastic Modified Equations and Dynamics of Stochastic Gradient Algorithms I: Mathematical Foundations",
        "JMLR",
        2019,
    ),
    (
        "End-to-end Symmetry Preserving Inter-atomic Potential Energy Model for Finite and Extended Systems",
        "NeurIPS",
        2018,
    ),
    (
        "How SGD Selects the Global Minima in Over-parameterized Learning: A Dynamical Stability Perspective",
        "NeurIPS",
        2018,
    ),
    ("Maximum Principle Based Algorithms for Deep Learning", "JMLR", 2018),
    ("Stochastic Modified Equations and Adaptive Stochastic Gradient Algorithms", "ICML", 2017),
    ("Multiscale Adaptive Representation of Signals: I. The Basic Framework", "JMLR", 2016),
]

# Spellings that the author clusters keep apart and name as neighbours.
NEAR_NAMES = [
    ("Weinan E", "W. E", "E Weinan"),
    ("Bernhard Schölkopf", "Bernhard Schoelkopf", "Bernhard Scholkopf"),
    ("Jürgen Schmidhuber", "Jurgen Schmidhuber", "Juergen Schmidhuber", "J. Schmidhuber"),
    ("Csaba Szepesvári", "Csaba Szepesvari"),
    ("Koray Kavukcuoglu", "koray kavukcuoglu"),
    ("Jean-Philippe Vert", "Jean Philippe Avouac"),
    ("Jinbo Wang", "Jinbo Wang 0003"),
    ("Zhong Li", "Zhong Li 0004"),
]


def read_lines(name: str) -> list[dict[str, Any]]:
    """Give the objects of a JSON Lines file of the corpus."""
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


def read_qrels() -> list[tuple[str, str, int]]:
    """Give the judgments as (query, paper, score)."""
    rows = (CORPUS / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]
    triples = [row.split("\t") for row in rows]
    return [(query, paper, int(score)) for query, paper, score in triples]


def author_name(author: str | dict[str, str]) -> str:
    """Give the spelling of an author in either form of the record."""
    return author if isinstance(author, str) else author["name"]


def split_sentences(text: str) -> list[str]:
    """Split at the marks that end sentences, which is enough to find one that occurs twice."""
    return [sentence.casefold() for sentence in re.split(r"(?<=[.!?])\s+", text.strip()) if sentence]


@pytest.fixture(scope="module")
def papers() -> list[dict[str, Any]]:
    return read_lines("papers.jsonl")


def test_there_are_over_two_hundred_papers(papers: list[dict[str, Any]]) -> None:
    """The corpus holds at least 200 papers, of at least fifteen venues and three decades."""
    assert len(papers) >= 200
    assert len({paper["venue"] for paper in papers}) >= 15
    assert max(paper["year"] for paper in papers) - min(paper["year"] for paper in papers) >= 30


def test_every_paper_is_a_valid_record(papers: list[dict[str, Any]]) -> None:
    """Each line has the keys of the canonical record with their types, and a year in range."""
    for paper in papers:
        label = paper["id"]
        assert paper["title"].strip(), label
        assert paper["title"] == " ".join(paper["title"].split()), label
        assert isinstance(paper["abstract"], str), label
        assert isinstance(paper["year"], int), label
        assert 1950 <= paper["year"] <= 2030, label
        assert paper["type"] in TYPES, label
        assert paper["venue"].strip(), label
        assert paper["authors"], label
        for author in paper["authors"]:
            assert author_name(author).strip(), label
        for key in ("url", "pdf", "doi", "arxiv"):
            assert isinstance(paper.get(key, ""), str), label
        assert paper.get("url", "https://").startswith(("https://", "http://")), label
        assert paper.get("doi", "10.").startswith("10."), label


def test_ids_are_unique_and_printable(papers: list[dict[str, Any]]) -> None:
    """No two papers share an id, and an id can be typed into a command line."""
    ids = [paper["id"] for paper in papers]
    assert len(set(ids)) == len(ids)
    for id_ in ids:
        assert re.fullmatch(r"[A-Za-z0-9._-]{3,120}", id_), id_


def test_no_author_is_named_twice_on_a_paper(papers: list[dict[str, Any]]) -> None:
    """Author lists that a source repeats whole stand here once."""
    for paper in papers:
        names = [author_name(author) for author in paper["authors"]]
        assert len(set(names)) == len(names), paper["id"]


def test_no_sentence_occurs_twice(papers: list[dict[str, Any]]) -> None:
    """Every sentence of every abstract is written once: no template."""
    counted = Counter(sentence for paper in papers for sentence in split_sentences(paper["abstract"]))
    assert [sentence for sentence, count in counted.items() if count > 1] == []


def test_abstracts_have_two_or_three_sentences_or_are_missing(papers: list[dict[str, Any]]) -> None:
    """An abstract tells in two or three sentences what its paper did; a few papers have none."""
    for paper in papers:
        assert len(split_sentences(paper["abstract"])) in (0, 2, 3), paper["id"]
    missing = sum(not paper["abstract"] for paper in papers)
    assert 5 <= missing <= len(papers) // 10


def test_abstracts_begin_in_many_ways(papers: list[dict[str, Any]]) -> None:
    """No first three words open more than two abstracts."""
    openings = Counter(" ".join(paper["abstract"].split()[:3]) for paper in papers if paper["abstract"])
    assert [opening for opening, count in openings.items() if count > 2] == []


def test_the_arrow_page_is_there_whole(papers: list[dict[str, Any]]) -> None:
    """The papers whose author is exactly Weinan E are the page's 14, in its order: year down, then title."""
    cluster = [
        paper for paper in papers if "weinan e" in {author_name(author).casefold() for author in paper["authors"]}
    ]
    cluster.sort(key=lambda paper: (-paper["year"], paper["title"].casefold()))
    assert [(paper["title"], paper["venue"], paper["year"]) for paper in cluster] == ARROW_PAGE
    journal = {paper["title"] for paper in cluster if paper["type"] == "article-journal"}
    assert journal == {title for title, venue, _ in ARROW_PAGE if venue == "JMLR"}


@pytest.mark.parametrize("spellings", NEAR_NAMES, ids=lambda spellings: spellings[0])
def test_names_that_try_the_clusters_are_there(papers: list[dict[str, Any]], spellings: tuple[str, ...]) -> None:
    """Every one of these nearly equal spellings is the name of an author of the corpus."""
    names = {author_name(author) for paper in papers for author in paper["authors"]}
    assert set(spellings) <= names


def test_each_query_has_a_relevant_paper(papers: list[dict[str, Any]]) -> None:
    """Every query is judged against papers that exist, at least one of them fully relevant."""
    ids = {paper["id"] for paper in papers}
    queries = {query["_id"] for query in read_lines("queries.jsonl")}
    judgments = read_qrels()
    assert len(queries) >= 30
    assert {query for query, _, score in judgments if score == 2} == queries
    assert {paper for _, paper, _ in judgments} <= ids


def test_judgments_are_well_formed() -> None:
    """The judgments have their header, scores of 1 or 2, and no pair twice."""
    header = (CORPUS / "qrels.tsv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "query-id\tcorpus-id\tscore"
    judgments = read_qrels()
    assert {score for _, _, score in judgments} <= {1, 2}
    pairs = [(query, paper) for query, paper, _ in judgments]
    assert len(set(pairs)) == len(pairs)


def test_no_query_is_taken_from_a_title(papers: list[dict[str, Any]]) -> None:
    """No query of two words or more stands in a title."""
    titles = [paper["title"].casefold() for paper in papers]
    for query in read_lines("queries.jsonl"):
        text = query["text"].casefold()
        assert len(text.split()) >= 2, text
        assert not any(text in title for title in titles), text
