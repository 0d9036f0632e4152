"""Rejected records can be mended and fed again."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from indexer.index.errors import UsageError
from indexer.readers.entries import Rejected
from query.faces.cli.rejects import check_writable, reject_lines

WHY = {"file": "a.jsonl", "line": 3, "reason": "why"}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b'{"title": "x", "year": "20l8"}', {"title": "x", "year": "20l8"}),
        (b"[1]", {"_raw": "[1]"}),
        (b'{"title": ', {"_raw": '{"title": '}),
        (b"\xff\n", {"_raw": "\ufffd\n"}),
    ],
)
def test_a_rejected_record_is_kept_with_its_reason(record: bytes, expected: dict[str, str]) -> None:
    """An object keeps its keys, anything else its text; both say file, line and reason."""
    (line,) = reject_lines([Rejected("a.jsonl", 3, "why", record)])
    assert orjson.loads(line) == expected | {"_rejected": WHY}


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    """A folder, or a file in a folder that is not there, is refused."""
    for path in (tmp_path, tmp_path / "none" / "bad.jsonl"):
        with pytest.raises(UsageError, match="cannot be written"):
            check_writable(path)
    check_writable(tmp_path / "bad.jsonl")
