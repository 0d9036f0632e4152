"""Every array of every file of an index: its dtype, its shape, and what holds of its values.

The one table from which the writer, the opener, `verify` and the test of FORMAT.md read. Who adds an array or changes
one changes its row here, and `python -m tests.segment.format_document` pastes the table into FORMAT.md.

Dtypes and shapes are compared when a file is opened; what holds of values is checked when an array is first read. Of
arrays that are read in parts it is checked for each part with its checksum (`BY_PART`), or else by who reads the part:
offsets and numbers of rows are compared with what they point into. So nothing that computes meets an array of another
form. Sizes have names: `docs` is a number of papers, `text.terms` of terms; the first array that has a size fixes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from indexer.index.record.paper import TYPES
from indexer.index.schema import FIELDS, GROUPS, NAMES, TEXT
from indexer.index.segment.array_rows import (
    BYTE,
    LONG,
    NARROW,
    NUMBERS,
    SHORT,
    WORD,
    Row,
    Size,
    Sizes,
    below,
    bits,
    offsets,
    one_more,
    rising,
    row,
    strings,
    under,
    within,
)
from indexer.index.segment.layout import IMPACTS_KIND, SEGMENT_KIND, STATE_KIND, of_block, stored_name
from indexer.index.segment.layout import WORD as WORD_ARRAY

_LAST_YEAR = 2999


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
    yield row(
        f"{name}.mixed_at",
        WORD,
        one_more(f"{name}.terms"),
        "first byte of each term in the next",
        offsets(f"{name}.told"),
    )
    yield row(
        f"{name}.mixed",
        BYTE,
        f"{name}.told",
        "the bit of the form of each occurrence, of postings that hold several: four bits each, the lower first",
    )
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
BY_PART = frozenset({f"{name}.doc" for name in (TEXT, NAMES)} | {"begin.cluster"})
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
                    extent._replace(name=f"{number}/{extent.name}") if isinstance(extent, Size) else extent
                    for extent in entry.shape
                )
                table[stored_name(name, number)] = entry._replace(name=stored_name(name, number), shape=shape)
    return table


def block_of(name: str) -> int | None:
    """The number of the block whose own an array is, by its name in the file; None of what stands once a segment."""
    number, slash, own = name.rpartition("/")
    return (int(number) if slash else 0) if of_block(own) else None


def sizes_of(block: int | None, sizes: Sizes) -> Sizes:
    """The sizes that a rule of an array means, of several blocks: a block's own, and its segment's after `all`."""
    if block is None:
        return sizes
    prefix = f"{block}/"
    local = {key.removeprefix(prefix): count for key, count in sizes.items() if key.startswith(prefix)}
    return {f"all {key}": count for key, count in sizes.items() if "/" not in key} | local
