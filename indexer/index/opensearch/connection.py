"""The one door to a cluster: every call has a deadline, every answer is checked to be whole, every error is one line.

`Connection.call` sends a request and gives the parsed answer; `search` and `count` add what keeps partial answers from
passing for whole ones. A cluster in which shards are missing answers 200 with `failed: 0` where it has no copy of them,
so that `_shards.successful` is compared with `_shards.total` on every answer that counts something.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

import orjson

from indexer.index.errors import BadIndexError, UsageError
from indexer.index.opensearch.address import Address, Credentials, credentials
from indexer.index.opensearch.failures import ClusterError, Failure, translated

SEARCH_SECONDS = 10.0
"""Deadline of what somebody waits for: searches, counts, single papers."""
WRITE_SECONDS = 60.0
"""Deadline of a bulk request; it is asked again until the writer gives up."""
ADMIN_SECONDS = 120.0
"""Deadline of what works through an index: refreshing, cloning, merging."""

# Where nobody has set up logging, the client tells every error on standard error: here the caller does so, once.
logging.getLogger("opensearch").addHandler(logging.NullHandler())

Json = Any
"""What a parsed answer consists of."""


class Connection:
    """A cluster and the name of an index in it. Cheap to make; connects at the first call, anew in each process.

    Safe in threads. Can be pickled and sent to another process; credentials go with it. Calls may take `seconds` where
    they do not say (0: SEARCH_SECONDS): nobody waits before a screen for a writer, which a busy cluster must not end.
    """

    def __init__(self, address: Address, known: Credentials | None = None, *, seconds: float = 0.0) -> None:
        self.address = address
        self._seconds = seconds
        self._credentials = credentials() if known is None else known
        self._client: Any = None
        self._process = 0

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_client": None, "_process": 0}

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        seconds: float = 0.0,
        expected: tuple[int, ...] = (),
        **parameters: str | int | bool,
    ) -> Json:
        """The answer to one request, parsed; `body` is JSON, or bytes that are sent as they are.

        Statuses of `expected` are no errors: their answer is given too. Raises ClusterError, BadIndexError where there
        is no such index.
        """
        client = _client_library(self.address)
        seconds = seconds or self._seconds or SEARCH_SECONDS
        sent = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in parameters.items()}
        lines = path.endswith(("/_bulk", "/_msearch"))
        headers = {"content-type": "application/x-ndjson" if lines else "application/json"}
        try:
            return self._transport().perform_request(
                method,
                path,
                params={**given, "request_timeout": seconds, "ignore": list(expected)},
                body=sent,
                headers=headers,
            )
        except client.OpenSearchException as error:
            raise translated(Failure.of(error), self.address, seconds) from error

    def search(self, index: str, body: Mapping[str, object], *, seconds: float = 0.0) -> Json:
        """The answer to a search, all shards taking part. The server is told the deadline too, in its own words."""
        seconds = seconds or self._seconds or SEARCH_SECONDS
        answer = self.call(
            "POST",
            f"/{index}/_search",
            {"timeout": f"{int(seconds * 1000)}ms", **body},
            seconds=seconds,
            allow_partial_search_results=False,
        )
        return self.whole(answer)

    def count(self, index: str, query: Mapping[str, object] | None = None, *, seconds: float = 0.0) -> int:
        """How many documents of an index match (all without a query), every shard counted."""
        answer = self.call("POST", f"/{index}/_count", {"query": query} if query else None, seconds=seconds)
        counted: int = self.whole(answer)["count"]
        return counted

    def whole(self, answer: Json) -> Json:
        """An answer that counts something, as it is. Raises ClusterError where a shard did not take part in it."""
        shards = answer.get("_shards", {})
        total, successful = shards.get("total", 0), shards.get("successful", 0)
        if answer.get("timed_out") or shards.get("failed") or successful != total:
            # A query may be too much for one shard alone, whose words differ.
            reasons = [failure.get("reason") for failure in shards.get("failures", ())]
            raise ClusterError(
                f"{self.address}: only {successful} of {total} shards answered in time; a node is away or slow, "
                "and a part of an answer is none. See `_cluster/health`, try again",
                kind=next((str(reason.get("type", "")) for reason in reasons if isinstance(reason, dict)), ""),
            )
        return answer

    def close(self) -> None:
        """Give the connections back; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None and self._process == os.getpid():
            client.close()

    def _transport(self) -> Any:
        # What a child inherits it would share with its parent, byte by byte.
        if self._client is None or self._process != os.getpid():
            self._client, self._process = _client(self.address, self._credentials), os.getpid()
        return self._client.transport


def _client_library(address: Address) -> Any:
    """The client of the extra `opensearch`, which a search of a folder does not load. Raises UsageError."""
    try:
        import opensearchpy
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{address} is an index of a cluster, for which {error.name} is missing; "
            "install it with: pip install 'quiver-papers[opensearch]'"
        ) from error
    return opensearchpy


def _client(address: Address, known: Credentials) -> Any:
    library = _client_library(address)
    options: dict[str, Any] = {}
    if known.user:
        options["http_auth"] = (known.user, known.password)
    if known.authorities:
        options["ca_certs"] = known.authorities
    try:
        return library.OpenSearch(
            list(address.nodes),
            serializer=_Serializer(),
            timeout=SEARCH_SECONDS,
            # What is away is asked for at the other nodes; what is slow is not asked again behind the caller's back.
            max_retries=len(address.nodes),
            retry_on_timeout=False,
            retry_on_status=(),
            pool_maxsize=32,
            **options,
        )
    except (library.ImproperlyConfigured, OSError) as error:
        raise BadIndexError(f"{address}: no connection can be made: {error}") from error


class _Serializer:
    """JSON of requests and answers by orjson, as the client wants it: records parse at a third of the cost."""

    mimetype = "application/json"

    @staticmethod
    def loads(data: str | bytes) -> Json:
        return orjson.loads(data)

    @staticmethod
    def dumps(data: object) -> str | bytes:
        return data if isinstance(data, str | bytes) else orjson.dumps(data).decode()
