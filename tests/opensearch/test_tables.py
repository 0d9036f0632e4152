"""The tables of a generation count what an index in a folder counts, one word at a time; needs no cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import build, delete, update
from indexer.index.errors import BadIndexError
from indexer.index.opensearch import packing
from indexer.index.opensearch.mapping import usual_spelling
from indexer.index.opensearch.tables import COLUMNS, Table, packed, unpacked
from indexer.index.record.names import cluster_key
from indexer.index.record.paper import Paper
from indexer.index.text.analysis import stems, words
from indexer.index.text.encoded import decode, encode
from indexer.index.text.reading import as_read
from indexer.ingest.cluster.tabling import tables
from query import PaperIndex
from query.browse.clusters import size
from query.browse.spelling import SegmentWords
from query.engines.variants import Variants


@pytest.fixture(scope="module")
def changed(sample: Sequence[Paper], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperIndex]:
    """The sample in several segments, with papers that went, came and changed."""
    aside = tmp_path_factory.mktemp("tables")
    for name, some in (("a", sample[:300]), ("b", sample[250:])):
        more = [{"id": f"odd{name}", "title": "Co-training of nets", "authors": ["Ann McDonald", "Yann LeCun"]}]
        rows = [*(paper.as_record() for paper in some), *more]
        (aside / f"{name}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    build(aside / "a.jsonl", aside / "p.idx")
    update(aside / "b.jsonl", aside / "p.idx")
    delete([paper.id for paper in sample[::7]], aside / "p.idx")
    with PaperIndex.open(aside / "p.idx") as index:
        yield index


def test_tables_count_live_papers(changed: PaperIndex) -> None:
    """Words of texts and names, stems in all fields and in titles, names with their headings, compounds."""
    found = tables(changed.files)
    assert {name: (len(table.numbers), len(table.texts)) for name, table in found.items()} == COLUMNS
    lookup = SegmentWords(changed.segments)
    rows = zip(found["words"].keys, *(column.tolist() for column in found["words"].numbers), strict=True)
    for word, text, names in rows:
        written = sum(int(segment.live[segment.form_docs(decode(word))].sum()) for segment in changed.segments)
        assert (text, names) == (written, lookup.papers(decode(word), name=True))
    table = found["stems"]
    keys = [decode(key) for key in table.keys]
    assert changed.engine.collection.stem_papers(keys) == dict(zip(keys, table.numbers[0].tolist(), strict=True))
    titles: Counter[str] = Counter()
    for name in changed.ids():
        titles.update(set(stems(words(as_read(changed.paper(name).title)))))
    assert {key: count for key, count in zip(keys, table.numbers[1].tolist(), strict=True) if count} == titles
    table = found["names"]
    for key, papers, heading in zip(map(decode, table.keys), table.numbers[0].tolist(), table.texts[0], strict=True):
        assert papers == size(changed.files, key) > 0
        assert (decode(heading) or usual_spelling(key)) == changed.heading(key)
    assert encode(cluster_key("Ann McDonald")) in table.keys
    variants = Variants(changed.engine.collection)
    tied = Counter(decode(key).partition("\t")[0] for key in found["ties"].keys)
    assert tied["cotrain"] == 1
    assert {stem: len(variants.variants(stem)) for stem in tied} == tied


@given(st.dictionaries(st.binary(max_size=9).filter(lambda key: b"\n" not in key), st.integers(0, 2**32 - 1)))
def test_a_table_comes_back_as_it_was(rows: dict[bytes, int]) -> None:
    """Keys, numbers and texts, none and many."""
    keys = sorted(rows)
    numbers = np.array([rows[key] for key in keys], dtype=np.uint32)
    back = unpacked(packed(Table(keys, [numbers, numbers], [keys])))
    assert list(back.keys) == keys
    assert [column.tolist() for column in back.numbers] == [numbers.tolist()] * 2
    assert list(back.texts[0]) == keys


def test_a_damaged_table_is_an_error() -> None:
    """Whatever is left of it."""
    plain = packing.unpack(packed(Table([b"a", b"b"], [np.array([1, 2], dtype=np.uint32)])))
    for cut in range(len(plain)):
        with pytest.raises(BadIndexError, match="quiver rebuild"):
            unpacked(packing.pack(plain[:cut]))
