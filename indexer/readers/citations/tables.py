"""CSV and TSV with a header: every row a record, columns by the names that people and programs give them.

A row whose quotes do not close costs itself only: no row goes on for more than `_MOST_LINES` lines.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, BinaryIO
from urllib.parse import quote, unquote

import orjson

from indexer.index.errors import UsageError
from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfit, Misfits, shown
from indexer.readers.columns import IDS, is_venue, meanings
from indexer.readers.entries import Entry, Format, Origin, entries_of, rejected, too_long
from indexer.readers.objects.dialect import pages, year_of
from indexer.readers.people import split_people
from indexer.readers.text_lines import decoded, text_lines

_DELIMITERS = "\t,;|"
_MOST_LINES = 2000
_PREAMBLE = 5
"""Lines that may stand before the header: `sep=;` of spreadsheets, or where the table comes from."""
OWN = ("id", "title", "authors", "venue", "year", "type", "doi", "arxiv", "url", "pdf", "keywords", "abstract")
"""The first columns of Quiver's own export."""
_ESCAPED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")
# What tables mean by words for which CSL has another meaning.
_KINDS = {"article": "article-journal", "review": "article-journal", "j": "article-journal", "c": "paper-conference"}

Columns = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Table:
    """What the head of a table says: its delimiter, the names of its columns, and what each of them means."""

    delimiter: str
    names: tuple[str, ...]
    meanings: Columns
    line: int
    own: bool = False


def _cells(line: str, delimiter: str) -> list[str]:
    return [name.strip().strip("\ufeff") for name in next(csv.reader([line], delimiter=delimiter), [])]


def _header(lines: Sequence[str], columns: Columns) -> _Table | None:
    """The header among the first lines: the one with a title and most other columns that mean something."""
    found: tuple[int, _Table] | None = None
    for number, line in enumerate(lines[:_PREAMBLE], 1):
        for delimiter in _DELIMITERS:
            if delimiter not in line and not columns:
                continue
            try:
                names = _cells(line, delimiter)
            except csv.Error:
                continue
            known = meanings(name for name in names if name)
            asked = {column: key for key, column in columns.items() if column in names}
            known = asked | {name: key for name, key in known.items() if key not in columns and name not in asked}
            if "title" not in known.values() or (len(known) < 2 and not asked):
                continue
            table = _Table(delimiter, tuple(names), known, number, tuple(names[: len(OWN)]) == OWN)
            if found is None or len(known) > found[0]:
                found = len(known), table
        if found is not None:
            return found[1]
    return None


def _rows(lines: Iterator[tuple[int, str]], delimiter: str, longest: int) -> Iterator[tuple[int, str, list[str], str]]:
    """Line, text, cells and fault of every row."""
    again: deque[tuple[int, str]] = deque()
    taken: list[tuple[int, str]] = []
    state = {"size": 0, "starved": False}

    def feed() -> Iterator[str]:
        while state["size"] <= longest and len(taken) < _MOST_LINES:
            row = again.popleft() if again else next(lines, None)
            if row is None:
                break
            taken.append(row)
            state["size"] += len(row[1]) + 1
            yield row[1] + "\n"
        state["starved"] = True

    csv.field_size_limit(max(csv.field_size_limit(), 1 << 30))
    while True:
        taken.clear()
        state |= {"size": 0, "starved": False}
        try:
            cells = next(csv.reader(feed(), delimiter=delimiter, strict=True), None)
            fault = ""
        except csv.Error as error:
            cells, fault = [], f"broken row: {error}"
        if not taken:
            return
        line, text = taken[0][0], "\n".join(row for _, row in taken)
        if state["size"] > longest + 1:
            fault = too_long(longest)
        elif fault or state["starved"]:
            # A quote that closes in another row, or never: what follows is read without this line.
            again.extendleft(reversed(taken[1:]))
            text = taken[0][1]
            cells = next(csv.reader([text], delimiter=delimiter), [])
            fault = "a quote in this row is not closed" if len(taken) > 1 or _open_quote(text, delimiter) else ""
        yield line, text, cells or [], fault


def _open_quote(text: str, delimiter: str) -> bool:
    try:
        next(csv.reader([text], delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def read_table(stream: BinaryIO, origin: Origin, columns: Columns | None = None) -> Iterator[Entry]:
    """The papers of a table. `columns` says which column is which key of the record, before what its name says."""
    asked = columns or {}
    head: list[tuple[int, bytes]] = []
    source = text_lines(stream, origin)
    for row in source:
        head.append(row)
        if len(head) == _PREAMBLE:
            break
    table = _header([decoded(line, origin, number)[0] for number, line in head], asked)
    if table is None:
        if head:
            yield rejected(origin, 1, f"no header with a column for the title{_missing(asked)}", head[0][1])
        return
    warnings: list[Entry] = []

    def texts() -> Iterator[tuple[int, str]]:
        for number, line in (*head[table.line :], *source):
            text, warned = decoded(line, origin, number)
            warnings.extend(warned)
            yield number, text

    for line, text, cells, fault in _rows(texts(), table.delimiter, origin.max_record):
        if not any(cell.strip() for cell in cells) and not fault:
            continue
        raw = text.encode("utf-8", "replace")
        if not fault and len(cells) > len(table.names) and any(cell.strip() for cell in cells[len(table.names) :]):
            fault = f"{len(cells)} cells where the header has {len(table.names)}: a quote or delimiter is wrong"
        if fault:
            yield rejected(origin, line, fault, raw)
            continue
        yield from warnings
        warnings.clear()
        misfits: Misfits = []
        if len(cells) < len(table.names) - 1 and len(cells) < len(table.names) / 2:
            misfits.append(Misfit("columns", f"{len(cells)} cells where the header has {len(table.names)}"))
        named = {name: cell for name, cell in zip(table.names, cells, strict=False) if name and cell.strip()}
        made = _own(named, misfits) if table.own else _record(named, table.meanings, misfits)
        yield from entries_of(made, origin, line, raw, misfits=misfits)


def _missing(columns: Columns) -> str:
    return f" ({', '.join(f'{key}={name}' for key, name in columns.items())})" if columns else "; --map title=NAME"


def _record(row: dict[str, str], known: Columns, misfits: Misfits) -> dict[str, Any]:
    """A row in canonical form; columns that mean nothing are kept under their names."""
    made: dict[str, Any] = {}
    ids: dict[str, str] = {}
    other: dict[str, str] = {}
    for name, key in known.items():
        text = row.pop(name, "").strip()
        if not text:
            continue
        if key in IDS:
            ids.setdefault(key, text.removeprefix("WOS:"))
        elif key in made or (key == "venue" and not is_venue(name, text)):
            other[name] = text
        else:
            made[key] = text
    if "authors" in made:
        # Another spelling of the same names says nothing more.
        other = {name: text for name, text in other.items() if known[name] != "authors"}
    other |= row
    first, last = made.pop("first page", ""), made.pop("last page", "")
    if "pages" not in made and (first or last):
        made["pages"] = pages(first, last)
    if "authors" in made:
        made["authors"] = split_people(made["authors"])
    if "editor" in made:
        made["editor"] = split_people(made["editor"])
    if "year" in made and not re.fullmatch(r"\d{4}(?:\.0)?", made["year"]):
        made["year"] = year_of(made["year"], misfits, "year")
    if "type" in made:
        kind = made["type"]
        made["type"] = _KINDS.get(kind.casefold()) or csl_type(kind) or csl_type(kind.split(";")[0]) or kind
    for key in ("url", "pdf"):
        if key in made:
            made[key] = made[key].split(";http")[0].split(" ")[0]
    if ids:
        made["ids"] = ids
    return {**made, **{name: text for name, text in other.items() if name not in made}}


def _own(row: dict[str, str], misfits: Misfits) -> dict[str, Any]:
    """A row of Quiver's own export: signs that guard against formulas taken off, objects read."""
    texts = {name: cell[1:] if _ESCAPED.match(cell) else cell for name, cell in row.items()}
    made: dict[str, Any] = {name: text for name, text in texts.items() if name not in ("authors", "ids", "other")}
    if "authors" in texts:
        made["authors"] = texts["authors"].split("; ")
    if "keywords" in texts:
        made["keywords"] = texts["keywords"].split("; ")
    for name in ("ids", "other"):
        value = _parsed(name, texts.get(name, "{}"), misfits)
        made |= {name: value} if name == "ids" else {key: one for key, one in value.items() if key not in made}
    return made


def _parsed(name: str, text: str, misfits: Misfits) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, dict):
        return value
    misfits.append(Misfit(name, f"{name} {shown(text)} is not an object"))
    return {}


# --- recognised, or said ---


@lru_cache(maxsize=4)
def _table_of(head: bytes) -> _Table | None:
    text = head.decode("utf-8", "replace").lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if text.lstrip()[:1] in ("{", "[", "<", "@", "%"):
        return None
    return _header(text.split("\n")[:_PREAMBLE], {})


def recognise(head: bytes, name: str) -> bool:
    """A header with a column for the title and one more that means something, three in a file that is no table."""
    table = _table_of(head)
    wanted = 2 if name.lower().endswith((".csv", ".tsv", ".tab", ".txt")) else 3
    return table is not None and len(table.meanings) >= wanted


FORMAT = Format("csv", "CSV or TSV with a header", recognise, False, None, read_table)


def with_columns(columns: Columns) -> str:
    """The name of the format in which these columns are said: `csv:title=Name&authors=Who`."""
    return "csv:" + "&".join(f"{quote(key)}={quote(name)}" for key, name in columns.items())


def said(name: str) -> Format:
    """The format of such a name; raises UsageError where it is none."""
    columns: dict[str, str] = {}
    for part in name.partition(":")[2].split("&"):
        key, equals, column = part.partition("=")
        if not equals or not key or not column:
            raise UsageError(f"--map {unquote(part)!r} is not KEY=COLUMN, as in --map title=Name")
        columns[unquote(key)] = unquote(column)
    return Format(name, FORMAT.title, recognise, False, None, partial(read_table, columns=columns))
