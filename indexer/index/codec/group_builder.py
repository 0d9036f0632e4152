"""Words of many papers to the arrays of a posting group: integers, one sort, no object per occurrence."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import numpy.typing as npt

from indexer.index.codec.arrayfile import Array, ArrayFileWriter
from indexer.index.codec.groups import ESCAPE, LAST_FORM, SKIP, WIDE
from indexer.index.codec.narrow import narrow
from indexer.index.codec.strings import write_strings

# One uint64 key sorts everything: term 22 bits, document 16, position 23, form 3. A numpy sort of 7 million such
# keys takes 0.1 to 0.3 s; a stable argsort by term alone 2 s.
_TERM, _DOC, _POS = 42, 26, 3
_MAX_POSITION = (1 << 23) - 1


@dataclass(frozen=True, slots=True)
class Postings:
    """A group's postings before they are written: sorted by term, then document, then position."""

    terms: list[bytes]
    term_starts: Array  # (terms + 1,) first posting
    docs: Array  # (postings,) uint16
    counts: Array  # (postings, fields) uint32 term frequencies
    occurrence_starts: Array  # (terms + 1,) first occurrence
    positions: Array  # (occurrences,) uint32


class GroupBuilder:
    """Collects the words of each field, paper by paper; `write` turns them into arrays.

    `stem` maps a vocabulary of surface words to terms (None: each word is its own term).
    """

    def __init__(self, name: str, fields: int, stem: Callable[[Sequence[str]], list[str]] | None) -> None:
        self.name = name
        self.fields = fields
        self._stem = stem
        self._numbers: defaultdict[str, int] = defaultdict(count(1).__next__)  # 0 is a gap
        self._stream = array("I")
        self._places = array("I")
        self._extents = array("I")
        self._lengths = array("I")

    @property
    def words(self) -> int:
        """Occurrences collected so far, gaps included."""
        return len(self._stream)

    def add(self, words: Sequence[Sequence[str]]) -> None:
        """Words of each field of the next paper, one after the other in position."""
        before = len(self._stream)
        for field in words:
            self._stream.extend(map(self._numbers.__getitem__, field))
            self._lengths.append(len(field))
        self._extents.append(len(self._stream) - before)

    def add_phrases(self, phrases: Iterable[Sequence[str]]) -> None:
        """Words in phrases (keywords) that extend the last field of the paper just added, a gap between any two."""
        added = 0
        before = len(self._stream)
        for words in phrases:
            self._stream.append(0)
            self._stream.extend(map(self._numbers.__getitem__, words))
            added += len(words)
        self._lengths[-1] += added
        self._extents[-1] += len(self._stream) - before

    def add_placed(self, words: Sequence[str], places: Sequence[int]) -> None:
        """Words of a group of one field, each with its position, of the next paper."""
        self._stream.extend(map(self._numbers.__getitem__, words))
        self._places.extend(places)
        self._lengths.append(len(words))
        self._extents.append(len(words))

    def lengths(self) -> Array:
        """Words in each field of each paper: (papers, fields) uint32."""
        return (
            np.frombuffer(self._lengths, dtype=np.uint32).reshape(-1, self.fields)
            if self._lengths
            else np.empty((0, self.fields), np.uint32)
        )

    def write(self, writer: ArrayFileWriter) -> None:
        """Add the group's arrays to a segment file."""
        surfaces = list(self._numbers)
        stems = self._stem(surfaces) if self._stem else surfaces
        encoded = [stem.encode("utf-8", "surrogatepass") for stem in stems]
        terms = sorted(set(encoded))
        number = {term: at for at, term in enumerate(terms)}
        term_of = np.zeros(len(surfaces) + 1, dtype=np.uint64)
        term_of[1:] = np.fromiter(map(number.__getitem__, encoded), dtype=np.uint64, count=len(encoded))
        stream = np.frombuffer(self._stream, dtype=np.uint32) if self._stream else np.empty(0, np.uint32)
        bits = self._form_bits(stream, term_of) if self._stem else np.zeros(len(surfaces) + 1, dtype=np.uint64)
        postings, masks = self._sort(stream, term_of, bits, terms)
        write_postings(writer, self.name, postings)
        if self._stem:
            numbers = _write_forms(writer, self.name, surfaces, term_of, bits, postings, masks)
            write_rare(writer, self.name, *self._rare(stream, bits, numbers))

    def _form_bits(self, stream: Array, term_of: Array) -> Array:
        """For each surface its rank among the forms of its term, commonest first, at most LAST_FORM."""
        frequency = np.bincount(stream, minlength=len(term_of))
        order = np.lexsort((-frequency[1:], term_of[1:])) + 1
        grouped = term_of[order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = grouped[1:] != grouped[:-1]
        firsts = np.flatnonzero(new)
        ranks = np.arange(len(order)) - np.repeat(firsts, np.diff(np.append(firsts, len(order))))
        bits = np.zeros(len(term_of), dtype=np.uint64)
        bits[order] = np.minimum(ranks, LAST_FORM)
        return bits

    def _rare(self, stream: Array, bits: Array, numbers: Array) -> tuple[Array, Array]:
        """Which paper holds which of the forms that share the last bit; `numbers` are the forms of the surfaces."""
        shared = bits == LAST_FORM
        held = np.flatnonzero(shared[stream])
        ends = np.cumsum(np.frombuffer(self._extents, dtype=np.uint32), dtype=np.int64) if held.size else held
        return numbers[stream[held]], np.searchsorted(ends, held, side="right")

    def _sort(self, stream: Array, term_of: Array, bits: Array, terms: list[bytes]) -> tuple[Postings, Array]:
        extents = (
            np.frombuffer(self._extents, dtype=np.uint32).astype(np.int64) if self._extents else np.empty(0, np.int64)
        )
        docs = np.repeat(np.arange(len(extents), dtype=np.uint64), extents)
        if self._places:
            places = np.frombuffer(self._places, dtype=np.uint32).astype(np.uint64)
        else:
            ends = np.cumsum(extents)
            places = np.arange(len(stream), dtype=np.uint64) - np.repeat(ends - extents, extents).astype(np.uint64)
        np.minimum(places, _MAX_POSITION, out=places)
        keys = (term_of[stream] << _TERM | docs << _DOC | places << _POS | bits[stream]).astype(np.uint64, copy=False)
        if not self._places:
            keys = keys[stream != 0]
        del docs, places
        keys.sort()
        return self._collapse(keys, terms)

    def _collapse(self, keys: npt.NDArray[np.uint64], terms: list[bytes]) -> tuple[Postings, Array]:
        pairs = (keys >> _DOC).astype(np.uint64)
        new = np.ones(len(keys), dtype=bool)
        new[1:] = pairs[1:] != pairs[:-1]
        firsts = np.flatnonzero(new)
        pairs = pairs[firsts]
        positions = (keys >> _POS & _MAX_POSITION).astype(np.uint32)
        docs = (pairs & 0xFFFF).astype(np.uint16)
        # A range of the dictionary: postings of term t are starts[t]..starts[t + 1].
        starts = np.searchsorted(pairs >> 16, np.arange(len(terms) + 1, dtype=np.uint64))
        occurrence_starts = np.append(firsts, len(keys))[starts]
        per_posting = np.diff(np.append(firsts, len(keys)))
        counts = np.zeros((len(firsts), self.fields), dtype=np.uint32)
        if self.fields == 1:
            counts[:, 0] = per_posting
        elif len(firsts):
            borders = np.cumsum(self.lengths()[:, :-1], axis=1, dtype=np.uint32)
            owners = np.repeat(docs, per_posting)
            field = np.zeros(len(keys), dtype=np.uint8)
            for border in range(self.fields - 1):
                field += positions >= borders[:, border][owners]
            for number in range(self.fields):
                counts[:, number] = np.add.reduceat((field == number).view(np.uint8), firsts, dtype=np.uint32)
        masks = np.left_shift(np.uint8(1), (keys & 7).astype(np.uint8))
        if len(firsts):
            masks = np.bitwise_or.reduceat(masks, firsts)
        return Postings(terms, starts, docs, counts, occurrence_starts, positions), masks


def write_postings(writer: ArrayFileWriter, name: str, postings: Postings) -> None:
    """Add dictionary, postings, combinations and positions of a group."""
    write_strings(writer, f"{name}.term", postings.terms, ordered=True)
    writer.add(f"{name}.start", postings.term_starts.astype(np.uint32))
    writer.add(f"{name}.occ", postings.occurrence_starts.astype(np.uint32))
    writer.add(f"{name}.doc", postings.docs)
    totals = np.concatenate([[0], np.cumsum(postings.counts.sum(axis=1, dtype=np.int64))])
    writer.add(f"{name}.skip", totals[:: 1 << SKIP].astype(np.uint32))
    counts = postings.counts
    packed = np.zeros(len(counts), dtype=np.uint32)
    for number in range(counts.shape[1]):
        packed |= np.minimum(counts[:, number], 15) << np.uint32(4 * number)
    small = (counts < 15).all(axis=1)
    seen = np.bincount(packed[small], minlength=1 << 16)
    common = np.argsort(-seen, kind="stable")[:ESCAPE]
    common = common[seen[common] > 0]
    code_of = np.full(1 << 16, ESCAPE, dtype=np.uint8)
    code_of[common] = np.arange(len(common), dtype=np.uint8)
    codes = code_of[packed]
    codes[~small] = ESCAPE
    combos = np.zeros((ESCAPE + 1, counts.shape[1]), dtype=np.int32)
    for number in range(counts.shape[1]):
        combos[: len(common), number] = common >> (4 * number) & 15
    escaped = np.flatnonzero(codes == ESCAPE)
    writer.add(f"{name}.code", codes)
    writer.add(f"{name}.combo", combos)
    writer.add(f"{name}.code_x", escaped.astype(np.uint32))
    writer.add(f"{name}.combo_x", counts[escaped].astype(np.int32))
    wide = np.flatnonzero(postings.positions >= WIDE)
    writer.add(f"{name}.pos", np.minimum(postings.positions, WIDE).astype(np.uint16))
    writer.add(f"{name}.pos_x", wide.astype(np.uint32))
    writer.add(f"{name}.pos_v", postings.positions[wide])


def _write_forms(
    writer: ArrayFileWriter,
    name: str,
    surfaces: list[str],
    term_of: Array,
    bits: Array,
    postings: Postings,
    masks: Array,
) -> Array:
    """Give the number, among the sorted forms, of every surface."""
    encoded = [surface.encode("utf-8", "surrogatepass") for surface in surfaces]
    order = sorted(range(len(encoded)), key=encoded.__getitem__)
    at = np.asarray(order, dtype=np.int64) + 1
    several = np.bincount(term_of[1:].astype(np.int64), minlength=len(postings.terms)) > 1
    write_form_arrays(
        writer, name, [encoded[number] for number in order], term_of[at], bits[at], postings, masks, several
    )
    numbers = np.zeros(len(term_of), dtype=np.int64)
    numbers[at] = np.arange(len(at))
    return numbers


def write_rare(writer: ArrayFileWriter, name: str, forms: Array, docs: Array) -> None:
    """Add the papers of forms that share the last bit, from pairs of form and paper in any order."""
    pairs = np.unique(forms.astype(np.int64) << 16 | docs.astype(np.int64))
    writer.add(f"{name}.rare_form", (pairs >> 16).astype(np.uint32))
    writer.add(f"{name}.rare_doc", (pairs & 0xFFFF).astype(np.uint16))


def write_form_arrays(
    writer: ArrayFileWriter,
    name: str,
    forms: list[bytes],
    form_terms: Array,
    form_bits: Array,
    postings: Postings,
    masks: Array,
    several: Array,
) -> None:
    """Add sorted surface forms, the term and bit of each, and the masks of terms that have `several` forms."""
    write_strings(writer, f"{name}.form", forms, ordered=True)
    writer.add(f"{name}.form_term", narrow(form_terms))
    writer.add(f"{name}.form_bit", form_bits.astype(np.uint8))
    starts = postings.term_starts.astype(np.int64)
    postings_of = starts[1:] - starts[:-1]
    sizes = np.where(several, postings_of, 0)
    writer.add(f"{name}.forms_at", np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint32))
    kept = np.repeat(several, postings_of)
    writer.add(f"{name}.forms", masks[kept])
