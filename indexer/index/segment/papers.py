"""Stored papers: each compressed by itself, so that one is read in a few microseconds, with one shared dictionary.

Arrays: paper.blob, paper.at (2 papers + 1 offsets), paper.dict (a trained dictionary, or of a small segment its first
papers). What is compressed is two lines of JSON: what a hit shows, and the rest of the record; a hit parses the first
alone.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import zstandard

from indexer.index.errors import BadIndexError, RecordError
from indexer.index.record.paper import Paper
from indexer.index.segment.array_writer import ArraySink
from indexer.index.segment.container import Array, lazy
from indexer.index.segment.narrow import narrow

HEAD = ("id", "title", "authors", "venue", "year", "type", "url")
_TYPES: dict[str, type] = {
    "id": str,
    "title": str,
    "authors": list,
    "venue": str,
    "year": int,
    "type": str,
    "url": str,
} | {
    "abstract": str,
    "doi": str,
    "arxiv": str,
    "keywords": list,
}
_SOUND: set[tuple[tuple[str, ...], tuple[type, ...]]] = set()
"""Names and types of lines that were looked at: records of a collection have a few such shapes."""
_SHAPES = 1 << 10
LARGEST = 1 << 28
"""Bytes of a stored line at most: sixteen times the largest record that readers take."""
# A dictionary of 64 KiB trained on papers: 0.26 of the size and 15 microseconds a paper to compress, where 64 KiB of
# papers as they are give 0.34 and 21, and none 0.52. Training takes 0.3 s.
_DICTIONARY = 1 << 16
_WAITING = 24 << 20
"""Bytes of papers that wait for the dictionary: so many that it does not know the first venue alone."""
_SAMPLE = 4 << 20
_TRAINED = 1 << 20
"""Bytes of papers below which training has too little to learn from; they are the dictionary themselves then."""
_FEWEST = 100
"""Papers that a dictionary is trained on at least: of a few huge ones the library makes none."""
_TOGETHER = 1 << 18
"""Bytes of papers that are compressed in one go: the tables of the dictionary, larger than a processor's cache, are
then read once for a hundred papers. One by one they cost three times as much."""
_LEVEL = 3
_FRAME = zstandard.FORMAT_ZSTD1_MAGICLESS


def stored_lines(paper: Paper) -> bytes:
    """The record of a paper as the two lines that are stored."""
    rest = paper.as_record()
    head = {key: rest.pop(key) for key in HEAD if key in rest}
    return orjson.dumps(head) + b"\n" + (orjson.dumps(rest) if rest else b"")


class PaperBuilder:
    """Compresses papers as they come; the first ones wait until they make up the dictionary."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._size = 0
        self._dictionary = b""
        self._compressor: zstandard.ZstdCompressor | None = None
        self._blob = bytearray()
        self._at = array("Q", [0])

    def add(self, stored: bytes) -> None:
        """The next paper, as `stored_lines` gives it."""
        self._waiting.append(stored)
        self._size += len(stored)
        if self._size >= (_WAITING if self._compressor is None else _TOGETHER):
            self._compress()

    def _start(self) -> zstandard.ZstdCompressor:
        sample = self._waiting[:: -(-self._size // _SAMPLE)]
        if self._size >= _TRAINED and len(sample) >= _FEWEST:
            lines: list[Any] = [line for stored in sample for line in stored.split(b"\n")]
            shared = zstandard.train_dictionary(_DICTIONARY, lines)
            self._dictionary = shared.as_bytes()
        else:
            self._dictionary = b"".join(self._waiting)[:_DICTIONARY]
            shared = zstandard.ZstdCompressionDict(self._dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        # Every frame is of this form and this dictionary, so that none need say so: 8 bytes less a line.
        options = zstandard.ZstdCompressionParameters.from_level(
            _LEVEL, format=_FRAME, write_dict_id=False, write_checksum=False, write_content_size=True
        )
        shared.precompute_compress(compression_params=options)
        return zstandard.ZstdCompressor(dict_data=shared, compression_params=options)

    def _compress(self) -> None:
        if self._compressor is None:
            self._compressor = self._start()
        compress, blob, ends = self._compressor.compress, self._blob, self._at
        for stored in self._waiting:
            for line in stored.split(b"\n"):
                if line:
                    blob += compress(line)
                ends.append(len(blob))
        self._waiting.clear()
        self._size = 0

    def write(self, writer: ArraySink) -> None:
        """Add the papers to a segment file."""
        self._compress()
        writer.add_bytes("paper.blob", self._blob)
        writer.add("paper.at", narrow(np.array(self._at, dtype=np.uint64)))
        writer.add_bytes("paper.dict", self._dictionary)


class StoredPapers:
    """Papers of a segment by document number."""

    def __init__(self, arrays: Mapping[str, Array], name: str) -> None:
        self._name = name
        blob, self._check = lazy(arrays, "paper.blob")
        self._blob = blob.data
        at, self._check_at = lazy(arrays, "paper.at")
        self._at = at.data
        self._arrays = arrays
        # One a thread: a decompressor lets other threads run while it works, and is not made for two at once.
        self._readers = threading.local()

    def _line(self, number: int) -> bytes:
        reader: zstandard.ZstdDecompressor | None = getattr(self._readers, "reader", None)
        if reader is None:
            content = bytes(self._arrays["paper.dict"])
            # A trained one says so in its first bytes, which no paper begins with.
            shared = zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_AUTO)
            reader = self._readers.reader = zstandard.ZstdDecompressor(dict_data=shared, format=_FRAME)
        self._check_at(number, number + 2)
        low, high = self._at[number], self._at[number + 1]
        if low == high:
            return b""
        self._check(low, high)
        frame = self._blob[low:high]
        try:
            # The frame says how much it holds, and as much memory would be asked for, whatever it is.
            if zstandard.get_frame_parameters(frame, format=_FRAME).content_size > LARGEST:
                raise self._damaged(number, f"unpacks to more than {LARGEST:,} bytes")
            return reader.decompress(frame)
        except (zstandard.ZstdError, MemoryError) as error:
            raise self._damaged(number, "is damaged") from error

    def _damaged(self, number: int, what: str) -> BadIndexError:
        return BadIndexError(
            f"{self._name}: stored paper {number // 2} {what}; run `quiver repair` or `quiver rebuild`"
        )

    def _parsed(self, number: int) -> dict[str, Any]:
        line = self._line(number)
        try:
            parsed = orjson.loads(line) if line else {}
        except orjson.JSONDecodeError as error:
            raise self._damaged(number, "is no JSON") from error
        if type(parsed) is not dict:
            raise self._damaged(number, "is no record")
        shape = tuple(parsed), tuple(map(type, parsed.values()))
        if shape not in _SOUND:
            for name, value in parsed.items():
                if type(value) is not _TYPES.get(name, type(value)):
                    raise self._damaged(number, f"has as {name} what is none")
            if len(_SOUND) < _SHAPES:
                _SOUND.add(shape)
        return parsed

    def stored(self, doc: int) -> bytes:
        """The two stored lines of a paper. Raises BadIndexError where they are damaged."""
        return self._line(2 * doc) + b"\n" + self._line(2 * doc + 1)

    def head(self, doc: int) -> dict[str, Any]:
        """What a hit shows: id, title, authors, venue, year, type, url."""
        parsed = self._parsed(2 * doc)
        if not ("id" in parsed and "title" in parsed):
            raise self._damaged(2 * doc, "has no id or title")
        return parsed

    def rest(self, doc: int) -> dict[str, Any]:
        """The rest of the record."""
        return self._parsed(2 * doc + 1)

    def abstract(self, doc: int) -> str:
        """The abstract of a paper, empty where it has none."""
        abstract: str = self.rest(doc).get("abstract", "")
        return abstract

    def record(self, doc: int) -> dict[str, Any]:
        """The whole record in its canonical order."""
        return self.head(doc) | self.rest(doc)

    def paper(self, doc: int) -> Paper:
        """The whole paper."""
        try:
            return Paper.from_record(self.record(doc))
        except RecordError as error:
            raise self._damaged(2 * doc, f"is no paper ({error})") from error
