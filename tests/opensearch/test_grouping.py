"""Records of one work in a cluster: what changes of them is written, and nothing is shown twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer import build, delete, update, verify
from indexer.index.errors import QueryError
from query import PaperIndex
from query.engines.opensearch import shown_once
from tests.opensearch.cluster.nodes import Cluster


def paper(name: str, title: str, **more: Any) -> dict[str, Any]:
    """A record of a work of its title."""
    return {"id": name, "title": title, "authors": ["Li Wang"], "year": 2020, **more}


def write(path: Path, *records: dict[str, Any]) -> Path:
    """A source of some records."""
    path.write_bytes(b"\n".join(map(orjson.dumps, records)))
    return path


def told(place: str | Path) -> list[Any]:
    """What searches say of the works."""
    with PaperIndex.open(place) as index:
        pages = [
            index.search(query, facets=("venue", "year"), match=match, sort=sort)
            for query, match, sort in (
                ("alpha", "auto", "relevance"),
                ("beta gamma", "auto", "newest"),
                ("", "auto", "relevance"),
                ("alpha -beta", "any", "relevance"),
            )
        ]
        return [
            ([(hit.id, hit.also_as) for hit in page], page.total, page.all_words, page.facets) for page in pages
        ] + [sorted(index.stand_ins()), [index.records_of(name) for name in sorted(index.ids())]]


def test_what_changes_of_a_work_is_written(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A better record, one less, none left: after each step all records say what a folder says."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    one = write(
        tmp_path / "one.jsonl",
        paper("pre", "Alpha beta of nets", type="article", venue="arXiv"),
        *(paper(f"p{n}", f"Gamma {word} alpha") for n, word in enumerate(("one", "two", "three", "four", "five"))),
    )
    two = write(tmp_path / "two.jsonl", paper("conf", "Alpha beta of nets", type="paper-conference", venue="ICML"))
    three = write(tmp_path / "three.jsonl", paper("q1", "Gamma one alpha", type="manuscript"))
    steps: list[Callable[[Any], Any]] = [
        lambda index: build(one, index, group_duplicates=True, force=True),
        lambda index: update(two, index),
        lambda index: update(three, index),
        lambda index: delete(["conf", "q1"], index),
        lambda index: build(one, index, force=True),
    ]
    folder, place = tmp_path / "p.idx", cluster.index("grouped")
    for step in steps:
        step(folder)
        step(place)
        assert told(place) == told(folder)
    assert verify(place) == []


def test_more_records_than_can_be_left_out_are_refused(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By one line; and only where they are needed: a second tier that nobody sees refuses nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rows = [paper(f"{part}{n}", f"Alpha number{n} {'beta' if n < 12 else 'delta'}") for n in range(20) for part in "ab"]
    place = cluster.index("refusing")
    build(write(tmp_path / "a.jsonl", *rows), place, group_duplicates=True, force=True)
    monkeypatch.setattr(shown_once, "_PAGE", 7)
    with PaperIndex.open(place) as index:
        assert (index.search("alpha").total, index.search("alpha beta").total, index.search("").total) == (20, 12, 20)
        assert len(list(index.scan("alpha"))) == 20
        monkeypatch.setattr(shown_once, "MOST", 30)
        assert index.search("alpha beta").total == 12
        assert index.search("").total == 20
        for query in ("alpha", "alpha number3"):
            with pytest.raises(QueryError, match="more than 30 of the papers are records of works"):
                index.search(query)
