"""Any sequence of changes leaves an index that answers as a fresh build of what should be there."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from indexer.index.errors import BadIndexError, QuiverError, SourceError
from indexer.index.segment import builder
from indexer.index.segment import merge as merging
from indexer.index.segment.merge import merge_segments
from indexer.index.store.generation import latest
from indexer.ingest import draft, merge_plan
from indexer.ingest.build import build, rebuild
from indexer.ingest.collect import index_papers
from indexer.ingest.update import delete, rollback, update
from indexer.ingest.verify import verify
from query import PaperIndex
from tests.conformance.answers import answers
from tests.conformance.small_world import FILES, IDS, SOURCES, STDIN, VERSIONS, GoneError, Record, World

NAMES = ("weinan e", "Wei Wang", "chloé müller", "No Body")

RECORDS = st.lists(st.tuples(st.sampled_from(IDS), st.integers(0, VERSIONS - 1)), min_size=1, max_size=7)
CHOSEN = st.lists(st.sampled_from(SOURCES), min_size=1, max_size=3, unique=True)


class Sequences:
    """An index beside its model: every change is made to both, and both must agree on what it is."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="quiver-"))
        self.world = World(self.folder)
        self.index = self.folder / "p.idx"
        self.analysed = 0
        self.reached = {"segments": 0, "merges": 0}

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder)

    def write(self, name: str, records: Sequence[Record]) -> None:
        self.world.write(name, records)

    def remove(self, name: str) -> None:
        self.world.remove(name)

    def build(self, sources: Sequence[str], force: bool, records: Sequence[Record]) -> None:
        if STDIN in sources:
            self.world.now[STDIN] = list(records)
        old = self.world.held.sources
        refused = bool(old) and not force and set(old) != set(sources)
        with (
            self._stdin(),
            self._expected(lambda: self._refuse(refused, lambda: self.world.build(sources, force=force))),
        ):
            build([self.world.path(name) for name in sources], self.index, force=force)

    def update(self, sources: Sequence[str], prune: bool, records: Sequence[Record]) -> None:
        if STDIN in sources:
            self.world.now[STDIN] = list(records)
        wanted: list[Record] = []
        with self._stdin(), self._expected(lambda: wanted.extend(self.world.update(sources, prune=prune))):
            self.analysed = 0
            update([self.world.path(name) for name in sources], self.index, prune=prune)
        assert self.analysed == len(wanted), "an update analyses what is new or changed, and nothing else"

    def rebuild(self, missing: str) -> None:
        with self._expected(lambda: self.world.rebuild(missing)):
            rebuild(self.index, missing=missing)

    def delete(self, papers: Sequence[str]) -> None:
        self.world.delete(papers)
        delete(papers, self.index)

    def rollback(self) -> None:
        with self._expected(self.world.rollback):
            rollback(self.index)

    @staticmethod
    def _refuse(refused: bool, change: Callable[[], None]) -> None:
        if refused:
            raise GoneError("an index of these sources")
        change()

    @contextmanager
    def _stdin(self) -> Iterator[None]:
        records = self.world.now.get(STDIN, [("p0", 0)])
        text = World.write(self.world, STDIN, records)
        held, sys.stdin = sys.stdin, SimpleNamespace(buffer=io.BytesIO(text))
        try:
            yield
        finally:
            sys.stdin = held

    @contextmanager
    def _expected(self, change: Callable[[], None]) -> Iterator[None]:
        """The block fails just where the model says so, and then leaves the generation that was there."""
        before, published = self._generation(), self.world.published
        try:
            change()
        except GoneError:
            with pytest.raises((SourceError, BadIndexError)):
                yield
            assert self._generation() == before
            self.analysed = 0
        else:
            yield
            assert self._generation() == before + self.world.published - published

    def _generation(self) -> int:
        try:
            return latest(self.index).generation
        except BadIndexError:
            return 0

    def check(self) -> None:
        """Assert that the index answers as a fresh one does, and that nothing is wrong with it."""
        fresh = self.folder / "fresh.idx"
        shutil.rmtree(fresh, ignore_errors=True)
        index_papers(self.world.fresh(), fresh)
        with PaperIndex.open(self.index) as index, PaperIndex.open(fresh) as anew:
            self.reached["segments"] = max(self.reached["segments"], len(index.segments))
            found, wanted = answers(index, NAMES), answers(anew, NAMES)
            assert [name for name in wanted if found[name] != wanted[name]] == []
            for paper in self.world.held.live().values():
                assert index.paper(paper.id) == paper
                assert index.duplicates_of(paper) == anew.duplicates_of(paper)
        assert verify(self.index) == []
        names = {path.name for path in self.index.iterdir()}
        assert not any(name.endswith(".new") for name in names)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Sequences]]:
    """Makes sequences over an index whose blocks hold four papers, or six; three segments of a class are merged."""
    monkeypatch.setattr(builder, "BLOCK_DOCS", 4)
    monkeypatch.setattr(merging, "BLOCK_DOCS", 6)
    monkeypatch.setattr(merge_plan, "SEGMENT_DOCS", 20)
    monkeypatch.setattr(merge_plan, "MERGE_FACTOR", 3)
    made: list[Sequences] = []
    add, merge = builder.SegmentBuilder.add_all, merge_segments

    def counted_add(self: builder.SegmentBuilder, *arguments: object) -> int:
        taken = add(self, *arguments)  # type: ignore[arg-type]
        made[-1].analysed += taken
        return taken

    def counted_merge(*arguments: object) -> object:
        made[-1].reached["merges"] += 1
        return merge(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(builder.SegmentBuilder, "add_all", counted_add)
    monkeypatch.setattr(draft, "merge_segments", counted_merge)

    def make() -> Sequences:
        made.append(Sequences())
        return made[-1]

    yield make
    for sequences in made:
        if sequences.folder.exists():
            sequences.close()


def test_one_long_sequence(small: Callable[[], Sequences]) -> None:
    """Four segments and more, merges, a replaced id, an emptied term, a vanished source, ids that come back."""
    it = small()
    it.write("a.jsonl", [(paper, 1) for paper in IDS])
    it.write("b.jsonl", [("p0", 2), ("p1", 1)])
    it.write("lists/c.jsonl", [("p2", 2), ("p3", 3)])
    it.build(["a.jsonl", "b.jsonl", "lists"], False, [])
    it.check()
    steps: list[Callable[[], None]] = [
        lambda: it.update([STDIN], False, [("p4", 3), ("p4", 0), ("p5", 3)]),
        lambda: it.delete(["p0", "p9"]),
        lambda: it.write("b.jsonl", [("p1", 1), ("p6", 3)]),
        lambda: it.update(["b.jsonl"], True, []),
        lambda: it.rebuild("stop"),
        lambda: it.rollback(),
        lambda: it.write("lists/d.jsonl", [("p7", 0), ("p2", 0), ("p9", 2)]),
        lambda: it.update(["lists/*.jsonl"], False, []),
        lambda: it.remove("lists/c.jsonl"),
        lambda: it.update(["lists/*.jsonl"], True, []),
        lambda: it.remove("lists/d.jsonl"),
        lambda: it.rebuild("stop"),
        lambda: it.rebuild("keep"),
        lambda: it.rebuild("drop"),
        lambda: it.delete(["p5"]),
        lambda: it.build(["b.jsonl", "a.jsonl", STDIN], False, [("p5", 2), ("p8", 0)]),
        lambda: it.build(["a.jsonl"], False, []),
        lambda: it.build(["a.jsonl"], True, []),
        lambda: it.delete(IDS),
        lambda: it.update(["a.jsonl"], False, []),
    ]
    steps += [partial(it.update, [STDIN], False, [(IDS[number], 2), (IDS[-number], 3)]) for number in range(6)]
    for step in steps:
        step()
        it.check()
    assert it.reached["segments"] >= 4
    assert it.reached["merges"] >= 2


class Machine(RuleBasedStateMachine):
    """Changes in any order."""

    make: Callable[[], Sequences]

    def __init__(self) -> None:
        super().__init__()
        self.it = type(self).make()
        self.it.write("a.jsonl", [("p0", 0), ("p1", 0), ("p2", 0), ("p3", 0), ("p4", 0)])

    def teardown(self) -> None:
        self.it.close()

    @rule(name=st.sampled_from(FILES), records=RECORDS)
    def write(self, name: str, records: list[Record]) -> None:
        self.it.write(name, records)

    @precondition(lambda self: any(name in self.it.world.now for name in FILES))
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        self.it.remove(data.draw(st.sampled_from([name for name in FILES if name in self.it.world.now])))

    @rule(sources=CHOSEN, force=st.booleans(), records=RECORDS)
    def build(self, sources: list[str], force: bool, records: list[Record]) -> None:
        self.it.build(sources, force, records)

    @precondition(lambda self: self.it.world.held.sources)
    @rule(sources=CHOSEN, prune=st.booleans(), records=RECORDS)
    def update(self, sources: list[str], prune: bool, records: list[Record]) -> None:
        self.it.update(sources, prune, records)

    @precondition(lambda self: self.it.world.held.sources)
    @rule(missing=st.sampled_from(("stop", "keep", "drop")))
    def rebuild(self, missing: str) -> None:
        self.it.rebuild(missing)

    @precondition(lambda self: self.it.world.held.live())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        live = sorted(self.it.world.held.live())
        self.it.delete(data.draw(st.lists(st.sampled_from(live), min_size=1, max_size=3, unique=True)))

    @precondition(lambda self: self.it.world.held.sources)
    @rule()
    def rollback(self) -> None:
        self.it.rollback()

    @precondition(lambda self: self.it.world.held.sources)
    @invariant()
    def answers_as_a_fresh_build(self) -> None:
        self.it.check()


def _run(small: Callable[[], Sequences], examples: int, steps: int) -> None:
    machine = type("Changes", (Machine,), {"make": staticmethod(small)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_any_sequence_answers_as_a_fresh_build(small: Callable[[], Sequences], engine: str) -> None:
    """Build, update, prune, delete, rebuild and roll back in any order: the answers are those of a fresh build."""
    # What changes write does not depend on the engine that reads it.
    _run(small, 8 if engine == "arrays" else 2, 12)


@pytest.mark.slow
def test_many_sequences_answer_as_a_fresh_build(small: Callable[[], Sequences]) -> None:
    """The same, many times and longer."""
    _run(small, 120, 25)


def test_errors_of_changes_are_quivers(tmp_path: Path) -> None:
    """Rebuild, update, delete and rollback of no index say so."""
    for change in (
        lambda: rebuild(tmp_path / "no.idx"),
        lambda: update(["x"], tmp_path / "no.idx"),
        lambda: delete(["x"], tmp_path / "no.idx"),
        lambda: rollback(tmp_path / "no.idx"),
    ):
        with pytest.raises(QuiverError, match="no index at"):
            change()
