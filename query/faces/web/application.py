"""The ASGI application: from a request to its route, its handler and its answer."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from indexer.index.errors import NotFoundError, QuiverError
from query.faces.web.api.routes import ROUTES as API
from query.faces.web.exports import ROUTES as EXPORTS
from query.faces.web.feeds import ROUTES as FEEDS
from query.faces.web.pages.routes import PAGES, error_page
from query.faces.web.serving.call import Call, Reply, json_reply
from query.faces.web.serving.errors import BusyError, RefusedError, TooLargeError, error_json, status_of
from query.faces.web.serving.gate import RETRY_AFTER, Gate
from query.faces.web.serving.reading import pairs_of
from query.faces.web.serving.routes import Route, find
from query.faces.web.serving.served_index import ServedIndex
from query.faces.web.settings import Settings

LONGEST_LINE = 32_768
"""Bytes of a path with its parameters: a basket of 500 ids of that many letters fits; long queries go into a body."""
SECURITY: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
ErrorPage = Callable[[Settings, QuiverError, int], Reply]


class Application:
    """Quiver over HTTP, as ASGI. It opens its index at once, so that a server that cannot answer does not start."""

    def __init__(self, settings: Settings, routes: Sequence[Route], error_page: ErrorPage) -> None:
        self.settings = settings
        self.served = ServedIndex(settings.index)
        self.routes = routes
        self.error_page = error_page
        self.gate = Gate(settings.threads, settings.most_requests, settings.timeout)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            began = time.perf_counter()
            route, response = await self._answer(scope, receive)
            for name, value in SECURITY.items():
                response.headers[name] = value
            await response(scope, receive, send)
            self._log(scope, route, response.status_code, time.perf_counter() - began)

    async def _live(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[Route | None, Response]:
        route: Route | None = None
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
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

    def _check_host(self, headers: Headers) -> None:
        """Pages elsewhere can make a browser call this server under a name of theirs (DNS rebinding)."""
        host = _host_name(headers.get("host", ""))
        if host not in self.settings.names and "*" not in self.settings.names:
            raise RefusedError(f"this server does not go by the name {host[:80]!r}; see --allow-host", 421, "host")

    def _route(self, scope: Scope) -> tuple[Route, list[str]]:
        raw = (scope.get("raw_path") or quote(scope["path"]).encode()).split(b"?")[0]
        if len(raw) + len(scope["query_string"]) > LONGEST_LINE:
            raise TooLargeError(f"an address of more than {LONGEST_LINE:,} bytes; POST /api/search takes long queries")
        prefix = self.settings.prefix.encode()
        if prefix and (raw == prefix or raw.startswith(prefix + b"/")):
            raw = raw[len(prefix) :]
        routes, gaps = find(self.routes, raw)
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        if not routes:
            raise NotFoundError("there is nothing at this address; / is the search, /openapi.json the API")
        for route in routes:
            if method in route.methods:
                return route, gaps
        allowed = ", ".join(sorted({name for route in routes for name in route.methods}))
        raise RefusedError(f"this address takes {allowed} alone", 405, "method")

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
        return Response(reply.body, status, headers, reply.media_type)

    def _log(self, scope: Scope, route: Route | None, status: int, seconds: float) -> None:
        """A line a request. What was asked is private: only the route is written, unless queries are asked for."""
        if self.settings.log == "none":
            return
        path = route.path if route else "(nothing)"
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


def _host_name(host: str) -> str:
    """The host of a Host header, without its port and brackets, in lower case."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _etag(identity: str, asked: bytes) -> str:
    # Weak: the milliseconds that an answer took differ.
    return f'W/"{blake2b(identity.encode() + asked, digest_size=12).hexdigest()}"'


def make_application(settings: Settings) -> ASGIApp:
    """The application with what stands around it: compression, and CORS where it was asked for."""
    app: ASGIApp = Application(settings, (*API, *EXPORTS, *FEEDS, *PAGES), error_page)
    app = GZipMiddleware(app, minimum_size=1000, compresslevel=4)
    if settings.origins:
        app = CORSMiddleware(app, allow_origins=settings.origins, allow_methods=["GET", "POST"], allow_headers=["*"])
    return app
