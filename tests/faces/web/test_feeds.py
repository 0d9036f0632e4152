"""Feeds: what came last into the index stands first, as Atom; and how a browser learns of the search."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import fromstring

import orjson
import pytest
from starlette.testclient import TestClient

from indexer.ingest.build import build
from indexer.ingest.update import update
from tests.faces.web.conftest import client_of

ATOM = "{http://www.w3.org/2005/Atom}"


def test_what_came_last_into_the_index_stands_first(tmp_path: Path) -> None:
    """An old paper that is new here goes before new papers that were here; a rebuild makes nothing new."""
    (tmp_path / "a.jsonl").write_bytes(
        b"\n".join(orjson.dumps({"id": f"a{year}", "title": "Graphs", "year": year}) for year in (2020, 2024, 2022))
    )
    (tmp_path / "b.jsonl").write_bytes(orjson.dumps({"id": "b", "title": "Old graphs", "year": 1990}))
    build([tmp_path / "a.jsonl"], tmp_path / "p.idx")
    update([tmp_path / "b.jsonl"], tmp_path / "p.idx")
    with client_of(tmp_path / "p.idx") as found:
        answer = found.get("/search.atom?q=graphs&sort=relevance&limit=2")
        assert answer.headers["content-type"].startswith("application/atom+xml")
        feed = fromstring(answer.content)
        ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
        names = ["b", "a2024", "a2022", "a2020"]
        assert ids == [f"http://127.0.0.1:8765/papers/{name}" for name in names]
        times = [entry.findtext(f"{ATOM}updated") or "" for entry in feed.iter(f"{ATOM}entry")]
        assert times == sorted(times, reverse=True)
        assert feed.findtext(f"{ATOM}updated") == times[0]
        assert next(link.get("href") for link in feed.findall(f"{ATOM}link")) == feed.findtext(f"{ATOM}id")
        assert found.get("/search.atom?q=year:2020..2010").status_code == 400
        # `since` is where it ends, and what has one word of two is no news.
        for asked, names in (("since=2", ["b"]), ("since=3", []), ("since=2000-01-01&q=old+graphs", ["b"])):
            feed = fromstring(found.get(f"/search.atom?{asked}").content)
            ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
            assert ids == [f"http://127.0.0.1:8765/papers/{name}" for name in names]
        assert found.get("/search.atom?since=soon").status_code == 422


def test_feeds_of_records_that_mean_harm_are_well_formed(hostile_index: Path) -> None:
    """Whatever stands in them; texts stay texts."""
    with client_of(hostile_index) as found:
        feed = fromstring(found.get("/search.atom", params={"q": 'graph "</title><x>'}).content)
        assert len(list(feed.iter(f"{ATOM}entry"))) > 0
        assert {part.tag for part in feed.iter()} <= {
            f"{ATOM}{name}" for name in "feed title id updated link author name entry category summary".split()
        }


def test_a_feed_is_whole_or_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was cut off by time was kept by who reads it: the same until the next generation."""
    monkeypatch.setattr("query.faces.web.api.handlers.SHARE", 1e-9)
    answer = client.get("/search.atom?q=learning")
    assert (answer.status_code, answer.headers.get("etag")) == (503, None)
    assert "retry-after" in answer.headers


def test_browsers_learn_of_the_search(client: TestClient) -> None:
    """The description names addresses that answer."""
    text = client.get("/opensearch.xml").text
    description = fromstring(text)
    for address in description.iter("{http://a9.com/-/spec/opensearch/1.1/}Url"):
        template = (address.get("template") or "").replace("{searchTerms}", "learning")
        assert client.get(template.removeprefix("http://127.0.0.1:8765")).status_code == 200
    typed, completed = client.get("/suggest.json?q=regu").json()
    assert typed == "regu"
    assert completed
