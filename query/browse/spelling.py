"""Did you mean: another spelling of a word, offered only if it finds more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from indexer.index.segment.opened import Segment
from indexer.index.text.analysis import STOP_WORDS, stem, words
from query.browse.edits import all_within, distance
from query.engines.answer import RELAX_BELOW, Answer
from query.language.tree import Query

_RARE = 3
"""A word in at most so many papers may be a slip of the fingers."""
_FIRST = 40
"""Candidates whose papers are counted."""


def better_query(
    query: Query, answer: Answer, segments: Sequence[Segment], total: Callable[[str], tuple[int, int]]
) -> str | None:
    """The query with its rarest words respelt, if that matches more papers; None otherwise.

    `total` gives, for another query under the same filters, papers with all words and in all.
    """
    if answer.all_words >= RELAX_BELOW or not query.optional:
        return None
    text, changed = query.text, False
    for leaf in sorted(query.optional, key=lambda leaf: -leaf.start):
        typed = query.text[leaf.start : leaf.start + leaf.length]
        folded = words(typed)
        if len(folded) != 1 or folded[0] in STOP_WORDS or len(folded[0]) < 4 or folded[0].isdigit():
            continue
        better = _respelt(folded[0], segments)
        if better is not None:
            text = text[: leaf.start] + better + text[leaf.start + leaf.length :]
            changed = True
    if not changed:
        return None
    all_words, everything = total(text)
    finds_more = all_words > answer.all_words or (not answer.total and everything)
    return text if finds_more else None


def _respelt(word: str, segments: Sequence[Segment]) -> str | None:
    """A commoner word of the collection one slip away (two, in a long word); None where the word is no rarity."""
    here = _papers(word, segments, enough=_RARE)
    if here > _RARE:
        return None
    reach = 1 if len(word) < 7 else 2
    found: dict[str, int] = {}
    for segment in segments:
        for form in _near(word, reach, segment):
            if form != word and form not in found and len(found) < _FIRST * len(segments):
                found[form] = _papers(form, segments)
    # Nearer first, then commoner; a slip of the first letter is rare.
    ranked = sorted(
        (row for row in found.items() if row[1] > max(_RARE, 10 * here)),
        key=lambda row: (distance(word, row[0]), row[0][0] != word[0], -row[1], row[0]),
    )
    return ranked[0][0] if ranked else None


def _near(word: str, reach: int, segment: Segment) -> list[str]:
    found: list[str] = []
    firsts = (word[0].encode("utf-8", "surrogatepass"), word[1].encode("utf-8", "surrogatepass"))
    for table in (segment.text.forms, segment.names.terms):
        alike = map(table.__getitem__, table.alike(word.encode("utf-8", "surrogatepass"), reach).tolist())
        forms = [form.decode("utf-8", "surrogatepass") for form in alike if form.startswith(firsts)]
        near = all_within(word, forms, reach)
        found += [form for form, is_near in zip(forms, near.tolist(), strict=True) if is_near]
    return found


def _papers(word: str, segments: Sequence[Segment], enough: int | None = None) -> int:
    """About how many papers hold a word in text or names; where they are more than `enough`, no less than that."""
    count = 0
    for segment in segments:
        for group, key in ((segment.text, stem(word)), (segment.names, word)):
            number = group.find(key.encode("utf-8", "surrogatepass"))
            if number < 0:
                continue
            low, high = group.span(number)
            least = high - low - (segment.docs - segment.alive)
            if enough is not None and least > enough:
                return least
            count += int(np.count_nonzero(segment.live[group.docs[low:high]]))
    return count
