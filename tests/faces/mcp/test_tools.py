"""The tools as the protocol's own client sees them, over a process that speaks on its standard input and output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")

from query.search import PaperIndex  # noqa: E402  # what needs the extra comes after the question whether it is there

PAPER = "neurips2024-wang-implicit-regularization"


def asked(index: Path, work: Callable[[Any], Awaitable[None]]) -> None:
    """Start `quiver mcp` over an index and let a client work with it."""
    command = mcp.StdioServerParameters(
        command=sys.executable, args=["-m", "query.faces.cli.commands", "mcp", "--index", str(index)]
    )

    async def session() -> None:
        async with mcp.Client(command, read_timeout_seconds=60) as client:
            await work(client)

    asyncio.run(session())


async def answer(client: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool gives."""
    found = await client.call_tool(tool, arguments)
    assert not found.is_error, found
    given: dict[str, Any] = found.structured_content
    return given


def test_a_client_lists_the_tools_searches_pages_reads_and_exports(corpus_index: Path) -> None:
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

    asked(corpus_index, work)


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

    asked(corpus_index, work)
