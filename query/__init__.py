"""Searching an index: `PaperIndex` is what programs use; the rest is how it answers."""
