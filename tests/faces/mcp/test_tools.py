"""The tools as the protocol's own client sees them, over processes: on standard input and output, and over HTTP."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")

# What needs the extra comes after the question whether it is there.
from query.search import PaperIndex  # noqa: E402
from tests.faces.web.conftest import client_of  # noqa: E402

PAPER = "neurips2024-wang-implicit-regularization"


QUIVER = (sys.executable, "-m", "query.faces.cli.commands")


@contextmanager
def over_standard_input(index: Path) -> Iterator[Any]:
    """`quiver mcp`, which the client starts."""
    yield mcp.StdioServerParameters(command=QUIVER[0], args=[*QUIVER[1:], "mcp", "--index", str(index)])


@contextmanager
def over_http(index: Path) -> Iterator[Any]:
    """`quiver serve --mcp`."""
    command = [*QUIVER, "serve", "--mcp", "--log", "none", "--port", "0", "--index", str(index)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        yield [server.stderr.readline() for _ in range(2)][1].rpartition(" ")[2].strip()
        server.terminate()


def asked(index: Path, work: Callable[[Any], Awaitable[None]], way: Callable[[Path], Any], *modes: str) -> None:
    """Start a server over an index and let a client work with it, once in each mode."""

    async def session(server: Any) -> None:
        for mode in modes:
            async with mcp.Client(server, read_timeout_seconds=60, mode=mode) as client:
                await work(client)

    with way(index) as server:
        asyncio.run(session(server))


async def answer(client: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool gives."""
    found = await client.call_tool(tool, arguments)
    assert not found.is_error, found
    given: dict[str, Any] = found.structured_content
    assert orjson.loads(found.content[0].text) == given
    assert "\n" not in found.content[0].text
    return given


@pytest.mark.parametrize(
    ("way", "modes"),
    # The older versions of the protocol begin with a handshake, the newer ask at once.
    [(over_standard_input, ["auto"]), (over_http, ["auto", "legacy"])],
)
def test_a_client_lists_the_tools_searches_pages_reads_and_exports(
    corpus_index: Path, way: Any, modes: list[str]
) -> None:
    """All tools are read-only; hits carry ids, and what follows from them does."""
    with PaperIndex.open(corpus_index) as index:
        ids = [hit.id for hit in index.search("learning", venues=["NeurIPS"], limit=4).hits]
        total = index.search("learning", venues=["nips"]).total

    async def work(client: Any) -> None:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == {"search", "paper", "author", "related", "venues", "export"}
        assert all(tool.annotations.read_only_hint and tool.description for tool in tools)
        first = await answer(client, "search", query="learning", venues=["NeurIPS"], limit=2, facets=["year"])
        assert (first["total"], first["next_offset"]) == (total, 2)
        second = await answer(client, "search", query="learning", venues=["NeurIPS"], limit=2, offset=2)
        assert [hit["id"] for hit in first["hits"] + second["hits"]] == ids
        assert "abstract" not in first["hits"][0]
        assert (await answer(client, "paper", ids=[PAPER, "none"]))["missing"] == ["none"]
        records = (await answer(client, "paper", ids=[PAPER]))["papers"]
        assert (records[0]["id"], bool(records[0]["abstract"])) == (PAPER, True)
        assert (await answer(client, "author", name="weinan e", limit=3))["next_offset"] == 3
        assert (await answer(client, "related", id=PAPER, limit=2))["hits"][0]["id"]
        assert (await answer(client, "venues", prefix="neu"))["venues"][0]["name"] == "NeurIPS"
        exported = await answer(client, "export", ids=ids[:2], format="bibtex")
        assert (exported["ids"], exported["text"].count("\n@")) == (ids[:2], 1)
        assert (await answer(client, "search", query="zzzzqq"))["why_nothing"]

    asked(corpus_index, work, way, *modes)


def test_what_is_refused_says_what_to_do(corpus_index: Path) -> None:
    """Errors are answers of the tool, not failures of the protocol."""

    async def work(client: Any) -> None:
        for tool, arguments, words in (
            ("search", {"query": "year:2020..2010"}, "2010..2020"),
            ("search", {"years": ["2020..2010"]}, "run backwards"),
            ("search", {"limit": 5000}, "limit"),
            ("author", {"name": "Nobody Atall"}, "no author of exactly the name"),
            ("paper", {"ids": ["none"]}, "`search` finds ids"),
            ("paper", {"ids": []}, "ids"),
        ):
            found = await client.call_tool(tool, arguments)
            assert found.is_error
            assert words in found.content[0].text

    asked(corpus_index, work, over_standard_input, "auto")


def test_pages_elsewhere_are_no_agents(corpus_index: Path) -> None:
    """Over HTTP a call needs a host and an origin of the server's own; it is one request, with an end."""
    ask = b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    with client_of(corpus_index, mcp=True, origins=("https://lab.example",)) as found:
        answered = found.post("/mcp", content=ask, headers=headers)
        assert answered.json()["result"]["tools"]
        assert answered.headers["x-content-type-options"] == "nosniff"
        for origin in ("http://127.0.0.1:8765", "http://localhost", "https://lab.example"):
            assert found.post("/mcp", content=ask, headers=headers | {"origin": origin}).status_code == 200
        for origin in ("http://evil.example", "null", "http://[", "http://127.0.0.1.evil.example"):
            assert found.post("/mcp", content=ask, headers=headers | {"origin": origin}).status_code == 403
        assert found.post("/mcp", content=ask, headers=headers | {"host": "evil.example"}).status_code == 421
        assert found.get("/mcp").status_code == 405
        assert found.delete("/mcp").status_code == 405
        assert found.post("/mcp", content=b" " * 200_000 + ask, headers=headers).status_code == 413
        assert found.post("/mcp", content=b"{", headers=headers).status_code == 400
        assert "/mcp</code>" in found.get("/about").text
    with client_of(corpus_index) as found:
        assert found.post("/mcp", content=ask, headers=headers).status_code == 404
