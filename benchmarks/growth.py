"""How do build, search and size grow with the number of papers? Curves over the results of several runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.papers import show_count

Result = Mapping[str, Any]
Curves = dict[str, list[tuple[int, float]]]

# One colour an engine, told apart by people who see fewer colours too (Okabe and Ito).
COLOURS = {
    "Quiver": "#D55E00", "tantivy": "#0072B2", "tantivy, no total": "#56B4E9", "FTS5": "#009E73",
    "bm25s": "#E69F00", "bm25s, numba": "#CC79A7", "Xapian": "#8C6D31", "Whoosh": "#999999",
}  # fmt: skip


def curves(results: Sequence[Result], figure: Callable[[Result, str], float]) -> Curves:
    """For each engine the points (papers, figure) of the results that have it, by papers."""
    found: Curves = {}
    for result in sorted(results, key=lambda result: int(result["papers"])):
        for name in COLOURS:
            try:
                found.setdefault(name, []).append((result["papers"], figure(result, name)))
            except KeyError:
                continue
    return {name: points for name, points in found.items() if points}


def draw_growth(results: Sequence[Result], path: Path) -> None:
    """Three curves side by side as SVG: time of a search, time of a build, bytes on disk."""
    panels = (
        ("any of three words, p50, ms", curves(results, lambda r, name: float(r["searches"]["any"][name]["p50_ms"]))),
        ("build, s", curves(results, lambda r, name: float(r["builds"][name]["seconds"]))),
        ("index, MB", curves(results, lambda r, name: r["builds"][name]["bytes"] / 1e6)),
    )
    # Text stays text, and the same figures give the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "quiver", "font.size": 9}):
        figure = Figure(figsize=(10, 3.4), layout="constrained")
        for axes, (title, by_engine) in zip(figure.subplots(1, len(panels)), panels, strict=True):
            _panel(axes, title, by_engine)
        handles = {str(line.get_label()): line for axes in figure.axes for line in axes.get_lines()}
        figure.legend(
            list(handles.values()), list(handles), loc="outside lower center", ncols=len(handles), frameon=False
        )
        figure.savefig(path, format="svg", metadata={"Date": None})


def _panel(axes: Any, title: str, by_engine: Curves) -> None:
    for name, points in by_engine.items():
        counts, values = zip(*points, strict=True)
        width = 2.2 if name == "Quiver" else 1.2
        axes.plot(counts, values, marker="o", markersize=3, label=name, color=COLOURS[name], linewidth=width)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_title(title, fontsize=10)
    axes.set_xticks(sorted({count for points in by_engine.values() for count, _ in points}))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda count, _: show_count(int(count))))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("papers")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
