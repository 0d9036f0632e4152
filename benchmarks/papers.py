"""Papers in number for the benchmarks: one JSON Lines file in canonical form for each size, made once and kept.

    python -m benchmarks.papers 10k 80k --data DIR

The conference lists come first, then the arXiv records (both from `QUIVER_SHARED`, where they are at hand), then
papers that `tests.generate` makes up. The first n of that order are the collection of n papers, so that a smaller one
is the beginning of every larger one. An id that came before is left out: every engine holds the same number. Venues
are given their canonical names, which Quiver's filter would find by any spelling and the others' only by that.
"""

from __future__ import annotations

import argparse
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import orjson

from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.readers.sources import expand, read_file
from tests.generate import papers as made_papers

SHARED = Path(os.environ.get("QUIVER_SHARED", Path(__file__).parents[2] / "shared"))
DEFAULT_DATA = Path(tempfile.gettempdir()) / "quiver-benchmarks"
SEED = 3
_VENUES = VenueTable.default()


def parse_count(text: str) -> int:
    """A number of papers: `300`, `10k`, `1m`. Raises ValueError."""
    scale = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower(), 1)
    count = int(text[:-1] if scale > 1 else text) * scale
    if count < 1:
        raise ValueError(f"{text} is no number of papers; give one like 300 or 80k")
    return count


def show_count(count: int) -> str:
    """The number as people say it: `80k`."""
    return f"{count // 1000}k" if count % 1000 == 0 else str(count)


def collection(data: Path, count: int, *, made_only: bool = False) -> Path:
    """The file of `count` papers, made in the folder `data` if it is not there. Raises OSError."""
    path = data / f"papers-{show_count(count)}{'-made' if made_only else ''}.jsonl"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        with aside.open("wb") as out:
            out.writelines(islice(_lines(data, made_only), count))
        aside.replace(path)
    return path


def origins(path: Path) -> dict[str, int]:
    """How many papers of a collection come from where, by their ids: for the table's heading."""
    counts = {"conference lists": 0, "arXiv": 0, "generated": 0}
    with path.open("rb") as lines:
        for line in lines:
            made, arxiv = line.startswith(b'{"id":"made'), line.startswith(b'{"id":"arXiv:')
            counts["generated" if made else "arXiv" if arxiv else "conference lists"] += 1
    return counts


def read_papers(path: Path, count: int | None = None) -> Iterator[Paper]:
    """The papers of a collection, in order."""
    with path.open("rb") as lines:
        for line in islice(lines, count):
            yield Paper.from_record(orjson.loads(line))


def more_papers(count: int) -> list[Paper]:
    """Papers that are in no collection: to be added to one."""
    return list(made_papers(count, SEED + 1))


def write_papers(papers: list[Paper], path: Path) -> Path:
    """The papers as canonical JSON Lines."""
    path.write_bytes(b"".join(_line(paper) for paper in papers))
    return path


def _line(paper: Paper) -> bytes:
    named = replace(paper, venue=_VENUES.canonical(paper.venue))
    return orjson.dumps(named.as_record(), option=orjson.OPT_APPEND_NEWLINE)


def _lines(data: Path, made_only: bool) -> Iterator[bytes]:
    parts: tuple[Callable[[Path], Iterator[Paper]], ...] = (_conferences, _arxiv)
    seen: set[str] = set()
    for part in () if made_only else parts:
        for paper in part(data):
            if paper.id not in seen:
                seen.add(paper.id)
                yield _line(paper)
    yield from map(_line, made_papers(1 << 40, SEED))


def _conferences(data: Path) -> Iterator[Paper]:
    archive = SHARED / "corpora" / "paperlists.tar.xz"
    if not archive.exists():
        return
    with tempfile.TemporaryDirectory(dir=data) as folder:
        with tarfile.open(archive) as lists:
            lists.extractall(folder, filter="data")
        for path in expand(folder):
            yield from _usable(path)


def _arxiv(_data: Path) -> Iterator[Paper]:
    records = SHARED / "corpora" / "arxiv-100k.jsonl.xz"
    if records.exists():
        yield from _usable(str(records))


def _usable(path: str) -> Iterator[Paper]:
    return (entry for entry in read_file(path) if isinstance(entry, Paper))


def main() -> None:
    """Make the collections named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("counts", nargs="+", type=parse_count, help="how many papers: 10k 80k")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the collections")
    asked = parser.parse_args()
    for count in asked.counts:
        path = collection(asked.data, count)
        print(path, origins(path))


if __name__ == "__main__":
    main()
