"""Elements cut out of a document whose root declares their prefixes, as elements without any."""

from __future__ import annotations

import re

_DECLARED = re.compile(rb"""\sxmlns(?::[\w.-]+)?\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""")
_PREFIX = re.compile(rb"(</?)[A-Za-z_][\w.-]*:(?=[A-Za-z_])")
_ATTRIBUTE = re.compile(rb"""(<[^<>]*\s)[A-Za-z_][\w.-]*:([\w.-]+\s*=\s*["'])""")


def without_namespaces(text: bytes) -> bytes:
    """The text of an element, `<arxiv:doi xmlns:arxiv="...">` as `<doi>`."""
    text = _PREFIX.sub(rb"\1", _DECLARED.sub(b"", text))
    while (changed := _ATTRIBUTE.sub(rb"\1\2", text)) != text:
        text = changed
    return text
