"""Runs of parts in a segment: words, words as written and patterns side by side in one field or one author's name.

Positions are those of stems. Where a paper holds other forms of a part's stem beside those that count, the positions do
not tell which form stands where; such papers, and those where capitals count, are decided on the text as read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.errors import QueryError
from indexer.index.record.names import spelling
from indexer.index.schema import FIELD_NUMBERS, FIELDS, GROUPS, NAMES, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.segment.postings import LAST_FORM
from indexer.index.text.analysis import stem, tokens
from indexer.index.text.encoded import encode
from indexer.index.text.reading import as_read
from query.engines.deadline import check_time
from query.engines.masks import Mask, listed, mark
from query.engines.patterns import mark_forms, matching_words, pattern_mask, word_test
from query.engines.phrases import chain, member, positions_of
from query.language.parts import Part, joined, unaccented

Ints = npt.NDArray[np.int64]
Docs = npt.NDArray[np.uint16]
# As in `phrases`: index of the paper << 40 | field << 32 | position. No window of a name is wider than _NAME.
_PAPER, _UNIT, _NAME = 40, 32, 64
MOST_WORDS = 4_000
"""A pattern inside a run may mean so many words of a segment: each is looked up by itself, 20 us."""
MOST_READ = 10_000
"""So many papers of a segment are read at most to decide about capitals and forms: 15 us each, 0.3 ms where the text
has to be taken apart."""
# What may stand inside a word of the published text and is not in it as read: LaTeX, entities, tags, scripts.
_MARKUP = re.compile(rb"[\\&<$]|\w[_^{]|\}\w")


def run_mask(segment: Segment, parts: Sequence[Part], slop: int, columns: Sequence[int]) -> Mask:
    """Papers of a segment in which the parts stand in order inside one of the fields `columns`.

    `slop` 1 is adjacent. Raises QueryError beyond this module's limits.
    """
    mask = np.zeros(segment.docs, dtype=bool)
    for name in (TEXT, NAMES):
        own = [FIELD_NUMBERS[field.name] for field in GROUPS[name] if FIELD_NUMBERS[field.name] in columns]
        if own:
            certain, possible = _Run(segment, name, parts, min(slop, _NAME) if name == NAMES else slop, own).found()
            mark(mask, certain)
            doubtful = possible[~member(possible, certain)]
            doubtful = doubtful[segment.live[doubtful] & ~mask[doubtful]]
            if len(doubtful) > MOST_READ:
                raise QueryError(
                    f"{len(doubtful):,} papers would have to be read to tell how {_named(parts)!r} is written in them; "
                    "write it without = or with a rarer word in the phrase"
                )
            spelt = [part.spelling.encode() for part in parts if part.spelling.isascii() and part.spelling]
            for doc in doubtful.tolist():
                check_time()
                if spelt and _lacks(segment.papers.stored(doc), spelt):
                    continue
                mask[doc] = holds(_texts(segment, doc, own), parts, slop, stemmed=name == TEXT)
    return mask


def pattern_finder(groups: Sequence[Sequence[Part]], columns: Sequence[int]) -> Callable[[Segment], Mask]:
    """What finds the papers of a pattern of several parts: side by side, or in the joined form of a hyphenated one."""
    parts = [part for group in groups for part in group]
    whole = joined(parts) if len(groups) == 1 else None

    def find(segment: Segment) -> Mask:
        mask = run_mask(segment, parts, 1, columns)
        return mask if whole is None else mask | pattern_mask(segment, whole, columns)

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
            certain, doubt = docs[:0], True
        else:
            certain, doubt = self._runs(meant, docs, sure=True)
        return certain, self._runs(meant, docs, sure=False)[0] if doubt else certain

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
                self._group.mark(mask, words, self._columns)
            together = mask if together is None else together & mask
        return listed(together) if together is not None else np.empty(0, dtype=np.uint16)

    def _runs(self, meant: Sequence[Ints], docs: Docs, *, sure: bool) -> tuple[Docs, bool]:
        """Papers with the parts in order, and whether some postings were left out because their forms are not sure."""
        doubt = False
        positions = []
        for part, words in zip(self._parts, meant, strict=True):
            here = []
            for term, allowed in self._terms(part, words):
                check_time()
                held, doubtful = self._held(term, allowed, sure=sure)
                doubt |= doubtful
                if held.size:
                    found = positions_of(self._segment, self._group, self._name, term, held)
                    # From the number among the papers that hold the term to that among all.
                    owner = np.searchsorted(docs, held).astype(np.int64)
                    here.append(owner[found >> _PAPER] << _PAPER | found & ((1 << _PAPER) - 1))
            if not here:
                return docs[:0], doubt
            positions.append(here[0] if len(here) == 1 else np.unique(np.concatenate(here)))
        ends = chain(positions, self._slop)
        fields = (ends >> _UNIT & 0xFF) + FIELD_NUMBERS[GROUPS[self._name][0].name]
        return docs[np.unique(ends[np.isin(fields, self._columns)] >> _PAPER)], doubt

    def _terms(self, part: Part, words: Ints) -> Iterator[tuple[int, int | None]]:
        """Terms of a part, each with the bits of the forms that count (None: all)."""
        group = self._group
        if not group.has_forms or part.plain:
            yield from ((int(word), None) for word in words)
            return
        terms, which = np.unique(group.form_term[words], return_inverse=True)
        allowed = np.zeros(len(terms), dtype=np.uint8)
        np.bitwise_or.at(allowed, which, np.left_shift(np.uint8(1), group.form_bit[words]))
        yield from zip(terms.tolist(), allowed.tolist(), strict=True)

    def _held(self, term: int, allowed: int | None, *, sure: bool) -> tuple[Docs, bool]:
        """Those of the run's papers that hold a term in the forms that count, and whether some of them are in doubt.

        A paper is sure if it holds no other form; the last bit is shared by several forms, so that it never is.
        """
        low, high = self._group.span(term)
        postings = self._group.docs[low:high]
        masks = None if allowed is None else self._group.form_masks(term)
        inside = self._inside[postings]
        if masks is None or allowed is None:
            return postings[inside], False
        may = inside & ((masks & allowed) != 0)
        certain = may & ((masks & ~np.uint8(allowed & ~(1 << LAST_FORM))) == 0)
        return postings[certain if sure else may], bool((may & ~certain).any())


# --- on the text as read ---


def holds(texts: Sequence[Sequence[tuple[str, str]]], parts: Sequence[Part], slop: int, *, stemmed: bool) -> bool:
    """Whether one of some texts, as pairs of folded word and word as read, has the parts in order."""
    tests = [_test(part, stemmed=stemmed) for part in parts]
    for text in texts:
        ends = {at for at, word in enumerate(text) if tests[0](word)}
        for test in tests[1:]:
            ends = {at for end in ends for at in range(end + 1, min(end + slop + 1, len(text))) if test(text[at])}
        if ends:
            return True
    return False


def _lacks(stored: bytes, spelt: Sequence[bytes]) -> bool:
    """Whether a stored record surely lacks one of some spellings: plain text that has it nowhere."""
    return not all(word in stored for word in spelt) and stored.isascii() and _MARKUP.search(stored) is None


def _test(part: Part, *, stemmed: bool) -> Callable[[tuple[str, str]], bool]:
    if part.pattern is not None:
        means = word_test(part.pattern)
        return lambda word: means(word[0])
    if part.plain and stemmed:
        return lambda word: stem(word[0]) == part.stem
    if part.spelling:
        return lambda word: word[0] == part.surface and unaccented(word[1]) == part.spelling
    return lambda word: word[0] == part.surface


def _texts(segment: Segment, doc: int, columns: Sequence[int]) -> list[list[tuple[str, str]]]:
    """The words of some fields of a paper: each text and author by itself, keywords with a gap between them."""
    paper = segment.papers.paper(doc)
    venue = segment.venue_names[segment.venues[doc]]
    texts = {
        "title": [paper.title],
        "abstract": [paper.abstract],
        "keywords": list(paper.keywords),
        "venue": [venue if paper.venue.casefold() == venue.casefold() else f"{venue} {paper.venue}"],
        "authors": [spelling(author.name) for author in paper.authors],
    }
    found = []
    for name in (FIELDS[column].name for column in columns):
        runs = [_words(text if name == "authors" else as_read(text)) for text in texts[name]]
        found += runs if name != "keywords" else [[word for run in runs for word in (("", ""), *run)]]
    return found


def _words(text: str) -> list[tuple[str, str]]:
    return [(token.text, text[token.start : token.end]) for token in tokens(text)]


def _named(parts: Sequence[Part]) -> str:
    return " ".join(part.spelling or part.surface for part in parts)
