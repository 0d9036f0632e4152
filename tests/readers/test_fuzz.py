"""Every reader on damaged files: whatever the bytes, it gives entries or says in one line why it cannot.

`make fuzz` tries thousands of files a format where this tries some dozens (QUIVER_FUZZ).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.index.errors import SourceError
from indexer.index.record.paper import Paper
from indexer.readers.entries import Rejected
from indexer.readers.formats import named
from indexer.readers.sources import read_file
from tests.readers.test_golden import GOLDEN, NAMES

EXAMPLES = int(os.environ.get("QUIVER_FUZZ", "40"))

# What formats are made of, so that damage is not only noise.
SIGNS = b"{ } \" [ ] , < > # ( ) $ \\ ' & ; = % -1 1e999 null \x00 \xff \xa0 \xed\xa0\x80 <!-- <![CDATA[".split(b" ")
MARKS = (b"@article{x,", b"\n", b"\r", b"\t", b"</article>", b"<article key='a/b'>", b"TY  - ", b"ER  - \n", b"%0 ")
PIECES = st.sampled_from((*SIGNS, *MARKS, b"PMID- ", b"<!DOCTYPE x [<!ENTITY a '&b;'>")) | st.binary(max_size=4)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), PIECES, st.booleans()), min_size=1, max_size=6)


def damaged(data: bytes, edits: list[tuple[float, int, bytes, bool]]) -> bytes:
    """The data with pieces cut out and put in, or the end cut off."""
    for place, cut, piece, is_end in edits:
        at = int(place * len(data))
        data = data[:at] + (b"" if is_end and cut == 0 else piece + data[at + cut :])
    return data


@pytest.mark.parametrize("name", [*NAMES, "jsonl", "paperlists", "arrow", "arxiv"])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=EDITS, says=st.booleans(), longest=st.sampled_from([64, 500, 1 << 24]))
def test_a_reader_never_fails(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    edits: list[tuple[float, int, bytes, bool]],
    says: bool,
    longest: int,
) -> None:
    """Papers are whole and come back from their records, refusals and warnings are one line with a place."""
    source = GOLDEN / f"{name if name in NAMES else 'json'}.txt"
    path = Path(tmp_path_factory.getbasetemp(), f"fuzz-{name}")
    path.write_bytes(damaged(source.read_bytes(), edits))
    entries, refusal = [], ""
    try:
        entries = list(read_file(str(path), named(name).name if says else None, longest))
    except SourceError as error:
        refusal = str(error)
    assert not refusal or refusal.isprintable()
    for entry in entries:
        if isinstance(entry, Paper):
            assert entry.title.strip()
            assert Paper.from_record(entry.as_record()) == entry
        else:
            assert entry.line >= 1
            assert entry.reason.isprintable()
            assert not isinstance(entry, Rejected) or len(entry.record) <= 1 << 20
