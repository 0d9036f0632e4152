"""uvicorn's fast HTTP protocol, with an end to what a request may be before it is looked at."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 65_536
"""Bytes of a request's first line and headers."""
_REFUSAL = (
    b'{"error":{"kind":"too_large","message":"the request line and headers have more than %d bytes",'
    b'"position":null,"length":null,"suggestion":null}}' % LARGEST_HEAD
)


class BoundedProtocol(HttpToolsProtocol):
    """Ends connections that send a head without end: the parser itself keeps whatever comes."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head = 0
        self._in_head = True

    def on_message_begin(self) -> None:
        """A request begins."""
        self._in_head = True
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head is whole; the body has bounds of its own."""
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Some bytes came."""
        self._head += len(data)
        if self._in_head and self._head > LARGEST_HEAD:
            self.transport.write(
                b"HTTP/1.1 413 Content Too Large\r\ncontent-type: application/json\r\nconnection: close\r\n"
                b"content-length: %d\r\n\r\n" % len(_REFUSAL) + _REFUSAL
            )
            self.transport.close()
            return
        super().data_received(data)
