"""What can go wrong at a cluster, a row each: what the client or the server says, and what a person is told.

The server's status alone does not tell: 429 is a full queue, which passes, and a full disk, which does not. So its
error type is looked at first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from indexer.index.errors import BadIndexError
from indexer.index.opensearch.address import CREDENTIALS, PASSWORD, USER, Address

BUSY_TYPES = frozenset(
    {"rejected_execution_exception", "opensearch_rejected_execution_exception", "circuit_breaking_exception"}
)
"""Error types of a cluster that has more to do than it can: the same request may be sent again a little later."""
BLOCK = "cluster_block_exception"
_LONGEST = 300


class ClusterError(BadIndexError):
    """A cluster that is away, slow, full, read-only or refuses. `busy`: the same may well succeed a little later."""

    def __init__(self, message: str, *, busy: bool = False, status: int = 0, kind: str = "") -> None:
        super().__init__(message)
        self.busy = busy
        self.status = status
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as it came: the HTTP status (0: no answer), its type, its reason in the server's words."""

    status: int
    kind: str
    reason: str

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """What an error of the client says."""
        status = getattr(error, "status_code", "N/A")
        if not isinstance(status, int):
            return cls(0, type(error).__name__, _one_line(str(getattr(error, "info", "") or error)))
        info = getattr(error, "info", None)
        return cls.of_answer(status, info.get("error") if isinstance(info, dict) else info)

    @classmethod
    def of_answer(cls, status: int, error: Any) -> Failure:
        """What the `error` of an answer, or of an item of a bulk answer, says; the innermost cause that has a type."""
        if not isinstance(error, dict):
            return cls(status, "", _one_line(str(error or "no reason given")))
        roots = error.get("root_cause")
        cause = roots[0] if isinstance(roots, list) and roots and isinstance(roots[0], dict) else error
        reason = cause.get("reason") or error.get("reason") or ""
        within = error.get("caused_by")
        if isinstance(within, dict) and within.get("reason") and within["reason"] not in reason:
            reason = f"{reason}: {within['reason']}"
        return cls(status, str(cause.get("type") or error.get("type") or ""), _one_line(str(reason)))

    @property
    def busy(self) -> bool:
        """Whether the same may be sent again a little later: a full queue, a breaker, a shard that is just moving."""
        if self.kind == BLOCK:
            return False
        return self.kind in BUSY_TYPES or self.status == 429 or self.kind == "unavailable_shards_exception"

    @property
    def blocked(self) -> bool:
        """Whether nothing can be written until somebody does something: a full disk, a read-only index."""
        return self.kind == BLOCK


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    # What is wrong stands at the end of some reasons, behind a whole document.
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]} ... {line[-_LONGEST // 2 :]}"


def _away(failure: Failure, address: Address, seconds: float) -> str:
    if "closed connection" in failure.reason or "Connection aborted" in failure.reason:
        return f"{address} ends the connection; write https:// if it speaks TLS ({failure.reason})"
    return f"no OpenSearch answers at {address}; start it, or mend the address ({failure.reason})"


def _blocked(failure: Failure, address: Address, seconds: float) -> str:
    if "no master" in failure.reason or "not recovered" in failure.reason or "cluster_manager" in failure.reason:
        return f"{address}: the cluster has no leader yet, since too few of its nodes are there; try again then"
    if failure.status == 429 or "read-only / allow delete" in failure.reason or "disk" in failure.reason:
        return (
            f"{address}: the disk of a node is nearly full, so that the cluster takes no more; "
            f"make room or raise the watermarks, then try again ({failure.reason})"
        )
    return f"{address} is read-only; lift the block in the index settings, then try again ({failure.reason})"


def _busy(failure: Failure, address: Address, seconds: float) -> str:
    return f"{address} has more to do than it can and refused; try again a little later ({failure.reason})"


def _unknown(failure: Failure, address: Address, seconds: float) -> str:
    reason = f" ({failure.kind}: {failure.reason})" if failure.kind else f" ({failure.reason})"
    return f"{address} answered with status {failure.status}{reason}"


_BY_KIND: dict[str, Callable[[Failure, Address, float], str]] = {
    "ConnectionTimeout": lambda failure, address, seconds: (
        f"{address} did not answer within {seconds:g} s; a node may hang: see `_cluster/health`, try again"
    ),
    "SSLError": lambda failure, address, seconds: (
        f"{address} does not speak TLS; write http:// ({failure.reason})"
        if "WRONG_VERSION" in failure.reason or "RECORD_LAYER" in failure.reason
        else f"{address}: its certificate is not trusted; set QUIVER_OPENSEARCH_CA to the authority's file "
        f"({failure.reason})"
    ),
    "ConnectionError": _away,
    "SerializationError": lambda failure, address, seconds: (
        f"{address} does not answer as OpenSearch does; mend the address ({failure.reason})"
    ),
    BLOCK: _blocked,
    # Set by the cluster itself once the disks of all nodes are past a watermark.
    "index_create_block_exception": lambda failure, address, seconds: (
        f"{address}: the cluster makes no new index, since the disk of a node is nearly full or somebody forbade it; "
        f"make room or raise the watermarks, then try again ({failure.reason})"
    ),
    "index_not_found_exception": lambda failure, address, seconds: (
        f"there is no index {address}; make it with `quiver build SOURCE... --index {address}`"
    ),
    "search_phase_execution_exception": lambda failure, address, seconds: (
        f"{address}: not all shards could be searched; a node is away: see `_cluster/health`, try again"
        f" ({failure.reason or 'partial shards failure'})"
    ),
}


def _elsewhere(failure: Failure, address: Address, seconds: float) -> str:
    return f"{address} answers with status {failure.status}, which sends elsewhere; mend the address"


def _behind(failure: Failure, address: Address, seconds: float) -> str:
    return f"{address}: what stands before the cluster cannot reach it (status {failure.status}); try again"


_BY_STATUS: dict[int, Callable[[Failure, Address, float], str]] = {
    401: lambda failure, address, seconds: (
        f"{address} asks who you are; set {USER} and {PASSWORD}, or {CREDENTIALS} to a file that holds NAME:PASSWORD"
    ),
    403: lambda failure, address, seconds: f"{address} does not allow this to whom it was asked by ({failure.reason})",
    **dict.fromkeys((301, 302, 307, 308), _elsewhere),
    502: _behind,
    504: _behind,
    413: lambda failure, address, seconds: f"{address} refuses so large a request; raise http.max_content_length",
    429: _busy,
    503: lambda failure, address, seconds: (
        f"{address} cannot answer now, nodes or shards are away: see `_cluster/health`, try again ({failure.reason})"
    ),
}


def translated(failure: Failure, address: Address, seconds: float) -> ClusterError:
    """The error, in one line that says what happened and what to do next."""
    tell = _BY_KIND.get(failure.kind) or _BY_STATUS.get(failure.status) or _unknown
    if failure.kind in BUSY_TYPES:
        tell = _busy
    return ClusterError(tell(failure, address, seconds), busy=failure.busy, status=failure.status, kind=failure.kind)
