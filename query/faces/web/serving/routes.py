"""From the path of a request to its handler, read from the path as it was sent: an id may hold encoded slashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from query.faces.web.serving.call import Handler


@dataclass(frozen=True, slots=True)
class Route:
    """An address: `{...}` in its path is a gap; `face` is api, page or file, and says how errors look.

    `forever` marks what never changes under its address. `largest` is how many bytes a body may have;
    `cached` says that the generation decides the answer.
    """

    path: str
    handler: Handler
    face: str = "api"
    methods: tuple[str, ...] = ("GET",)
    forever: bool = False
    largest: int = 0
    cached: bool = True

    @property
    def parts(self) -> tuple[str, ...]:
        """The path in segments."""
        return _parts(self.path)


@cache
def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/"))


def match(route: Route, segments: Sequence[str]) -> list[str] | None:
    """Values of the gaps where the route fits these decoded segments.

    One gap may take several segments: what sits before us may have decoded the slashes of an id.
    """
    parts = route.parts
    more = len(segments) - len(parts)
    gap = next((number for number, part in enumerate(parts) if part.startswith("{")), -1)
    if more < 0 or (more and gap < 0):
        return None
    joined = [*segments]
    if more:
        joined[gap : gap + more + 1] = ["/".join(segments[gap : gap + more + 1])]
    values = []
    for part, given in zip(parts, joined, strict=True):
        if part.startswith("{"):
            if not given:
                return None
            values.append(given)
        elif part != given:
            return None
    return values


def find(routes: Sequence[Route], raw_path: bytes) -> tuple[list[Route], list[str]]:
    """Routes of an address, a method each, and the values of their gaps; none where there is no such address.

    A route without more segments than the path goes before one whose gap must take several.
    """
    segments = [unquote(part) for part in raw_path.decode("latin-1").lstrip("/").split("/")]
    exact: list[Route] = []
    wider: list[Route] = []
    gaps: dict[str, list[str]] = {}
    for route in routes:
        values = match(route, segments)
        if values is not None:
            (exact if len(route.parts) == len(segments) else wider).append(route)
            gaps[route.path] = values
    chosen = exact or wider
    if not chosen and len(segments) > 1 and not segments[-1]:
        # People end addresses with a slash.
        return find(routes, raw_path.rstrip(b"/"))
    # `/api/papers/a/b/related` is the related papers of a/b, not the paper of that id.
    longest = max((len(route.parts) for route in chosen), default=0)
    chosen = [route for route in chosen if len(route.parts) == longest]
    return chosen, gaps[chosen[0].path] if chosen else []
