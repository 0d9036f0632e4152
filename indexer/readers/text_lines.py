"""Text of citation formats in lines: whatever ends its lines and however it is encoded."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from indexer.readers.entries import Origin, Warned
from indexer.readers.inputs import blocks_of, chunked

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LEGACY = "cp1252"
"""What text that is not UTF-8 is taken for: Latin-1 with the signs that Windows added to it."""


def unified(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks with every line ended by a line feed alone: CR LF and the lone CR of old files are one too."""
    held = b""
    for block in blocks:
        block = held + block
        held = b""
        if b"\r" in block:
            if block.endswith(b"\r"):
                # The line feed that belongs to it may begin the next block.
                block, held = block[:-1], b"\r"
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if block:
            yield block
    if held:
        yield b"\n"


def text_chunks(stream: BinaryIO, origin: Origin) -> Iterator[tuple[int, bytes]]:
    """Whole lines in chunks, each with the number of its first line; without a byte order mark.

    Of a line longer than the longest record the rest may be left out.
    """
    for first, chunk in chunked(unified(blocks_of(stream)), origin.max_record):
        if BYTE_ORDER_MARK in chunk:
            # Files that were joined have one where each of them began.
            chunk = chunk.removeprefix(BYTE_ORDER_MARK).replace(b"\n" + BYTE_ORDER_MARK, b"\n")
        yield first, chunk


def text_lines(stream: BinaryIO, origin: Origin) -> Iterator[tuple[int, bytes]]:
    """Every line with its number, from 1, without its end and without a byte order mark.

    Of a line longer than the longest record the rest may be left out.
    """
    for first, chunk in text_chunks(stream, origin):
        for number, line in enumerate(io.BytesIO(chunk), first):
            yield number, line[:-1] if line.endswith(b"\n") else line


def decoded(data: bytes, origin: Origin, line: int) -> tuple[str, list[Warned]]:
    """The text of a record, and a warning where it is not UTF-8 and was taken for Windows-1252."""
    try:
        return data.decode(), []
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 (byte 0x{data[error.start]:02x}); read as Windows-1252"
    try:
        text = data.decode(LEGACY)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text, [Warned(origin.file, line, "encoding", reason)]
