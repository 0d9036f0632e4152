"""One connection that is kept, over which one request follows the other.

The client of the standard library parses headers as mail and takes half a millisecond for it, which would be counted
as the server's.
"""

from __future__ import annotations

import socket

_BLOCK = 1 << 20


class KeepAlive:
    """A connection to a server on this machine. Raises OSError where it ends, or an answer is not 200."""

    def __init__(self, port: int) -> None:
        self._head = f" HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n".encode()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str) -> bytes:
        """The body of what is at a path."""
        self._socket.sendall(b"GET " + path.encode() + self._head)
        head, found, body = b"", b"", b""
        while not found:
            head, found, body = (head + body + self._received()).partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        if b" 200 " not in lines[0] + b" ":
            raise OSError(f"{path}: {lines[0].decode()}")
        size = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))
        while len(body) < size:
            body += self._received()
        return body

    def _received(self) -> bytes:
        block = self._socket.recv(_BLOCK)
        if not block:
            raise OSError("the server ended the connection")
        return block

    def close(self) -> None:
        """End it."""
        self._socket.close()
