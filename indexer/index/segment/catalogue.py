"""Every array of every file of an index: its dtype, its shape, and what holds of its values.

The one table from which the writer, the opener, `verify` and the test of FORMAT.md read. Who adds an array or changes
one changes its row here, and `python -m tests.segment.format_document` pastes the table into FORMAT.md.

Dtypes and shapes are compared when a file is opened; what holds of values is checked when an array is first read, and
of arrays that are read in parts, for each part with its checksum. So nothing that computes meets an array of another
form. Sizes have names: `docs` is a number of papers, `text.terms` of terms; the first array that has a size fixes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.index.record.paper import TYPES
from indexer.index.schema import FIELDS, GROUPS, NAMES, TEXT
from indexer.index.segment.layout import IMPACTS_KIND, SEGMENT_KIND, STATE_KIND, of_block, stored_name
from indexer.index.segment.layout import WORD as WORD_ARRAY

Values = npt.NDArray[Any]
Sizes = dict[str, int]

DTYPES = {
    name: np.dtype(name) for name in ("|b1", "|u1", "<u2", "<u4", "<u8", "|i1", "<i2", "<i4", "<i8", "<f4", "<f8")
}
"""What an array of any file may consist of."""
BYTE, SHORT, WORD, LONG = ("|u1",), ("<u2",), ("<u4",), ("<u8",)
NARROW = ("|u1", "<u2", "<u4", "<u8")
"""Small integers take what holds the largest of them."""
OFFSETS = ("<u4", "<u8")
NUMBERS = ("<u2", "<u4")
"""Papers of a segment: 16 bits hold those of small ones, and those of a block always."""
_LAST_YEAR = 2999


@dataclass(frozen=True, slots=True)
class Size:
    """How many: `(times * size + add) // per + after` of a size that has a name."""

    name: str
    times: int = 1
    add: int = 0
    per: int = 1
    after: int = 0

    def of(self, sizes: Sizes) -> int | None:
        """The number, None where its size has not been met."""
        known = sizes.get(self.name)
        return None if known is None else (self.times * known + self.add) // self.per + self.after

    def back(self, count: int) -> int:
        """The size, of a number of as many; of one that is divided the row of another array must come first."""
        return (count - self.after - self.add) // self.times

    def __str__(self) -> str:
        text = self.name if self.times == 1 else f"{self.times} {self.name}"
        text += f" + {self.add}" if self.add else ""
        if self.per > 1:
            text = f"({text}) / {self.per}" if self.add else f"{text} / {self.per}"
        return text + (f" + {self.after}" if self.after else "")


def one_more(name: str) -> Size:
    """So many and one, as offsets are."""
    return Size(name, add=1)


def bits(name: str) -> Size:
    """Bytes for so many bits."""
    return Size(name, add=7, per=8)


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds of the values of an array: in words, and as a test that is true where it holds."""

    says: str
    holds: Callable[[Values, Sizes], bool]
    by_part: bool = False
    """Whether it holds of every part if of the whole."""


def _rising(values: Values) -> bool:
    return bool((values[1:] >= values[:-1]).all())


def offsets(into: str) -> Rule:
    """Where each of some rows begins in another array, and where the last one ends."""
    return Rule(
        f"rising from 0 to {into}",
        lambda values, sizes: int(values[0]) == 0 and int(values[-1]) == sizes[into] and _rising(values),
    )


def below(name: str) -> Rule:
    """Numbers of rows of another array."""
    return Rule(f"below {name}", lambda values, sizes: not values.size or int(values.max()) < sizes[name], by_part=True)


def under(most: int) -> Rule:
    """Numbers of a fixed table."""
    return Rule(
        f"0 to {most - 1:,}",
        lambda values, _: not values.size or (int(values.min()) >= 0 and int(values.max()) < most),
        by_part=True,
    )


def rising(name: str = "") -> Rule:
    """In order; where a size is named, numbers of rows of it."""

    def holds(values: Values, sizes: Sizes) -> bool:
        return _rising(values) and (not name or not values.size or int(values[-1]) < sizes[name])

    return Rule("rising" + (f", below {name}" if name else ""), holds)


def within(name: str) -> Rule:
    """Places in another array in order, its end among them."""
    return Rule(
        f"rising, at most {name}",
        lambda values, sizes: _rising(values) and (not values.size or int(values[-1]) <= sizes[name]),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One array. `shape` are numbers, names of sizes, or what follows from them."""

    name: str
    dtypes: tuple[str, ...]
    shape: tuple[int | Size, ...]
    says: str
    rule: Rule | None = None
    or_empty: bool = False
    """Whether it may have no rows at all, where nothing of the kind was asked for."""


def row(
    name: str,
    dtypes: tuple[str, ...],
    shape: str | Size | tuple[int | str | Size, ...],
    says: str,
    rule: Rule | None = None,
    *,
    or_empty: bool = False,
) -> Row:
    """A row, with sizes by their names."""
    extents = shape if isinstance(shape, tuple) else (shape,)
    return Row(
        name,
        dtypes,
        tuple(Size(extent) if isinstance(extent, str) else extent for extent in extents),
        says,
        rule,
        or_empty,
    )


def strings(name: str, count: str, says: str, *, ordered: bool) -> Iterator[Row]:
    """A table of strings."""
    yield row(
        f"{name}.at", OFFSETS, one_more(count), f"where each string of {name}.blob begins", offsets(f"{name}.bytes")
    )
    yield row(f"{name}.blob", BYTE, f"{name}.bytes", says)
    if ordered:
        yield row(f"{name}.head", LONG, count, "the first eight bytes of each, as a big-endian number", rising())


def _group(name: str) -> Iterator[Row]:
    """The postings of a group of fields."""
    terms, postings, positions, fields = f"{name}.terms", f"{name}.postings", f"{name}.positions", len(GROUPS[name])
    yield from strings(f"{name}.term", terms, "terms, sorted", ordered=True)
    yield row(f"{name}.start", WORD, one_more(terms), "first posting of each term", offsets(postings))
    yield row(f"{name}.occ", WORD, one_more(terms), "first occurrence of each term", offsets(positions))
    yield row(f"{name}.doc", SHORT, postings, "the paper of each posting, rising inside a term", below("docs"))
    yield row(
        f"{name}.skip",
        WORD,
        Size(postings, per=128, after=1),
        "occurrences before every 128th posting",
        within(positions),
    )
    yield row(f"{name}.code", BYTE, postings, f"row of {name}.combo; 255: an exception")
    yield row(f"{name}.combo", ("<i4",), (256, fields), "frequencies in each field", under(16))
    yield row(f"{name}.code_x", WORD, f"{name}.exceptions", "postings that are exceptions", rising(postings))
    yield row(f"{name}.combo_x", ("<i4",), (f"{name}.exceptions", fields), "their frequencies", under(1 << 31))
    yield row(
        f"{name}.pos",
        ("|u1", "<u2"),
        positions,
        "position of each: 16 bits, or eight of nine; all ones: an exception",
    )
    yield row(f"{name}.high", BYTE, f"{name}.highs", "the ninth bits, where there are nine")
    yield row(f"{name}.pos_x", WORD, f"{name}.far", "occurrences that are exceptions", rising(positions))
    yield row(f"{name}.pos_v", WORD, f"{name}.far", "their positions")


def _forms(name: str) -> Iterator[Row]:
    """The surface forms of a group of stems."""
    forms = f"{name}.forms"
    yield from strings(f"{name}.form", forms, "surface forms, sorted", ordered=True)
    yield row(f"{name}.form_term", NARROW, forms, "the term of each form", below(f"{name}.terms"))
    yield row(f"{name}.form_bit", BYTE, forms, "its bit among the forms of the term", under(8))
    yield row(
        f"{name}.forms_at",
        WORD,
        one_more(f"{name}.terms"),
        "first mask of each term of several forms",
        offsets(f"{name}.masks"),
    )
    yield row(f"{name}.forms", BYTE, f"{name}.masks", "which forms a posting holds, a bit each")
    yield row(f"{name}.rare_form", WORD, f"{name}.rares", "forms that share the last bit", rising(forms))
    yield row(f"{name}.rare_doc", SHORT, f"{name}.rares", "a paper that holds each", below("docs"))
    yield row(f"{name}.titled", SHORT, forms, "papers that hold it and have its term in the title")


def _papers() -> Iterator[Row]:
    """One value a paper."""
    yield row("doc.year", ("<i2",), "docs", "year; 0: none", under(_LAST_YEAR + 1))
    yield row("doc.type", BYTE, "docs", "number of the type; 0: none", under(len(TYPES) + 1))
    for column, table, says in (("venue", "venue", "canonical venues"), ("spelling", "published", "published venues")):
        yield from strings(table, f"{table}.names", f"{says}; 0: none", ordered=False)
        yield row(f"doc.{column}", NARROW, "docs", f"number in {table}", below(f"{table}.names"))
    yield from strings("id", "docs", "ids", ordered=False)
    yield row("doc.length", ("<u2", "<u4"), (len(FIELDS), "docs"), "words of each field")
    yield row("doc.id_rank", SHORT, "docs", "position in the order of ids", below("docs"))
    yield row("doc.title_rank", SHORT, "docs", "position in the order of titles, then ids", below("docs"))
    yield row("doc.language", BYTE, "docs", "number of the language; 0: English, or not known")
    yield row("doc.title_new", BYTE, "docs", "1 where the title differs from the one before in that order", under(2))
    yield row("doc.content", LONG, "docs", "hash of the stored record and its canonical venue")
    yield row("doc.work", LONG, "docs", "hash of title and first author")
    yield row("doc.key", LONG, "docs", "hash of the id")
    yield row("key.hash", LONG, "keys", "hashes by which papers are found, sorted", rising())
    yield row("key.doc", NUMBERS, "keys", "the paper of each", below("docs"))


def _authors() -> Iterator[Row]:
    """Clusters and rows of authors."""
    yield from strings("cluster", "clusters", "keys of author clusters, sorted", ordered=True)
    yield row("cluster.start", WORD, one_more("clusters"), "first paper of each", offsets("cluster.papers"))
    yield row("cluster.doc", NUMBERS, "cluster.papers", "papers of each, rising", below("docs"))
    yield row("cluster.block", WORD, ("clusters", 2), "the hashes in which neighbours meet")
    yield from strings("begin", "begin.words", "words of the keys, sorted", ordered=True)
    yield row("begin.start", WORD, one_more("begin.words"), "first cluster of each", offsets("begin.clusters"))
    yield row("begin.cluster", NARROW, "begin.clusters", "clusters with the word in their name", below("clusters"))
    yield from strings("row", "rows", "spellings of author rows", ordered=False)
    yield row("row.cluster", NARROW, "rows", "the cluster of each row", rising("clusters"))
    yield row("row.id", LONG, "rows", "hash of the source's id; 0: none")
    yield row("row.papers", NARROW, "rows", "papers with its spelling; 0: a row before it has the same")
    yield row("row.newest", ("<i2",), "rows", "the newest year of those; 0: none", under(_LAST_YEAR + 1))
    yield row("doc.row_at", WORD, one_more("docs"), "first author of each paper", offsets("authors"))
    yield row("doc.row", NARROW, "authors", "author rows of each paper, in order", below("rows"))
    yield row("doc.row_again", BYTE, "authors", "1 where the paper's cluster came before", under(2))


def _rest() -> Iterator[Row]:
    """Variants, and the stored papers."""
    yield from strings("joins", "joins", "joined stem, tab, its parts; sorted", ordered=True)
    yield row("joins.start", WORD, one_more("joins"), "first paper of each", offsets("joins.papers"))
    yield row("joins.doc", SHORT, "joins.papers", "papers in which the hyphenated form stands", below("docs"))
    yield row(
        "paper.at",
        NARROW,
        Size("docs", times=2, add=1),
        "where its two lines begin",
        offsets("paper.bytes"),
    )
    yield row("paper.blob", BYTE, "paper.bytes", "the lines, compressed each by itself")
    yield row("paper.dict", BYTE, "paper.shared", "the dictionary that they share")


TABLES: dict[str, dict[str, Row]] = {
    kind: {entry.name: entry for entry in rows}
    for kind, rows in {
        SEGMENT_KIND: (*_papers(), *_group(TEXT), *_forms(TEXT), *_group(NAMES), *_authors(), *_rest()),
        IMPACTS_KIND: tuple(
            row(f"{name}.impact", BYTE, f"{name}.postings", "upper bound of each posting's share of a score, of 255")
            for name in (TEXT, NAMES)
        ),
        STATE_KIND: (
            row("live", BYTE, bits("docs"), "a bit a paper: whether it is live"),
            row(
                "seen.row",
                NARROW,
                "docs",
                "when the id was first seen",
                below("seens"),
            ),
            row("seen.generation", WORD, "seens", "generations"),
            row("seen.time", LONG, "seens", "when each was made, in seconds since 1970 in UTC"),
            row(
                "group",
                LONG,
                "docs",
                "hash that records of one work share; 0: alone",
                or_empty=True,
            ),
            row("claim.doc", NUMBERS, "claims", "the paper of each claim, rising", rising("docs")),
            row("claim.file", NARROW, "claims", "the file that claims it, as the manifest numbers them"),
            row("claim.reading", NARROW, "claims", "in which reading of it"),
            row("claim.place", NARROW, "claims", "at which place of the file"),
        ),
    }.items()
}
"""By kind of file, then by name of array."""
BY_PART = frozenset({f"{name}.doc" for name in (TEXT, NAMES)})
"""Arrays that are read in parts and whose values must be known before the kernel or numpy meets them."""


MOST_BLOCKS = 4096
"""Blocks that a file may say it has: each has forty rows here."""
_IN_PARTS = {f"{TEXT}.term": f"{TEXT}.terms", f"{TEXT}.form": f"{TEXT}.forms", f"{NAMES}.term": f"{NAMES}.terms"} | {
    "joins": "joins"
}
"""Sorted tables of strings of which each block of several has a part, and the sizes that count it."""


@lru_cache(64)
def table_of(kind: str, blocks: int) -> dict[str, Row]:
    """The table of a file of so many blocks. What each block has of its own has sizes of its own: `3/text.terms`."""
    rows = TABLES.get(kind, {})
    if blocks < 2:
        return rows
    table = {name: entry for name, entry in rows.items() if not of_block(name)}
    for number in range(blocks):
        for strings_name, size in _IN_PARTS.items() if kind == SEGMENT_KIND else ():
            name = stored_name(f"{strings_name}{WORD_ARRAY}", number)
            says = f"which strings of {strings_name} are the block's"
            table[name] = row(name, WORD, f"{number}/{size}", says, rising(f"all {size}"))
        for name, entry in rows.items():
            if of_block(name):
                shape = tuple(
                    replace(extent, name=f"{number}/{extent.name}") if isinstance(extent, Size) else extent
                    for extent in entry.shape
                )
                table[stored_name(name, number)] = replace(entry, name=stored_name(name, number), shape=shape)
    return table


def sizes_of(name: str, sizes: Sizes, blocks: int) -> Sizes:
    """The sizes that a rule of an array means: in a block its own, and those of its segment after `all`."""
    number, slash, own = name.rpartition("/")
    if blocks < 2 or not of_block(own):
        return sizes
    prefix = f"{number if slash else 0}/"
    local = {key.removeprefix(prefix): count for key, count in sizes.items() if key.startswith(prefix)}
    return {f"all {key}": count for key, count in sizes.items() if "/" not in key} | local


def known_sizes(meta: Mapping[str, Any]) -> Sizes:
    """The sizes that a file says in its description. Raises ValueError where they contradict each other."""
    sizes: Sizes = {}
    docs, blocks = meta.get("docs"), meta.get("blocks")
    if docs is not None:
        if type(docs) is not int or not 0 <= docs < 1 << 31:
            raise ValueError(f"says that it holds {docs!r} papers")
        sizes["docs"] = docs
    if blocks is not None:
        if (
            type(blocks) is not list
            or not 2 <= len(blocks) <= 4096
            or not all(type(n) is int and 0 < n < 1 << 16 for n in blocks)
        ):
            raise ValueError(f"says that it has blocks of {blocks!r:.60} papers")
        if sum(blocks) != docs:
            raise ValueError(f"says that it holds {docs!r} papers, its blocks {sum(blocks)}")
        sizes |= {f"{number}/docs": papers for number, papers in enumerate(blocks)}
    return sizes


def misfit(kind: str, arrays: dict[str, tuple[str, list[int], int]], sizes: Sizes, blocks: int = 1) -> str:
    """What of a file's directory is not as its table says, as the end of a sentence; empty where all is.

    Takes a microsecond an array. `sizes` are those that are known, and gets those that the file fixes.
    """
    table = table_of(kind, blocks)
    if arrays.keys() != table.keys():
        name = min(arrays.keys() ^ table.keys())
        return f"lacks {name}" if name in table else f"has an array {name} that no {kind} has"
    for name, entry in table.items():
        dtype, shape, _ = arrays[name]
        if dtype not in entry.dtypes:
            return f"has {name} of dtype {dtype}, not {' or '.join(entry.dtypes)}"
        fits = len(shape) == len(entry.shape) and all(map(partial(_fits, sizes), entry.shape, shape))
        if not fits and not (entry.or_empty and shape == [0]):
            return f"has {name} of shape {shape}, not {shape_text(entry)} ({shape_text(entry, sizes)})"
    return _highs(kind, arrays, blocks)


def misfit_meta(kind: str, meta: dict[str, Any]) -> str:
    """What beside the arrays is not as it must be, number of papers or average lengths, as the end of a sentence."""
    if kind != IMPACTS_KIND:
        return "" if type(meta.get("docs")) is int else "does not say how many papers it holds"
    averages = meta.get("averages")
    if type(averages) is not list or len(averages) != len(FIELDS):
        return f"has averages that are not {len(FIELDS)} numbers"
    if not all(type(average) is float and average >= 0 for average in averages):
        return "has averages that are no numbers"
    return ""


def _fits(sizes: Sizes, wanted: int | Size, held: int) -> bool:
    if isinstance(wanted, int):
        return held == wanted
    count = wanted.of(sizes)
    if count is None:
        sizes[wanted.name] = count = wanted.back(held)
        return count >= 0
    return held == count


def _highs(kind: str, arrays: dict[str, tuple[str, list[int], int]], blocks: int) -> str:
    """Ninth bits are there for positions of a byte, and only for those."""
    groups = (stored_name(name, number) for number in range(blocks) for name in (TEXT, NAMES))
    for name in groups if kind == SEGMENT_KIND else ():
        dtype, (positions,), _ = arrays[f"{name}.pos"]
        if arrays[f"{name}.high"][1] != [(positions + 7) // 8 if dtype == "|u1" else 0]:
            return f"has {name}.high of another length than {name}.pos asks for"
    return ""


def shape_text(entry: Row, sizes: Sizes | None = None) -> str:
    """The shape of an array in words, with numbers where they are known."""
    extents = (
        f"{size} = {size.of(sizes or {})}" if isinstance(size, Size) and sizes else str(size) for size in entry.shape
    )
    return " x ".join(extents) + (" or 0" if entry.or_empty else "")
