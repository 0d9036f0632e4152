"""Bytes in, papers out: one module a format, one table that lists them (`formats`), and the way to the bytes
(`sources`, `streams`).
"""
