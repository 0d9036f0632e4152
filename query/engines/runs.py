"""Runs of parts in a segment: words, words as written and patterns side by side in one field or one author's name.

Positions are those of stems, and of each the segment tells the form. What it does not tell, capitals and which of a
stem's rarest forms stands where, is decided on the text as read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.index.errors import QueryError
from indexer.index.schema import FIELD_NUMBERS, GROUPS, NAMES, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.segment.postings import LAST_FORM, PostingGroup
from indexer.index.segment.word_papers import mark_forms, mark_terms
from indexer.index.text.encoded import encode
from query.engines import remembered
from query.engines.deadline import check_time
from query.engines.lone_words import settled
from query.engines.masks import Mask, distinct, listed, mark
from query.engines.patterns import PatternFinder, matching_words
from query.engines.phrases import chain, member, positions_of
from query.engines.written import Reader
from query.language.parts import Part, joined

Ints = npt.NDArray[np.int64]
Docs = npt.NDArray[np.uint16]
# As in `phrases`: index of the paper << 40 | field << 32 | position. No window of a name is wider than _NAME.
_PAPER, _UNIT, _NAME = 40, 32, 64
_ABSTRACT = FIELD_NUMBERS["abstract"]
_SHORT = 0.3
"""The time in which a title is read, in that of an abstract."""
MOST_WORDS = 4_000
"""A pattern inside a run may mean so many words of a segment: each is looked up by itself, 20 us."""


class Doubt(NamedTuple):
    """Papers of one group of fields whose positions do not tell whether they hold a run."""

    docs: Docs
    group: str
    columns: Sequence[int]

    @property
    def cost(self) -> float:
        """How long a paper of it takes to read, in the time of an abstract."""
        return 1.0 if _ABSTRACT in self.columns else _SHORT


def run_mask(segment: Segment, parts: Sequence[Part], slop: int, columns: Sequence[int]) -> Mask:
    """Papers of a segment in which the parts stand in order inside one of the fields `columns`.

    `slop` 1 is adjacent. Raises QueryError beyond the limits of this module and of `remembered`.
    """
    return run_masks([segment], parts, slop, columns)[0]


def run_masks(segments: Sequence[Segment], parts: Sequence[Part], slop: int, columns: Sequence[int]) -> list[Mask]:
    """The same for several segments: how much is to be read is known before the first paper is."""
    found = [_without_reading(segment, parts, slop, columns) for segment in segments]
    doubtful = sum(len(doubt.docs) * doubt.cost for _, doubts in found for doubt in doubts)
    remembered.read(int(doubtful), _named(parts), among=sum(segment.docs for segment in segments))
    reader = Reader(parts, slop)
    for segment, (mask, doubts) in zip(segments, found, strict=True):
        for doubt in doubts:
            for doc in doubt.docs.tolist():
                check_time()
                mask[doc] = mask[doc] or reader.holds(segment, doc, doubt.columns, doubt.group)
    return [mask for mask, _ in found]


def _without_reading(
    segment: Segment, parts: Sequence[Part], slop: int, columns: Sequence[int]
) -> tuple[Mask, list[Doubt]]:
    mask = np.zeros(segment.docs, dtype=bool)
    doubts = []
    for name in (TEXT, NAMES):
        own = [FIELD_NUMBERS[field.name] for field in GROUPS[name] if FIELD_NUMBERS[field.name] in columns]
        if own:
            certain, possible = _Run(segment, name, parts, min(slop, _NAME) if name == NAMES else slop, own).found()
            mark(mask, certain)
            doubtful = possible[~member(possible, certain)]
            doubts.append(Doubt(doubtful[segment.live[doubtful] & ~mask[doubtful]], name, own))
    return mask, doubts


def pattern_finder(groups: Sequence[Sequence[Part]], columns: Sequence[int]) -> Callable[[Segment], Mask]:
    """What finds the papers of a pattern of several parts: side by side, or in the joined form of a hyphenated one."""
    parts = [part for group in groups for part in group]
    whole = joined(parts) if len(groups) == 1 else None
    whole_finder = PatternFinder(whole, columns) if whole is not None else None

    def find(segment: Segment) -> Mask:
        mask = run_mask(segment, parts, 1, columns)
        return mask if whole_finder is None else mask | whole_finder(segment)

    return find


class _Run:
    """Parts in one group of fields of a segment."""

    def __init__(self, segment: Segment, name: str, parts: Sequence[Part], slop: int, columns: Sequence[int]) -> None:
        self._segment, self._name, self._parts, self._slop, self._columns = segment, name, parts, slop, columns
        self._group = segment.group(name)

    def found(self) -> tuple[Docs, Docs]:
        """Papers that surely hold the run, and all that may."""
        meant = [self._words(part) for part in self._parts]
        docs = self._common(meant)
        self._inside = np.zeros(1 << 16, dtype=bool)
        self._inside[docs] = True
        every = len(self._columns) == self._group.fields
        if not docs.size or (len(self._parts) == 1 and every and not self._parts[0].spelling):
            return docs, docs
        if any(part.spelling for part in self._parts):
            return docs[:0], self._runs(meant, docs, sure=False)[0]
        known = docs[:0]
        if len(meant) == 1 and self._parts[0].written and self._group.has_forms:
            form = int(meant[0][0])
            term, bit = int(self._group.form_term[form]), int(self._group.form_bit[form])
            told = settled(self._segment, term, bit, docs, self._columns)
            known, docs = docs[told], docs[~told]
            self._inside[known] = False
        certain, doubt = self._runs(meant, docs, sure=True)
        may = self._runs(meant, docs, sure=False)[0] if doubt else certain
        return np.union1d(known, certain), np.union1d(known, may)

    def _words(self, part: Part) -> Ints:
        """Numbers of what a part means: surface forms of the text or words of names; of a plain part its term."""
        table = self._group.forms if self._group.has_forms and not part.plain else self._group.terms
        if part.pattern is not None:
            words = matching_words(table, part.pattern)
            if len(self._parts) > 1 and len(words) > MOST_WORDS:
                raise QueryError(
                    f"{part.pattern.text!r} means more than {MOST_WORDS:,} words, too many inside a phrase; "
                    "write more of its letters"
                )
            return words
        key = part.stem if part.plain and self._group.has_forms else part.surface
        number = table.find(encode(key))
        return np.array([number] if number >= 0 else [], dtype=np.int64)

    def _common(self, meant: Sequence[Ints]) -> Docs:
        """Papers with a word of every part in the fields."""
        together: Mask | None = None
        for part, words in zip(self._parts, meant, strict=True):
            if not len(words):
                return np.empty(0, dtype=np.uint16)
            mask = np.zeros(self._segment.docs, dtype=bool)
            if self._group.has_forms and not part.plain:
                mark_forms(mask, self._group, words, self._columns)
            else:
                mark_terms(mask, self._group, words, self._columns)
            together = mask if together is None else together & mask
        return listed(together) if together is not None else np.empty(0, dtype=np.uint16)

    def _runs(self, meant: Sequence[Ints], docs: Docs, *, sure: bool) -> tuple[Docs, bool]:
        """Papers with the parts in order, and whether it is not told of some which of the rarest forms stands where.

        `sure` leaves those words out, otherwise they count.
        """
        doubt = False
        positions = []
        for part, words in zip(self._parts, meant, strict=True):
            here = []
            for term, forms in self._terms(part, words):
                check_time()
                held, found, doubtful = self._placed(term, forms, sure=sure)
                doubt |= doubtful
                # From the number among the papers that hold the term to that among all.
                owner = np.searchsorted(docs, held).astype(np.int64)
                here.append(owner[found >> _PAPER] << _PAPER | found & ((1 << _PAPER) - 1))
            if not here:
                return docs[:0], doubt
            positions.append(here[0] if len(here) == 1 else distinct(np.concatenate(here)))
        ends = chain(positions, self._slop)
        fields = (ends >> _UNIT & 0xFF) + FIELD_NUMBERS[GROUPS[self._name][0].name]
        return docs[distinct(ends[np.isin(fields, self._columns)] >> _PAPER)], doubt

    def _terms(self, part: Part, words: Ints) -> Iterator[tuple[int, Ints | None]]:
        """Terms of a part, each with the forms that count (None: all)."""
        group = self._group
        if not group.has_forms or part.plain:
            yield from ((int(word), None) for word in words)
            return
        of = group.form_term[words]
        order = np.argsort(of, kind="stable")
        terms, firsts = np.unique(of[order], return_index=True)
        yield from zip(terms.tolist(), np.split(words[order], firsts[1:]), strict=True)

    def _placed(self, term: int, forms: Ints | None, *, sure: bool) -> tuple[Docs, Ints, bool]:
        """Those of the run's papers that hold a term in some forms, its positions in them (as `positions_of` gives
        them), and whether it is not told of some which of the rarest forms stands there."""
        group = self._group
        postings = group.docs[slice(*group.span(term))]
        may = self._inside[postings]
        masks = None if forms is None else group.form_masks(term)
        if forms is None or masks is None:
            held = postings[may]
            return held, positions_of(self._segment, group, self._name, term, held), False
        bits = group.form_bit[forms]
        allowed = np.bitwise_or.reduce(np.left_shift(np.uint8(1), bits))
        own = doubtful = np.zeros(len(postings), dtype=bool)
        if rare := forms[bits == LAST_FORM].tolist():
            allowed &= np.uint8(~(1 << LAST_FORM) & 0xFF)
            own = may & _holding(group, postings, rare)
            others = np.setdiff1d(self._rarest[group.form_term[self._rarest] == term], rare)
            doubtful = own & _holding(group, postings, others.tolist())
        may &= ((masks & allowed) != 0) | own
        picked = np.flatnonzero(may)
        held = postings[picked]
        found = positions_of(self._segment, group, self._name, term, held)
        numbers = group.forms_of(term, picked)
        shared = own & ~doubtful if sure else own
        counts = (allowed >> numbers & 1 != 0) | ((numbers == LAST_FORM) & shared[picked][found >> _PAPER])
        return held, found[counts], bool(doubtful.any())

    @cached_property
    def _rarest(self) -> Ints:
        """The forms that share the last bit of their terms."""
        return np.flatnonzero(self._group.form_bit == LAST_FORM)


def _holding(group: PostingGroup, postings: Docs, forms: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Which of some papers hold one of some of the rarest forms."""
    found = np.zeros(len(postings), dtype=bool)
    for form in forms:
        found |= member(postings, group.form_docs(form))
    return found


def _named(parts: Sequence[Part]) -> str:
    return " ".join(part.spelling or part.surface for part in parts)
