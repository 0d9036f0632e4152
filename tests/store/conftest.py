"""What the tests of the store share with those of builds: sources written by hand, and a folder for an index."""

from __future__ import annotations

from tests.ingest.conftest import index, write

__all__ = ["index", "write"]
