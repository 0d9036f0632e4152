"""Threads in the kernel at once: each has memory of its own, and no lock where much is looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from indexer.index.bm25f import norms
from indexer.index.native import kernel
from indexer.index.schema import FIELDS, K1
from indexer.index.segment.container import Array

THREADS = 8
ROUNDS = 6
PAPERS = 60_000
TOP = 10
WIDTH = len(FIELDS)
Found = tuple[int, list[tuple[int, bytes, bytes]]]

pytestmark = pytest.mark.skipif(kernel.native is None, reason="the kernel was not built")


class Block:
    """Words in a block of papers, of which each stands in a third of them and more: as much as lets the lock go."""

    def __init__(self) -> None:
        random = np.random.default_rng(7)
        self.lengths = random.integers(1, 300, (WIDTH, PAPERS), dtype=np.uint32)
        self.averages = self.lengths.mean(axis=1)
        weights, b = [field.weight for field in FIELDS], [field.b for field in FIELDS]
        self.parameters = np.array([*weights, *b, *self.averages, K1], dtype=np.float64)
        self.years = random.integers(1990, 2030, PAPERS).astype(np.int16)
        self.ranks = random.permutation(PAPERS).astype(np.uint16)
        self.masks = [random.random(PAPERS) < share for share in np.linspace(0.4, 0.9, THREADS)]
        self.words = [self._word(random, share) for share in np.linspace(0.35, 0.8, THREADS)]

    def _word(self, random: np.random.Generator, share: float) -> tuple[Array, Array, object]:
        docs = np.flatnonzero(random.random(PAPERS) < share).astype(np.uint16)
        counts = random.integers(0, 4, (len(docs), WIDTH), dtype=np.int32)
        # No bound is above what any share of a score is, so that every paper may be among the first.
        row = (docs, np.full(len(docs), 255, dtype=np.uint8), None, 0, 0, (1 << WIDTH) - 1, counts)
        assert kernel.native is not None
        return docs, counts, kernel.native.Streams([row], WIDTH)

    def searched(self, number: int, every: bool) -> Found:
        """The first papers with two words of several that other threads ask for too."""
        assert kernel.native is not None
        asked = [self.words[number], self.words[(number + 1) % THREADS]]
        terms = [(1.0 + at, streams, None, None) for at, (_, _, streams) in enumerate(asked)]
        row = (terms, self.lengths, None, None, 1.0)
        found: Found = kernel.native.first([row, row], self.parameters, len(terms), every, TOP)
        return found

    def plain_scores(self, number: int) -> Array:
        """The scores of all papers of the same words, in numpy; 0 where none stands."""
        scores = np.zeros(PAPERS)
        for at, (docs, counts, _) in enumerate((self.words[number], self.words[(number + 1) % THREADS])):
            total = np.zeros(len(docs))
            for field in range(WIDTH):
                held = counts[:, field] > 0
                row = norms(field, self.lengths[field][docs[held]], self.averages[field])
                total[held] += counts[held, field] * row
            scores[docs] += (1.0 + at) * (total / (K1 + total))
        return scores

    def newest(self, number: int) -> bytes:
        """The first papers of a mask."""
        assert kernel.native is not None
        found: bytes
        (found,) = kernel.native.newest([(self.masks[number], self.years, self.ranks)], TOP)
        return found

    def counted(self, number: int) -> bytes:
        """How many papers of a mask have each year."""
        assert kernel.native is not None
        counts = np.zeros(3000, dtype=np.uint32)
        docs = np.frombuffer(kernel.native.listed(self.masks[number]), dtype=np.uint16)
        kernel.native.tally(docs, self.years, counts)
        return counts.tobytes()


@pytest.fixture(scope="module", name="block")
def fixture_block() -> Block:
    return Block()


def raced(ask: Callable[[int], object]) -> list[list[object]]:
    """What each thread is answered, all of them asking at once."""
    start = threading.Barrier(THREADS)
    found: list[list[object]] = [[] for _ in range(THREADS)]

    def run(number: int) -> None:
        start.wait()
        for at in range(ROUNDS):
            found[number].append(ask((number + at) % THREADS))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.parametrize("question", ["any", "all", "newest", "counted"])
def test_threads_at_once_are_answered_as_one_alone(block: Block, question: str) -> None:
    """Eight threads ask over the same words, masks and arrays."""
    ask: Callable[[int], object] = {
        "any": lambda number: block.searched(number, False),
        "all": lambda number: block.searched(number, True),
        "newest": block.newest,
        "counted": block.counted,
    }[question]
    alone = [ask(number) for number in range(THREADS)]
    assert raced(ask) == [[alone[(number + at) % THREADS] for at in range(ROUNDS)] for number in range(THREADS)]


def test_the_first_papers_are_those_of_the_plain_formula(block: Block) -> None:
    """To the last bit: the scores in C are those of numpy."""
    for number in range(3):
        scores = block.plain_scores(number)
        _, pieces = block.searched(number, False)
        for _, docs, found in pieces:
            held = np.frombuffer(docs, dtype=np.uint16)
            assert np.array_equal(np.frombuffer(found), scores[held])
            # The same block twice: half of the first papers are of each.
            assert np.array_equal(np.sort(np.frombuffer(found)), np.sort(scores)[-TOP // 2 :])


@pytest.mark.parametrize(
    ("mask", "years"),
    [
        (np.zeros(9, dtype=bool), np.zeros(9, dtype=np.float16)),
        (np.zeros(9, dtype=bool), np.zeros(9, dtype=np.int32)),
        (np.zeros(9, dtype=bool), np.zeros(9, dtype=">i2")),
        (np.zeros(9, dtype=bool), np.frombuffer(bytes(19), dtype=np.uint8)[1:].view(np.int16)),
        (np.zeros(9, dtype="S1"), np.zeros(9, dtype=np.int16)),
    ],
)
def test_arrays_of_another_kind_are_refused(mask: Array, years: Array) -> None:
    """Fractions, other widths and byte orders, items that are not aligned, bytes that are no numbers."""
    assert kernel.native is not None
    with pytest.raises(TypeError, match="whole numbers"):
        kernel.native.newest([(mask, years, np.zeros(9, dtype=np.uint16))], 3)
