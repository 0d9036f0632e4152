"""Addresses of pages: what is asked stands in the URL, and a link changes one thing of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

from query.faces.web.serving.call import escaped

Pairs = tuple[tuple[str, str], ...]
_quoted = lru_cache(4096)(quote_plus)


@dataclass(frozen=True, slots=True)
class State:
    """What a search is asked, as the parameters of its address."""

    prefix: str
    pairs: Pairs

    @classmethod
    def of(cls, prefix: str, pairs: Sequence[tuple[str, str]], known: Sequence[str]) -> State:
        """The parameters that a table knows, in its order; empty ones left out."""
        order = {name: number for number, name in enumerate(known)}
        kept = [pair for pair in dict.fromkeys(pairs) if pair[0] in order and pair[1]]
        return cls(prefix, tuple(sorted(kept, key=lambda pair: order[pair[0]])))

    def values(self, name: str) -> list[str]:
        """Values of a parameter."""
        return [value for key, value in self.pairs if key == name]

    def put(self, name: str, value: str | int) -> State:
        """The same with one more value of a parameter, from the first page on."""
        return State(self.prefix, (*self.without("offset").pairs, (name, str(value))))

    def without(self, name: str, value: str | None = None) -> State:
        """The same without a parameter, or without one value of it, from the first page on."""
        if all(key not in (name, "offset") for key, _ in self.pairs):
            return self
        return State(
            self.prefix,
            tuple(
                pair
                for pair in self.pairs
                if pair[0] not in (name, "offset") or (pair[0] == name != "offset" and value not in (None, pair[1]))
            ),
        )

    def only(self, name: str, value: str | int) -> State:
        """The same with this value of a parameter alone."""
        return self.without(name).put(name, value)

    def at(self, offset: int) -> State:
        """The same page of hits further on."""
        kept = self.without("offset").pairs
        return State(self.prefix, (*kept, ("offset", str(offset))) if offset else kept)

    def to(self, path: str = "/search") -> str:
        """The address."""
        # As urlencode does; a page has a hundred addresses of the same few values.
        asked = "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in self.pairs])
        return f"{self.prefix}{path}?{asked}" if asked else f"{self.prefix}{path}"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the things of a collection."""

    prefix: str

    def to(self, path: str, **values: str | int) -> str:
        """A path of ours with parameters."""
        return f"{self.prefix}{path}" + (f"?{urlencode(values)}" if values else "")

    def paper(self, identifier: str) -> str:
        """The page of a paper."""
        return f"{self.prefix}/papers/{escaped(identifier)}"

    def author(self, name: str) -> str:
        """The page of an author cluster."""
        return f"{self.prefix}/authors/{escaped(name)}"

    def venue(self, name: str, year: int | None = None) -> str:
        """The page of a venue, or of one of its years."""
        return f"{self.prefix}/venues/{escaped(name)}" + (f"/{year}" if year else "")

    def cluster(self, name: str) -> str:
        """A search for all papers of an author cluster."""
        return self.to("/search", author=name)
