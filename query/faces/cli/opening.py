"""Opening an index for a command, with what its user should know of it."""

from __future__ import annotations

from pathlib import Path

from query.faces.printed.output import write_messages
from query.faces.printed.terminal import safe
from query.search import PaperIndex


def open_index(path: Path) -> PaperIndex:
    """An index to use as a context manager; its warnings go to standard error."""
    index = PaperIndex.open(path)
    write_messages(f"warning: {safe(warning)}" for warning in index.warnings)
    return index
