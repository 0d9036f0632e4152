"""CSV for spreadsheets and data frames: RFC 4180, UTF-8 without a byte order mark, a header, a row a paper.

A cell that begins with `=`, `+`, `-` or `@` is a program to a spreadsheet, and the records may come from
anywhere. Such cells get an apostrophe in front, which spreadsheets take for "this is text"; cells that begin
with apostrophes before such a sign get one more, so that taking one off again always gives the published
text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator

from indexer.index.record.paper import Paper
from query.export.lines import encodable

COLUMNS: dict[str, Callable[[Paper], str]] = {
    "id": lambda paper: paper.id,
    "title": lambda paper: paper.title,
    "authors": lambda paper: "; ".join(author.name for author in paper.authors),
    "venue": lambda paper: paper.venue,
    "year": lambda paper: "" if paper.year is None else str(paper.year),
    "type": lambda paper: paper.type,
    "doi": lambda paper: paper.doi,
    "arxiv": lambda paper: paper.arxiv,
    "url": lambda paper: paper.url,
    "pdf": lambda paper: paper.pdf,
    "keywords": lambda paper: "; ".join(paper.keywords),
    "abstract": lambda paper: paper.abstract,
}

_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """The header, then a row a paper; authors and keywords are joined by `; `."""
    buffer = io.StringIO()
    rows = csv.writer(buffer, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    yield buffer.getvalue()
    for paper in papers:
        buffer.seek(0)
        buffer.truncate()
        rows.writerow([_cell(column(paper)) for column in COLUMNS.values()])
        yield buffer.getvalue()


def _cell(value: str) -> str:
    return encodable(f"'{value}" if _FORMULA.match(value) else value)
