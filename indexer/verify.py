"""Verify: every checksum, and everything that was derived from papers derived anew from the stored papers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from indexer.index.analysis import fingerprint
from indexer.index.bm25f import norms
from indexer.index.codec.arrayfile import Array, ArrayFile
from indexer.index.codec.builder import SegmentBuilder
from indexer.index.codec.claims import winners
from indexer.index.codec.columns import key_hash
from indexer.index.codec.groups import PostingGroup
from indexer.index.codec.impacts import IMPACTS_KIND, impacts
from indexer.index.codec.name_tables import NameTables
from indexer.index.codec.segment import Segment
from indexer.index.codec.strings import StringTable
from indexer.index.errors import QuiverError, RecordError
from indexer.index.manifest import Manifest
from indexer.index.recorded_venues import recorded_table
from indexer.index.schema import FIELD_NUMBERS, FIELDS, GROUPS
from indexer.index.store import Generation, latest
from indexer.index.venues import VenueTable


def verify(index: str | Path) -> list[str]:
    """What is wrong with the newest generation of an index, a line each; empty if nothing is.

    Takes about as long as a build. Raises BadIndexError where there is no index at all.
    """
    folder = Path(index)
    manifest = latest(folder)
    wrong = list(_files(folder, manifest))
    if wrong:
        return wrong
    try:
        generation = Generation(folder, manifest)
    except QuiverError as error:
        return [str(error)]
    try:
        wrong += _counts(generation)
        table = recorded_table(manifest.venues)
        same_analysis = manifest.analysis == fingerprint()
        if not same_analysis:
            wrong.append("the index was made with another version of the analysis; run `quiver rebuild`")
        for segment in generation.segments:
            if same_analysis:
                wrong += _derived(segment, table)
            wrong += _impacts(segment)
    finally:
        generation.close()
    return wrong


def _files(folder: Path, manifest: Manifest) -> Iterator[str]:
    for name in sorted(manifest.referenced()):
        try:
            file = ArrayFile(folder / name)
        except (QuiverError, OSError) as error:
            yield str(error)
            continue
        yield from file.verify()
        file.close()


def _counts(generation: Generation) -> Iterator[str]:
    manifest, segments = generation.manifest, generation.segments
    banned = np.array([key_hash("id", paper) for paper in manifest.deleted], dtype=np.uint64)
    lives = winners(
        [segment.arrays["doc.key"] for segment in segments],
        [segment.claims().top_ranks(segment.docs) for segment in segments],
        banned,
    )
    lengths = np.zeros(len(FIELDS), dtype=np.int64)
    for segment, live, entry in zip(segments, lives, manifest.segments, strict=True):
        if not np.array_equal(segment.live, live):
            yield f"{segment.name}: live papers are not those that the sources' claims give"
        if (segment.docs, segment.alive) != (entry.docs, entry.live):
            yield f"{segment.name}: holds {segment.alive} live of {segment.docs} papers, the manifest says otherwise"
        lengths += np.array(segment.live_lengths())
    papers = sum(segment.alive for segment in segments)
    if papers != manifest.papers:
        yield f"the manifest counts {manifest.papers} papers, the segments hold {papers}"
    if tuple(lengths.tolist()) != manifest.lengths:
        yield f"the manifest's total lengths {manifest.lengths} are not the papers' {tuple(lengths.tolist())}"


def _derived(segment: Segment, table: VenueTable) -> Iterator[str]:
    builder = SegmentBuilder(table)
    for doc in range(segment.docs):
        try:
            builder.add(segment.papers.paper(doc))
        except (QuiverError, RecordError, ValueError, KeyError) as error:
            yield f"{segment.name}: stored paper {doc} cannot be read: {error}"
            return
    with tempfile.TemporaryDirectory() as aside:
        path = Path(aside) / "anew"
        builder.write(path)
        anew = ArrayFile(path)
        for what, old, new in _pairs(segment.arrays, anew):
            if not np.array_equal(old, new):
                yield f"{segment.name}: {what} differ from what the stored papers give"
        anew.close()


def _both(arrays: Iterable[Array]) -> tuple[Array, Array]:
    old, new = arrays
    return old, new


def _pairs(old: ArrayFile, new: ArrayFile) -> Iterator[tuple[str, Array, Array]]:
    """What must be equal however a segment came to be (built or merged)."""
    yield "field lengths", old["doc.length"], new["doc.length"]
    for name in ("doc.year", "doc.type", "doc.key", "doc.content", "doc.work", "doc.id_rank", "doc.title_rank"):
        yield name, old[name], new[name]
    for table, column in (("venue", "doc.venue"), ("published", "doc.spelling")):
        yield f"{table} names", _by_doc(old, table, column), _by_doc(new, table, column)
    for name, fields in GROUPS.items():
        groups = [PostingGroup(arrays, name, len(fields)) for arrays in (old, new)]
        yield f"terms of {name}", *_both(np.array(list(group.terms), dtype=object) for group in groups)
        yield f"document frequencies of {name}", *_both(group.starts for group in groups)
        yield f"papers of terms of {name}", *_both(group.docs for group in groups)
        yield f"term frequencies of {name}", *_both(group.frequencies(0, len(group.docs)) for group in groups)
        yield f"positions of {name}", *_both(group.every_position() for group in groups)
        if groups[0].has_forms:
            yield f"word forms of {name}", *_both(np.array(list(group.forms), dtype=object) for group in groups)
    tables = [NameTables(arrays) for arrays in (old, new)]
    yield "author clusters", *_both(np.array(list(names.keys), dtype=object) for names in tables)
    yield "papers of author clusters", old["cluster.doc"], new["cluster.doc"]
    yield "joins", *_both(np.array(list(StringTable(arrays, "joins")), dtype=object) for arrays in (old, new))
    yield "papers of joins", old["joins.doc"], new["joins.doc"]


def _by_doc(arrays: ArrayFile, table: str, column: str) -> Array:
    names = np.array(list(StringTable(arrays, table)), dtype=object)
    return np.asarray(names[arrays[column]])


def _impacts(segment: Segment) -> Iterator[str]:
    made: list[float] = segment.impacts.meta["averages"]
    for name, fields in GROUPS.items():
        rows = [FIELD_NUMBERS[field.name] for field in fields]
        field_norms = np.array([norms(row, segment.lengths[row], made[row]) for row in rows], dtype=np.float32)
        if not np.array_equal(impacts(segment.group(name), field_norms), segment.impacts[f"{name}.impact"]):
            yield f"{segment.impacts.path.name}: {IMPACTS_KIND} of {name} are not what the postings give"
