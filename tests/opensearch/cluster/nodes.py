"""A real cluster for tests: one process a node, on loopback, with little memory, gone when the tests are.

Made of what Maven brings (once, to `.cache/opensearch` or QUIVER_OPENSEARCH_CACHE) and a JDK of 21 or newer; where
one of them is not found, `missing` says which.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_HERE = Path(__file__).parent
_CACHE = Path(os.environ.get("QUIVER_OPENSEARCH_CACHE", Path(__file__).parents[3] / ".cache" / "opensearch"))
_OLDEST = 21
_HEAP = "512m"
_START_SECONDS = 180
# Without the first two a node needs a minute; without the last it refuses work at this heap although it has room.
_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED")
_SETTINGS = ("indices.breaker.total.use_real_memory=false",)


def java_home() -> Path | None:
    """The newest JDK of the machine that is new enough: JAVA_HOME, what `java` is, or what stands where JDKs stand."""
    places = [Path(home) for name in ("JAVA_HOME", "JDK_HOME") if (home := os.environ.get(name))]
    if (java := shutil.which("java")) is not None:
        places.append(Path(java).resolve().parents[1])
    places += [path for folder in ("/usr/lib/jvm", "/opt") for path in sorted(Path(folder).glob("*"))]
    found = [(version, place) for place in places if (version := _version(place)) >= _OLDEST]
    return max(found)[1] if found else None


def _version(home: Path) -> int:
    with suppress(OSError):
        if (home / "bin" / "javac").exists():
            told = re.search(r'JAVA_VERSION="(\d+)', (home / "release").read_text())
            return int(told[1]) if told else 0
    return 0


def missing() -> str | None:
    """What a cluster lacks on this machine; None where nothing is lacking."""
    if java_home() is None:
        return f"no JDK of {_OLDEST} or newer"
    return None if shutil.which("mvn") else "no Maven"


def fetched() -> str | None:
    """The same once everything is fetched and compiled: Maven may be there and reach nothing."""
    if (lacks := missing()) is None:
        try:
            _classpath()
        except (OSError, subprocess.SubprocessError) as error:
            lacks = f"what a node consists of could not be fetched or compiled ({error})"
    return lacks


def _classpath() -> str:
    """Where the classes are; fetched and compiled where they are not."""
    home = java_home()
    assert home is not None
    libraries, classes = _CACHE / "lib", _CACHE / "classes"
    made, source = classes / "ClusterNode.class", _HERE / "ClusterNode.java"
    jar = _CACHE / "node.jar"
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        jar.unlink(missing_ok=True)
        libraries.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(classes, ignore_errors=True)
        fetch = ["mvn", "-B", "-q", "-f", str(_HERE / "pom.xml"), "dependency:copy-dependencies"]
        subprocess.run([*fetch, f"-DoutputDirectory={libraries}"], check=True, timeout=900)
        javac = [str(home / "bin" / "javac"), "-d", str(classes), "-cp", f"{libraries}/*"]
        subprocess.run([*javac, str(source)], check=True, timeout=300)
    # In a jar, since the node looks at every entry of its class path as a file.
    if not jar.exists():
        subprocess.run([str(home / "bin" / "jar"), "cf", str(jar), "-C", str(classes), "."], check=True, timeout=60)
    return f"{jar}:{libraries}/*"


class Cluster:
    """A running cluster; `nodes` are processes, by number from 1."""

    def __init__(self, folder: Path, count: int, settings: Sequence[str]) -> None:
        self._folder, self.count = folder, count
        self._settings = (*_SETTINGS, *settings)
        self._http, self._transport = _free(count), _free(count)
        self.nodes: dict[int, subprocess.Popen[bytes]] = {}

    @classmethod
    def at(cls, url: str) -> Cluster:
        """One node that somebody else has started, at `http://127.0.0.1:PORT`, and may be written to."""
        there = cls(Path(), 1, ())
        there._http = int(url.rsplit(":", 1)[1]) - 1
        return there

    def url(self, number: int = 1) -> str:
        """The address of a node."""
        return f"http://127.0.0.1:{self._http + number}"

    def index(self, name: str = "papers") -> str:
        """The address of an index at all nodes."""
        others = [self.url(number).removeprefix("http://") for number in range(2, self.count + 1)]
        return ",".join((self.url(1), *others)) + f"/{name}"

    def start(self, number: int) -> None:
        """Start a node, new or killed before."""
        home = java_home()
        assert home is not None
        command = [str(home / "bin" / "java"), f"-Xms{_HEAP}", f"-Xmx{_HEAP}", *_FLAGS]
        command += ["--add-modules", "jdk.incubator.vector", "-cp", _classpath(), "ClusterNode", str(self._folder)]
        command += [str(number), str(self.count), str(self._http), str(self._transport), *self._settings]
        with (self._folder / f"node{number}.log").open("ab") as log:
            self.nodes[number] = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.PIPE, start_new_session=True
            )

    def ask(self, path: str, body: object = None, method: str = "GET", node: int = 1) -> object:
        """An answer of a node, parsed."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url(node) + path, data, {"content-type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def wait(self, nodes: int | None = None, node: int = 1) -> None:
        """Until so many nodes are there, or all."""
        wanted, end = nodes or self.count, time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            for number, process in self.nodes.items():
                if process.poll() is not None and number == node:
                    raise RuntimeError((self._folder / f"node{number}.log").read_text()[-2000:])
            with suppress(OSError, ValueError):
                health = self.ask(f"/_cluster/health?wait_for_nodes={wanted}&timeout=2s", node=node)
                if isinstance(health, dict) and not health["timed_out"]:
                    return
            time.sleep(0.3)
        raise RuntimeError(f"{wanted} nodes were not there after {_START_SECONDS} s")

    def signal(self, number: int, which: int) -> None:
        """Send a signal to a node: SIGKILL, SIGSTOP, SIGCONT."""
        self.nodes[number].send_signal(which)
        if which == signal.SIGKILL:
            _ended(self.nodes.pop(number))

    def stop(self) -> None:
        """End every node, whatever state it is in."""
        for process in self.nodes.values():
            process.kill()
        for process in self.nodes.values():
            _ended(process)
        self.nodes.clear()


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.wait()
    assert process.stdin is not None
    process.stdin.close()


def _free(count: int) -> int:
    """A port after which `count` others are free just now."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            base: int = first.getsockname()[1]
        with suppress(OSError):
            for port in range(base + 1, base + count + 1):
                with socket.socket() as other:
                    other.bind(("127.0.0.1", port))
            if base + count < 65_000:
                return base


@contextmanager
def running(folder: Path, count: int, settings: Sequence[str] = ()) -> Iterator[Cluster]:
    """A cluster of `count` nodes with further settings (`key=value`), stopped whatever happens."""
    cluster = Cluster(folder, count, settings)
    try:
        for number in range(1, count + 1):
            cluster.start(number)
        cluster.wait()
        yield cluster
    finally:
        cluster.stop()
