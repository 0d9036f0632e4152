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
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from indexer.index.record.paper import Paper
from query.export.details import NAMES, details
from query.export.lines import encodable
from query.export.style import PLAIN, Style

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


def write(papers: Iterable[Paper], style: Style = PLAIN) -> Iterator[str]:
    """The header, then a row a paper; authors and keywords are joined by `; `.

    Any key of the records may be asked for; what is no text is written as JSON.
    """
    names = style.fields if style.fields is not None else (*COLUMNS, *NAMES, "ids", "other")
    columns = [_column(name) for name in names if name not in style.without]
    buffer = io.StringIO()
    rows = csv.writer(buffer, lineterminator="\r\n")
    rows.writerow([name for name in names if name not in style.without])
    yield buffer.getvalue()
    for paper in papers:
        known = details(paper)
        buffer.seek(0)
        buffer.truncate()
        rows.writerow([_cell(column(paper, known)) for column in columns])
        yield buffer.getvalue()


def _column(name: str) -> Callable[[Paper, Mapping[str, str]], str]:
    """What gives a column's cell, from a paper and its details."""
    if (own := COLUMNS.get(name)) is not None:
        return lambda paper, _: own(paper)
    if name == "other":
        return lambda paper, _: _text(_other(paper))
    if name in NAMES:
        return lambda paper, known: known.get(name, "")
    return lambda paper, _: _text(paper.as_record().get(name))


def _other(paper: Paper) -> dict[str, Any]:
    """What no column says of a record: its other keys, and values of which a cell holds only a part.

    These are authors of whom more than a name is known, lists with a semicolon in them, and texts with a carriage
    return, which is a line feed to whoever reads lines.
    """
    found = {key: paper.extra[key] for key in paper.extra if key not in (*NAMES, "ids")}
    if any(author.id or author.orcid or author.extra or ";" in author.name for author in paper.authors):
        found["authors"] = [author.as_record() for author in paper.authors]
    if any(";" in keyword for keyword in paper.keywords):
        found["keywords"] = list(paper.keywords)
    texts = {"title": paper.title, "venue": paper.venue, "abstract": paper.abstract}
    return found | {name: text for name, text in texts.items() if "\r" in text}


def _text(value: Any) -> str:
    """A value of a record in one cell: texts as they are, nothing for nothing, the rest as JSON."""
    if value is None or value == {} or isinstance(value, str):
        return value or ""
    return orjson.dumps(value).decode()


def _cell(value: str) -> str:
    return encodable(f"'{value}" if _FORMULA.match(value) else value)
