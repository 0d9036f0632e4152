"""Several segments to one, on arrays: dictionaries are united, postings renumbered and sorted, nothing analysed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.index.schema import GROUPS
from indexer.index.segment.authors import NameTables, write_name_tables
from indexer.index.segment.builder import write_lengths
from indexer.index.segment.claims import Claims
from indexer.index.segment.columns import merge_columns
from indexer.index.segment.compounds import JoinTable, write_joins
from indexer.index.segment.container import Array, ArrayFile, ArrayFileWriter
from indexer.index.segment.inversion import Counts, Postings
from indexer.index.segment.layout import SEGMENT_KIND
from indexer.index.segment.papers import PaperBuilder, StoredPapers
from indexer.index.segment.postings import LAST_FORM, PostingGroup, ragged
from indexer.index.segment.postings_writer import write_form_arrays, write_postings, write_rare

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """A segment that goes into a merge: its file, the documents kept (rising), and where the first of them goes."""

    arrays: ArrayFile
    kept: Ints
    first: int

    def renumbered(self) -> Ints:
        """New number of each old document, -1 where it is dropped."""
        new = np.full(self.arrays.meta["docs"], -1, dtype=np.int64)
        new[self.kept] = np.arange(self.first, self.first + len(self.kept))
        return new


def merge_segments(segments: Sequence[ArrayFile], claims: Sequence[Claims], path: Path) -> Claims:
    """Write the claimed documents of several segments as one segment file; gives the claims on it."""
    parts: list[Part] = []
    first = 0
    for arrays, held in zip(segments, claims, strict=True):
        kept = np.unique(held.docs).astype(np.int64)
        parts.append(Part(arrays, kept, first))
        first += len(kept)
    with ArrayFileWriter(path, SEGMENT_KIND) as writer:
        writer.meta["docs"] = first
        for name, fields in GROUPS.items():
            _merge_group(writer, name, len(fields), parts)
        _merge_joins(writer, parts)
        write_lengths(writer, np.concatenate([part.arrays["doc.length"][:, part.kept].T for part in parts]))
        _merge_names(writer, parts)
        papers = PaperBuilder()
        titles: list[str] = []
        for part in parts:
            stored = StoredPapers(part.arrays, part.arrays.path.name)
            for doc in part.kept.tolist():
                papers.add(stored.stored(doc))
                titles.append(stored.head(doc)["title"])
        merge_columns(writer, [(part.arrays, part.kept) for part in parts], titles)
        papers.write(writer)
    docs = [part.renumbered()[held.docs] for part, held in zip(parts, claims, strict=True)]
    return Claims.of(
        np.concatenate(docs),
        np.concatenate([held.files for held in claims]),
        np.concatenate([held.ranks for held in claims]),
    )


def _merge_group(writer: ArrayFileWriter, name: str, fields: int, parts: Sequence[Part]) -> None:
    groups = [PostingGroup(part.arrays, name, fields) for part in parts]
    tables = [list(group.terms) for group in groups]
    terms = sorted(set().union(*tables))
    number = {term: at for at, term in enumerate(terms)}
    maps = [np.fromiter(map(number.__getitem__, table), dtype=np.int64, count=len(table)) for table in tables]
    keys, counts, positions, masks = [], [], [], []
    forms = _FormUnion(groups, maps, len(terms)) if groups[0].has_forms else None
    for at, (part, group, new) in enumerate(zip(parts, groups, maps, strict=True)):
        starts = part.arrays[f"{name}.start"].astype(np.int64)
        group.check_all()
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
    if forms is not None:
        forms.write(writer, name, postings, np.concatenate(masks)[order], used, remap)
        write_rare(writer, name, *forms.rare([part.renumbered() for part in parts]))


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

    def write(
        self, writer: ArrayFileWriter, name: str, postings: Postings, masks: Array, used: Ints, remap: Ints
    ) -> None:
        forms = self._written = sorted(form for form, (term, _) in self._best.items() if remap[term] >= 0)
        terms = np.array([remap[self._best[form][0]] for form in forms], dtype=np.int64)
        bits = np.array([self._bits[form] for form in forms], dtype=np.uint8)
        several = np.bincount(terms, minlength=len(used)) > 1
        write_form_arrays(writer, name, forms, terms, bits, postings, masks, several)

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


def _merge_joins(writer: ArrayFileWriter, parts: Sequence[Part]) -> None:
    merged: dict[bytes, list[int]] = {}
    for part in parts:
        table = JoinTable(part.arrays)
        new = part.renumbered()
        for row, key in enumerate(table.keys):
            docs = new[table.docs(row)]
            kept = docs[docs >= 0].tolist()
            if kept:
                merged.setdefault(key, []).extend(kept)
    write_joins(writer, merged)


def _merge_names(writer: ArrayFileWriter, parts: Sequence[Part]) -> None:
    clusters: dict[bytes, int] = {}
    rows: dict[tuple[bytes, int], int] = {}
    row_cluster: list[int] = []
    row_parts, again_parts, size_parts = (
        [np.empty(0, np.int64)],
        [np.empty(0, np.uint8)],
        [np.empty(0, np.int64)],
    )
    for part in parts:
        table = NameTables(part.arrays)
        keys = list(table.keys)
        new_row = np.empty(len(table.row_id), dtype=np.int64)
        old = zip(table.spellings, table.row_id.tolist(), table.row_cluster.tolist(), strict=True)
        at = table.row_at.astype(np.int64)
        where, _ = ragged(at[:-1][part.kept], np.diff(at)[part.kept])
        needed = np.zeros(len(new_row), dtype=bool)
        needed[table.rows[where]] = True
        for number, (spelled, person, cluster) in enumerate(old):
            if needed[number]:
                row = rows.setdefault((spelled, person), len(rows))
                if row == len(row_cluster):
                    row_cluster.append(clusters.setdefault(keys[cluster], len(clusters)))
                new_row[number] = row
        row_parts.append(new_row[table.rows[where]])
        again_parts.append(table.again[where])
        size_parts.append(np.diff(at)[part.kept])
    sizes = np.concatenate(size_parts)
    write_name_tables(
        writer,
        clusters=[key.decode("utf-8", "surrogatepass") for key in clusters],
        spellings=[spelled.decode("utf-8", "surrogatepass") for spelled, _ in rows],
        row_ids=np.array([person for _, person in rows], dtype=np.uint64),
        row_cluster=np.array(row_cluster, dtype=np.int64),
        row_at=np.concatenate([[0], np.cumsum(sizes)]),
        rows=np.concatenate(row_parts),
        again=np.concatenate(again_parts),
    )
