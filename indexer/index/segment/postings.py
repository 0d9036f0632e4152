"""Postings of a group of fields over one dictionary: what each term's papers, frequencies and positions are.

A posting is (document number uint16, code uint8); the code names a row of the table of combinations (term frequency
in each field), of which papers have few: 255 rows cover all but some postings in a thousand, the rest are
exceptions, found by binary search. Occurrences are uint16 positions inside the whole paper, again with exceptions.
Arrays of group `g`: g.term.* (strings, sorted), g.start (terms + 1), g.doc, g.code, g.combo (rows x fields),
g.code_x/g.combo_x (exceptions), g.occ (terms + 1), g.skip (the first occurrence of every 128th posting), g.pos
(uint16; or uint8 and the ninth bits in g.high), g.pos_x/g.pos_v; for stems also g.form.* (surface forms,
sorted), g.form_term, g.form_bit, g.forms_at, g.forms (which forms a posting holds, one bit each), g.rare_form and
g.rare_doc (which paper holds which of the forms that share the last bit: sorted pairs), g.mixed_at, g.mixed (which
form each occurrence is of, for postings that hold several).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.index.errors import BadIndexError
from indexer.index.native import kernel
from indexer.index.once import made_once
from indexer.index.schema import FIELD_NUMBERS, GROUPS
from indexer.index.segment.blocks import strings_of
from indexer.index.segment.container import Array, column, lazy, unchecked
from indexer.index.segment.narrow import lower_bounds
from indexer.index.segment.strings import StringTable, SubTable
from indexer.index.segment.unread import Unread

Ints = npt.NDArray[np.int64]
ESCAPE = 255
WIDE = 65535
WIDE_BY_9 = 511
"""A position that is an exception, in positions of 16 and of 9 bits. Of 12.8 million words of abstracts 1 in 500 stands
behind the 510th position: 9 bits take 14 MB where 16 take 26."""
SKIP = 7
"""log2 of the postings between two entries of the table of occurrences: 4 bytes for 128 postings, and positions of a
posting are found by adding up at most 127 frequencies."""
BITS = np.array([max(0, mask.bit_length() - 1) for mask in range(256)], dtype=np.uint8)
"""The number of the bit in a mask of one."""
LAST_FORM = 7
"""Bit of the eighth commonest form of a stem and of every rarer one."""


class PostingGroup:
    """One group of a segment, read."""

    def __init__(self, arrays: Mapping[str, Array], name: str, fields: int) -> None:
        self._arrays = arrays
        self._name = name
        self.fields = fields
        self.first = FIELD_NUMBERS[GROUPS[name][0].name] if name in GROUPS else 0
        """Number of its first field in the schema."""
        self.terms = strings_of(arrays, f"{name}.term")
        start, self._check_start = lazy(arrays, f"{name}.start")
        self._start = start.data
        self.docs: npt.NDArray[np.uint16]
        self.codes: npt.NDArray[np.uint8]
        # A query reads little of these: each term's part is checked when the term is first asked for.
        self.docs, self._check_docs = lazy(arrays, f"{name}.doc")
        self.codes, self._check_codes = lazy(arrays, f"{name}.code")
        self._pos, self._high = (unchecked(arrays, f"{name}.{array}") for array in ("pos", "high"))
        self._wide = WIDE_BY_9 if self._pos.dtype == np.uint8 else WIDE
        self._postings = Unread(len(self.terms), self._check_postings)
        self._positions = Unread(len(self.terms), self._check_positions)
        self.has_forms = f"{name}.form_term" in arrays

    @made_once
    def _combos(self) -> npt.NDArray[np.int32]:
        """Frequencies in each field, by code."""
        return self._arrays[f"{self._name}.combo"]

    @made_once
    def _rest(self) -> tuple[Array, Array]:
        """Postings whose frequencies are exceptions, and those."""
        return self._arrays[f"{self._name}.code_x"], self._arrays[f"{self._name}.combo_x"]

    @made_once
    def _occ(self) -> memoryview:
        return unchecked(self._arrays, f"{self._name}.occ").data

    @made_once
    def _placed(self) -> dict[str, Callable[[int, int], None]]:
        """What checks where words stand, by array; the few exceptions are checked as a whole."""
        _ = self._far
        return {name: lazy(self._arrays, f"{self._name}.{name}")[1] for name in ("occ", "skip", "pos", "high")}

    @made_once
    def _far(self) -> tuple[Array, Array]:
        """Occurrences whose positions are exceptions, and those."""
        return self._arrays[f"{self._name}.pos_x"], self._arrays[f"{self._name}.pos_v"]

    # Forms are asked for by patterns and corrections: a third of what a first search would check is theirs.

    @made_once
    def forms(self) -> StringTable | SubTable:
        """Surface forms, sorted."""
        return strings_of(self._arrays, f"{self._name}.form")

    @made_once
    def form_term(self) -> Array:
        """The term of each form."""
        return self._arrays[f"{self._name}.form_term"]

    @made_once
    def form_bit(self) -> Array:
        """The bit of each form among those of its term."""
        return self._arrays[f"{self._name}.form_bit"]

    @made_once
    def _forms_at(self) -> memoryview:
        return unchecked(self._arrays, f"{self._name}.forms_at").data

    @made_once
    def _masks(self) -> Unread:
        check, check_at = (lazy(self._arrays, f"{self._name}.{name}")[1] for name in ("forms", "forms_at"))

        def checked(low: int, high: int) -> None:
            check_at(low, high + 1)
            self._inside(self._forms_at[low], self._forms_at[high], f"{self._name}.forms", len(self._forms))
            check(self._forms_at[low], self._forms_at[high])

        return Unread(len(self.terms), checked)

    @made_once
    def _forms(self) -> Array:
        return unchecked(self._arrays, f"{self._name}.forms")

    @made_once
    def _mixed_at(self) -> memoryview:
        return self._arrays[f"{self._name}.mixed_at"].data

    @made_once
    def _mixed(self) -> tuple[Array, Callable[[int, int], None]]:
        return lazy(self._arrays, f"{self._name}.mixed")

    @made_once
    def _rares(self) -> tuple[Array, Array]:
        """Which paper holds which of the forms that share the last bit."""
        return self._arrays[f"{self._name}.rare_form"], self._arrays[f"{self._name}.rare_doc"]

    @made_once
    def native(self) -> Any:
        """The group as the kernel reads it, None without a kernel."""
        if kernel.native is None:
            return None
        names = ("combo", "code_x", "combo_x", "pos_x", "pos_v", "skip")
        *exceptions, far, positions, skip = (unchecked(self._arrays, f"{self._name}.{name}") for name in names)
        # Nothing is checked here: who gives the kernel a term has asked for its `span` or `placed`, which checks them.
        return kernel.native.Group(
            self.docs,
            self.codes,
            *exceptions,
            self._pos,
            self._high,
            far,
            positions,
            skip,
            self.fields,
            self.first,
        )

    @made_once
    def native_terms(self) -> Any:
        """Its terms as the kernel finds the papers of many (`word_papers`)."""
        start = column(self._arrays, f"{self._name}.start")
        return kernel.native and kernel.native.Words(self.native, start, self._postings.flags, None)

    @made_once
    def native_forms(self) -> Any:
        """The same of its surface forms."""
        names = ("start", "form_term", "form_bit", "forms_at", "rare_form", "rare_doc")
        start, *columns = (column(self._arrays, f"{self._name}.{name}") for name in names)
        forms = (*columns, self._forms, self._masks.flags)
        return kernel.native and kernel.native.Words(self.native, start, self._postings.flags, forms)

    @made_once
    def starts(self) -> Ints:
        """First posting of every term, and the end of the last; all postings may then be read."""
        self.check_all()
        return self._arrays[f"{self._name}.start"].astype(np.int64)

    def find(self, term: bytes) -> int:
        """The number of a term, -1 if no paper of the segment holds it."""
        return self.terms.find(term)

    def span(self, term: int) -> tuple[int, int]:
        """First and past-last posting of a term, whose postings may then be read. Raises BadIndexError."""
        self._postings.one(term)
        return self._start[term], self._start[term + 1]

    def placed(self, term: int) -> tuple[int, int]:
        """The same, and the kernel may read its positions too."""
        self._postings.one(term)
        self._positions.one(term)
        return self._start[term], self._start[term + 1]

    def check_terms(self, terms: Ints, *, forms: bool) -> None:
        """Make sure that postings of some terms (rising), and which forms those hold, may be read."""
        self._postings.some(terms)
        if forms:
            self._masks.some(terms)

    def check_all(self) -> None:
        """Make sure that all may be read: for who takes the arrays as a whole."""
        self._postings.all()
        self._positions.all()
        if self.has_forms:
            self._masks.all()

    def _check_postings(self, low: int, high: int) -> None:
        _ = self._combos, self._rest
        self._check_start(low, high + 1)
        self._inside(self._start[low], self._start[high], f"{self._name}.doc", len(self.docs))
        self._check_docs(self._start[low], self._start[high])
        self._check_codes(self._start[low], self._start[high])

    @staticmethod
    def _inside(low: int, high: int, name: str, size: int) -> None:
        """Make sure that items low..high lie in an array: the offsets that say so were not looked at as a whole."""
        if not low <= high <= size:
            raise BadIndexError(f"a word lies outside {name}; run `quiver verify`, then `quiver rebuild`")

    def _check_positions(self, low: int, high: int) -> None:
        check = self._placed
        self._check_start(low, high + 1)
        check["occ"](low, high + 1)
        self._inside(self._occ[low], self._occ[high], f"{self._name}.pos", len(self._pos))
        check["skip"](self._start[low] >> SKIP, (self._start[high] >> SKIP) + 1)
        # From the last entry of the table of occurrences, whence the kernel adds up to find a posting's positions.
        self._check_codes(self._start[low] >> SKIP << SKIP, self._start[high])
        check["pos"](self._occ[low], self._occ[high])
        if self._wide == WIDE_BY_9:
            check["high"](self._occ[low] >> 3, (self._occ[high] + 7) >> 3)

    def occurrences(self, term: int) -> tuple[int, int]:
        """First and past-last occurrence of a term."""
        self._placed["occ"](term, term + 2)
        return self._occ[term], self._occ[term + 1]

    def frequencies(self, low: int, high: int, picked: Ints | None = None) -> npt.NDArray[np.int32]:
        """Term frequency in each field (postings x fields), of all postings low..high or of those picked (from low)."""
        codes = self.codes[low:high]
        if picked is not None:
            codes = codes[picked]
        rows: npt.NDArray[np.int32] = self._combos[codes]
        exceptions, frequencies = self._rest
        if len(exceptions):
            escaped = np.flatnonzero(codes == ESCAPE)
            if escaped.size:
                at = low + (escaped if picked is None else picked[escaped])
                rows[escaped] = frequencies[lower_bounds(exceptions, at)]
        return rows

    def positions(self, term: int, picked: Ints | None = None) -> tuple[Ints, Ints]:
        """Positions of a term's occurrences and, for each, the index (into `picked`) of its posting.

        Both int64, grouped by posting, rising inside one. `picked` are posting numbers from the term's first.
        """
        low, high = self.placed(term)
        first = self._occ[term]
        counts = self.frequencies(low, high).sum(axis=1, dtype=np.int64)
        if picked is None:
            at = np.arange(first, self._occ[term + 1], dtype=np.int64)
            owners = np.repeat(np.arange(high - low, dtype=np.int64), counts)
        else:
            starts = first + np.cumsum(counts)[picked] - counts[picked]
            at, owners = ragged(starts, counts[picked])
        return self.all_positions(at).astype(np.int64), owners

    def all_positions(self, at: Ints) -> npt.NDArray[np.uint32]:
        """Positions of occurrences by their numbers in the whole group."""
        values: npt.NDArray[np.uint32] = self._pos[at].astype(np.uint32)
        if self._wide == WIDE_BY_9:
            values |= (self._high[at >> 3] >> (at & 7).astype(np.uint8) & 1).astype(np.uint32) << np.uint32(8)
        far, positions = self._far
        if len(far):
            wide = np.flatnonzero(values == self._wide)
            values[wide] = positions[lower_bounds(far, at[wide])]
        return values

    def every_position(self) -> npt.NDArray[np.uint32]:
        """Positions of all occurrences of the group."""
        self.check_all()
        return self.all_positions(np.arange(len(self._pos), dtype=np.int64))

    def form_masks(self, term: int) -> npt.NDArray[np.uint8] | None:
        """For each posting of a term the bits of the surface forms it holds; None if the term has one form only."""
        self._masks.one(term)
        low, high = self._forms_at[term], self._forms_at[term + 1]
        return self._forms[low:high] if high > low else None

    def form_docs(self, form: int) -> npt.NDArray[np.uint16]:
        """Papers (rising) that hold a surface form."""
        bit, term = int(self.form_bit[form]), int(self.form_term[form])
        if bit == LAST_FORM:
            return self.rare_docs(np.array([form]))
        docs = self.docs[slice(*self.span(term))]
        masks = self.form_masks(term)
        return docs if masks is None else docs[(masks >> bit & 1).astype(bool)]

    def rare_docs(self, forms: Ints) -> npt.NDArray[np.uint16]:
        """Papers that hold some of the forms that share the last bit, form by form, rising inside one."""
        rare_form, rare_doc = self._rares
        lows, highs = lower_bounds(rare_form, forms), lower_bounds(rare_form, forms + 1)
        if len(forms) == 1:
            return rare_doc[lows[0] : highs[0]]
        return rare_doc[ragged(lows, highs - lows)[0]]

    def masks_of(self, terms: Ints, owners: Ints) -> npt.NDArray[np.uint8]:
        """The bits of all postings of some terms, one term after the other; `owners` is the term's index of each."""
        starts = self._arrays[f"{self._name}.forms_at"].astype(np.int64)
        sizes = starts[terms + 1] - starts[terms]
        masks = np.ones(len(owners), dtype=np.uint8)
        held, _ = ragged(starts[terms], sizes)
        masks[(sizes > 0)[owners]] = self._forms[held]
        return masks

    def forms_of(self, term: int, picked: Ints) -> npt.NDArray[np.uint8]:
        """The bit of the form of each occurrence of a term, of some of its postings, as `positions` gives these."""
        masks = self.form_masks(term)
        low, high = self.span(term)
        counts = self.frequencies(low, high).sum(axis=1, dtype=np.int64)
        if masks is None:
            return np.zeros(int(counts[picked].sum()), dtype=np.uint8)
        several = mixed(masks)
        told = np.where(several, counts, 0)
        ends = np.cumsum(told)
        numbers = self._told(term, term + 1, ends[-1:])
        found = np.repeat(BITS[masks[picked]], counts[picked])
        where, _ = ragged((ends - told)[picked], told[picked])
        found[np.repeat(several[picked], counts[picked])] = numbers[where]
        return found

    def every_form(self) -> npt.NDArray[np.uint8]:
        """The bit of the form of each occurrence of the group."""
        self.check_all()
        counts = self.frequencies(0, len(self.docs)).sum(axis=1, dtype=np.int64)
        masks = self.all_form_masks()
        several = mixed(masks)
        totals = np.concatenate([[0], np.cumsum(np.where(several, counts, 0))])[self.starts]
        found = np.repeat(BITS[masks], counts)
        found[np.repeat(several, counts)] = self._told(0, len(self.terms), np.diff(totals))
        return found

    def _told(self, first: int, end: int, counts: Ints) -> npt.NDArray[np.uint8]:
        """The forms that are told of terms first..end, `counts` of each."""
        at = np.asarray(self._mixed_at[first : end + 1]).astype(np.int64)
        if not np.array_equal(np.diff(at), (counts + 1) // 2):
            raise BadIndexError(
                f"{self._name}.mixed tells the forms of other occurrences than there are; "
                "run `quiver repair` or `quiver rebuild`"
            )
        array, check = self._mixed
        low, high = int(at[0]), int(at[-1])
        check(low, high)
        pairs = array[low:high]
        halves = np.stack([pairs & 7, pairs >> 4 & 7], axis=1).reshape(-1)
        # Each term begins with a byte of its own: behind an odd number of forms half of one is left.
        return halves[: int(counts[0])] if len(counts) == 1 else halves[ragged(2 * (at[:-1] - low), counts)[0]]

    def all_form_masks(self) -> npt.NDArray[np.uint8]:
        """The bits of every posting of the group, also of terms with one form only (bit 0)."""
        starts = self.starts
        ends = self._arrays[f"{self._name}.forms_at"].astype(np.int64)
        sizes: Ints = ends[1:] - ends[:-1]
        masks = np.ones(len(self.docs), dtype=np.uint8)
        held = np.flatnonzero(sizes)
        where, _ = ragged(starts[held], sizes[held])
        masks[where] = self._forms
        return masks


def mixed(masks: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Which postings hold several forms of their term, each of whose occurrences is told apart."""
    several: npt.NDArray[np.bool_] = (masks & (masks - np.uint8(1))) != 0
    return several


def ragged(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Indices start..start+count of each row, one after the other, and the row each belongs to."""
    owners = np.repeat(np.arange(len(starts), dtype=np.int64), counts)
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0, dtype=np.int64) - (ends - counts - starts)[owners], owners


def sorted_once(values: Array) -> Array:
    """What `np.unique` gives of integers: it counts a million in 1 s by a hash table, and to sort them takes .02 s."""
    values = np.sort(values)
    return values[np.append(True, values[1:] != values[:-1])] if len(values) else values
