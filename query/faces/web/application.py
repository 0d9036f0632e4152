"""The ASGI application: from a request to its route, its handler and its answer."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Protocol
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from indexer.index.errors import NotFoundError, QuiverError
from query.faces.web.api.routes import ROUTES as API
from query.faces.web.exports import ROUTES as EXPORTS
from query.faces.web.feeds import ROUTES as FEEDS
from query.faces.web.pages.routes import PAGES, error_page
from query.faces.web.serving.call import Call, Reply, json_reply
from query.faces.web.serving.compression import Compression
from query.faces.web.serving.errors import BusyError, RefusedError, TooLargeError, error_json, status_of
from query.faces.web.serving.gate import RETRY_AFTER, Gate
from query.faces.web.serving.hosts import check_host, check_origin
from query.faces.web.serving.reading import pairs_of
from query.faces.web.serving.routes import Route, find
from query.faces.web.serving.sending import Answer
from query.faces.web.serving.served_index import ServedIndex
from query.faces.web.settings import Settings

LONGEST_LINE = 32_768
"""Bytes of a path with its parameters: a basket of 500 ids of that many letters fits; long queries go into a body."""
_PATHS = 512
"""Addresses of which is known where they lead."""
ErrorPage = Callable[[Settings, QuiverError, int], Reply]


_AGENTS = b"/mcp"


class Agents(Protocol):
    """What answers agents; see `query.faces.mcp.over_http`."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """For as long as calls are answered."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""


class Application:
    """Quiver over HTTP, as ASGI. It is given its index opened: a server that cannot answer does not start."""

    def __init__(
        self,
        settings: Settings,
        served: ServedIndex,
        routes: Sequence[Route],
        error_page: ErrorPage,
        agents: Agents | None = None,
    ) -> None:
        self.settings = settings
        self.served = served
        self.routes = routes
        self.error_page = error_page
        self.agents = agents
        # Thirty routes to look through are a tenth of a millisecond, and most requests go to a few addresses.
        self._find = lru_cache(_PATHS)(partial(find, routes))
        self.gate = Gate(settings.threads, settings.most_requests, settings.timeout)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            began = time.perf_counter()
            answer = Answer(send)
            if self.agents is not None and self._path(scope) == _AGENTS:
                path = _AGENTS.decode()
                await self._answer_agent(self.agents, scope, receive, answer)
            else:
                route, response = await self._answer(scope, receive)
                path = route.path if route else "(nothing)"
                await response(scope, receive, answer)
            self._log(scope, path, answer.status, time.perf_counter() - began)

    async def _live(self, receive: Receive, send: Send) -> None:
        """From the start of the server to its end."""
        await receive()
        async with self.agents.running() if self.agents else nullcontext():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer_agent(self, agents: Agents, scope: Scope, receive: Receive, send: Send) -> None:
        """One call of a tool, which counts as a request like any other."""
        headers = Headers(scope=scope)
        try:
            check_host(self.settings, headers.get("host", ""))
            check_origin(self.settings, headers.get("origin", ""))
            if scope["method"] != "POST":
                # Nothing is told to agents unasked, so there is no stream to listen to, and no session to end.
                raise RefusedError("this address takes POST alone", 405, "method", allowed="POST")
            with self.gate.place():
                await agents(scope, receive, send)
        except QuiverError as error:
            await self._refusal(None, error, False)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[Route | None, Response]:
        route: Route | None = None
        headers = Headers(scope=scope)
        try:
            check_host(self.settings, headers.get("host", ""))
            route, gaps = self._route(scope)
            body = await _body(receive, headers, route.largest) if scope["method"] == "POST" else b""
            work = partial(self._work, scope, headers, route, gaps, body)
            etag, reply = await self.gate.run(work)
            if not isinstance(reply.body, bytes) and self.gate.crowded:
                raise BusyError(f"many exports are being written; try again in {RETRY_AFTER} s")
        except QuiverError as error:
            return route, self._refusal(route, error, _wants_page(headers))
        except Exception:  # noqa: BLE001  # the last door: no request may take the server down
            traceback.print_exc(file=sys.stderr)
            unforeseen = QuiverError("this should not happen; the server's log says more")
            return route, self._refusal(route, unforeseen, _wants_page(headers))
        return route, self._response(reply, route, etag)

    def _path(self, scope: Scope) -> bytes:
        """The path as it was sent, without the prefix that all our addresses have."""
        raw: bytes = (scope.get("raw_path") or quote(scope["path"]).encode()).split(b"?")[0]
        prefix = self.settings.prefix.encode()
        if prefix and (raw == prefix or raw.startswith(prefix + b"/")):
            return raw[len(prefix) :]
        return raw

    def _route(self, scope: Scope) -> tuple[Route, list[str]]:
        path = self._path(scope)
        if len(path) + len(scope["query_string"]) > LONGEST_LINE:
            raise TooLargeError(f"an address of more than {LONGEST_LINE:,} bytes; POST /api/search takes long queries")
        routes, gaps = self._find(path)
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        if not routes:
            raise NotFoundError("there is nothing at this address; / is the search, /openapi.json the API")
        for route in routes:
            if method in route.methods:
                return route, gaps
        allowed = ", ".join(sorted({name for route in routes for name in route.methods}))
        raise RefusedError(
            f"this address takes {allowed} alone", 405, "method", allowed=allowed.replace("GET", "GET, HEAD")
        )

    def _work(self, scope: Scope, headers: Headers, route: Route, gaps: list[str], body: bytes) -> tuple[str, Reply]:
        snapshot = self.served.current()
        etag = ""
        if scope["method"] != "POST" and not route.forever and route.cached:
            asked = scope.get("raw_path", b"") + b"?" + scope["query_string"] + headers.get("host", "").encode()
            etag = _etag(snapshot.identity, asked)
            if etag in headers.get("if-none-match", ""):
                return etag, Reply(b"", status=304)
        site = self.settings.origin or f"{scope['scheme']}://{headers.get('host', '')}"
        pairs = pairs_of(scope["query_string"])
        return etag, route.handler(Call(scope["method"], gaps, pairs, body, snapshot, self.settings, site))

    def _response(self, reply: Reply, route: Route, etag: str) -> Response:
        headers = dict(reply.headers)
        headers["cache-control"] = "public, max-age=31536000, immutable" if route.forever else "no-cache"
        if etag and reply.kept and reply.status in (200, 304):
            headers["etag"] = etag
        if isinstance(reply.body, bytes):
            return Response(reply.body, reply.status, headers, reply.media_type)
        return StreamingResponse(self.gate.stream(reply.body), reply.status, headers, reply.media_type)

    def _refusal(self, route: Route | None, error: QuiverError, wants_page: bool) -> Response:
        status, _ = status_of(error)
        page = route.face == "page" if route else wants_page
        reply = self.error_page(self.settings, error, status) if page else json_reply(error_json(error), status)
        assert isinstance(reply.body, bytes)
        headers = {"cache-control": "no-store"}
        if status == 503:
            headers["retry-after"] = str(RETRY_AFTER)
        if isinstance(error, RefusedError) and error.allowed:
            headers["allow"] = error.allowed
        return Response(reply.body, status, headers, reply.media_type)

    def _log(self, scope: Scope, path: str, status: int, seconds: float) -> None:
        """A line a request. What was asked is private: only the route is written, unless queries are asked for."""
        if self.settings.log == "none":
            return
        if self.settings.log == "queries":
            path = ascii((scope["raw_path"] + b"?" + scope["query_string"]).decode("latin-1"))[1:-1]
        print(f"{scope['method'][:10]} {path} {status} {seconds * 1000:.1f} ms", file=sys.stderr)


async def _body(receive: Receive, headers: Headers, largest: int) -> bytes:
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > largest:
            raise TooLargeError(f"a body of more than {largest:,} bytes")
    return body


def _wants_page(headers: Headers) -> bool:
    """Whether a browser asks, and not a program."""
    return "text/html" in headers.get("accept", "")


def _etag(identity: str, asked: bytes) -> str:
    # Weak: the milliseconds that an answer took differ.
    return f'W/"{blake2b(identity.encode() + asked, digest_size=12).hexdigest()}"'


def make_application(settings: Settings) -> ASGIApp:
    """The application with what stands around it: compression, and CORS where it was asked for."""
    served = ServedIndex(settings.index)
    agents = None
    if settings.mcp:
        # An extra of its own, and 36 MB a worker.
        from query.faces.mcp.over_http import Agents as Tools

        agents = Tools(served)
    app: ASGIApp = Application(settings, served, (*API, *EXPORTS, *FEEDS, *PAGES), error_page, agents)
    app = Compression(app)
    if settings.origins:
        app = CORSMiddleware(app, allow_origins=settings.origins, allow_methods=["GET", "POST"], allow_headers=["*"])
    return app
