"""Several segments to one: large blocks are copied, small ones united on arrays, nothing is analysed again.

What stands once a segment (dictionaries, names, columns) is made anew from what the parts have. Memory is that of one
block's postings and of the strings of all.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.index.schema import GROUPS
from indexer.index.segment.array_writer import ArrayFileWriter
from indexer.index.segment.authors import NameTables, write_name_tables
from indexer.index.segment.blocks import Block, blocks_of, strings_of
from indexer.index.segment.builder import write_lengths
from indexer.index.segment.claims import Claims
from indexer.index.segment.columns import merge_columns, orders, title_key
from indexer.index.segment.compounds import CompoundTable, write_compound_postings
from indexer.index.segment.container import Array, ArrayFile
from indexer.index.segment.inversion import Counts, Forms, Postings
from indexer.index.segment.layout import BLOCK_DOCS, SEGMENT_KIND, WORD, of_block, stored_name
from indexer.index.segment.papers import PaperBuilder, StoredPapers
from indexer.index.segment.postings import BITS, LAST_FORM, PostingGroup, ragged, sorted_once
from indexer.index.segment.postings_writer import write_form_arrays, write_postings
from indexer.index.segment.strings import StringTable, write_strings
from indexer.index.text.reading import as_read

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """A block that goes into a block of a merge: the documents kept (rising), and where the first of them goes."""

    arrays: Block
    kept: Ints
    first: int

    def renumbered(self) -> Ints:
        """New number of each old document in the new block, -1 where it is dropped."""
        new = np.full(self.arrays.meta["docs"], -1, dtype=np.int64)
        new[self.kept] = np.arange(self.first, self.first + len(self.kept))
        return new


class BlockWriter:
    """Adds the arrays of one block under the names that they have in the file."""

    def __init__(self, writer: ArrayFileWriter, block: int) -> None:
        self._writer, self._block = writer, block

    def add(self, name: str, array: Array) -> None:
        """An array of the block."""
        self._writer.add(stored_name(name, self._block), array)

    def add_bytes(self, name: str, data: bytes | bytearray) -> None:
        """Raw bytes as an array of uint8."""
        self.add(name, np.frombuffer(data, dtype=np.uint8))


def merge_segments(segments: Sequence[ArrayFile], claims: Sequence[Claims], path: Path) -> Claims:
    """Write the claimed documents of several segments as one segment file; gives the claims on it.

    Blocks that are large and mostly claimed are copied as they are; the others become new ones, without what nothing
    claims.
    """
    planned = _planned(segments, claims)
    renumbered = {id(file): np.full(file.meta["docs"], -1, dtype=np.int64) for file in segments}
    tables: dict[str, list[Sequence[bytes]]] = {}
    held_docs: list[tuple[ArrayFile, Ints]] = []
    first = 0
    with ArrayFileWriter(path, SEGMENT_KIND) as writer:
        for number, parts in enumerate(planned):
            copied = len(parts) == 1 and len(parts[0].kept) == parts[0].arrays.meta["docs"]
            found = (_copied if copied else _merged)(BlockWriter(writer, number), parts)
            for name, words in found.items():
                tables.setdefault(name, []).append(words)
            for part in parts:
                docs = part.kept + part.arrays.base
                renumbered[id(part.arrays.file)][docs] = np.arange(first, first + len(docs))
                first += len(docs)
                held_docs.append((part.arrays.file, docs))
                part.arrays.file.forget()
        writer.meta["docs"] = first
        if len(planned) > 1:
            writer.meta["blocks"] = [sum(len(part.kept) for part in parts) for parts in planned]
        for name in list(tables):
            _write_table(writer, name, tables.pop(name))
        kept = _by_file(held_docs)
        _merge_names(writer, kept)
        merge_columns(writer, kept)
    moved = [renumbered[id(file)][held.docs] for file, held in zip(segments, claims, strict=True)]
    return Claims.of(
        np.concatenate(moved),
        np.concatenate([held.files for held in claims]),
        np.concatenate([held.ranks for held in claims]),
    )


def _planned(segments: Sequence[ArrayFile], claims: Sequence[Claims]) -> list[list[Part]]:
    """The blocks of a merge, each the parts that go into it."""
    blocks: list[list[Part]] = []
    open_block: list[Part] = []
    held = 0
    for file, claimed in zip(segments, claims, strict=True):
        docs = sorted_once(claimed.docs).astype(np.int64)
        for block in blocks_of(file):
            papers = block.meta["docs"]
            here = docs[(docs >= block.base) & (docs < block.base + papers)] - block.base
            if 2 * papers >= BLOCK_DOCS and 2 * len(here) >= papers:
                blocks.append([Part(block, np.arange(papers), 0)])
                continue
            if held + len(here) > BLOCK_DOCS:
                blocks.append(open_block)
                open_block, held = [], 0
            if len(here):
                open_block.append(Part(block, here, held))
                held += len(here)
    return [*blocks, open_block] if open_block or not blocks else blocks


def _copied(writer: BlockWriter, parts: Sequence[Part]) -> Mapping[str, Sequence[bytes]]:
    """Copy a block; gives its own strings, yet to be read, of each table that the segment has once."""
    block = parts[0].arrays
    for name in block:
        if of_block(name) and not name.endswith(WORD):
            writer.add(name, block[name])
    return {name: strings_of(block, name) for name in _TABLES}


def _merged(writer: BlockWriter, parts: Sequence[Part]) -> Mapping[str, Sequence[bytes]]:
    """Make a block of the kept documents of several; gives the same."""
    tables: dict[str, list[bytes]] = {}
    for name, fields in GROUPS.items():
        tables |= _merge_group(writer, name, len(fields), parts)
    tables["joins"] = _merge_compounds(writer, parts)
    write_lengths(writer, np.concatenate([part.arrays["doc.length"][:, part.kept].T for part in parts]))
    papers = PaperBuilder()
    ids: list[bytes] = []
    titles: list[bytes] = []
    for part in parts:
        stored, known = StoredPapers(part.arrays, part.arrays.path.name), StringTable(part.arrays, "id")
        for doc in part.kept.tolist():
            papers.add(stored.stored(doc))
            ids.append(known[doc])
            titles.append(title_key(as_read(stored.head(doc)["title"])))
    papers.write(writer)
    for name, values in orders(ids, titles).items():
        writer.add(name, values)
    return tables


_TABLES = ("text.term", "text.form", "names.term", "joins")
"""Sorted tables of strings that a segment has once, and of which each block has its own part."""


def _write_table(writer: ArrayFileWriter, name: str, words_of_blocks: Sequence[Sequence[bytes]]) -> None:
    """Add a table of the strings of all blocks, and for each block which of them are its own."""
    strings = sorted(set().union(*words_of_blocks)) if len(words_of_blocks) > 1 else list(words_of_blocks[0])
    write_strings(writer, name, strings, ordered=True)
    if len(words_of_blocks) > 1:
        number = {word: at for at, word in enumerate(strings)}
        for block, words in enumerate(words_of_blocks):
            # Copied blocks are read a second time: all their strings at once would take more than all else.
            own = np.fromiter(map(number.__getitem__, words), dtype=np.uint32, count=len(words))
            BlockWriter(writer, block).add(f"{name}{WORD}", own)


def _merge_group(writer: BlockWriter, name: str, fields: int, parts: Sequence[Part]) -> dict[str, list[bytes]]:
    groups = [PostingGroup(part.arrays, name, fields) for part in parts]
    tables = [list(group.terms) for group in groups]
    terms = sorted(set().union(*tables))
    number = {term: at for at, term in enumerate(terms)}
    maps = [np.fromiter(map(number.__getitem__, table), dtype=np.int64, count=len(table)) for table in tables]
    keys, counts, positions, masks, numbers = [], [], [], [], []
    forms = _FormUnion(groups, maps, len(terms)) if groups[0].has_forms else None
    for at, (part, group, new) in enumerate(zip(parts, groups, maps, strict=True)):
        starts = group.starts
        docs = part.renumbered()[group.docs]
        term = np.repeat(np.arange(len(new)), np.diff(starts))
        kept = np.flatnonzero(docs >= 0)
        frequencies = group.frequencies(0, len(group.docs))
        per_posting = frequencies.sum(axis=1, dtype=np.int64)
        ends = np.cumsum(per_posting)
        where, _ = ragged((ends - per_posting)[kept], per_posting[kept])
        keys.append(new[term[kept]] << 16 | docs[kept])
        counts.append(frequencies[kept].astype(np.uint32))
        positions.append(group.all_positions(where))
        if forms is not None:
            masks.append(forms.masks(at, group, term)[kept])
            owners = np.repeat(term[kept].astype(np.uint32), per_posting[kept])
            numbers.append(forms.numbers(at, owners, group.every_form()[where]))
    key = np.concatenate(keys)
    order = np.argsort(key, kind="stable")
    count = np.concatenate(counts)
    per_posting = count.sum(axis=1, dtype=np.int64)
    ends = np.cumsum(per_posting)
    where, _ = ragged((ends - per_posting)[order], per_posting[order])
    key, count = key[order], count[order]
    used, remap = _used(key >> 16, len(terms))
    bounds = np.searchsorted(remap[key >> 16], np.arange(len(used) + 1))
    total = np.concatenate([[0], np.cumsum(per_posting[order])])
    postings = Postings(
        [terms[at] for at in used.tolist()],
        bounds,
        (key & 0xFFFF).astype(np.uint16),
        Counts.of(count),
        total[bounds],
        np.concatenate(positions)[where] if positions else np.empty(0, np.uint32),
    )
    write_postings(writer, name, postings)
    words = {f"{name}.term": postings.terms}
    if forms is not None:
        united = Forms(np.concatenate(masks)[order], np.concatenate(numbers)[where])
        words[f"{name}.form"] = forms.write(writer, name, postings, united, remap, parts)
    return words


def _used(term: Ints, terms: int) -> tuple[Ints, Ints]:
    """Terms that still have postings, and the new number of every term (-1 for the emptied)."""
    used = np.flatnonzero(np.bincount(term, minlength=terms))
    remap = np.full(terms, -1, dtype=np.int64)
    remap[used] = np.arange(len(used))
    return used, remap


class _FormUnion:
    """Surface forms of several segments united: each stem's forms get new bits, each segment a table old -> new."""

    def __init__(self, groups: Sequence[PostingGroup], maps: Sequence[Ints], terms: int) -> None:
        self._groups = groups
        self._written: list[bytes] = []
        self._best: dict[bytes, tuple[int, int]] = {}  # form -> (term, lowest old bit; the shared bit stays)
        rows = []
        for group, new in zip(groups, maps, strict=True):
            row = list(zip(list(group.forms), new[group.form_term].tolist(), group.form_bit.tolist(), strict=True))
            rows.append(row)
            for form, term, bit in row:
                before = self._best.get(form, (term, 0 if bit < LAST_FORM else LAST_FORM))[1]
                shared = LAST_FORM in (bit, before)
                self._best[form] = (term, LAST_FORM if shared else max(before, 0))
        per_term: dict[int, list[bytes]] = {}
        for form, (term, _) in self._best.items():
            per_term.setdefault(term, []).append(form)
        self._bits: dict[bytes, int] = {}
        for members in per_term.values():
            free = 0
            for form in members:
                if self._best[form][1] == LAST_FORM:
                    self._bits[form] = LAST_FORM
                else:
                    self._bits[form] = min(free, LAST_FORM)
                    free += 1
        self._tables = []
        for row, group in zip(rows, groups, strict=True):
            table = np.zeros((len(group.terms), LAST_FORM + 1), dtype=np.uint8)
            for (form, _, bit), term in zip(row, group.form_term.tolist(), strict=True):
                table[term, bit] = 1 << self._bits[form]
            self._tables.append(table)

    def masks(self, at: int, group: PostingGroup, term: Ints) -> npt.NDArray[np.uint8]:
        """New masks of all postings of a segment; `term` is the old term of each."""
        old = group.all_form_masks()
        table = self._tables[at]
        new = np.zeros(len(old), dtype=np.uint8)
        for bit in range(LAST_FORM + 1):
            held = np.flatnonzero(old >> bit & 1)
            new[held] |= table[term[held], bit]
        return new

    def numbers(self, at: int, term: npt.NDArray[np.uint32], form: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """New numbers of the forms of some occurrences of a segment; `term` and `form` are the old of each."""
        new: npt.NDArray[np.uint8] = BITS[self._tables[at].reshape(-1)].take(term << np.uint32(3) | form)
        return new

    def write(
        self,
        writer: BlockWriter,
        name: str,
        postings: Postings,
        united: Forms,
        remap: Ints,
        parts: Sequence[Part],
    ) -> list[bytes]:
        """Add what is told by form; gives the forms, sorted."""
        forms = self._written = sorted(form for form, (term, _) in self._best.items() if remap[term] >= 0)
        terms = np.array([remap[self._best[form][0]] for form in forms], dtype=np.int64)
        bits = np.array([self._bits[form] for form in forms], dtype=np.uint8)
        several = np.bincount(terms, minlength=len(postings.terms)) > 1
        rare = self.rare([part.renumbered() for part in parts])
        write_form_arrays(writer, name, terms, bits, postings, united, several, rare)
        return forms

    def rare(self, renumbered: Sequence[Ints]) -> tuple[Ints, Ints]:
        """Pairs of form (by its number as written) and new document, of the forms that share the last bit."""
        number = {form: at for at, form in enumerate(self._written) if self._bits[form] == LAST_FORM}
        forms, docs = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for group, new in zip(self._groups, renumbered, strict=True):
            for old, form in enumerate(group.forms):
                if form in number:
                    held = new[group.form_docs(old)]
                    docs.append(held[held >= 0])
                    forms.append(np.full(len(docs[-1]), number[form]))
        return np.concatenate(forms), np.concatenate(docs)


def _merge_compounds(writer: BlockWriter, parts: Sequence[Part]) -> list[bytes]:
    merged: dict[bytes, list[int]] = {}
    for part in parts:
        table = CompoundTable(part.arrays)
        new = part.renumbered()
        for row, key in enumerate(table.keys):
            docs = new[table.docs(row)]
            kept = docs[docs >= 0].tolist()
            if kept:
                merged.setdefault(key, []).extend(kept)
    write_compound_postings(writer, merged)
    return sorted(merged)


def _merge_names(writer: ArrayFileWriter, parts: Sequence[tuple[ArrayFile, Ints]]) -> None:
    clusters: dict[bytes, int] = {}
    # Of a spelling and the eight bytes of an id: a million tuples would take twice as much.
    rows: dict[bytes, int] = {}
    row_cluster = array("q")
    row_parts, again_parts, size_parts = (
        [np.empty(0, np.int64)],
        [np.empty(0, np.uint8)],
        [np.empty(0, np.int64)],
    )
    for arrays, kept in parts:
        table = NameTables(arrays)
        keys = list(table.keys)
        new_row = np.empty(len(table.row_id), dtype=np.int64)
        old = zip(table.spellings, table.row_id.tolist(), table.row_cluster.tolist(), strict=True)
        at = table.row_at.astype(np.int64)
        where, _ = ragged(at[kept], at[kept + 1] - at[kept])
        needed = np.zeros(len(new_row), dtype=bool)
        needed[table.rows[where]] = True
        for number, (spelled, person, cluster) in enumerate(old):
            if needed[number]:
                row = rows.setdefault(spelled + person.to_bytes(8, "little"), len(rows))
                if row == len(row_cluster):
                    row_cluster.append(clusters.setdefault(keys[cluster], len(clusters)))
                new_row[number] = row
        row_parts.append(new_row[table.rows[where]])
        again_parts.append(table.again[where])
        size_parts.append(at[kept + 1] - at[kept])
        arrays.forget()
    sizes = np.concatenate(size_parts)
    names, people = list(clusters), list(rows)
    clusters.clear()
    rows.clear()
    write_name_tables(
        writer,
        clusters=names,
        spellings=[row[:-8] for row in people],
        row_ids=np.fromiter((int.from_bytes(row[-8:], "little") for row in people), np.uint64, len(people)),
        row_cluster=np.array(row_cluster, dtype=np.int64),
        row_at=np.concatenate([[0], np.cumsum(sizes)]),
        rows=np.concatenate(row_parts),
        again=np.concatenate(again_parts),
        years=np.concatenate([np.empty(0, np.int16), *(arrays["doc.year"][kept] for arrays, kept in parts)]),
    )


def _by_file(parts: Sequence[tuple[ArrayFile, Ints]]) -> list[tuple[ArrayFile, Ints]]:
    """The same with neighbours of one file as one: its tables are then read once."""
    joined: list[tuple[ArrayFile, list[Ints]]] = []
    for arrays, kept in parts:
        if joined and joined[-1][0] is arrays:
            joined[-1][1].append(kept)
        else:
            joined.append((arrays, [kept]))
    return [(arrays, np.concatenate(kept)) for arrays, kept in joined]
