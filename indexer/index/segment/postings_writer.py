"""Words of many papers to the arrays of a posting group: integers, one sort, no object per occurrence."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.segment.array_writer import ArraySink
from indexer.index.segment.container import Array
from indexer.index.segment.inversion import Forms, Occurrences, Postings, invert
from indexer.index.segment.narrow import narrow
from indexer.index.segment.postings import ESCAPE, LAST_FORM, SKIP, WIDE, WIDE_BY_9, mixed, sorted_once
from indexer.index.segment.strings import write_strings
from indexer.index.segment.vocabulary import COMPILED, WordStream
from indexer.index.text.encoded import encode

Stemmer = Callable[[Sequence[str]], list[str]]


class GroupBuilder:
    """Collects the words of each field, paper by paper. `tied` says of each field whether its compounds are kept."""

    def __init__(self, words: WordStream, tied: Sequence[bool]) -> None:
        self.words = words
        self._fields = len(tied)
        self._readers = tuple(words.add_tied if ties else words.add for ties in tied)
        self._extents = array("I")
        self._lengths = array("I")
        self._form_ends = array("I")

    def add(self, texts: Sequence[str], phrases: Iterable[str] = ()) -> int:
        """Texts as read of each field of the next paper, one after the other in position; gives the words read.

        The phrases (keywords) belong to the last field, a gap before each.
        """
        lengths = [read(text) if text else 0 for read, text in zip(self._readers, texts, strict=True)]
        gaps = 0
        for phrase in phrases:
            self.words.gap()
            lengths[-1] += self._readers[-1](phrase)
            gaps += 1
        self._lengths.extend(lengths)
        extent = sum(lengths) + gaps
        self._extents.append(extent)
        self._form_ends.append(len(self.words.form_stream))
        return extent

    def occurrences(self) -> Occurrences:
        """All words so far with their papers and fields."""
        return Occurrences(
            stream=numbers(self.words.stream),
            extents=numbers(self._extents),
            lengths=numbers(self._lengths).reshape(-1, self._fields),
            positions=np.empty(0, np.uint32),
        )

    def form_docs(self) -> tuple[Array, Array]:
        """The hyphenated forms in the stream's order (numbers from 0), and the paper of each."""
        forms = numbers(self.words.form_stream).astype(np.int64) - 1
        # Of a bytearray the length is in bytes.
        scale = 4 if isinstance(self.words.form_stream, bytearray) else 1
        ends = numbers(self._form_ends).astype(np.int64) // scale
        return forms, np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))


def numbers(stream: bytearray | array[int]) -> npt.NDArray[np.uint32]:
    """A stream of uint32 as an array over the same memory."""
    return np.frombuffer(stream, dtype=np.uint32) if len(stream) else np.empty(0, np.uint32)


def write_group(
    writer: ArraySink,
    name: str,
    surfaces: list[str],
    occurrences: Occurrences,
    stem: Stemmer | None,
    compiled: bool = COMPILED,
) -> None:
    """Add the arrays of a group; `stem` maps surface words to terms (None: each word is its own term)."""
    stems = stem(surfaces) if stem else surfaces
    encoded = [encode(stem) for stem in stems]
    terms = sorted(set(encoded))
    number = {term: at for at, term in enumerate(terms)}
    term_of = np.zeros(len(surfaces) + 1, dtype=np.uint32)
    term_of[1:] = np.fromiter(map(number.__getitem__, encoded), dtype=np.uint32, count=len(encoded))
    del encoded, number
    stream = occurrences.stream
    bits = _form_bits(stream, term_of) if stem else np.zeros(len(surfaces) + 1, dtype=np.uint8)
    postings, forms = invert(occurrences, term_of, bits, terms, compiled)
    write_strings(writer, f"{name}.term", terms, ordered=True)
    write_postings(writer, name, postings)
    if stem:
        _write_forms(writer, name, surfaces, (term_of, bits), (postings, forms), occurrences)


def _form_bits(stream: Array, term_of: Array) -> Array:
    """For each surface its rank among the forms of its term, commonest first, at most LAST_FORM."""
    frequency = np.bincount(stream, minlength=len(term_of))
    order = np.lexsort((-frequency[1:], term_of[1:])) + 1
    grouped = term_of[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = grouped[1:] != grouped[:-1]
    firsts = np.flatnonzero(new)
    ranks = np.arange(len(order)) - np.repeat(firsts, np.diff(np.append(firsts, len(order))))
    bits = np.zeros(len(term_of), dtype=np.uint8)
    bits[order] = np.minimum(ranks, LAST_FORM)
    return bits


def _rare(occurrences: Occurrences, bits: Array, forms: Array) -> tuple[Array, Array]:
    """Which paper holds which of the forms that share the last bit; `forms` are the forms of the surfaces."""
    held = np.flatnonzero((bits == LAST_FORM)[occurrences.stream])
    ends = np.cumsum(occurrences.extents, dtype=np.int64)
    return forms[occurrences.stream[held]], np.searchsorted(ends, held, side="right")


def write_postings(writer: ArraySink, name: str, postings: Postings) -> None:
    """Add postings, combinations and positions of a group; the dictionary is for the caller to write."""
    writer.add(f"{name}.start", postings.term_starts.astype(np.uint32))
    writer.add(f"{name}.occ", postings.occurrence_starts.astype(np.uint32))
    writer.add(f"{name}.doc", postings.docs)
    counts = postings.counts
    seen = np.bincount(counts.packed, minlength=1 << 16)
    # What holds a 15 may hold more: an exception, never a code.
    seen -= np.bincount(counts.packed[counts.wide], minlength=1 << 16)
    common = np.argsort(-seen, kind="stable")[:ESCAPE]
    common = common[seen[common] > 0]
    code_of = np.full(1 << 16, ESCAPE, dtype=np.uint8)
    code_of[common] = np.arange(len(common), dtype=np.uint8)
    codes = code_of[counts.packed]
    fields = counts.exact.shape[1]
    shifts = np.arange(0, 4 * fields, 4)
    combos = np.zeros((ESCAPE + 1, fields), dtype=np.int32)
    combos[: len(common)] = common[:, None] >> shifts & 15
    escaped = np.flatnonzero(codes == ESCAPE)
    exact = (counts.packed[escaped].astype(np.int32)[:, None] >> shifts & 15).astype(np.int32)
    exact[np.searchsorted(escaped, counts.wide)] = counts.exact
    totals = combos.sum(axis=1, dtype=np.int64)[codes]
    totals[escaped] = exact.sum(axis=1)
    writer.add(f"{name}.skip", np.concatenate([[0], np.cumsum(totals)])[:: 1 << SKIP].astype(np.uint32))
    writer.add(f"{name}.code", codes)
    writer.add(f"{name}.combo", combos)
    writer.add(f"{name}.code_x", escaped.astype(np.uint32))
    writer.add(f"{name}.combo_x", exact)
    _write_positions(writer, name, postings.positions)


def _write_positions(writer: ArraySink, name: str, positions: Array) -> None:
    """Add positions of 9 bits where few need more, else of 16, and those that need more still."""
    # An exception takes 8 bytes, seven more bits of everyone a little less than one.
    by_nine = 10 * np.count_nonzero(positions >= WIDE_BY_9) < len(positions)
    top = WIDE_BY_9 if by_nine else WIDE
    wide = np.flatnonzero(positions >= top)
    kept = np.minimum(positions, top)
    writer.add(f"{name}.pos", kept.astype(np.uint8 if by_nine else np.uint16))
    high = np.packbits((kept >> 8).astype(bool), bitorder="little") if by_nine else np.empty(0, np.uint8)
    writer.add(f"{name}.high", high)
    writer.add(f"{name}.pos_x", wide.astype(np.uint32))
    writer.add(f"{name}.pos_v", positions[wide])


def _write_forms(
    writer: ArraySink,
    name: str,
    surfaces: list[str],
    words: tuple[Array, Array],
    inverted: tuple[Postings, Forms],
    occurrences: Occurrences,
) -> None:
    """Add the sorted forms and what is told by form; `words` are term and bit of every surface."""
    term_of, bits = words
    postings, forms = inverted
    encoded = [encode(surface) for surface in surfaces]
    order = sorted(range(len(encoded)), key=encoded.__getitem__)
    at = np.asarray(order, dtype=np.int64) + 1
    several = np.bincount(term_of[1:].astype(np.int64), minlength=len(postings.terms)) > 1
    numbers = np.zeros(len(term_of), dtype=np.int64)
    numbers[at] = np.arange(len(at))
    write_strings(writer, f"{name}.form", [encoded[number] for number in order], ordered=True)
    rare = _rare(occurrences, bits, numbers)
    write_form_arrays(writer, name, term_of[at], bits[at], postings, forms, several, rare)


def write_form_arrays(
    writer: ArraySink,
    name: str,
    form_terms: Array,
    form_bits: Array,
    postings: Postings,
    forms: Forms,
    several: Array,
    rare: tuple[Array, Array],
) -> None:
    """Add term and bit of each surface form, what postings hold of terms that have `several`, and the papers of forms.

    `rare` are pairs of form and paper, in any order, of the forms that share the last bit.
    """
    writer.add(f"{name}.form_term", narrow(form_terms))
    writer.add(f"{name}.form_bit", form_bits.astype(np.uint8))
    pairs = sorted_once(rare[0].astype(np.int64) << 16 | rare[1].astype(np.int64))
    rare = pairs >> 16, pairs & 0xFFFF
    writer.add(f"{name}.rare_form", rare[0].astype(np.uint32))
    writer.add(f"{name}.rare_doc", rare[1].astype(np.uint16))
    starts = postings.term_starts.astype(np.int64)
    postings_of = starts[1:] - starts[:-1]
    sizes = np.where(several, postings_of, 0)
    writer.add(f"{name}.forms_at", np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint32))
    kept = np.repeat(several, postings_of)
    writer.add(f"{name}.forms", forms.masks[kept])
    _write_mixed(writer, name, postings, forms)
    writer.add(f"{name}.titled", _titled(form_terms, form_bits, postings, forms.masks, rare))


def _write_mixed(writer: ArraySink, name: str, postings: Postings, forms: Forms) -> None:
    """Add the form of each occurrence of postings that hold several: one in eight is of these."""
    counts = np.where(mixed(forms.masks), postings.counts.totals(), 0)
    totals = np.concatenate([[0], np.cumsum(counts)])[postings.term_starts.astype(np.int64)]
    per_term = totals[1:] - totals[:-1]
    # Each term begins with a byte of its own.
    starts = np.concatenate([[0], np.cumsum((per_term + 1) // 2)])
    numbers = forms.numbers[np.repeat(mixed(forms.masks), postings.counts.totals())]
    halves = np.zeros(2 * int(starts[-1]), dtype=np.uint8)
    halves[np.arange(len(numbers)) + np.repeat(2 * starts[:-1] - totals[:-1], per_term)] = numbers
    writer.add(f"{name}.mixed_at", starts.astype(np.uint32))
    writer.add(f"{name}.mixed", halves[::2] | halves[1::2] << np.uint8(4))


def _titled(form_terms: Array, form_bits: Array, postings: Postings, masks: Array, rare: tuple[Array, Array]) -> Array:
    """For each form the papers that hold it and have its stem in the first field, the title."""
    terms = len(postings.terms)
    starts = postings.term_starts.astype(np.int64)
    titled = np.flatnonzero(postings.counts.packed & np.uint16(15))
    owners = np.repeat(np.arange(terms), starts[1:] - starts[:-1])[titled]
    masks = masks[titled]
    table = np.zeros((terms, LAST_FORM + 1), dtype=np.uint16)
    for bit in range(LAST_FORM):
        table[:, bit] = np.bincount(owners[masks >> bit & 1 != 0], minlength=terms)
    counts = table[form_terms.astype(np.int64), form_bits]
    # Forms that share the last bit are told apart by their lists of papers.
    forms, docs = (part.astype(np.int64) for part in rare)
    held = owners << 16 | postings.docs[titled]
    wanted = form_terms.astype(np.int64)[forms] << 16 | docs
    at = np.searchsorted(held, wanted)
    at[at == len(held)] = 0
    found = forms[held[at] == wanted] if len(held) else forms[:0]
    counts += np.bincount(found, minlength=len(counts)).astype(np.uint16)
    return counts
