"""CSV and TSV with a header: every row a record, columns by the names that people and programs give them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, BinaryIO
from urllib.parse import quote, unquote

import orjson

from indexer.index.errors import UsageError
from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfit, Misfits, shown
from indexer.readers.citations.table_rows import rows
from indexer.readers.columns import IDS, is_venue, meanings
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin, entries_of, rejected
from indexer.readers.objects.dialect import pages
from indexer.readers.people import listed_in, split_people
from indexer.readers.text_lines import decoded, text_lines

_DELIMITERS = "\t,;|"
_PREAMBLE = 5
"""Lines that may stand before the header: `sep=;` of spreadsheets, or where the table comes from."""
OWN = ("id", "title", "authors", "venue", "year", "type", "doi", "arxiv", "url", "pdf", "keywords", "abstract")
"""The first columns of Quiver's own export."""
_NOTHING = frozenset(("nan", "NaN", "None", "null", "NULL", "N/A", "NA"))
"""What programs write into a cell that holds nothing."""
_RULE = re.compile(r"\s*(?::?-{2,}:?)?\s*")
"""Nothing, or the line under the head of a table in Markdown."""
_NUMBERED = re.compile(r"authors?[ _-]*(\d+)", re.IGNORECASE)
# Springer writes the names of a paper without anything between them.
_GLUED = re.compile(r"(?<=[a-zà-ÿ.])(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bDi)(?<!\bDu)(?<!\bLa)(?<!\bLe)(?=[A-ZÀ-Þ])")
_ESCAPED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")
# What tables mean by words for which CSL has another meaning.
_KINDS = {"article": "article-journal", "review": "article-journal", "j": "article-journal", "c": "paper-conference"}
# What Publish or Perish has in its column of types.
_NO_KINDS = frozenset(("pdf", "html", "citation", "doc"))

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
            names = _told_apart(names)
            known = meanings(name for name in names if name)
            if known.get("ID") == "id" and "UT" in names:
                known["ID"] = "other keywords"  # Web of Science's Keywords Plus
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


def _told_apart(names: list[str]) -> list[str]:
    """The names of columns, a number behind those that another has before it."""
    found: list[str] = []
    for name in names:
        seen = sum(1 for other in names[: len(found)] if other == name)
        found.append(f"{name} {seen + 1}" if seen and name else name)
    return found


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

    for line, text, cells, fault in rows(texts(), table.delimiter, origin.max_record):
        if not fault and all(_RULE.fullmatch(cell) for cell in cells):
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
        if not text or (text in _NOTHING and key != "title"):
            continue
        if key in IDS:
            ids.setdefault(key, text.removeprefix("WOS:"))
        elif key in made or (key == "venue" and not is_venue(name, text)):
            other[name] = text
        else:
            made[key] = text
    if "authors" not in made and (several := [text for name, text in sorted(row.items()) if _NUMBERED.fullmatch(name)]):
        made["authors"] = "; ".join(several)
        row = {name: text for name, text in row.items() if not _NUMBERED.fullmatch(name)}
    if "authors" in made and known.keys() >= {"Item Title", "Item DOI"}:
        made["authors"] = _GLUED.sub("; ", made["authors"])
    if "PMID" in known and "Journal/Book" in known:
        # PubMed ends titles and lists of names with a full stop.
        made |= {name: made[name].removesuffix(".") for name in ("title", "authors") if name in made}
    if "authors" in made:
        # Another spelling of the same names says nothing more.
        other = {name: text for name, text in other.items() if known[name] != "authors"}
    other |= row
    first, last = made.pop("first page", ""), made.pop("last page", "")
    if "pages" not in made and (first or last):
        made["pages"] = pages(first, last)
    if "authors" in made:
        lines = made["authors"].strip()
        made["authors"] = split_people(lines.replace("\n", ";") if "\n" in lines and ";" not in lines else lines)
    if "editor" in made:
        made["editor"] = split_people(made["editor"])
    if "year" in made and not re.fullmatch(r"\d{4}(?:\.0)?", made["year"]):
        made["year"] = year_of(made["year"], misfits, "year")
    if "type" in made:
        kind = made.pop("type")
        if kind.casefold() in _NO_KINDS:
            kind = ""
        made["type"] = _KINDS.get(kind.casefold()) or csl_type(kind) or csl_type(kind.split(";")[0]) or kind
    for key in ("url", "pdf"):
        if key in made:
            made[key] = made[key].split(";http")[0].split(" ")[0]
    if (words := made.pop("other keywords", "")) and "keywords" in made:
        other["other keywords"] = words
    elif words:
        made["keywords"] = words
    if (listed := listed_in(made.get("keywords", ""))) is not None:
        made["keywords"] = listed
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
    # A value of which its cell holds a part is whole among the others; it counts as long as the cell is as it was.
    return made | {key: one for key, one in value.items() if key in texts and _as_cell(one) == texts[key]}


def _as_cell(value: Any) -> str:
    """A value as it stands in a cell of Quiver's export, in lines as they are read."""
    if isinstance(value, list):
        return "; ".join(map(_as_cell, value))
    if isinstance(value, dict):
        value = value.get("name")
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else ""


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
