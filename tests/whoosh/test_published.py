"""Published generations read by Whoosh itself, and what becomes of a folder into which Whoosh itself has written."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.index.errors import BadIndexError
from indexer.index.record.paper import Paper
from indexer.index.store.generation import latest, open_generation
from indexer.index.store.manifest import generations
from indexer.index.store.transaction import writing
from indexer.index.whoosh.codec import ArrayCodec
from indexer.index.whoosh.library import filestore, index, qparser, query, sorting
from indexer.index.whoosh.paper_schema import paper_schema
from indexer.index.whoosh.table_of_contents import contents, is_ours
from indexer.ingest.build import build, rebuild
from indexer.ingest.update import delete, rollback, update
from query import PaperIndex
from tests.generate import papers

COUNT = 60


def write(path: Path, chosen: Sequence[Paper]) -> Path:
    """Papers as a source."""
    path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in chosen))
    return path


@pytest.fixture(name="made")
def fixture_made() -> list[Paper]:
    return list(papers(COUNT + 20))


@pytest.fixture(name="folder")
def fixture_folder(made: list[Paper], tmp_path: Path) -> Path:
    """An index of sixty papers, two of them deleted."""
    folder = tmp_path / "papers.idx"
    build([write(tmp_path / "first.jsonl", made[:COUNT])], folder)
    delete([made[3].id, made[7].id], folder)
    return folder


def by_whoosh(folder: Path, sought: Any = None) -> set[str]:
    """Ids that Whoosh finds."""
    with index.open_dir(folder).searcher() as searcher:
        return {hit["id"] for hit in searcher.search(sought or query.Every(), limit=None)}


def by_quiver(folder: Path) -> set[str]:
    """Ids of all live papers."""
    with PaperIndex.open(folder) as opened:
        return {hit.id for hit in opened.search(limit=None).hits}


def test_every_generation_is_a_whoosh_index(made: list[Paper], folder: Path, tmp_path: Path) -> None:
    """After build, delete, update, rollback and rebuild Whoosh finds just the papers that Quiver finds."""
    gone = {made[3].id, made[7].id}
    first = {paper.id for paper in made[:COUNT]} - gone
    assert by_whoosh(folder) == by_quiver(folder) == first
    changed = [Paper.from_record(paper.as_record() | {"title": "Quokka " + paper.title}) for paper in made[10:15]]
    update([write(tmp_path / "second.jsonl", [*changed, *made[COUNT:]])], folder)
    assert by_whoosh(folder) == by_quiver(folder) == first | {paper.id for paper in made[COUNT:]}
    assert by_whoosh(folder, query.Term("title", "quokka")) == {paper.id for paper in changed}
    rollback(folder)
    assert by_whoosh(folder) == by_quiver(folder) == first
    assert by_whoosh(folder, query.Term("title", "quokka")) == set()
    rebuild(folder)
    assert by_whoosh(folder) == by_quiver(folder) == first


def test_whoosh_searches_sorts_and_groups(made: list[Paper], folder: Path) -> None:
    """Its own parser, scoring, sorting and grouping work; a hit carries the record."""
    ix = index.open_dir(folder)
    word = made[0].title.split()[0]
    parser = qparser.MultifieldParser(["title", "abstract"], ix.schema)
    with ix.searcher() as searcher:
        hits = searcher.search(parser.parse(word), limit=None)
        assert made[0].id in [hit["id"] for hit in hits]
        assert all(hit.score > 0 for hit in hits)
        everything = searcher.search(
            query.Every(), limit=None, sortedby=sorting.FieldFacet("year"), groupedby=["type", "venue"]
        )
        years = [hit.get("year", 0) for hit in everything]
        assert years == sorted(years)
        assert sum(map(len, everything.groups("type").values())) == COUNT - 2
        (hit,) = searcher.search(query.Term("id", made[1].id))
        assert (hit["title"], hit["id"]) == (made[1].title, made[1].id)


def test_the_table_of_contents_says_what_whoosh_would_write(folder: Path, tmp_path: Path) -> None:
    """Read back, it has Whoosh's version, the schema, and segments with their papers and those that are gone."""
    manifest = latest(folder)
    ix = index.open_dir(folder)
    toc = index.TOC.read(ix.storage, "MAIN")
    assert (toc.version, toc.generation) == (index._CURRENT_TOC_VERSION, manifest.generation)
    assert toc.release == index.__version__[:3]
    assert repr(toc.schema.items()) == repr(paper_schema().items())
    assert [(segment.filename, segment.doc_count_all(), segment.doc_count()) for segment in toc.segments] == [
        (entry.name, entry.docs, entry.live) for entry in manifest.segments
    ]
    storage = filestore.FileStorage(str(tmp_path))
    toc.write(storage, "MAIN")
    again = index.TOC.read(storage, "MAIN")
    assert [segment.__getstate__() for segment in again.segments] == [
        segment.__getstate__() for segment in toc.segments
    ]


def test_an_index_of_no_segments_is_one_for_whoosh(tmp_path: Path) -> None:
    """A table of contents without segments is read as an empty index."""
    (tmp_path / "_MAIN_1.toc").write_bytes(contents(1, []))
    assert index.open_dir(tmp_path).is_empty()


@pytest.mark.parametrize("codec", [None, ArrayCodec()])
def test_a_folder_into_which_whoosh_has_written_is_refused_by_name(
    folder: Path, tmp_path: Path, codec: ArrayCodec | None
) -> None:
    """Whatever codec its writer had: the error names Whoosh and the way out, which works."""
    writer = index.open_dir(folder).writer(codec=codec)
    writer.add_document(id="new", title="A paper that Quiver knows nothing of")
    writer.merge = False
    writer.commit()
    for refused in (PaperIndex.open, rebuild, rollback, lambda path: delete(["new"], path)):
        with pytest.raises(BadIndexError, match=r"Whoosh itself|no generation before"):
            refused(folder)
    with pytest.raises(BadIndexError, match=r"_MAIN_\d+\.toc was written by Whoosh itself.*--force"):
        PaperIndex.open(folder)
    build([tmp_path / "first.jsonl"], folder, force=True)
    assert len(by_quiver(folder)) == COUNT
    assert len(by_whoosh(folder)) == COUNT


@pytest.mark.parametrize("codec", [None, ArrayCodec()])
def test_whoosh_merging_papers_is_refused_by_name_too(folder: Path, codec: ArrayCodec | None) -> None:
    """A writer of Whoosh's that makes one segment of all leaves nothing that Quiver would take for its own."""
    writer = index.open_dir(folder).writer(codec=codec)
    writer.add_document(id="new", title="A paper that Quiver knows nothing of")
    writer.commit(optimize=True)
    with pytest.raises(BadIndexError, match="Whoosh itself"):
        PaperIndex.open(folder)


def test_whoosh_that_gives_up_writing_leaves_the_index_as_it_was(folder: Path) -> None:
    """A cancelled writer of Whoosh's changes nothing; what it leaves behind is swept with the next generation."""
    before = by_quiver(folder)
    writer = index.open_dir(folder).writer()
    writer.add_document(id="new", title="Not to be")
    writer.cancel()
    assert by_quiver(folder) == by_whoosh(folder) == before
    rollback(folder)
    referenced = latest(folder).referenced()
    assert {path.name for path in folder.glob("MAIN_*.*")} >= referenced
    assert not list(folder.glob("*.toc.*"))


def test_whoosh_and_quiver_respect_the_same_lock(folder: Path) -> None:
    """While Quiver writes, Whoosh gets no writer."""
    ix = index.open_dir(folder)
    with writing(folder, "a test"), pytest.raises(index.LockError):
        ix.writer(timeout=0.0)


def test_whoosh_opens_whichever_generation_is_newest_while_others_are_published(
    made: list[Paper], folder: Path
) -> None:
    """A searcher stays on its generation while two more are published and its files are swept; a new one moves on."""
    ix = index.open_dir(folder)
    with ix.searcher() as old:
        for paper in made[20:24]:
            delete([paper.id], folder)
            with ix.searcher() as new:
                assert not list(new.search(query.Term("id", paper.id)))
        assert len(old.search(query.Every(), limit=None)) == COUNT - 2
        assert old.search(query.Term("id", made[20].id))[0]["title"] == made[20].title


@pytest.fixture(name="no_pickle")
def fixture_no_pickle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpickling anything fails."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something was unpickled")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)


@pytest.mark.usefixtures("no_pickle")
def test_quivers_own_door_never_unpickles(made: list[Paper], folder: Path) -> None:
    """Opening, searching, changing and verifying read no pickle; Whoosh does."""
    with PaperIndex.open(folder) as opened:
        assert opened.search(made[0].title, facets=("venue",)).total
        assert opened.info().papers == COUNT - 2
    delete([made[1].id], folder)
    rollback(folder)
    with pytest.raises(AssertionError, match="unpickled"):
        index.open_dir(folder)


def test_commands_do_not_import_whoosh(folder: Path, tmp_path: Path) -> None:
    """Building, updating, searching and verifying do without Whoosh, whose import takes longer than a search."""
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from query.faces.cli.commands import cli\n"
        "for line in sys.stdin:\n"
        "    done = CliRunner().invoke(cli, line.split())\n"
        "    assert done.exit_code == 0, (line, done.output)\n"
        "assert 'whoosh' not in sys.modules\n"
    )
    where = f"--index {folder}"
    lines = "\n".join(
        (f"search learning {where}", f"update {tmp_path / 'first.jsonl'} {where}", f"info {where}", f"verify {where}")
    )
    done = subprocess.run([sys.executable, "-c", program], input=lines, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_byte_of_the_table_of_contents_is_guarded(folder: Path) -> None:
    """Any flipped byte, in Whoosh's half or in Quiver's, and any cut is refused when the index is opened."""
    path = folder / f"_MAIN_{generations(folder)[-1]}.toc"
    content = path.read_bytes()
    assert is_ours(content)
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x20]) + content[at + 1 :])
        with pytest.raises(BadIndexError):
            latest(folder)
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(BadIndexError, match="cut short"):
            latest(folder)
    path.write_bytes(content)
    open_generation(folder).close()
