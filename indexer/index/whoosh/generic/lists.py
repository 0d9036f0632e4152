"""Single lists of postings in a file of Whoosh's: the part of the codec interface that stands outside segments.

Whoosh's own codecs use it for themselves; nothing else in Whoosh does. A list is a line of JSON, the directory of its
arrays, and the arrays one after the other.
"""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import orjson

from indexer.index.segment.container import Array
from indexer.index.segment.narrow import narrow
from indexer.index.segment.strings import StringTable
from indexer.index.text.encoded import decode, encode
from indexer.index.whoosh.generic.any_postings import block_arrays, string_arrays
from indexer.index.whoosh.generic.payload import Payload, PayloadBuilder
from indexer.index.whoosh.library import base, reading
from indexer.index.whoosh.matcher import ArrayMatcher, Blocks, Numbers
from indexer.index.whoosh.seams import MemoryArrays


class ListInfo(reading.TermInfo):  # type: ignore[misc]  # Whoosh has no types
    """Statistics of a list, and where it lies in its file."""

    offset = 0
    length = 0


class Texts:
    """Ids that are texts, one for each posting."""

    def __init__(self, table: StringTable) -> None:
        self._table = table

    def __getitem__(self, number: int, /) -> str:
        return decode(self._table[number])

    def slice(self, low: int, high: int) -> list[str]:
        """Texts of postings `low` to before `high`."""
        return [self[number] for number in range(low, high)]


class ArrayPostingsWriter(base.PostingsWriter):  # type: ignore[misc]
    """Writes lists of postings one after the other into a file."""

    def __init__(self, dbfile: Any, block: int, byteids: bool) -> None:
        self._file = dbfile
        self._block = block
        self._texts = byteids
        self._written = False
        self._payload: PayloadBuilder | None = None

    def start_postings(self, format_: Any, terminfo: Any) -> None:
        self._payload = PayloadBuilder(format_)
        self._ids: list[Any] = []
        self._lengths = array("Q")
        self._info = ListInfo()

    def add_posting(self, id_: Any, weight: float, vbytes: bytes, length: int | None = None) -> None:
        if self._payload is None:
            raise base.OutOfOrderError("a posting needs a list: call start_postings first")
        self._ids.append(id_)
        self._lengths.append(length or 0)
        self._payload.add(weight, vbytes)
        self._info.add_posting(id_, weight, length)

    def finish_postings(self) -> ListInfo:
        """Write the list; gives what `postings_reader` needs to find it."""
        if self._payload is None:
            raise base.OutOfOrderError("there is no list to finish: call start_postings first")
        form, arrays = self._payload.arrays("")
        start = np.array([0, len(self._ids)], dtype=np.int64)
        arrays |= block_arrays(start, arrays["weight"], np.array(self._lengths, dtype=np.int64), self._block)
        if self._texts:
            encoded = [encode(text) for text in self._ids]
            arrays |= {f"id.{name}": content for name, content in string_arrays(encoded).items()}
        else:
            arrays["id"] = narrow(np.array(self._ids, dtype=np.int64))
        self._info.offset = self._file.tell()
        self._file.write(_packed({"form": form.value, "block": self._block, "count": len(self._ids)}, arrays))
        self._info.length = self._file.tell() - self._info.offset
        self._payload = None
        self._written = True
        return self._info

    def written(self) -> bool:
        """Whether any list has been written."""
        return self._written


def _packed(about: dict[str, Any], arrays: dict[str, Array]) -> bytes:
    little = {name: content.astype(content.dtype.newbyteorder("<")) for name, content in arrays.items()}
    about["arrays"] = {name: (content.dtype.str, len(content)) for name, content in little.items()}
    return orjson.dumps(about) + b"\n" + b"".join(content.tobytes() for content in little.values())


def read_list(dbfile: Any, info: ListInfo, format_: Any, term: Any, scorer: Any) -> ArrayMatcher:
    """A matcher over one list."""
    data = dbfile.get(info.offset, info.length)
    head, _, content = data.partition(b"\n")
    about = orjson.loads(head)
    arrays, at = {}, 0
    for name, (dtype, count) in about["arrays"].items():
        arrays[name] = np.frombuffer(content, dtype=dtype, count=count, offset=at)
        at += arrays[name].nbytes
    memory = MemoryArrays({}, arrays)
    payload = Payload(memory, "", about["form"])
    blocks = Blocks(
        about["block"],
        [payload.table[code] for code in arrays["top"].tolist()],
        arrays["shortest"].tolist(),
        arrays["longest"].tolist(),
    )
    ids = Numbers(arrays["id"].data) if "id" in arrays else Texts(StringTable(arrays, "id"))
    return ArrayMatcher(ids, payload, 0, about["count"], blocks, format_, scorer, term)
