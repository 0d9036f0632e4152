"""Text as an index holds it: UTF-8 in which halves of surrogate pairs may stand, since JSON may bring them."""

from __future__ import annotations

from indexer.index.errors import BadIndexError


def encode(text: str) -> bytes:
    """The bytes of a text; every text has some."""
    return text.encode("utf-8", "surrogatepass")


def decode(raw: bytes) -> str:
    """The text of bytes that an index holds. Raises BadIndexError where they are no text."""
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise BadIndexError(
            f"the index is damaged: {raw!r:.60} in a table of texts is no UTF-8 (byte {error.start}); "
            "run `quiver verify`, then `quiver rebuild`"
        ) from error
