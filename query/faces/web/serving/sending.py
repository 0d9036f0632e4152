"""What every answer is sent through: headers that all have, and its status, for the log."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Message, Send

SECURITY: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
"""What a page may do: run the script that is its own, load nothing from elsewhere, stand in no frame."""
_SECURED = [(name.encode(), value.encode()) for name, value in SECURITY.items()]
_NAMES = frozenset(name for name, _ in _SECURED)
_VARY = (b"vary", b"Accept-Encoding")
"""Whoever keeps answers keeps those that are compressed apart."""


class Answer:
    """One answer on its way; `status` is 0 until it has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        """Send a part of it."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = [header for header in message["headers"] if header[0] not in _NAMES]
            message["headers"] = [*given, *_SECURED, _VARY]
        await self._send(message)
