"""The pages in a real browser against the real server: what people do, with the script and without."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = os.environ.get("QUIVER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
PAPER = "neurips2024-wang-implicit-regularization"

PAGES = (
    "/",
    "/search?q=deep+learning&venue=NeurIPS",
    "/search?q=zzzz",
    "/authors/Weinan%20E?join=W.+E",
    f"/papers/{PAPER}",
    "/venues",
    "/venues/NeurIPS",
    "/years",
    "/about",
    f"/basket?id={PAPER}",
    "/authors/weinan",
    "/search?q=deep+year:2020..2010",
)

# One server and one browser for the whole file, in one process of a parallel run.
pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="there is no chromium; Debian's package chromium has it"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def site(corpus_index: Path) -> Iterator[str]:
    """The address of `quiver serve` over the corpus, in a process of its own."""
    command = [sys.executable, "-m", "query.faces.cli.commands", "serve", "--index", str(corpus_index), "--port", "0"]
    with subprocess.Popen([*command, "--log", "none"], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        address = re.search(r"http://[\d.:]+", server.stderr.readline())
        assert address
        for _ in range(100):
            with suppress(OSError), urlopen(f"{address[0]}/healthz", timeout=5):
                break
        yield address[0]
        server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium."""
    with playwright.sync_playwright() as driver:
        # No sandbox: containers have no right to make one, and it visits this machine alone.
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def tab(browser: Any, site: str) -> Iterator[Any]:
    """A page of the site; that it logs no error is part of every test."""
    context = browser.new_context(base_url=site)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(15_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert wrong == []


def test_search_filter_sort_page_and_back(tab: Any) -> None:
    """By links and forms alone; the address says what is asked, and the way back leads back."""
    tab.goto("/")
    tab.fill("main input[name=q]", "learning")
    tab.press("main input[name=q]", "Enter")
    tab.wait_for_url("**/search?q=learning")
    every = tab.locator(".summary").inner_text()
    tab.click(".facets a:has-text('NeurIPS') >> nth=0")
    tab.wait_for_url("**/search?q=learning&venue=NeurIPS")
    tab.fill(".range [name=from]", "2016")
    tab.fill(".range [name=to]", "2020")
    tab.click(".range button")
    tab.wait_for_url("**/search?q=learning&venue=NeurIPS&year=2016..2020")
    tab.click(".sorts a:has-text('newest')")
    tab.wait_for_url("**&sort=newest")
    years = [int(re.findall(r"\d{4}", text)[0]) for text in tab.locator(".hit .place").all_inner_texts()]
    assert years == sorted(years, reverse=True)
    assert all(2016 <= year <= 2020 for year in years)
    for _ in range(3):
        tab.go_back()
    assert tab.locator(".summary").inner_text().split("·")[0] == every.split("·")[0]
    tab.click(".pages a[rel=next]")
    tab.wait_for_url("**/search?q=learning&offset=10")


def test_an_author_page_with_a_joined_neighbour_leads_to_a_paper(tab: Any) -> None:
    """A neighbour is joined and taken out again; an abstract opens; BibTeX is copied."""
    tab.goto("/authors/Weinan%20E")
    tab.click(".near a.join >> nth=0")
    assert "join=W.+E" in tab.url
    assert "16 papers" in tab.locator(".facts").inner_text()
    tab.click(".note a:has-text('take out')")
    assert "14 papers" in tab.locator(".facts").inner_text()
    tab.click(f".hit[data-id={PAPER}] summary")
    assert tab.locator(f".hit[data-id={PAPER}] .abstract").is_visible()
    tab.click(f".hit[data-id={PAPER}] h3 a")
    tab.click("button.copy")
    assert tab.evaluate("navigator.clipboard.readText()").startswith("@inproceedings{wang2024improving")


def test_search_as_you_type_and_why_a_score(tab: Any) -> None:
    """Answers follow the letters, and a score its reasons, without another page."""
    tab.goto("/search?q=regular")
    tab.press("#q", "End")
    tab.locator("#q").press_sequentially("ization")
    tab.wait_for_url("**/search?q=regularization")
    # Waiting for a function would evaluate a string in the page, which its policy forbids.
    tab.wait_for_selector("#completions option", state="attached")
    tab.click(".explain >> nth=0")
    tab.wait_for_selector(".hit .why pre")
    assert "score" in tab.locator(".hit .why pre").inner_text()


def test_keys_alone(tab: Any) -> None:
    """`/` goes to the box, arrows walk the hits, `b` keeps one, Enter opens it."""
    tab.goto("/search?q=learning")
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "q"
    tab.keyboard.press("Escape")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    title = tab.locator(".hit h3 a >> nth=1").inner_text()
    assert tab.evaluate("document.activeElement.innerText") == title
    tab.keyboard.press("b")
    assert tab.locator("[data-basket]").inner_text() == "Basket (1)"
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/papers/*")
    tab.click("[data-basket]")
    assert tab.locator(".hit h3").inner_text() == title
    assert "id=" in tab.url


def test_the_basket_of_somebody_else_is_added_where_it_is_wanted(tab: Any) -> None:
    """Looking at an address does not change what this browser keeps; taking out does."""
    tab.goto("/search?q=learning")
    tab.click("button.keep >> nth=0")
    tab.goto("/basket")
    tab.wait_for_url("**/basket?id=*")
    assert tab.locator(".hit h3").count() == 1
    tab.goto(f"/basket?id={PAPER}")
    assert tab.locator("[data-basket]").inner_text() == "Basket (1)"
    tab.click("button:has-text('Add 1 to my basket of 1')")
    tab.wait_for_url("**/basket?id=*&id=*")
    assert tab.locator("[data-basket]").inner_text() == "Basket (2)"
    tab.click(".drop >> nth=0")
    assert tab.locator("[data-basket]").inner_text() == "Basket (1)"
    tab.fill("form.range input[name=id]:not([type=hidden])", "icml2025-wang-sharpness-disparity")
    tab.click("form.range button")
    tab.wait_for_url("**sharpness-disparity")
    assert tab.locator("[data-basket]").inner_text() == "Basket (2)"


def test_dragging_over_the_years_sets_them(tab: Any) -> None:
    """From one bar to another, both ends included."""
    tab.goto("/search?q=learning")
    box = tab.locator(".years svg").bounding_box()
    tab.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 20)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] - 2, box["y"] + 20, steps=4)
    tab.mouse.up()
    tab.wait_for_url("**year=*")
    assert re.search(r"year=\d{4}\.\.\d{4}", tab.url)


def test_without_script_everything_can_be_done(browser: Any, site: str) -> None:
    """Choosing papers for the basket too."""
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/search?q=implicit+regularization")
    page.check(".pick input >> nth=0")
    page.check(".pick input >> nth=1")
    page.click(".pickform button")
    page.wait_for_url("**/basket?id=*&id=*")
    assert page.locator(".hit").count() == 2
    page.click(".drop >> nth=0")
    assert page.locator(".hit").count() == 1
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_narrow_screens_scroll_one_way_and_nothing_serious_is_wrong(browser: Any, site: str, scheme: str) -> None:
    """No page is wider than a phone; axe finds nothing serious, in either colour scheme."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    context = browser.new_context(
        base_url=site, viewport={"width": 390, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    for address in PAGES if scheme == "light" else PAGES[1:5]:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address
        found = axe.run(page).response["violations"]
        serious = {
            (row["id"], node["html"][:120])
            for row in found
            if row["impact"] in ("serious", "critical")
            for node in row["nodes"]
        }
        assert serious == set(), address
    context.close()
