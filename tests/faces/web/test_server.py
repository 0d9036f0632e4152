"""`quiver serve` as processes: how it begins and how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

QUIVER = (sys.executable, "-m", "query.faces.cli.commands")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
@pytest.mark.parametrize(("number", "status", "said"), [(signal.SIGINT, 130, "quiver: interrupted\n"), (9, -9, "")])
def test_workers_end_with_their_parent(corpus_index: Path, number: int, status: int, said: str) -> None:
    """By Ctrl-C, which a terminal sends to all of them, or however else: without a traceback, and the port is free."""
    command = [*QUIVER, "serve", "--workers", "2", "--log", "none", "--port", "0", "--index", str(corpus_index)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as server:
        assert server.stderr is not None
        found = re.search(r":(\d+)/", server.stderr.readline())
        assert found
        port = int(found[1])
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60) as answer:
            assert answer.status == 200
        if number == signal.SIGINT:
            os.killpg(server.pid, number)
        else:
            server.send_signal(number)
        assert (server.wait(30), server.stderr.read()) == (status, said)
    for _ in range(300):
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)):
                break
        time.sleep(0.1)
    else:
        pytest.fail("a worker still listens")
