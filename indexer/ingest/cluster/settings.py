"""Numbers that the environment may set."""

from __future__ import annotations

import os

from indexer.index.errors import UsageError

SHARDS, REPLICAS = "QUIVER_OPENSEARCH_SHARDS", "QUIVER_OPENSEARCH_REPLICAS"


def number(variable: str, usual: int, least: int) -> int:
    """A number that the environment may set. Raises UsageError for what is none."""
    text = os.environ.get(variable, "")
    if not text:
        return max(usual, least)
    if not text.isdecimal() or not least <= int(text) <= 1000:
        raise UsageError(f"{variable} is {text!r}, not a number from {least} to 1000")
    return int(text)
