"""Tables in the terminal: venues, completions, what an index holds, measures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from query.browse.suggest import Suggestions
from query.browse.venue_list import VenueRow
from query.faces.printed.terminal import Screen, display_width, safe, wrap
from query.faces.printed.wording import byte_size, counted, year_span
from query.information import Information
from query.results import FacetCount


def table_lines(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> Iterator[str]:
    """Rows in columns two spaces apart; the columns in `right` are flush right, the last one is not padded."""
    if not rows:
        return
    flush = set(right)
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = []
        for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (width - display_width(cell))
            cells.append(gap + cell if number in flush else cell + gap)
        yield "  ".join(cells).rstrip()


def venue_lines(venues: Sequence[VenueRow], screen: Screen) -> Iterator[str]:
    """A venue a line: papers, name, type, years, and its other spellings as far as they fit."""
    heads = [
        (
            f"{row.count:,}",
            _cut(safe(row.name), 32),
            row.type or "-",
            year_span(*row.years) if row.years else "-",
        )
        for row in venues
    ]
    for row, line in zip(venues, table_lines(heads, (0,)), strict=True):
        others = [name for name, _ in row.spellings.most_common() if name != row.name]
        room = screen.width - display_width(line) - 2
        yield line + (f"  {screen.style(_cut(safe('; '.join(others)), room), 'dim')}" if others and room >= 20 else "")


def _cut(text: str, width: int) -> str:
    if display_width(text) <= width:
        return text
    kept = wrap(text.replace(" ", "\u00a0"), max(width - 3, 2))[0][1]
    return text[:kept].rstrip() + "..."


def suggestion_lines(found: Suggestions, screen: Screen) -> Iterator[str]:
    """Completions by sort, with their papers."""
    kinds: tuple[tuple[str, Sequence[FacetCount]], ...] = (
        ("authors", found.authors),
        ("venues", found.venues),
        ("title words", found.words),
    )
    for title, rows in kinds:
        if rows:
            yield screen.style(title, "dim")
            yield from (
                f"  {line}" for line in table_lines([(f"{row.count:,}", safe(str(row.value))) for row in rows], (0,))
            )
    if not any(rows for _, rows in kinds):
        yield "nothing begins with this"


def information_lines(held: Information, path: str, screen: Screen) -> Iterator[str]:
    """What an index holds, as a table of names and values, then its sources."""
    rows: Mapping[str, str] = {
        "index": safe(path),
        "papers": f"{held.papers:,}",
        "authors": f"{counted(held.author_clusters, 'cluster')}, {counted(held.author_rows, 'row')}",
        "venues": f"{held.venues:,}",
        "years": year_span(*held.years) if held.years else "-",
        "generation": f"{held.generation}, built {held.built}",
        "size": byte_size(held.bytes),
    }
    yield from table_lines(list(rows.items()))
    for number, source in enumerate(held.sources):
        yield f"{'sources' if not number else '':<12}{'standard input' if source == '-' else safe(source)}"


def measure_lines(measures: Mapping[str, float]) -> Iterator[str]:
    """Measures, four digits each; counts as they are."""
    rows = [(name, f"{value:,}" if isinstance(value, int) else f"{value:.4f}") for name, value in measures.items()]
    yield from table_lines(rows, (1,))
