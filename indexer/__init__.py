"""Builds and keeps the index: what an index is (`index`), how papers are read (`readers`), how they get in."""
