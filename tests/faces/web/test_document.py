"""docs/http.md tells the truth: it is what the server's own description and its answers say today."""

from __future__ import annotations

from tests.http_document import DOCUMENT, written


def test_the_document_is_what_the_server_says() -> None:
    """`python -m tests.http_document` writes it anew."""
    assert DOCUMENT.read_text(encoding="utf-8") == written()
