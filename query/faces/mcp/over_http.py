"""The tools over HTTP: the protocol's streamable transport, as an ASGI application inside the web server."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from starlette.types import Receive, Scope, Send

from query.faces.mcp.server import make_server
from query.faces.web.serving.served_index import ServedIndex

_LARGEST = 1 << 17
"""Bytes of a call: a query of 10,000 characters, or 200 ids, with room to spare."""


class Agents:
    """A call is a request and its answer, and none leaves anything behind: any worker may take the next one."""

    def __init__(self, served: ServedIndex) -> None:
        server = make_server(served)
        # Host and Origin are looked at by the web server, for all that it answers.
        server.streamable_http_app(
            json_response=True, stateless_http=True, max_request_body_size=_LARGEST, host="looked at before"
        )
        self._sessions = server.session_manager

    def running(self) -> AbstractAsyncContextManager[None]:
        """For as long as calls are answered; once."""
        return self._sessions.run()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        await self._sessions.handle_request(scope, receive, send)
