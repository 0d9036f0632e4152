"""Whose sources are they? A rebuild reads what an index names, and an index may come from anybody."""

from __future__ import annotations

import os
from pathlib import Path

from indexer.index.errors import UntrustedSourcesError
from indexer.index.store.manifest import STANDARD_INPUT, UNSEALED, Manifest, toc_path
from indexer.index.store.origin import origin_here
from indexer.ingest.plan import Plan
from indexer.ingest.tasks import digest


def check_trusted(base: Manifest, plan: Plan, folder: Path) -> None:
    """Raise UntrustedSourcesError where sources were recorded on another machine, by another user or elsewhere."""
    named = [source for source in plan.sources if source != STANDARD_INPUT]
    why = _unlike_before(base, plan) if base.format == UNSEALED else _foreign(base, folder)
    if why and named:
        raise UntrustedSourcesError(
            f"{folder} {why}. A rebuild would read what it names: {', '.join(named)}. "
            "If you want that, run it with --trust-sources",
            sources=tuple(named),
        )


def _foreign(base: Manifest, folder: Path) -> str:
    """Why an index is not of here, as the end of a sentence; empty where it is."""
    made, here = base.origin, origin_here(folder)
    if made is None:
        return "does not say where it was made"
    if made.machine != here.machine:
        return "was made on another machine"
    owner = os.stat(toc_path(folder, base.generation)).st_uid
    if made.user != here.user or (hasattr(os, "getuid") and owner != os.getuid()):
        return "was made by another user"
    if made.folder != here.folder:
        return f"was made as {made.folder}"
    return ""


def _unlike_before(base: Manifest, plan: Plan) -> str:
    """The format before seals did not say where it was made: what is still just what it recorded tells nothing new."""
    recorded = {file.path: file for file in base.files}
    for file in plan.files:
        known = recorded.get(file.path)
        same = known is not None and known.size == file.size and known.digest == digest(file.path)
        if file.stored is None and not same:
            return f"is of an older format, and {file.path} is not what it was then"
    return ""
