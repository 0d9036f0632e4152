"""The tables of a generation (`index.opensearch.tables`), computed from the segments of its book."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from indexer.index.opensearch.mapping import usual_spelling
from indexer.index.opensearch.tables import Table
from indexer.index.record.names import shown_spelling
from indexer.index.schema import GROUPS, TEXT
from indexer.index.segment.opened import Segment, SegmentFiles
from indexer.index.segment.postings import LAST_FORM, PostingGroup
from indexer.index.segment.strings import StringTable, SubTable
from indexer.index.text.encoded import decode

Ints = npt.NDArray[np.int64]
_CHUNK = 1 << 18
MOST_PAPERS = 3_000_000
"""So many papers are looked through after every change: 80,000 take half a second."""


def tables(files: Sequence[SegmentFiles]) -> dict[str, Table]:
    """Every table, by its name, of the live papers of some segments."""
    return {"ties": _ties(files), "words": _words(files), "stems": _stems(files), "names": _names(files)}


def _ties(files: Sequence[SegmentFiles]) -> Table:
    found: Counter[bytes] = Counter()
    for block in _blocks(files):
        for row, key in enumerate(block.compounds.keys):
            if papers := int(np.count_nonzero(block.live[block.compounds.docs(row)])):
                found[key] += papers
    keys = sorted(found)
    return Table(keys, [_column(found, keys)])


def _words(files: Sequence[SegmentFiles]) -> Table:
    text = _summed(files, lambda block: (block.text.forms, _form_papers(block)))
    names = _summed(files, lambda block: (block.names.terms, _term_papers(block, block.names)))
    keys = sorted({*text, *names})
    return Table(keys, [_column(text, keys), _column(names, keys)])


def _stems(files: Sequence[SegmentFiles]) -> Table:
    found = _summed(files, lambda block: (block.text.terms, _term_papers(block, block.text)))
    keys = sorted(found)
    fields = [_summed(files, partial(_in_field, field=field)) for field in range(len(GROUPS[TEXT]))]
    return Table(keys, [_column(one, keys) for one in (found, *fields)])


def _in_field(block: Segment, field: int) -> tuple[StringTable | SubTable, Ints]:
    """The stems of a block, and the live papers that have each in a field."""
    group = block.text
    held = np.zeros(len(group.docs), dtype=bool)
    for low in range(0, len(group.docs), _CHUNK):
        high = min(low + _CHUNK, len(group.docs))
        held[low:high] = group.frequencies(low, high)[:, field] > 0
    return group.terms, _between(held & block.live[group.docs], group.starts)


def _summed(
    files: Sequence[SegmentFiles], count: Callable[[Segment], tuple[StringTable | SubTable, Ints]]
) -> dict[bytes, int]:
    """Papers by word, of all blocks; words that no live paper has are left out."""
    found: Counter[bytes] = Counter()
    for block in _blocks(files):
        words, papers = count(block)
        found.update({word: number for word, number in zip(words, papers.tolist(), strict=True) if number})
    return found


def _column(found: dict[bytes, int], keys: Sequence[bytes]) -> npt.NDArray[np.uint32]:
    return np.fromiter((found.get(key, 0) for key in keys), dtype=np.uint32, count=len(keys))


def _blocks(files: Sequence[SegmentFiles]) -> Iterator[Segment]:
    return (block for one in files for block in one.blocks)


def _term_papers(block: Segment, group: PostingGroup) -> Ints:
    """Live papers of each term of a group."""
    starts = group.starts
    if block.all_live:
        return np.diff(starts)
    return _between(block.live[group.docs], starts)


def _between(held: npt.NDArray[np.bool_], starts: Ints) -> Ints:
    """How many of some postings count, for each term."""
    sums = np.concatenate([[0], np.cumsum(held, dtype=np.int64)])
    found: Ints = sums[starts[1:]] - sums[starts[:-1]]
    return found


def _form_papers(block: Segment) -> Ints:
    """Live papers of each surface form of the text."""
    group = block.text
    bits, terms = np.asarray(group.form_bit), np.asarray(group.form_term).astype(np.int64)
    masks, live = group.all_form_masks(), block.live[group.docs]
    papers = np.zeros(len(bits), dtype=np.int64)
    for bit in range(LAST_FORM):
        own = np.flatnonzero(bits == bit)
        if len(own):
            papers[own] = _between((masks >> bit & 1).astype(bool) & live, group.starts)[terms[own]]
    rare = np.flatnonzero(bits == LAST_FORM)
    for form in rare.tolist():
        papers[form] = np.count_nonzero(block.live[group.form_docs(form)])
    return papers


def _names(files: Sequence[SegmentFiles]) -> Table:
    papers: Counter[bytes] = Counter()
    spelt: defaultdict[bytes, list[tuple[bytes, int, int]]] = defaultdict(list)
    for one in files:
        clusters = one.clusters
        docs, owners = clusters.docs_of(np.arange(len(clusters.keys), dtype=np.int64))
        alive = np.bincount(owners[one.live[docs]], minlength=len(clusters.keys)).tolist()
        for number, (key, living, every) in enumerate(zip(clusters.keys, alive, clusters.sizes.tolist(), strict=True)):
            if living:
                papers[key] += living
                spelt[key] += clusters.spellings_of(number) if living == every else _spelled(one, number)
    keys = sorted(papers)
    return Table(keys, [_column(papers, keys)], [[_heading(decode(key), spelt[key]) for key in keys]])


def _spelled(files: SegmentFiles, cluster: int) -> Iterator[tuple[bytes, int, int]]:
    """How the live papers of a cluster spell its name."""
    docs = files.clusters.docs(cluster)
    docs = docs[files.live[docs]]
    return files.clusters.spelled(cluster, docs, files.years[docs])


def _heading(key: str, spelt: Sequence[tuple[bytes, int, int]]) -> bytes:
    """The name that a cluster is shown by; nothing where it is the usual one."""
    shown = shown_spelling(spelt) or b""
    return b"" if decode(shown) == usual_spelling(key) else shown
