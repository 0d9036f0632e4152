"""What a handler is given and what it gives back: plain records, so that it needs no server to be tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson

from query.faces.web.serving.served_index import Snapshot
from query.faces.web.settings import Settings
from query.search import PaperIndex

JSON = "application/json"
HTML = "text/html; charset=utf-8"
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Call:
    """A request: its method, the values of the gaps in its route, its parameters in order, its body.

    `site` is scheme and host under which it came, for addresses that must be whole.
    """

    method: str
    gaps: Sequence[str]
    pairs: Sequence[tuple[str, str]]
    body: bytes
    snapshot: Snapshot
    settings: Settings
    site: str

    @property
    def index(self) -> PaperIndex:
        """The generation that this request is answered from."""
        return self.snapshot.index

    def address(self, path: str) -> str:
        """A path of ours as a whole address."""
        return f"{self.site}{self.settings.prefix}{path}"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: bytes, or pieces of them that are made while they are sent.

    `kept`: whether the same question has the same answer for as long as the index stays, so that it may be kept.
    """

    body: bytes | Iterator[bytes]
    media_type: str = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    kept: bool = True


Handler = Callable[[Call], Reply]


def json_reply(value: Any, status: int = 200, *, kept: bool = True) -> Reply:
    """A value as JSON."""
    return Reply(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS), JSON, status, kept=kept)


@lru_cache(8192)
def escaped(text: str) -> str:
    """A text as one segment of a path: arXiv ids and DOIs hold slashes."""
    if text.isascii() and text.replace(" ", "").isalpha():
        # Most names of people.
        return text.replace(" ", "%20")
    return quote(text, safe="", errors="replace")
