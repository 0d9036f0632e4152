"""The codec: Whoosh's segments as one mapped file of arrays each.

The paths of `ArrayCodec` and `ArraySegment` stand in the tables of contents that Whoosh pickles, that of
`published_segment` in Quiver's; they are part of the format and must not move.
"""

from __future__ import annotations

import secrets
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from indexer.index.segment.blocks import Block, blocks_of
from indexer.index.segment.container import ArrayFile
from indexer.index.segment.layout import parted
from indexer.index.whoosh.generic.any_postings import GenericFields
from indexer.index.whoosh.generic.documents import GenericDocuments
from indexer.index.whoosh.generic.files import EMPTY, Assembly, exists, loaded, open_arrays, save
from indexer.index.whoosh.generic.lists import ArrayPostingsWriter, ListInfo, read_list
from indexer.index.whoosh.library import base
from indexer.index.whoosh.matcher import ArrayMatcher
from indexer.index.whoosh.paper_documents import PaperDocuments, PaperFields
from indexer.index.whoosh.paper_fields import GroupFields
from indexer.index.whoosh.per_document import ArrayPerDocReader, ArrayPerDocWriter
from indexer.index.whoosh.seams import Arrays, DocumentSource, FieldSource, MemoryArrays
from indexer.index.whoosh.table_of_contents import EXTENSION
from indexer.index.whoosh.terms_reader import ArrayFieldWriter, ArrayTermsReader

BLOCK = 128
"""Postings under one bound, as in Whoosh's own codec."""

FIELD_SOURCES: list[Callable[[Arrays], FieldSource]] = [GenericFields, GroupFields, PaperFields]
"""What reads terms and postings of a segment's file; each gives no fields where it finds none of its own."""
DOCUMENT_SOURCES: list[Callable[[Arrays], DocumentSource]] = [GenericDocuments, PaperDocuments]
"""The same for what is kept by document number."""


class ArraySegment(base.Segment):  # type: ignore[misc]  # Whoosh has no types
    """A segment in the table of contents: its name, how many documents it holds and which are deleted."""

    def __init__(
        self, indexname: str, doccount: int = 0, segid: str | None = None, deleted: Iterable[int] = ()
    ) -> None:
        self.indexname = indexname
        # Not Whoosh's own, which come from the global random numbers: who seeds those gets the names of live
        # segments.
        self.segid = secrets.token_hex(8) if segid is None else segid
        self.compound = False
        self._doccount = doccount
        self._deleted = set(deleted)
        self._assembly: Assembly | None = None
        self._file: weakref.ref[ArrayFile | Block] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {
            "indexname": self.indexname,
            "segid": self.segid,
            "doccount": self._doccount,
            "deleted": sorted(self._deleted),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        ArraySegment.__init__(self, **state)

    def codec(self, **_: Any) -> ArrayCodec:
        return ArrayCodec()

    def should_assemble(self) -> bool:
        """Never into a compound file: there is one file already, and their directory is a pickle."""
        return False

    # Documents and deletions

    def set_doc_count(self, doccount: int) -> None:
        self._doccount = doccount

    def doc_count_all(self) -> int:
        return self._doccount

    def deleted_count(self) -> int:
        return len(self._deleted)

    def deleted_docs(self) -> Iterator[int]:
        return iter(sorted(self._deleted))

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Mark a document as deleted, or no longer so."""
        if delete:
            self._deleted.add(docnum)
        else:
            self._deleted.discard(docnum)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._deleted

    # Its file

    @property
    def filename(self) -> str:
        """Name of the segment's file. A block of a segment of Quiver's is a segment to Whoosh."""
        return parted(str(self.make_filename(EXTENSION)))[0]

    def assembly(self, storage: Any) -> Assembly:
        """The parts of a segment that is being written; a file that is there already is the first part."""
        if self._assembly is None:
            known = [loaded(open_arrays(storage, self.filename))] if exists(storage, self.filename) else []
            self._assembly = Assembly(known)
        return self._assembly

    def take(self, storage: Any, part: MemoryArrays) -> None:
        """Take the part of a writer that closes; with the last one the file is written."""
        assembly = self.assembly(storage)
        if assembly.add(part):
            content = assembly.arrays()
            # Whoosh makes a segment with every writer, also for one that only deletes.
            if content.arrays and (content.meta["w"].get("docs") or content.meta["w"].get("fields")):
                save(storage, self.filename, content)
            self._assembly = self._file = None

    def lend(self, file: ArrayFile | Block) -> None:
        """Use a file, or a block of one, that is open already, as long as its owner holds it."""
        self._file = weakref.ref(file)

    def arrays(self, storage: Any) -> Arrays:
        """What has been written, from memory or then from the file. Raises OSError if that is gone."""
        if self._assembly is not None:
            return self._assembly.arrays()
        file = self._file() if self._file else None
        if isinstance(file, Block):
            return file
        if file is None:
            if not self._doccount and not exists(storage, self.filename):
                return EMPTY
            file = open_arrays(storage, self.filename)
            self._file = weakref.ref(file)
        number = parted(self.segid)[1]
        return blocks_of(file)[number] if number or "blocks" in file.meta else file


def published_segment(indexname: str, papers: int, segid: str, gone: bytes) -> ArraySegment:
    """A segment of papers as Quiver's tables of contents call it; `gone` are bits, a paper each, or empty."""
    bits = np.unpackbits(np.frombuffer(gone, dtype=np.uint8), count=papers) if gone else np.empty(0, np.uint8)
    return ArraySegment(indexname, papers, segid, np.flatnonzero(bits).tolist())


class ArrayCodec(base.Codec):  # type: ignore[misc]
    """Whoosh's codec interface over array files, for any schema."""

    def __init__(self, blocklimit: int = BLOCK) -> None:
        self.blocklimit = blocklimit

    def per_document_writer(self, storage: Any, segment: ArraySegment) -> ArrayPerDocWriter:
        return ArrayPerDocWriter(storage, segment)

    def field_writer(self, storage: Any, segment: ArraySegment) -> ArrayFieldWriter:
        return ArrayFieldWriter(self, storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> ArrayPostingsWriter:
        return ArrayPostingsWriter(dbfile, self.blocklimit, byteids)

    def postings_reader(
        self, dbfile: Any, terminfo: ListInfo, format_: Any, term: Any = None, scorer: Any = None
    ) -> ArrayMatcher:
        return read_list(dbfile, terminfo, format_, term, scorer)

    def terms_reader(self, storage: Any, segment: ArraySegment) -> ArrayTermsReader:
        arrays = segment.arrays(storage)
        return ArrayTermsReader([source(arrays) for source in FIELD_SOURCES])

    def per_document_reader(self, storage: Any, segment: Any) -> Any:
        if not isinstance(segment, ArraySegment):
            # Whoosh's multiprocess writer opens what its children wrote with the parent's codec, whichever
            # they used.
            return segment.codec().per_document_reader(storage, segment)
        arrays = segment.arrays(storage)
        sources: Sequence[DocumentSource] = [source(arrays) for source in DOCUMENT_SOURCES]
        return ArrayPerDocReader(storage, segment, sources)

    def supports_columns(self) -> bool:
        """Whether fields may be sortable."""
        return True

    @classmethod
    def column_filename(cls, segment: ArraySegment, fieldname: str) -> str:
        """Where `whoosh.sorting.add_sortable` puts a column that is made after the segment."""
        return str(segment.make_filename(f".{fieldname}.col"))

    def new_segment(self, storage: Any, indexname: str) -> ArraySegment:
        return ArraySegment(indexname)
