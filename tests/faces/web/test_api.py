"""The API: what it answers is what Python and the command line answer, and what it refuses it says why."""

from __future__ import annotations

import asyncio
import threading
from itertools import count
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest
from starlette.testclient import TestClient

from indexer.ingest.build import build
from indexer.ingest.update import update
from query.engines import deadline
from query.faces.as_json import cluster_json, suggestions_json, venues_json
from query.faces.printed.wording import PARTIAL
from query.faces.web.serving.errors import BusyError
from query.faces.web.serving.gate import Gate
from query.search import PaperIndex
from tests.faces.web.conftest import ATTACKS, client_of

PAPER = "neurips2024-wang-implicit-regularization"


def test_a_search_answers_as_python_does(client: TestClient, corpus_index: Path) -> None:
    """The same words and filters, the same JSON but for the time taken."""
    with PaperIndex.open(corpus_index) as index:
        page = index.search(
            "learning theory",
            venues=["nips", "ICML"],
            years=(2010, 2022),
            exclude_types=["article-journal"],
            facets=("venue", "year"),
            limit=5,
            offset=2,
            sort="newest",
        )
    asked = "q=learning+theory&venue=nips&venue=ICML&year=2010..2022&exclude_type=article-journal"
    answer = client.get(f"/api/search?{asked}&facets=venue,year&limit=5&offset=2&sort=newest").json()
    assert answer | {"took_ms": 0} == page.as_json() | {"took_ms": 0}
    body = {
        "q": "learning theory",
        "venue": ["nips", "ICML"],
        "year": "2010..2022",
        "exclude_type": "article-journal",
        "facets": ["venue", "year"],
        "limit": 5,
        "offset": 2,
        "sort": "newest",
    }
    assert client.post("/api/search", json=body).json() | {"took_ms": 0} == answer | {"took_ms": 0}


def test_a_limit_of_none_gives_totals_and_facets(client: TestClient) -> None:
    """Counts without hits, and facets alone at an address of their own."""
    answer = client.get("/api/search?q=learning&limit=0&facets=type").json()
    assert (answer["hits"], answer["limit"]) == ([], 0)
    facets = client.get("/api/facets?q=learning").json()
    assert set(facets["facets"]) == {"venue", "year", "type", "author"}
    assert (facets["total"], facets["facets"]["type"]) == (answer["total"], answer["facets"]["type"])


def test_papers_by_id_one_and_many(client: TestClient, corpus_index: Path) -> None:
    """Records as published, in the order asked for; ids that no paper has are named."""
    with PaperIndex.open(corpus_index) as index:
        record = index.paper(PAPER).as_record()
        related = [hit.id for hit in index.related(PAPER, 3).hits]
    assert client.get(f"/api/papers/{PAPER}").json() == record
    answer = client.post("/api/papers", json={"ids": ["none", PAPER, PAPER]}).json()
    assert (answer["papers"], answer["missing"]) == ([record], ["none"])
    found = client.get(f"/api/papers/{PAPER}/related?limit=3").json()
    assert [hit["id"] for hit in found["hits"]] == related
    entry = client.get(f"/api/papers/{PAPER}?format=bibtex")
    assert entry.text.startswith("@inproceedings{wang2024improving")


def test_ids_with_slashes_are_found_encoded_or_not(tmp_path: Path) -> None:
    """What sits before the server may have decoded them."""
    records = [{"id": "10.1000/a b/related", "title": "One"}, {"id": "math/0101001", "title": "Two"}]
    (tmp_path / "p.jsonl").write_bytes(b"\n".join(map(orjson.dumps, records)))
    build([tmp_path / "p.jsonl"], tmp_path / "p.idx")
    with client_of(tmp_path / "p.idx") as found:
        for record in records:
            assert found.get(f"/api/papers/{quote(record['id'], safe='')}").json()["title"] == record["title"]
        assert found.get("/api/papers/math/0101001").json()["title"] == "Two"
        assert "hits" in found.get("/api/papers/math/0101001/related").json()
        assert "hits" in found.get(f"/api/papers/{quote('10.1000/a b/related', safe='')}/related").json()


def test_authors_venues_completions_and_what_the_index_holds(client: TestClient, corpus_index: Path) -> None:
    """The JSON of the command line."""
    with PaperIndex.open(corpus_index) as index:
        assert client.get("/api/authors/weinan%20E").json() == cluster_json(index.author("Weinan E"))
        assert client.get("/api/venues").json() == orjson.loads(orjson.dumps(venues_json(index.venues())))
        assert client.get("/api/suggest?prefix=wein").json() == suggestions_json(index.suggest("wein"))
        info = client.get("/api/info").json()
        assert info == orjson.loads(orjson.dumps(index.info().as_json() | {"sources": ["papers.jsonl"]}))
    assert client.get("/healthz").json() == {"status": "ok", "generation": 1}


@pytest.mark.parametrize(
    ("address", "status", "kind"),
    [
        ("/api/search?q=year:2020..2010", 400, "query"),
        ("/api/search?limit=1001", 422, "parameter"),
        ("/api/search?limit=-1", 422, "parameter"),
        ("/api/search?limit=%D9%A1", 422, "parameter"),
        ("/api/search?offset=10001", 422, "parameter"),
        ("/api/search?year=2020..2010", 422, "parameter"),
        ("/api/search?sort=best", 422, "parameter"),
        ("/api/search?lmit=3", 422, "parameter"),
        ("/api/search?limit=3&limit=4", 422, "parameter"),
        ("/api/search?explain=maybe", 422, "parameter"),
        ("/api/search?facets=colour", 422, "parameter"),
        ("/api/search?q=" + "x" * 10_001, 413, "too_large"),
        ("/api/search?" + "venue=a&" * 1001, 413, "too_large"),
        ("/api/search?q=" + "x" * 40_000, 413, "too_large"),
        ("/api/suggest", 422, "parameter"),
        ("/api/papers/none", 404, "not_found"),
        ("/api/papers/none/related", 404, "not_found"),
        ("/api/authors/Nobody%20Atall", 404, "not_found"),
        ("/api/nothing", 404, "not_found"),
        ("/../../etc/passwd", 404, "not_found"),
    ],
)
def test_what_is_refused_says_why(client: TestClient, address: str, status: int, kind: str) -> None:
    """One object, with the kind that its status has."""
    answer = client.get(address)
    assert (answer.status_code, answer.json()["error"]["kind"]) == (status, kind)
    assert answer.json()["error"]["message"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_query_that_cannot_be_understood_says_where(client: TestClient) -> None:
    """Position, length and what to type instead."""
    error = client.get("/api/search", params={"q": "deep year:2020..2010"}).json()["error"]
    assert (error["kind"], error["position"]) == ("query", 10)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"q": {}}', b'{"lmit": 1}', b'{"limit": 1.5}', b'{"q": "\\ud800"}', b"\xff"]
)
def test_bodies_that_are_no_search(client: TestClient, body: bytes) -> None:
    """Refused by name, never a failure of the server's."""
    assert client.post("/api/search", content=body).json()["error"]["kind"] == "parameter"


def test_bodies_and_lists_have_an_end(client: TestClient) -> None:
    """More than is taken is refused, as is a method that an address lacks."""
    assert client.post("/api/search", content=b"x" * 200_000).status_code == 413
    assert client.post("/api/papers", json={"ids": ["x"] * 501}).status_code == 413
    assert client.post("/api/papers", json={"ids": [1]}).status_code == 422
    refused = client.delete(f"/api/papers/{PAPER}")
    assert (refused.status_code, refused.json()["error"]["kind"]) == (405, "method")
    assert refused.headers["allow"] == "GET, HEAD"
    assert client.put("/api/search").headers["allow"] == "GET, HEAD, POST"


def test_an_unknown_parameter_is_told_what_there_is(client: TestClient) -> None:
    """In the order of the table, on every run."""
    message = client.get("/api/search?zzz=1").json()["error"]["message"]
    assert "it takes q, author, venue, year, type," in message


def test_answers_are_kept_by_generation_and_query(tmp_path: Path) -> None:
    """The tag of an answer holds until a new generation is published, which is taken up by itself."""
    source = tmp_path / "p.jsonl"
    source.write_bytes(orjson.dumps({"id": "1", "title": "Graphs"}))
    build([source], tmp_path / "p.idx")
    with client_of(tmp_path / "p.idx") as found:
        first = found.get("/api/search?q=graphs")
        tag = {"if-none-match": first.headers["etag"]}
        again = found.get("/api/search?q=graphs", headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        assert found.get("/api/search?q=trees", headers=tag).status_code == 200
        (tmp_path / "q.jsonl").write_bytes(orjson.dumps({"id": "2", "title": "More graphs"}))
        update([tmp_path / "q.jsonl"], tmp_path / "p.idx")
        found.app.app.served._looked = 0.0  # type: ignore[attr-defined]  # as if a tenth of a second had gone by
        fresh = found.get("/api/search?q=graphs", headers=tag)
        assert (fresh.status_code, fresh.json()["generation"], fresh.json()["total"]) == (200, 2, 2)


def test_exports_are_those_of_the_command_line(client: TestClient, corpus_index: Path) -> None:
    """Every paper of the first tier, in the order of the search, as a file to keep."""
    with PaperIndex.open(corpus_index) as index:
        ids = [hit.id for hit in index.search("learning", match="all", limit=1000).hits]
    answer = client.get("/search.jsonl?q=learning")
    assert [orjson.loads(line)["id"] for line in answer.text.splitlines()] == ids
    assert answer.headers["content-disposition"] == 'attachment; filename="papers.jsonl"'
    for suffix, start in (("bib", "@"), ("ris", "TY"), ("csv", "id,"), ("json", "[")):
        assert client.get(f"/search.{suffix}?q=learning&venue=ICML").text.startswith(start)
    assert client.get("/search.bib?q=year:2020..2010").status_code == 400


def test_only_hosts_of_its_own(corpus_index: Path) -> None:
    """A page elsewhere that has its name lead here is turned away."""
    with client_of(corpus_index, hosts=("papers.example",)) as found:
        assert found.get("/healthz", headers={"host": "evil.example"}).status_code == 421
        assert found.get("/healthz", headers={"host": "papers.example:80"}).status_code == 200
        assert found.get("/healthz", headers={"host": "[::1]:8765"}).status_code == 200
        for host in ("localhost:80@evil.example", "localhost:1/x", 'localhost:"><b>', "localhost:", "[::1", ""):
            assert found.get("/search.atom", headers={"host": host}).status_code == 421, host


def test_every_answer_says_what_a_page_may_do(client: TestClient) -> None:
    """No script but its own, nothing from elsewhere, no other page's reading."""
    for address in ("/healthz", "/api/search", "/api/nothing"):
        headers = client.get(address, headers={"origin": "http://evil.example"}).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers


def test_cors_where_it_was_asked_for(corpus_index: Path) -> None:
    """Pages of one origin may read."""
    with client_of(corpus_index, origins=("https://lab.example",)) as found:
        answer = found.get("/healthz", headers={"origin": "https://lab.example"})
        assert answer.headers["access-control-allow-origin"] == "https://lab.example"


def test_large_answers_are_compressed(client: TestClient) -> None:
    """Where the client takes it."""
    answer = client.get("/api/search?q=learning&limit=50", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["hits"]


def test_too_many_at_once_are_told_when_to_come_again(corpus_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with Retry-After."""
    with client_of(corpus_index, most_requests=1) as found:

        def busy(*_: object) -> None:
            raise BusyError("too many")

        monkeypatch.setattr(found.app.app.gate, "run", busy)  # type: ignore[attr-defined]
        answer = found.get("/api/search")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["error"]["kind"] == "busy"


def test_what_takes_too_long_is_answered_busy_and_keeps_its_place() -> None:
    """The client hears in time; work that cannot be stopped counts as inside until it ends."""

    async def asked() -> None:
        gate = Gate(1, 2, 0.05)
        ends = threading.Event()
        assert await gate.run(lambda: 7) == 7
        try:
            for work in (ends.wait, lambda: 7):
                with pytest.raises(BusyError, match="no answer within"):
                    await gate.run(work)
            await asyncio.sleep(0.05)
            # One thread works on; the request that it kept from beginning is gone.
            assert gate.inside == 1
        finally:
            ends.set()
        while True:
            try:
                assert await gate.run(lambda: 7) == 7
                break
            except BusyError:
                await asyncio.sleep(0.01)

    asyncio.run(asked())


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_as_parameters_are_answered_or_refused(client: TestClient, attack: str) -> None:
    """No failure of the server's, no header of the attacker's, and JSON stays JSON."""
    for name in ("q", "author", "venue", "year", "type", "sort", "limit", "prefix", attack):
        for path in ("/api/search", "/api/suggest", f"/api/papers/{quote(attack, safe='')}", "/search.bib"):
            answer = client.get(path, params={name: attack})
            assert answer.status_code < 500
            assert "set-cookie" not in answer.headers
            assert "text/html" not in answer.headers["content-type"]


def test_the_document_describes_every_address(client: TestClient) -> None:
    """Each address and parameter of the API is there; what it says of answers is held to in test_schema."""
    document = client.get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    named = {row["name"] for row in document["paths"]["/api/search"]["get"]["parameters"]}
    assert {"q", "author", "venue", "year", "type", "exclude_venue", "sort", "limit", "offset", "facets"} <= named


def test_a_late_answer_is_partial_and_not_kept(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """`timeout` gives what there is, says so, and has no ETag under which it could stay."""
    assert client.get("/api/search?q=learning&timeout=60").json()["partial"] is False
    ticks = count(step=100)
    monkeypatch.setattr(deadline, "clock", lambda: float(next(ticks)))
    for address in ("/api/search?q=learning&timeout=0.5", "/api/facets?q=learning"):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["partial"]) == (200, True)
        assert "etag" not in answer.headers
    page = client.get("/search?q=learning")
    assert PARTIAL in page.text
    assert "etag" not in page.headers
    assert client.post("/api/search", json={"q": "learning", "timeout": 0.5}).json()["partial"] is True
    for wrong in ("0", "-1", "61", "nan", "inf", "1e999", "x"):
        answer = client.get(f"/api/search?q=learning&timeout={wrong}")
        assert (answer.status_code, answer.json()["error"]["kind"]) == (422, "parameter")
