"""uvicorn over one socket: a worker in this process, or several that share it."""

from __future__ import annotations

import errno
import socket
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from indexer.index.errors import UsageError
from query.faces.web.application import make_application
from query.faces.web.serving.served_index import ServedIndex
from query.faces.web.serving.workers import Workers, worker_begins
from query.faces.web.settings import Settings

_BACKLOG = 1024


def bound(settings: Settings) -> socket.socket:
    """The socket that all workers take connections from. Raises UsageError where the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    found = socket.socket(family)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((settings.host, settings.port))
        found.listen(_BACKLOG)
    except OSError as error:
        found.close()
        where = f"{settings.host}:{settings.port}"
        option = "--host" if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL else "--port"
        raise UsageError(f"cannot listen at {where}: {error.strerror}; choose another with {option}") from error
    found.set_inheritable(True)
    return found


def run(settings: Settings, listening: socket.socket) -> None:
    """Serve until a signal says to end. Raises BadIndexError before the first request where there is no index."""
    config = uvicorn.Config(
        partial(_worker, settings),
        factory=True,
        workers=settings.workers,
        http="query.faces.web.serving.protocol:BoundedProtocol",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5,
        backlog=_BACKLOG,
    )
    if settings.workers == 1:
        uvicorn.Server(config).run(sockets=[listening])
    else:
        # Workers that cannot open the index would be started again and again: it is tried here first.
        ServedIndex(settings.index)
        Workers(config, [listening]).run()


def _worker(settings: Settings) -> ASGIApp:
    with worker_begins():
        return make_application(settings)
