"""The tools over the Model Context Protocol, whatever carries it. Read-only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import orjson
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations

from indexer.index.errors import QuiverError
from query.faces.mcp.tools import Tools
from query.faces.web.serving.served_index import ServedIndex

_READ_ONLY = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_INSTRUCTIONS = (
    "Search of a collection of research papers. Begin with `search`: hits carry ids. `paper` gives whole records with "
    "abstracts. Cite papers by their ids. `author` groups papers by exact author name, which is no claim that they "
    "are by one person."
)
Arguments = ParamSpec("Arguments")


def make_server(served: ServedIndex) -> MCPServer[Any]:
    """A server over the newest generation of an index, which it takes up between calls."""
    tools = Tools(served)
    server: MCPServer[Any] = MCPServer("quiver", title="Quiver", instructions=_INSTRUCTIONS, log_level="WARNING")
    for tool in (tools.search, tools.paper, tools.author, tools.related, tools.venues, tools.export):
        server.add_tool(_told(tool), annotations=_READ_ONLY)
    return server


def _told(tool: Callable[Arguments, dict[str, Any]]) -> Callable[Arguments, CallToolResult]:
    """The same tool, its errors as answers that say what to do.

    The text of an answer is its JSON on one line: indented, as the SDK writes it, it takes a third more of a context.
    """

    @wraps(tool)
    def call(*arguments: Arguments.args, **named: Arguments.kwargs) -> CallToolResult:
        try:
            found = tool(*arguments, **named)
        except QuiverError as error:
            raise ToolError(str(error)) from error
        text = orjson.dumps(found).decode()
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=found)

    return call
