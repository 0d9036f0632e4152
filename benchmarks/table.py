"""A result as tables in Markdown, which read well on a terminal too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from benchmarks.targets import target_rows

Result = Mapping[str, Any]
PLAIN = ("any", "all", "phrase", "prefix", "fuzzy")
NONE = "-"


def lines(result: Result) -> list[str]:
    """All tables of one result, with the machine and the versions."""
    parts: tuple[Callable[[Result], list[str]], ...] = (
        _heading, _engines, _builds, _plain_searches, _other_searches, _processor_times, _adding, _targets, _check,
    )  # fmt: skip
    return [line for part in parts for line in part(result)]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table with padded columns: the first to the left, the others to the right."""
    cells = [list(head), *map(list, rows)]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(head))]
    ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

    def padded(row: Sequence[str]) -> str:
        first, *others = zip(row, widths, strict=True)
        return "| " + " | ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]) + " |"

    return [padded(cells[0]), padded(ruler), *map(padded, cells[1:])]


def _number(value: float) -> str:
    """Three digits that say something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def _megabytes(value: float) -> str:
    return f"{value / 1e6:,.0f}"


def _heading(result: Result) -> list[str]:
    on, used = result["machine"], dict(result["versions"])
    origin = ", ".join(f"{count:,} {name}" for name, count in result["origins"].items() if count)
    commit = used.pop("commit")
    libraries = ", ".join(
        dict.fromkeys(text if " " in text else f"{name} {text}" for name, text in used.items() if text != "Quiver")
    )
    left_out = [f"Left out: {name} ({reason})." for name, reason in result.get("left_out", {}).items()]
    return [
        f"**{result['papers']:,} papers** ({origin}; {_megabytes(result['source_bytes'])} MB of JSON Lines), "
        f"{result['started'][:10]}, Quiver {commit}.",
        f"{on['processor']}, {on['cores']} cores, {on['memory']}; {on['system']}, Python {on['python']}; "
        f"load before the run {on['load']}. {libraries}.",
        f"`{result['command']}`",
        *left_out,
        "",
    ]


def _engines(result: Result) -> list[str]:
    held = result["open_bytes"]
    rows = [
        (name, row["matching"], row["ranking"], row["total"], "off", _megabytes(held[name]) if name in held else NONE)
        for name, row in result["engines"].items()
    ]
    return [*table(("engine", "fields", "ranking", "total", "snippets", "MB when open, files aside"), rows), ""]


def _builds(result: Result) -> list[str]:
    rows = [
        (
            name, _number(row["papers_per_second"]), _number(row["seconds"]), _number(row["cpu_seconds"]),
            _megabytes(row["peak_bytes"]), _megabytes(row["bytes"]),
        )
        for name, row in result["builds"].items()
    ]  # fmt: skip
    head = ("build", "papers/s", "s", "processor s", "peak private MB", "index MB")
    return [*table(head, rows), ""]


def _searches(
    result: Result, title: str, kinds: Sequence[str], cell: Callable[[Mapping[str, float]], str]
) -> list[str]:
    by_kind = {kind: result["searches"][kind] for kind in kinds if kind in result["searches"]}
    names = [name for name in result["engines"] if any(name in row for row in by_kind.values())]
    rows = [(name, *(cell(row[name]) if name in row else NONE for row in by_kind.values())) for name in names]
    return [*table((title, *by_kind), rows), ""]


def _both(figures: Mapping[str, float]) -> str:
    return f"{_number(figures['p50_ms'])} / {_number(figures['p95_ms'])}"


def _plain_searches(result: Result) -> list[str]:
    return _searches(result, "p50 / p95, ms", PLAIN, _both)


def _other_searches(result: Result) -> list[str]:
    kinds = [kind for kind in result["searches"] if kind not in PLAIN]
    return _searches(result, "any of three words, ms", kinds, _both)


def _processor_times(result: Result) -> list[str]:
    kinds = list(result["searches"])
    return _searches(result, "processor time, p50 ms", kinds, lambda figures: _number(figures["cpu_p50_ms"]))


def _adding(result: Result) -> list[str]:
    rows = [
        (f"add 100 papers: {name}", _number(row["seconds"] * 1000), _number(row["cpu_seconds"] * 1000))
        for name, row in result["adding"].items()
    ]
    rows += [
        (f"`{name}`", _number(row["p50_ms"]), _number(row["cpu_p50_ms"]))
        for name, row in result.get("cold_start", {}).items()
    ]
    return [*table(("median", "ms", "processor ms"), rows), ""]


def _targets(result: Result) -> list[str]:
    rows = [
        (row.what, row.target, NONE if row.ratio is None else f"{row.ratio:.2f}{row.unit}",
         NONE if row.ratio is None else "yes" if row.holds else "no")
        for row in target_rows(result)
    ]  # fmt: skip
    return [*table(("aim", "at least", "measured", "reached"), rows), ""]


def _check(result: Result) -> list[str]:
    """Each index once: settings that search the same one find the same."""
    by_kind = result["check"]
    first = {row["index"]: name for name, row in reversed(result["engines"].items())}
    names = [name for name in first.values() if any(name in row for row in by_kind.values())][::-1]

    def rows(cell: Callable[[Mapping[str, float]], str]) -> Iterable[Sequence[str]]:
        return [(name, *(cell(row[name]) if row.get(name) else NONE for row in by_kind.values())) for name in names]

    return [
        *table(("of Quiver's first ten", *by_kind), rows(lambda row: f"{row['overlap_at_10']:.2f}")),
        "",
        *table(
            ("equal totals; median ratio", *by_kind),
            rows(lambda row: f"{row['equal_totals']:.0%}; {row['ratio_of_totals']:.3f}"),
        ),
        "",
    ]
