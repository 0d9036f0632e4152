"""Faults of Whoosh that the codec works around, one test each; and what a damaged or hostile file may do."""

from __future__ import annotations

import os
import pickle
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from indexer.index.errors import BadIndexError
from indexer.index.segment.container import ArrayFile
from indexer.index.whoosh.codec import ArrayCodec, ArraySegment
from indexer.index.whoosh.generic import files
from indexer.index.whoosh.generic.merging import ArrayWriter
from indexer.index.whoosh.generic.values import StoredValueError
from indexer.index.whoosh.library import columns, fields, filestore, formats, index, query, reading, writing

SCHEMA = fields.Schema(id=fields.ID(stored=True, unique=True), text=fields.TEXT(stored=True))


def filled(folder: Path, batches: int = 2, each: int = 3) -> Any:
    """An index with a segment a batch."""
    ix = index.create_in(folder, SCHEMA)
    for batch in range(batches):
        with ArrayWriter(ix) as adding:
            adding.merge = False
            for number in range(each):
                adding.add_document(id=f"{batch}-{number}", text=f"common word{number} " * (number + 1))
    return ix


def test_names_of_segments_do_not_come_from_the_global_random_numbers() -> None:
    """Who seeds the global random numbers does not get the name of a live segment again."""
    names = set()
    for _ in range(3):
        random.seed(1)
        names.add(ArraySegment("MAIN").segment_id())
    assert len(names) == 3


def test_names_of_files_are_those_that_whoosh_sweeps(tmp_path: Path) -> None:
    """What a crash leaves of a segment, its file or the one written aside, is swept by the next commit."""
    ix = filled(tmp_path, batches=1)
    (segment,) = ix._segments()
    left = ArraySegment("MAIN")
    for name in (left.filename, Path(left.filename).with_suffix(".new").name):
        (tmp_path / name).write_bytes(b"half")
    with ArrayWriter(ix) as adding:
        adding.merge = False
        adding.add_document(id="x", text="y")
    names = {path.name for path in tmp_path.iterdir()}
    assert segment.filename in names
    assert not any(name.startswith(left.segment_id()) for name in names)


def test_lengths_are_not_rounded_to_a_byte() -> None:
    """Lengths are the exact ones, and of a document without the field 0, not None."""
    ix = filestore.RamStorage().create_index(fields.Schema(a=fields.TEXT, b=fields.TEXT))
    with ArrayWriter(ix) as adding:
        adding.add_document(a="word " * 109)
        adding.add_document(a="word " * 1_000_003)
        adding.add_document(b="other")
    with ix.reader() as reader:
        assert [reader.doc_field_length(doc, "a") for doc in range(3)] == [109, 1_000_003, 0]
        assert (reader.min_field_length("a"), reader.max_field_length("a")) == (109, 1_000_003)
        assert reader.doc_field_length(0, "none", 7) == 7
        assert reader.min_field_length("none") == reader.max_field_length("none") == 0
        info = reader.term_info("a", "word")
        assert (info.min_length(), info.max_length()) == (109, 1_000_003)


def test_a_deleted_document_can_be_undeleted() -> None:
    """Taking a deletion back works; with Whoosh's own segment it is a TypeError."""
    segment = ArraySegment("MAIN", 3)
    segment.delete_document(1)
    segment.delete_document(1, delete=False)
    segment.delete_document(2, delete=False)
    assert not segment.has_deletions()


def test_empty_values_do_not_shift_those_after_them() -> None:
    """A value stays with its posting where the one before has none."""
    storage, codec, field = filestore.RamStorage(), ArrayCodec(), fields.TEXT()
    segment = codec.new_segment(storage, "MAIN")
    writer = codec.field_writer(storage, segment)
    writer.add_postings(
        {"text": field}, None, [("text", b"a", doc, 1.0, value) for doc, value in enumerate([b"x", None, b"", b"y"])]
    )
    writer.close()
    matcher = codec.terms_reader(storage, segment).matcher("text", b"a", field.format)
    assert [value for _, value in matcher.all_items()] == [b"x", b"", b"", b"y"]


def test_a_fresh_reader_sees_every_document_once_after_a_merge(tmp_path: Path) -> None:
    """After merges and deletions a reader that is opened anew has each live document once.

    Whoosh's `Searcher.refresh` keeps merged segments beside the new one; so nothing of ours refreshes a searcher.
    """
    ix = filled(tmp_path)
    with ArrayWriter(ix) as removing:
        removing.optimize = True
        removing.delete_by_term("id", "0-1")
    with ix.searcher() as searcher:
        found = sorted(hit["id"] for hit in searcher.search(query.Term("text", "common"), limit=None))
    assert found == ["0-0", "0-2", "1-0", "1-1", "1-2"]


def test_children_may_write_with_another_codec(tmp_path: Path) -> None:
    """Whoosh's multiprocess writer opens its children's segments with the parent's codec, which sends them on."""
    ix = index.create_in(tmp_path, SCHEMA)
    with ix.writer(compound=False) as adding:
        adding.add_document(id="1", text="common")
    (segment,) = ix._segments()
    assert not isinstance(segment, ArraySegment)
    reader = ArrayCodec().per_document_reader(ix.storage, segment)
    assert reader.stored_fields(0) == {"id": "1", "text": "common"}


def test_other_codecs_segments_are_left_alone(tmp_path: Path) -> None:
    """Our writer optimizes its own segments and leaves those that stock Whoosh wrote readable beside them."""
    ix = filled(tmp_path)
    with ix.writer() as adding:
        adding.merge = False
        adding.add_document(id="stock", text="common")
    ArrayWriter(ix).commit(optimize=True)
    assert len(ix._segments()) == 2
    with ix.searcher() as searcher:
        assert len(searcher.search(query.Term("text", "common"), limit=None)) == 7


def test_an_open_reader_outlives_its_files(tmp_path: Path) -> None:
    """A searcher goes on reading what it opened after the files are merged away, and closing costs nothing."""
    ix = filled(tmp_path)
    searcher = ix.searcher()
    ArrayWriter(ix).commit(optimize=True)
    assert len(searcher.search(query.Term("text", "common"), limit=None)) == 6
    searcher.close()


def test_a_reader_that_loses_a_race_opens_the_next_generation(tmp_path: Path) -> None:
    """A missing file is an OSError, on which Whoosh reads its table of contents again."""
    ix = filled(tmp_path, batches=1)
    (segment,) = ix._segments()
    (tmp_path / segment.filename).unlink()
    with pytest.raises(FileNotFoundError):
        ArrayCodec().terms_reader(ix.storage, segment)


def test_a_segment_in_the_table_of_contents_is_its_name_and_numbers() -> None:
    """What Whoosh pickles of a segment are texts and numbers, no codec, no arrays, no set."""
    segment = ArraySegment("MAIN", 5, deleted=[3, 1])
    assert segment.__getstate__() == {"indexname": "MAIN", "segid": segment.segid, "doccount": 5, "deleted": [1, 3]}
    again = pickle.loads(pickle.dumps(segment))
    assert again == segment
    assert list(again.deleted_docs()) == [1, 3]
    assert isinstance(again.codec(), ArrayCodec)


def test_paths_of_the_classes_are_part_of_the_format() -> None:
    """A table of contents names the segment's class by this path."""
    assert b"indexer.index.whoosh.codec\nArraySegment" in pickle.dumps(ArraySegment("MAIN"), 0)


def test_whooshs_own_codecs_are_never_imported() -> None:
    """Writing and reading an index of ours loads neither of Whoosh's own codecs."""
    program = (
        "import sys\n"
        "from indexer.index.whoosh.generic.merging import ArrayWriter\n"
        "from indexer.index.whoosh.library import fields, filestore, query\n"
        "ix = filestore.RamStorage().create_index(fields.Schema(a=fields.TEXT(vector=True, sortable=True)))\n"
        "with ArrayWriter(ix) as adding:\n"
        "    adding.add_document(a='word')\n"
        "assert len(ix.searcher().search(query.Term('a', 'word'))) == 1\n"
        "print([name for name in sys.modules if name.startswith('whoosh.codec.whoosh')])\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_no_pickle_is_written_into_a_segment(tmp_path: Path) -> None:
    """Stored fields, columns of Python values and positions lie in the file without a single pickle."""
    ix = index.create_in(
        tmp_path,
        fields.Schema(
            a=fields.TEXT(stored=True),
            b=fields.COLUMN(columns.PickleColumn(columns.VarBytesColumn())),
            c=fields.COLUMN(columns.CompressedBlockColumn()),
            d=fields.COLUMN(columns.CompressedBytesColumn()),
        ),
    )
    with ArrayWriter(ix) as adding:
        adding.add_document(a=("one", "two"), b={"k": (1, 2)}, c=b"bytes", d=b"more")
        adding.add_document(a="three")
    (segment,) = ix._segments()
    data = (tmp_path / segment.filename).read_bytes()
    assert b"\x80\x02" not in data
    assert b"\x80\x05" not in data
    with ix.reader() as reader:
        assert reader.stored_fields(0)["a"] == ("one", "two")
        assert list(reader.column_reader("b")) == [{"k": (1, 2)}, None]
        assert list(reader.column_reader("c")) == [b"bytes", b""]
        assert list(reader.column_reader("d")) == [b"more", b""]


class _Evil:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (print, ("this must not run",))


@pytest.mark.parametrize("format_", [formats.Characters(), formats.PositionBoosts(), formats.CharacterBoosts()])
def test_a_hostile_posting_runs_nothing(format_: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A posting value that would call a function when Whoosh unpickles it is refused however it is asked for."""
    storage, codec = filestore.RamStorage(), ArrayCodec()
    segment = codec.new_segment(storage, "MAIN")
    field = fields.TEXT()
    field.format = format_
    head = 4 if type(format_) is formats.Characters else 8
    writer = codec.field_writer(storage, segment)
    writer.add_postings({"text": field}, None, [("text", b"a", 0, 1.0, bytes(head) + pickle.dumps([_Evil()], 2))])
    writer.close()
    matcher = codec.terms_reader(storage, segment).matcher("text", b"a", format_)
    for ask in (matcher.value, lambda: matcher.value_as("positions"), matcher.spans):
        with pytest.raises(BadIndexError, match="print"):
            ask()
    assert capsys.readouterr().out == ""


def test_a_value_that_cannot_be_stored_leaves_its_document_out() -> None:
    """A refused document leaves nothing behind: the next one takes its number, column and length."""
    ix = filestore.RamStorage().create_index(
        fields.Schema(n=fields.NUMERIC(sortable=True), text=fields.TEXT(stored=True, sortable=True), x=fields.STORED)
    )
    with ArrayWriter(ix) as adding:
        adding.add_document(n=1, text="one", x=1)
        with pytest.raises(StoredValueError):
            adding.add_document(n=2, text="two two", x=object())
        with pytest.raises(ValueError, match="int"):
            adding.add_document(n="many", text="three")
        adding.add_document(n=4, x=[4])
    with ix.reader() as reader:
        assert list(reader.column_reader("n")) == [1, 4]
        assert list(reader.column_reader("text")) == ["one", ""]
        assert [reader.doc_field_length(doc, "text") for doc in range(2)] == [1, 0]
        assert [reader.stored_fields(doc) for doc in range(2)] == [{"text": "one", "x": 1}, {"x": [4]}]


def test_a_cancelled_writer_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    """Nothing of a cancelled writer is seen, and its file goes with the next commit."""
    ix = filled(tmp_path, batches=1)
    adding = ArrayWriter(ix)
    adding.add_document(id="9", text="common")
    adding.cancel()
    with ix.searcher() as searcher:
        assert searcher.doc_count_all() == 3
    ArrayWriter(ix).commit(merge=False)
    assert len(list(tmp_path.glob("*.seg"))) == 1


def test_the_file_is_synced_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A segment's file is written aside and synced; a failure before that leaves nothing under its name."""
    ix = index.create_in(tmp_path, SCHEMA)
    seen: list[bool] = []

    def failing(descriptor: int) -> None:
        seen.append(any(path.suffix == ".seg" for path in tmp_path.iterdir()))
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", failing)
    adding = ArrayWriter(ix)
    adding.add_document(id="1", text="word")
    with pytest.raises(OSError, match="no space"):
        adding.commit()
    assert seen == [False]
    assert [path for path in tmp_path.iterdir() if path.suffix == ".seg"] == []


def test_damage_is_found_or_an_error_of_ours(tmp_path: Path) -> None:
    """A file cut short at any place is refused when it is opened; a changed byte anywhere is found by its checksums."""
    ix = filled(tmp_path, batches=1)
    (segment,) = ix._segments()
    path = tmp_path / segment.filename
    whole = path.read_bytes()
    for size in range(0, len(whole), 97):
        path.write_bytes(whole[:size])
        with pytest.raises(BadIndexError):
            ix.reader()
    for at in range(0, len(whole), 61):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            found = ArrayFile(path).verify()
        except BadIndexError:
            continue
        assert found, at


def test_terms_and_documents_out_of_order_are_refused() -> None:
    """A codec that is used wrongly says so at once."""
    storage, codec = filestore.RamStorage(), ArrayCodec()
    segment = codec.new_segment(storage, "MAIN")
    writer = codec.field_writer(storage, segment)
    with pytest.raises(Exception, match="start_field"):
        writer.start_term(b"a")
    writer.start_field("text", fields.TEXT())
    writer.start_term(b"b")
    with pytest.raises(Exception, match="comes after"):
        writer.start_term(b"a")
    documents = codec.per_document_writer(storage, segment)
    with pytest.raises(Exception, match="0 is next"):
        documents.start_doc(3)


def test_a_missing_term_is_missing_in_every_way(tmp_path: Path) -> None:
    """Asking for a term or field that is not there is answered, not an error, but where Whoosh wants its own."""
    ix = filled(tmp_path, batches=1)
    with ix.reader() as reader:
        assert ("text", "nothing") not in reader
        assert reader.frequency("text", "nothing") == reader.doc_frequency("text", "nothing") == 0
        with pytest.raises(reading.TermNotFound):
            reader.postings("text", "nothing")
        assert list(reader.expand_prefix("text", "zz")) == []
        cursor = reader.cursor("text")
        assert (cursor.find("zz"), cursor.is_valid(), cursor.term_info(), cursor.next()) == (None, False, None, None)
        assert (cursor.first(), cursor.next(), cursor.is_valid()) == ("common", "word0", True)


def test_a_writer_that_adds_nothing_writes_no_file(tmp_path: Path) -> None:
    """Deleting alone makes a new table of contents and no segment file."""
    ix = filled(tmp_path, batches=1)
    with ArrayWriter(ix) as removing:
        removing.merge = False
        removing.delete_by_term("id", "0-1")
    assert len(list(tmp_path.glob("*.seg"))) == 1
    assert ix.doc_count() == 2


def test_storage_that_is_no_folder_is_served_too() -> None:
    """A storage in memory is read and written through a folder that goes with its reader."""
    ix = filestore.RamStorage().create_index(SCHEMA)
    with ix.writer(codec=ArrayCodec()) as adding:
        adding.add_document(id="1", text="word")
    (segment,) = ix._segments()
    opened = files.open_arrays(ix.storage, segment.filename)
    folder = opened.path.parent
    del opened
    assert not folder.exists()
    assert writing.SegmentWriter(ix, codec=ArrayCodec()).searcher().doc_count_all() == 1


@pytest.mark.parametrize("codec", [None, ArrayCodec()])
def test_a_skip_to_the_end_of_an_and_not(codec: ArrayCodec | None) -> None:
    """`AndNotMatcher.skip_to` asks a matcher at its end for its id: it gets the last one, as from Whoosh's codec."""
    ix = filestore.RamStorage().create_index(SCHEMA)
    with ix.writer(codec=codec) as adding:
        for number, word in enumerate(("bravo", "charlie", "alfa")):
            adding.add_document(id=str(number), text=word)
    a, b = query.Term("text", "alfa"), query.Term("text", "bravo")
    with ix.searcher() as searcher:
        assert [hit["id"] for hit in searcher.search(query.And([a, query.AndNot(b, a)]))] == []
        assert [hit["id"] for hit in searcher.search(query.AndNot(a, query.AndNot(b, a)))] == ["2"]
