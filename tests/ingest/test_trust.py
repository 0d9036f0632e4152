"""A rebuild of an index that came from elsewhere does not read what it names, unless it is asked to."""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from indexer.index.errors import BadIndexError, SourceError, UntrustedSourcesError
from indexer.index.store.generation import latest
from indexer.index.store.manifest import UNSEALED, Manifest, read_recorded, toc_name
from indexer.index.store.published import whoosh_half
from indexer.ingest.build import build, rebuild
from indexer.ingest.update import delete, update
from query.faces.cli.commands import cli
from tests.ingest.conftest import Write, held
from tests.segment.formats.make import HERE, NAME

SECRET = "a line that nobody should read"


def rewritten(index: Path, change: Callable[[Manifest], Manifest]) -> None:
    """Write the manifest again as somebody would who knows how."""
    manifest = latest(index)
    (index / toc_name(manifest.generation)).write_bytes(change(manifest).dump(whoosh_half(manifest, index)))


def foreign(manifest: Manifest, **changes: str) -> Manifest:
    assert manifest.origin is not None
    return replace(manifest, origin=replace(manifest.origin, **changes))


CHANGES: dict[str, Callable[[Manifest], Manifest]] = {
    "on another machine": lambda manifest: foreign(manifest, machine="0" * 32),
    "by another user": lambda manifest: foreign(manifest, user="4711"),
    "as /elsewhere": lambda manifest: foreign(manifest, folder="/elsewhere"),
}


@pytest.mark.parametrize("why", list(CHANGES))
def test_a_foreign_index_is_not_rebuilt_unasked(write: Write, index: Path, tmp_path: Path, why: str) -> None:
    """Its sources are named, nothing of them is read, nothing changes; a change before does not make it ours."""
    build([write("a.jsonl", x="One", y="Two")], index)
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    rewritten(index, lambda manifest: replace(CHANGES[why](manifest), sources=(str(secret),)))
    delete(["y"], index)
    with pytest.raises(UntrustedSourcesError, match=f"{why}.*{secret}.*--trust-sources") as error:
        rebuild(index)
    assert error.value.sources == (str(secret),)
    said = CliRunner().invoke(cli, ["rebuild", "--index", str(index)])
    assert (said.exit_code, str(secret) in said.output, SECRET in said.output) == (1, True, False)
    assert held(index) == {"x": "One"}
    with pytest.raises(SourceError) as refused:
        rebuild(index, trust_sources=True)
    assert SECRET[:6] not in str(refused.value)


@pytest.mark.parametrize("missing", [{"origin": None}, {"index": ""}, {"identity": ""}])
def test_an_index_of_no_origin_is_none(write: Write, index: Path, missing: dict[str, Any]) -> None:
    """One that does not say where it was made is refused by everything."""
    build([write("a.jsonl", x="One", y="Two")], index)
    rewritten(index, lambda manifest: replace(manifest, **missing))
    for change in (rebuild, lambda path: delete(["x"], path), latest):
        with pytest.raises(BadIndexError, match="where that was made"):
            change(index)


def test_asked_for_it_is_rebuilt_and_ours(write: Write, index: Path, tmp_path: Path) -> None:
    """With the option once; a rebuild after it needs none. A folder that was moved counts as foreign."""
    build([write("a.jsonl", x="One")], index)
    moved = Path(shutil.move(index, tmp_path / "moved.idx"))
    update([write("b.jsonl", y="Two")], moved)
    with pytest.raises(UntrustedSourcesError, match=f"was made as {index}"):
        rebuild(moved)
    said = CliRunner().invoke(cli, ["rebuild", "--trust-sources", "--index", str(moved)])
    assert said.exit_code == 0
    rebuild(moved)
    assert held(moved) == {"x": "One", "y": "Two"}


def test_a_link_to_the_folder_is_the_folder(write: Write, index: Path, tmp_path: Path) -> None:
    """Whichever way it is named."""
    build([write("a.jsonl", x="One")], index)
    (tmp_path / "link").symlink_to(index)
    rebuild(tmp_path / "link")
    build([tmp_path / "a.jsonl"], tmp_path / "link")
    rebuild(index)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owners here")
def test_an_index_that_another_user_has_written_is_foreign(
    write: Write, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it says of itself."""
    build([write("a.jsonl", x="One")], index)
    rewritten(index, lambda manifest: foreign(manifest, user="4711"))
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(UntrustedSourcesError, match="by another user"):
        rebuild(index)


@pytest.mark.parametrize(
    "content", [SECRET.encode(), b"root:x:0:0:root:/root:/bin/bash\n", b"\x00\x01key", b"\xff\xfekey"]
)
def test_an_error_quotes_nothing_of_an_unknown_format(tmp_path: Path, index: Path, content: bytes) -> None:
    """Text or bytes: the message names the file alone."""
    secret = tmp_path / "secret"
    secret.write_bytes(content)
    with pytest.raises(SourceError, match=f"{secret}") as error:
        build([secret], index)
    assert all(part not in str(error.value) for part in ("root:", "nobody", "key", "begins with"))


@pytest.fixture(name="old")
def fixture_old(tmp_path: Path) -> Path:
    """A copy of the kept index of the format before seals."""
    return Path(shutil.copytree(HERE / str(UNSEALED) / NAME, tmp_path / "old.idx"))


def pointed(old: Path, sources: dict[str, Path]) -> Manifest:
    """Let an index of that format name other sources, with right checksums."""
    path = old / "_MAIN_3.toc"
    data = path.read_bytes()
    length, _, version, magic = struct.unpack("<QII8s", data[-24:])
    body = data[-24 - length : -24]
    for name, source in sources.items():
        body = body.replace(orjson.dumps(name), orjson.dumps(str(source)))
    head = data[: -24 - length]
    crc = zlib.crc32(struct.pack("<Q", len(body)), zlib.crc32(head + body))
    path.write_bytes(head + body + struct.pack("<QII8s", len(body), crc, version, magic))
    return read_recorded(old, 3)


def test_an_older_index_of_the_same_sources_is_rebuilt(old: Path, tmp_path: Path) -> None:
    """Its deletions hold; sources that are not what they were are asked for."""
    lines = (HERE.parents[2] / "corpus" / "papers.jsonl").read_bytes().splitlines(keepends=True)[:8]
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_bytes(b"".join(lines))
    second.write_bytes(lines[2])
    manifest = pointed(old, {"first.jsonl": first, "second.jsonl": second})
    assert manifest.sources == (str(first), str(second))
    with pytest.raises(UntrustedSourcesError, match="older format"):
        rebuild(old)
    report = rebuild(old, trust_sources=True)
    assert (report.papers, report.deleted) == (7, 1)
    assert latest(old).deleted == manifest.deleted
    rebuild(old)


def test_an_older_index_gives_its_stored_papers(old: Path) -> None:
    """Sources that are gone are taken from it as they are stored."""
    report = rebuild(old, missing="keep")
    assert report.papers == 7
