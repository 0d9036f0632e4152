"""Elements cut out of a document whose root declares their prefixes, as elements without any."""

from __future__ import annotations

import re
from typing import BinaryIO

from indexer.readers.inputs import HEAD

_DECLARED = re.compile(rb"""\sxmlns(?::[\w.-]+)?\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""")
_PREFIX = re.compile(rb"(</?)[A-Za-z_][\w.-]*:(?=[A-Za-z_])")
_ATTRIBUTE = re.compile(rb"""(<[^<>]*\s)[A-Za-z_][\w.-]*:([\w.-]+\s*=\s*["'])""")


def without_namespaces(text: bytes) -> bytes:
    """The text of an element, `<arxiv:doi xmlns:arxiv="...">` as `<doi>`."""
    text = _PREFIX.sub(rb"\1", _DECLARED.sub(b"", text))
    while (changed := _ATTRIBUTE.sub(rb"\1\2", text)) != text:
        text = changed
    return text


def spelled(stream: BinaryIO, *names: str) -> tuple[str, ...]:
    """The names of elements with every prefix that the first 64 KiB of a document write before them, and without."""
    head = getattr(stream, "peek", lambda size: b"")(HEAD)[:HEAD]
    pattern = rb"<(?:([A-Za-z_][\w.-]*):)?(?:%s)[\s/>]" % "|".join(names).encode()
    prefixes = {found[1].decode() for found in re.finditer(pattern, head) if found[1] is not None}
    return (*names, *(f"{prefix}:{name}" for prefix in sorted(prefixes) for name in names))
