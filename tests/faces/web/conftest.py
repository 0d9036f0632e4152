"""The web face in this process, over the corpus and over records that mean harm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from starlette.testclient import TestClient

from indexer.ingest.build import build
from query.faces.web.application import make_application
from query.faces.web.settings import Settings


def client_of(index: Path, **settings: object) -> TestClient:
    """A client of a server over an index, which asks as a program on this machine does.

    A request may take a minute, unless a test is of that: a busy machine made one of 503.
    """
    made = Settings(index, **{"log": "none", "timeout": 60.0, **settings})  # type: ignore[arg-type]  # as the record declares them
    return TestClient(make_application(made), base_url="http://127.0.0.1:8765", raise_server_exceptions=False)


@pytest.fixture(scope="session")
def client(corpus_index: Path) -> Iterator[TestClient]:
    """The corpus over HTTP."""
    with client_of(corpus_index) as found:
        yield found


ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "$\\href{javascript:alert(1)}{x}$ $<img src=x onerror=alert(1)>$",
    "\u202eevil\u202c \x00 \x1b[31m ]]>--><!--",
    "../../../../etc/passwd",
    "x\r\nSet-Cookie: a=b",
    "{{7*7}} {% include 'x' %} ${7*7}",
    "a' onmouseover='alert(1)",
)
"""What must come out inert, wherever it stands."""


@pytest.fixture(scope="session")
def hostile_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index whose every record carries an attack in each of its fields."""
    folder = tmp_path_factory.mktemp("hostile")
    lines = []
    for number, attack in enumerate(ATTACKS):
        plain = "".join(sign for sign in attack if sign.isprintable())
        record = {
            "id": f"{number} {plain}",
            "title": f"Graph {attack}",
            "abstract": f"Of graphs {attack}",
            "authors": [f"Ada {attack}", {"name": "Bob Example", "id": attack, "orcid": attack}],
            "venue": f"Venue {attack}",
            "year": 2020,
            "url": attack,
            "pdf": attack,
            "doi": attack,
            "arxiv": attack,
            "keywords": [attack],
            "note": {attack: [attack]},
        }
        lines.append(orjson.dumps(record))
    source = folder / "hostile.jsonl"
    source.write_bytes(b"\n".join(lines))
    build([source], folder / "hostile.idx")
    return folder / "hostile.idx"
