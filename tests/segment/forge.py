"""Forged files: arrays that lie, with every checksum and every seal right, tried one after the other.

    python -m tests.segment.forge FOLDER COUNT SEED

makes an index in FOLDER, forges one of its files COUNT times, each time asks it all kinds of questions, and prints how
many forgeries were refused, how many answered as before and how many otherwise: only those whose values were changed
may do that. Anything but an answer or an error that names a file ends it. `make soak` runs it over extensions that
watch every access to memory.
"""

from __future__ import annotations

import struct
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import orjson
from isal.isal_zlib import crc32

from indexer.index.errors import BadIndexError, NotFoundError, QueryError, QuiverError
from indexer.index.segment import builder, merge
from indexer.index.segment.array_header import HEADER, MAGIC, PAGE, VERSION, Seal
from indexer.index.segment.array_rows import DTYPES
from indexer.index.store.generation import latest
from indexer.index.store.manifest import Manifest, toc_name
from indexer.ingest.build import build
from indexer.ingest.update import update
from indexer.ingest.verify import verify
from query import PaperIndex
from tests.generate import papers

_HEAD = 64
_FOOTER = 24
Arrays = dict[str, list[Any]]


@dataclass(slots=True)
class Forgery:
    """An array file taken apart: what its directory says, and the bytes between header and checksums."""

    kind: str
    meta: dict[str, Any]
    arrays: Arrays
    body: bytearray
    exact: bool = True
    """Whether an answer must be the right one: not where values were changed."""

    @classmethod
    def of(cls, path: Path) -> Forgery:
        """A file as it is."""
        data = path.read_bytes()
        _, _, _, at, length, _ = HEADER.unpack_from(data)
        directory = orjson.loads(data[at : at + length])
        return cls(
            directory["kind"], directory["meta"], directory["arrays"], bytearray(data[_HEAD : directory["pages"]])
        )

    def write(self, path: Path) -> Seal:
        """Write it with right checksums, whatever it says; gives its seal."""
        sums = b"".join(
            struct.pack("<I", crc32(bytes(self.body[low : low + PAGE]))) for low in range(0, len(self.body), PAGE)
        )
        pages = _HEAD + len(self.body)
        directory = orjson.dumps(
            {"kind": self.kind, "meta": self.meta, "pages": pages, "pages_crc": crc32(sums), "arrays": self.arrays}
        )
        head = HEADER.pack(MAGIC, VERSION, 0x01020304, pages + len(sums), len(directory), crc32(directory))
        head = (head + struct.pack("<I", crc32(head))).ljust(_HEAD, b"\0")
        content = head + bytes(self.body) + sums + directory
        path.write_bytes(content)
        return Seal.of(len(content), head, sums, directory)

    def span(self, name: str) -> tuple[int, int]:
        """Where an array lies in the body, and where it ends."""
        dtype, shape, offset = self.arrays[name]
        nbytes = DTYPES[dtype].itemsize
        for extent in shape:
            nbytes *= extent
        return offset - _HEAD, offset - _HEAD + nbytes


Forger = Callable[[Forgery, str, Random], None]


def _dtype(forged: Forgery, name: str, random: Random) -> None:
    forged.arrays[name][0] = random.choice([*DTYPES, ">u4", "|V0", "|S0", "|S8", "|O", "<m8", "<f8", "u1,u4", "", "x"])


def _shape(forged: Forgery, name: str, random: Random) -> None:
    shape = forged.arrays[name][1]
    rows = shape[0] if shape else 0
    forged.arrays[name][1] = random.choice(
        [
            [max(0, rows - 1), *shape[1:]],
            [rows + 1, *shape[1:]],
            [0, *shape[1:]],
            [1 << 40, *shape[1:]],
            [1 << 62, 4],
            [-1, *shape[1:]],
            [*shape, 1],
            [1, *shape],
            shape[::-1] if len(shape) > 1 else [rows // 2],
            [],
            [float(rows)],
            rows,
            None,
        ]
    )


def _offset(forged: Forgery, name: str, random: Random) -> None:
    other = random.choice(list(forged.arrays))
    forged.arrays[name][2] = random.choice(
        [0, 1, 63, -64, 1 << 33, 1 << 63, forged.arrays[name][2] + 64, forged.arrays[other][2], len(forged.body), None]
    )


def _names(forged: Forgery, name: str, random: Random) -> None:
    other = random.choice(list(forged.arrays))
    match random.randrange(3):
        case 0:
            del forged.arrays[name]
        case 1:
            forged.arrays["more"] = forged.arrays[name]
        case _:
            forged.arrays[name], forged.arrays[other] = forged.arrays[other], forged.arrays[name]


def _meta(forged: Forgery, name: str, random: Random) -> None:
    docs = forged.meta.get("docs", 7)
    if random.randrange(4) == 0:
        forged.kind = random.choice(["segment", "impacts", "state", "whoosh", "", name])
    forged.meta = random.choice(
        [{}, *({"docs": value} for value in (docs + 1, docs - 1, 0, -1, 1 << 40, None, "7", True, 7.0, [docs]))]
    )


def _values(forged: Forgery, name: str, random: Random) -> None:
    low, high = forged.span(name)
    if high == low:
        return
    forged.exact = False
    width = DTYPES[forged.arrays[name][0]].itemsize
    at = low + random.randrange((high - low) // width) * width
    match random.randrange(4):
        case 0:
            forged.body[at : at + width] = b"\xff" * width
        case 1:
            forged.body[at : at + width] = bytes(width)
        case 2:
            forged.body[at : at + width] = random.randbytes(width)
        case _:
            forged.body[low:high] = random.choice([b"\xff", b"\0", b"\x01", b"\x7f"]) * (high - low)


FORGERS: tuple[Forger, ...] = (_dtype, _shape, _offset, _names, _meta, _values, _values)


def reseal(folder: Path, manifest: Manifest, name: str, seal: Seal) -> None:
    """Write the table of contents with another seal of a file."""
    path = folder / toc_name(manifest.generation)
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data, len(data) - _FOOTER)
    entries = tuple(
        replace(
            entry,
            seals=tuple(seal if other == name else old for other, old in zip(entry.files, entry.seals, strict=True)),
        )
        for entry in manifest.segments
    )
    path.write_bytes(replace(manifest, segments=entries).dump(data[: len(data) - _FOOTER - length]))


def make(folder: Path, count: int = 40) -> Path:
    """An index of two segments, with a paper that was replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    made = list(papers(count, seed=5))
    for number, part in enumerate((made[: count * 2 // 3], made[count // 2 :])):
        path = folder / f"{number}.jsonl"
        path.write_bytes(b"".join(orjson.dumps(paper.as_record() | {"track": number}) + b"\n" for paper in part))
        (update if number else build)([path], folder / "papers.idx")
    return folder / "papers.idx"


def asked(folder: Path, words: tuple[str, ...], engine: str = "arrays") -> list[Any]:
    """Answers that together read most of what an index holds."""
    found: list[Any] = []
    with PaperIndex.open(folder, engine=engine) as index:
        for text in _questions(words):
            for more in ({}, {"sort": "title", "match": "any", "facets": ("venue", "year", "type", "author")}):
                try:
                    page = index.search(text, limit=50, since=1, **more)  # type: ignore[arg-type]
                except QueryError:
                    continue
                row = page.as_json()
                del row["took_ms"]
                found.append(row)
        everything = index.search("", limit=100, sort="oldest")
        found += [hit.paper for hit in everything.hits]
        for hit in everything.hits[:3]:
            found += [[other.id for other in index.related(hit.id).hits]]
            cluster = index.author(hit.paper.authors[0].name)
            found += [cluster.name, list(cluster.papers), cluster.coauthors, cluster.neighbours]
        found += [index.suggest(words[0][:2]), index.venues(), index.info().author_rows]
    return found


def _questions(words: tuple[str, ...]) -> Iterator[str]:
    first, second, third = words
    yield f"{first} {second}"
    yield f'"{first} {second}" {third[:3]}* {first}~ {second[:2]}?{second[3:]}'
    yield f"author:{third} OR title:{first} -abstract:{second}"
    yield f'"{second} {third}"~5'
    yield f"{first}-{second} ={third}"


def outcome(folder: Path, words: tuple[str, ...], expected: list[Any], exact: bool) -> str:
    """What a forged index does: "refused", "right" or "other". Raises AssertionError for what it must not do."""
    try:
        found = asked(folder, words)
    except BadIndexError as error:
        return "refused" if "MAIN_" in str(error) else f"refused without a name: {error}"
    except NotFoundError:
        # The author that a paper names, where the table of authors was made to name another: another answer.
        assert not exact, "another answer"
        return "other"
    except (QuiverError, LookupError, ValueError, ArithmeticError, TypeError) as error:
        # A text that is no text, a number of no row: values that only who reads them can tell are wrong.
        if exact:
            raise
        return type(error).__name__
    if found == expected:
        return "right"
    assert not exact, "another answer"
    return "other"


def main(folder: Path, count: int, seed: int) -> None:
    """Forge, ask, put back; of odd seeds an index whose segments have several blocks."""
    if seed % 2:
        for module in (builder, merge):
            vars(module)["BLOCK_DOCS"] = 10
    index = make(folder)
    with PaperIndex.open(index) as opened:
        title = opened.search("", limit=5).hits[3].paper.title.split()
    words = (title[0], title[1], title[-1])
    expected = asked(index, words)
    manifest = latest(index)
    toc = index / toc_name(manifest.generation)
    whole = toc.read_bytes()
    names = sorted(manifest.referenced())
    random = Random(seed)
    counts: Counter[str] = Counter()
    for number in range(count):
        path = index / names[number % len(names)]
        content = path.read_bytes()
        forged = Forgery.of(path)
        name = random.choice(list(forged.arrays))
        forger = FORGERS[number // len(names) % len(FORGERS)]
        forger(forged, name, random)
        what = f"{number}: {forger.__name__} of {name} in {path.name}"
        try:
            reseal(index, manifest, path.name, forged.write(path))
            counts[outcome(index, words, expected, forged.exact)] += 1
            if number % 10 == 0:
                with suppress(BadIndexError, *(() if forged.exact else (LookupError, ValueError))):
                    verify(index)
        except BaseException:
            print(what, flush=True)
            raise
        finally:
            path.write_bytes(content)
            toc.write_bytes(whole)
    print(orjson.dumps(dict(counts)).decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
