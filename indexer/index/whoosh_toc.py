"""Whoosh's half of the table of contents."""

from __future__ import annotations

from pathlib import Path

from indexer.index.manifest import Manifest


def whoosh_toc(manifest: Manifest, folder: Path) -> bytes:
    """What `whoosh.index.open_dir` reads of a generation."""
    return b""
