"""Pages without a browser: what stands in them, what their addresses mean, and that nothing in them is alive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from indexer.ingest.build import build
from query.faces.web.pages.citation import coins, meta_tags
from query.faces.web.pages.texts import formula, shown, web_address
from query.faces.web.static_files import versioned
from query.search import PaperIndex
from tests.faces.web.conftest import ATTACKS, client_of

PAPER = "neurips2024-wang-implicit-regularization"
PAGES = (
    "/",
    "/search?q=learning&facets=venue",
    "/search?q=graph&explain=true",
    "/search?q=deep+year:2020..2010",
    "/search?q=zzzz",
    "/authors/Weinan%20E?join=W.%20E",
    f"/papers/{PAPER}",
    "/venues",
    "/venues/NeurIPS",
    "/venues/NeurIPS/2018",
    "/years",
    "/about",
    f"/basket?id={PAPER}",
    "/nowhere",
)
_VOID = frozenset("meta link input br img hr rect".split())


class Tree(HTMLParser):
    """Elements of a page with their attributes, and that each is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.opened: list[str] = []
        self.feed(text)
        assert self.opened == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        assert len({name for name, _ in attrs}) == len(attrs)
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag not in _VOID:
            assert self.opened.pop() == tag

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of the elements of a name."""
        return [attributes for name, attributes in self.found if name == tag]


def tree(client: TestClient, address: str) -> Tree:
    """A page, read."""
    return Tree(client.get(address, headers={"accept": "text/html"}).text)


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_whole_and_load_nothing_from_elsewhere(client: TestClient, address: str) -> None:
    """Each element is closed, each id is one, one heading of the first order; style and script are files of ours."""
    found = tree(client, address)
    assert len(found.all("h1")) == 1
    ids = [attributes["id"] for _, attributes in found.found if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for tag, name in (("script", "src"), ("link", "href"), ("img", "src"), ("form", "action")):
        assert all(attributes[name].startswith("/") for attributes in found.all(tag) if name in attributes)
    assert all("src" in attributes for attributes in found.all("script"))
    assert not found.all("style")
    assert not any(name == "style" or name.startswith("on") for name, _ in attributes_of(found))
    for attributes in found.all("input"):
        assert attributes.get("type") in ("hidden", "checkbox") or "aria-label" in attributes


def test_every_link_of_a_page_leads_somewhere(client: TestClient) -> None:
    """Switches, pages, exports, people: no link is dead."""
    seen: set[str] = set()
    for address in ("/", "/search?q=learning&venue=ICML", "/authors/Weinan%20E", f"/papers/{PAPER}", "/venues/NeurIPS"):
        for attributes in tree(client, address).all("a"):
            path = attributes["href"].partition("#")[0]
            if path.startswith("/") and path not in seen and len(seen) < 250 and ".atom" not in path:
                seen.add(path)
                assert client.get(path, headers={"accept": "text/html"}).status_code == 200, path
    assert len(seen) > 100


def test_facets_switch_on_off_and_exclude(client: TestClient, corpus_index: Path) -> None:
    """Counts are those of the search; what a switch leads to has the filter, and the way back."""
    with PaperIndex.open(corpus_index) as index:
        total = index.search("learning", venues=["ICML"]).total
        without = index.search("learning", exclude_venues=["ICML"]).total
    start = client.get("/search?q=learning").text
    assert re.search(
        rf'href="/search\?q=learning&amp;venue=ICML"[^>]*><bdi>ICML</bdi></a> <span class="count">{total}<', start
    )
    chosen = client.get("/search?q=learning&venue=ICML").text
    assert 'href="/search?q=learning"' in chosen
    # Others can still be switched on beside it, and are counted as they would be.
    assert 'href="/search?q=learning&amp;venue=ICML&amp;venue=NeurIPS"' in chosen
    excluded = client.get("/search?q=learning&exclude_venue=ICML").text
    assert f"{without} papers match" in excluded or f"{without:,}" in excluded


def test_the_two_fields_of_years_become_one_parameter(client: TestClient) -> None:
    """So that the address says what is asked."""
    answer = client.get("/search?q=deep&from=2018&to=2020", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=deep&year=2018..2020")
    refused = client.get("/search?q=deep&from=2020&to=2010", headers={"accept": "text/html"})
    assert refused.status_code == 422


def test_a_query_that_cannot_be_understood_is_shown_with_its_place(client: TestClient) -> None:
    """Under the box, the place marked, and what to type instead."""
    answer = client.get("/search?q=deep+year:2020..2010")
    assert answer.status_code == 400
    assert 'deep year:<mark class="bad">2020..2010</mark>' in answer.text


def test_tiers_are_told_apart_and_corrections_searched(client: TestClient) -> None:
    """Papers with some of the words stand under a heading; what finds nothing is searched as it was meant."""
    assert "Papers that match only some of the words" in client.get("/search?q=implicit+regularization").text
    meant = client.get("/search?q=netwroks").text
    assert "Nothing is found for" in meant
    assert "search as typed" in meant


def test_the_author_page_says_what_it_is_and_joins_neighbours(client: TestClient) -> None:
    """The sentence about exact names; joined neighbours are named as such, with the way out."""
    alone = client.get("/authors/weinan%20e").text
    assert "Author name cluster" in alone
    assert "does not claim that they are by one person" in alone
    assert "14 papers" in alone
    assert 'href="/authors/Weinan%20E?join=W.+E"' in alone
    joined = client.get("/authors/Weinan%20E?join=W.+E").text
    assert "16 papers" in joined
    assert "joined: <bdi>W. E</bdi>" in joined
    assert 'href="/authors/Weinan%20E">take out</a>' in joined
    export = client.get("/authors/Weinan%20E?join=W.+E&format=bibtex").text
    assert export.count("@") == 16


def test_reference_managers_find_the_item_of_a_paper_page(client: TestClient, corpus_index: Path) -> None:
    """Meta tags and COinS stand in the page; what is made of them is told in test_citation."""
    with PaperIndex.open(corpus_index) as index:
        paper = index.paper(PAPER)
    found = tree(client, f"/papers/{PAPER}")
    address = f"http://127.0.0.1:8765/papers/{PAPER}"
    tags = [(row["name"], row["content"]) for row in found.all("meta") if row.get("name", "").startswith("citation_")]
    assert tags == meta_tags(paper, "NeurIPS", address)
    spans = [attributes["title"] for attributes in found.all("span") if attributes.get("class") == "Z3988"]
    assert spans == [coins(paper, "NeurIPS")]


def test_who_is_not_here_is_told_who_is(client: TestClient) -> None:
    """Names that begin so or are spelt much like it; and a slash at the end does no harm."""
    answer = client.get("/authors/weinan", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert '<a href="/authors/Weinan%20E"><bdi>Weinan E</bdi></a>' in answer.text
    assert "quiver s" not in answer.text + client.get("/api/papers/none").text + client.get("/api/authors/none").text
    assert client.get("/venues/").text == client.get("/venues").text


def test_the_basket_is_its_address(client: TestClient) -> None:
    """Papers by id, each with a way out, unknown ones named, and exports of just these."""
    answer = client.get(f"/basket?id={PAPER}&id=none").text
    assert "No paper here has the id" in answer
    assert client.get(f"/basket.bib?id={PAPER}").text.count("@") == 1


def attributes_of(found: Tree) -> Iterator[tuple[str, str]]:
    """Every attribute of a page."""
    for _, attributes in found.found:
        yield from attributes.items()


def test_records_that_mean_harm_come_out_inert(hostile_index: Path) -> None:
    """On every page that shows them: no element, handler or address of theirs."""
    with PaperIndex.open(hostile_index) as index:
        papers = [hit.paper for hit in index.search("graph", match="any", limit=100).hits]
    assert len(papers) == len(ATTACKS)
    pages = ["/", "/search?q=graph", "/search?q=graph&explain=1", "/venues", "/years", "/about"]
    for paper in papers:
        identifier = quote(paper.id, safe="")
        pages += [
            f"/papers/{identifier}",
            f"/authors/{quote(paper.authors[0].name, safe='')}",
            f"/basket?id={identifier}",
        ]
        pages += [f"/venues/{quote(paper.venue, safe='')}"]
    with client_of(hostile_index) as found:
        for address in pages:
            answer = found.get(address, headers={"accept": "text/html"})
            assert answer.status_code in (200, 404), address
            read = Tree(answer.text)
            assert len(read.all("script")) == 1
            assert not read.all("img")
            for name, value in attributes_of(read):
                assert not name.startswith("on")
                assert name != "style"
                if name in ("href", "src", "action"):
                    assert value.startswith(("/", "#", "https://doi.org/10.", "https://arxiv.org/abs/"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_parameters_that_mean_harm_come_out_inert(client: TestClient, attack: str) -> None:
    """In the box, in links, in error pages."""
    for address in ("/search", f"/authors/{quote(attack, safe='')}", f"/papers/{quote(attack, safe='')}", "/basket"):
        for name in ("q", "venue", "author", "type", "year", "id", "join", "sort", "offset", attack):
            answer = client.get(address, params={name: attack}, headers={"accept": "text/html"})
            assert answer.status_code < 500
            read = Tree(answer.text)
            assert len(read.all("script")) == 1
            assert not read.all("img")
            assert not any(key.startswith("on") for key, _ in attributes_of(read))


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_other_parameters_of_a_search_come_out_inert(client: TestClient, attack: str) -> None:
    """Those of forms, links and switches; where one leads on, it leads to this server and sets no header."""
    for name in ("from", "to", "since", "match", "explain", "verbatim", "exclude_venue", "exclude_type", "facets"):
        answer = client.get(
            "/search", params={"q": "graph", name: attack}, headers={"accept": "text/html"}, follow_redirects=False
        )
        assert answer.status_code in (200, 303, 400, 413, 422)
        assert answer.headers.get("location", "/search?").startswith("/search?")
        assert "set-cookie" not in answer.headers
        read = Tree(answer.text)
        assert len(read.all("script")) == (answer.status_code != 303)
        assert not read.all("img")
        assert not any(key.startswith("on") for key, _ in attributes_of(read))


@pytest.mark.parametrize(
    "path",
    [
        "/static/x/..%2F..%2Fsettings.py",
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/static/x/style.css%00.py",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/papers/..%2F..%2Fetc%2Fpasswd",
        "/venues/..%5C..%5Cboot.ini",
        "/authors/%00",
        "/search.atom%0d%0aX:1",
    ],
)
def test_no_path_reaches_the_file_system(client: TestClient, path: str) -> None:
    """Whatever dots, slashes and control characters it has."""
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "root:" not in answer.text


def test_formulas_are_mathematics_or_safe_text() -> None:
    """MathML from a list of elements and attributes; what cannot be set stays as it was typed."""
    assert "<msub><mi>ℓ</mi><mn>1</mn></msub>" in shown(r"An $\ell_1$ penalty")
    # The name of a function stands apart from what it is applied to.
    assert '<mi>n</mi><mspace width="0.17em"/><mi>log</mi><mspace width="0.17em"/><mi>d</mi>' in formula(r"$n\log d$")
    assert "mspace" not in formula(r"$\log(x)$")
    assert "href" not in formula(r"$\href{javascript:alert(1)}{x}$")
    assert formula(r"$\frac{a$") == '<span class="tex">$\\frac{a$</span>'
    assert "<img" not in formula("$<img src=x onerror=alert(1)>$")
    assert shown("a < b & c") == "a &lt; b &amp; c"
    assert len(formula("$" + "x" * 900 + "$")) < 1000
    assert formula("$" + "{" * 300 + "}" * 300 + "$").startswith("<")


def test_addresses_that_are_none_are_no_links() -> None:
    """Only the web."""
    assert web_address("https://example.org/a") == "https://example.org/a"
    for bad in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil",
        "http://",
        "https://a b",
        "HTTP://[",
        "file:///etc",
    ):
        assert web_address(bad) == ""


def test_under_a_prefix_all_addresses_have_it(corpus_index: Path) -> None:
    """Behind another server, whether that takes the prefix off or not."""
    with client_of(corpus_index, base_url="https://papers.example/q/") as found:
        for address in ("/q/search?q=graph", "/search?q=graph"):
            read = Tree(found.get(address, headers={"host": "papers.example"}).text)
            links = [attributes["href"] for attributes in read.all("a")]
            assert all(link.startswith(("/q/", "#", "/q?")) for link in links)
        style = versioned("/q")["style"]
        answer = found.get(style, headers={"host": "papers.example"})
        assert answer.headers["content-type"].startswith("text/css")
        assert "immutable" in answer.headers["cache-control"]


def test_long_and_foreign_records_have_their_pages(tmp_path: Path) -> None:
    """No abstract, a thousand authors, Chinese, a title of formulas alone."""
    source = tmp_path / "p.jsonl"
    people = ", ".join(f'"Person {number}"' for number in range(1000))
    source.write_text(
        f'{{"id": "1", "title": "$x$", "authors": [{people}]}}\n'
        '{"id": "2", "title": "深度学习的数学理论", "authors": ["鄂维南"], "abstract": "我们研究深度学习。"}\n',
        encoding="utf-8",
    )
    build([source], tmp_path / "p.idx")
    with client_of(tmp_path / "p.idx") as found:
        assert "The record has no abstract" in found.get("/papers/1").text
        assert "and 994 more" in found.get("/search").text
        assert "深度学习的数学理论" in found.get("/search?q=深度学习").text
        assert "<bdi>鄂维南</bdi>" in found.get("/authors/鄂维南").text
