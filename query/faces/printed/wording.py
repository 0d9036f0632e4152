"""How the faces put counts, sizes, times, years, types and authors into words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from indexer.index.record.names import cluster_key, spelling
from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from query.faces.printed.terminal import display_width, safe

PARTIAL = "The time was over before all papers were looked at: there may be more than is shown."
"""What is said of a partial answer."""
TYPE_WORDS = {
    "paper-conference": "Conference Paper",
    "article-journal": "Journal Article",
    "article": "Preprint",
    "manuscript": "Submission, not accepted",
    "chapter": "Chapter",
    "thesis": "Thesis",
    "report": "Report",
    "book": "Book",
}
# In a list of hits the venue says these already.
_EXPECTED_TYPES = ("", "paper-conference", "article-journal")


def counted(number: int, what: str) -> str:
    """`1 paper`, `1,234 papers`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def byte_size(size: int) -> str:
    """`812 bytes`, `1.4 MB` (millions, as disks are sold)."""
    value = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    return f"{size} bytes" if size < 1000 else f"{value:.1f} {unit}"


def duration(seconds: float) -> str:
    """`0.21 s`, `14 s`, `3:07 min`, `1:02:33 h`."""
    if seconds < 59.5:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} h" if hours else f"{minutes}:{rest:02} min"


def milliseconds(value: float) -> str:
    """`0.31 ms`, `4.2 ms`, `130 ms`."""
    return f"{value:.2f} ms" if value < 1 else f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"


def year_span(first: int | None, last: int | None) -> str:
    """`2018`, `2018-2024`, `since 2018`, `until 2016`."""
    if first is None:
        return f"until {last}" if last is not None else "any year"
    if last is None:
        return f"since {first}"
    return str(first) if first == last else f"{first}-{last}"


def alternatives(names: Sequence[str]) -> str:
    """`A`, `A or B`, `A, B or C`."""
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)


def shown_name(name: str) -> str:
    """An author name as read, fit for a terminal."""
    return safe(spelling(name))


def author_list(names: Iterable[str], width: int, always: Collection[str] = ()) -> str:
    """Names parted by commas; where they are too many for `width` columns, the first of them and how many there are.

    Names whose cluster key is in `always` are kept: an author who is asked for is seen.
    """
    shown = [shown_name(name) for name in names]
    whole = ", ".join(shown)
    if len(shown) < 3 or display_width(whole) <= width:
        return whole
    kept = {at for at, name in enumerate(shown) if cluster_key(name) in always} | {0}
    for at in range(1, len(shown)):
        if display_width(_with_gaps(shown, kept | {at})) > width:
            break
        kept.add(at)
    return _with_gaps(shown, kept)


def _with_gaps(names: Sequence[str], kept: Collection[int]) -> str:
    parts: list[str] = []
    for at, name in enumerate(names):
        if at in kept:
            parts.append(name)
        elif parts[-1] != "...":
            parts.append("...")
    whole = len(kept) == len(names)
    return ", ".join(parts) + ("" if whole else f" ({len(names)} authors)")


def hit_place(venue: str, year: int | None, kind: str) -> list[str]:
    """Where a hit appeared: `NeurIPS 2024`, and its type where that is not to be expected."""
    place = " ".join(part for part in (safe(venue), str(year) if year else "") if part)
    return [part for part in (place, "" if kind in _EXPECTED_TYPES else TYPE_WORDS.get(kind, kind)) if part]


def paper_place(paper: Paper, venues: VenueTable) -> list[str]:
    """Where a paper appeared, at length: `NeurIPS Conference 2025` and `Conference Paper`."""
    name = venues.canonical(paper.venue) if paper.venue else ""
    kind = {"conference": "Conference", "journal": "Journal"}.get(venues.type_of(name), "") if name else ""
    # `Journal of Finance Journal` would be said twice.
    words = (safe(name), "" if kind.casefold() in name.casefold() else kind, str(paper.year or ""))
    place = " ".join(word for word in words if word)
    return [part for part in (place, TYPE_WORDS.get(paper.type, safe(paper.type))) if part]
