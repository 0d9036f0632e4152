"""Feedback: what the first papers have in common, looked for in all that are re-scored.

Rocchio's idea (1971) on saturated weights. It helps where the query names its subject badly and harms where the first
hit is what was meant, so that the answer itself decides: the nearer the first score is to the highest possible, the
less feedback counts, and from the share `certain` on nothing (compare Cronen-Townsend, Zhou & Croft, "Predicting
query performance", SIGIR 2002).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import idf
from indexer.index.schema import FIELD_NUMBERS, K1, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.text.analysis import stems, words
from indexer.index.text.reading import as_read
from query.engines.term_postings import SegmentTerm, stored_stream
from query.ranking.candidates import TEXT_FIELDS, TITLE, Candidates, Counts, Ints
from query.ranking.parameters import DEPTH, Parameters, strength
from query.ranking.sentence import FUNCTION_WORDS

Floats = npt.NDArray[np.float64]
ABSTRACT = FIELD_NUMBERS["abstract"]


@dataclass(frozen=True, slots=True)
class FeedbackWord:
    """A word that feedback looks for: a stem, a word of it as it stands in a paper, and its weight.

    `factor` is what W / (k1 + W) is multiplied by, `counts` are frequencies (hits x fields), `gained` is what each
    hit has of it.
    """

    stem: str
    word: str
    factor: float
    papers: int
    counts: Counts
    gained: Floats


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Stems of a paper's title and abstract: a word of each, and W / (k1 + W)."""

    words: dict[str, str]
    weights: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Column:
    """A stem in all hits: frequencies, and W / (k1 + W)."""

    counts: Counts
    saturated: Floats


class Feedback:
    """Feedback over some hits; what it reads of papers and postings it reads once."""

    def __init__(self, candidates: Candidates, parameters: Parameters) -> None:
        self._candidates = candidates
        self._parameters = parameters
        self._vocabularies: dict[int, _Vocabulary] = {}
        self._columns: dict[str, _Column] = {}
        self._papers: dict[str, int] = {}

    def words(self, scores: Floats, highest: float) -> list[FeedbackWord]:
        """The words to look for and what each gives, from scores of the hits; none where the first hit is clear."""
        best = float(scores.max())
        share = strength(best, highest, self._parameters)
        found: list[FeedbackWord] = []
        current = scores
        for _ in range(self._parameters.rounds if share else 0):
            found = self._round(current, best * share * self._parameters.feedback)
            current = scores.copy()
            for word in found:
                current += word.gained
        return found

    def _round(self, scores: Floats, most: float) -> list[FeedbackWord]:
        first = self._candidates.order(scores)[: self._parameters.papers]
        shares = np.maximum(scores[first], 0.0)
        if not shares.any():
            return []
        shares /= shares.sum()
        chosen = self._choose(first.tolist(), shares.tolist())
        leads = []
        total = np.zeros(self._candidates.size)
        for name in chosen:
            column = self._column(name).saturated * self._idf(name)
            # What the first papers have more of than the others: common ground of all hits tells nothing. Where
            # hits are few, those that are missing count as others.
            leads.append(max(0.0, float((shares * column[first]).sum()) - float(column.sum()) / DEPTH))
            total += leads[-1] * column
        largest = float(total.max()) if chosen else 0.0
        found = []
        for (name, word), lead in zip(chosen.items(), leads, strict=True):
            if lead > 0 and largest > 0:
                factor, held = most * lead * self._idf(name) / largest, self._column(name)
                found.append(FeedbackWord(name, word, factor, self._papers[name], held.counts, factor * held.saturated))
        return found

    def _choose(self, first: Sequence[int], shares: Sequence[float]) -> dict[str, str]:
        """The heaviest stems among those that stand in two of the first papers at least, each with a word of it."""
        vocabularies = [self._vocabulary(hit) for hit in first]
        common = Counter(name for vocabulary in vocabularies for name in vocabulary.words)
        needed = min(2, len(first))
        weights: dict[str, float] = {}
        spelt: dict[str, str] = {}
        for vocabulary, share in zip(vocabularies, shares, strict=True):
            for name, weight in vocabulary.weights.items():
                if common[name] >= needed:
                    weights[name] = weights.get(name, 0.0) + share * weight
                    spelt.setdefault(name, vocabulary.words[name])
        new = [name for name in weights if name not in self._papers]
        self._papers.update(self._candidates.collection.stem_papers(new))
        weighed = [(-weight * self._idf(name), name) for name, weight in weights.items()]
        return {name: spelt[name] for weight, name in sorted(weighed)[: self._parameters.words] if weight < 0}

    def _vocabulary(self, hit: int) -> _Vocabulary:
        found = self._vocabularies.get(hit)
        if found is None:
            segment = self._candidates.collection.segments[int(self._candidates.segments[hit])]
            record = segment.papers.record(int(self._candidates.docs[hit]))
            weighed: Counter[str] = Counter()
            for field, text in ((TITLE, record["title"]), (ABSTRACT, record.get("abstract", ""))):
                norm = float(self._candidates.norms[field, hit])
                for word, count in Counter(words(as_read(text))).items():
                    weighed[word] += count * norm  # type: ignore[assignment]
            kept = [word for word in weighed if len(word) > 1 and word not in FUNCTION_WORDS and not word[0].isdigit()]
            found = _Vocabulary({}, {})
            for name, word in zip(stems(kept), kept, strict=True):
                found.words.setdefault(name, word)
                found.weights[name] = found.weights.get(name, 0.0) + weighed[word]
            for name, weight in found.weights.items():
                found.weights[name] = weight / (K1 + weight)
            self._vocabularies[hit] = found
        return found

    def _idf(self, name: str) -> float:
        """idf of a stem over the text fields; live papers only, whatever the segments."""
        return idf(self._candidates.collection.papers, self._papers[name])

    def _column(self, name: str) -> _Column:
        found = self._columns.get(name)
        if found is None:
            counts = self._candidates.counts(lambda _, segment, docs: _frequencies(segment, name, docs))
            found = self._columns[name] = _Column(counts, self._candidates.saturated(counts))
        return found


def feedback(candidates: Candidates, parameters: Parameters, scores: Floats, highest: float) -> list[FeedbackWord]:
    """`Feedback.words` of some hits."""
    return Feedback(candidates, parameters).words(scores, highest)


def _frequencies(segment: Segment, name: str, docs: Ints) -> Counts:
    stream = stored_stream(segment, TEXT, name, TEXT_FIELDS)
    return SegmentTerm(lambda: [stream] if stream else []).frequencies(docs)
