"""What Quiver set out to reach, as ratios within one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.coldstart import IMPORTS, SEARCH

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """One aim. `ratio` None: what it compares was not measured. Reached where `ratio` is at most `most`."""

    what: str
    target: str
    ratio: float | None
    most: float
    unit: str = ""

    @property
    def holds(self) -> bool:
        """Whether it is reached."""
        return self.ratio is not None and self.ratio <= self.most


def target_rows(result: Result) -> Iterator[Target]:
    """Every aim: Quiver's time or size over the other's, so that smaller is better."""
    for rival in ("tantivy", "tantivy, no total", "tantivy, one field", "tantivy, one field, no total"):
        yield _over(f"any of three words, time over {rival}", 0.5, _p50(result, "any", rival))
    for rival in ("tantivy", "tantivy, one field, no total"):
        what = f"any of three words, numpy alone, time over {rival}"
        yield _over(what, 1.0, _p50(result, "any", rival, "Quiver, numpy"))
    for rival, most in (("Whoosh", 0.01), ("bm25s, numba", 1.0)):
        yield _over(f"any of three words, time over {rival}", most, _p50(result, "any", rival))
    for kind in ("all", "phrase", "prefix", "fuzzy"):
        for rival in ("tantivy", "tantivy, one field, no total"):
            yield _over(f"{kind}, time over {rival}", 1.0, _p50(result, kind, rival))
    for kind in result["searches"]:
        if kind.startswith("any + ") and kind.split(" + ")[1] not in ("facets", "snippets"):
            yield _over(f"{kind}, time over any", 1.1, _with(result, kind))
    for kind, most in (("any + facets", 1.0), ("any + snippets", 2.0)):
        yield Target(
            f"{kind}, more than any", f"<= {most} ms",
            _known(_more(result, kind)), most, " ms",
        )  # fmt: skip
    yield from _builds(result)
    cold = _known(lambda: result["cold_start"][SEARCH]["p50_ms"] / result["cold_start"][IMPORTS]["p50_ms"])
    yield Target(f"{SEARCH}, time over {IMPORTS}", "<= 2", cold, 2.0)
    yield Target("adding 100 papers", "<= 1 s", _known(lambda: result["adding"]["Quiver"]["seconds"]), 1.0, " s")


def _builds(result: Result) -> Iterator[Target]:
    def ratio(figure: str, rival: str) -> Callable[[], float]:
        return lambda: result["builds"]["Quiver"][figure] / result["builds"][rival][figure]

    for rival, most in (("tantivy", 1.0), ("FTS5", 1.0), ("tantivy, all threads", 1.0), ("Whoosh", 0.05)):
        yield _over(f"build, time over {rival}", most, ratio("seconds", rival))
    yield _over("index, bytes over tantivy", 1.2, ratio("bytes", "tantivy"))
    peak = _known(lambda: result["builds"]["Quiver"]["peak_bytes"] / 1e9)
    yield Target("build, peak private memory", "<= 1.5 GB", peak, 1.5, " GB")


def _p50(result: Result, kind: str, rival: str, mine: str = "Quiver") -> Callable[[], float]:
    return lambda: _of(result, kind, mine) / _of(result, kind, rival)


def _with(result: Result, kind: str) -> Callable[[], float]:
    return lambda: _of(result, kind) / _of(result, "any")


def _more(result: Result, kind: str) -> Callable[[], float]:
    return lambda: _of(result, kind) - _of(result, "any")


def _of(result: Result, kind: str, name: str = "Quiver") -> float:
    return float(result["searches"][kind][name]["p50_ms"])


def _over(what: str, most: float, ratio: Callable[[], float]) -> Target:
    return Target(what, f"<= {most:g}", _known(ratio), most)


def _known(ratio: Callable[[], float]) -> float | None:
    try:
        return ratio()
    except KeyError:
        return None
