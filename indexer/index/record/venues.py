"""Which venue a published string means: a table of spellings, tolerant of years, ordinals and volumes.

`NIPS`, `Advances in Neural Information Processing Systems 31` and `NeurIPS 2018` are one venue. A workshop
beside a conference is not that conference, and a string the table does not know stays as it was published.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from unicodedata import normalize

from indexer.index.late_pattern import late
from indexer.index.record.venue_file import Venue, read_venues

__all__ = ["Venue", "VenueTable", "read_venues"]

_SHIPPED = Path(__file__).with_name("venues.json")

# Words that say nothing of which venue it is.
_FILLER = (
    "the of on in and for a an at to annual proceedings proc pre volume vol volumes no number issue pp pages "
    "part series held long short papers"
)
_DROPPED = frozenset(_FILLER.split())
_PUBLISHERS = "ieee acm cvf rsj usenix siam ifip springer elsevier aaai acl eurographics asme iapr"
_ORGANISATIONS = frozenset(_PUBLISHERS.split())
_WORDS_OUT = {"conf": "conference", "intl": "international", "int": "international", "symp": "symposium"}
# Words of what is held beside a conference and is not the conference.
_EVENTS = (
    "workshop workshops companion tutorial tutorials adjunct abstracts challenge challenges satellite "
    "competition competitions doctoral consortium"
)
_BESIDE = frozenset(_EVENTS.split())
_UNITS = "first second third fourth fifth sixth seventh eighth ninth"
_TEENS = "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
_TENS = "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth"
_ORDINALS = frozenset(f"{_UNITS} {_TEENS} {_TENS}".split())
_TENS_BEFORE = frozenset(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])

_SHORT_YEAR = late(r"['’‘`]\s?\d\d\b")
_IN_WORD = late(r"(?<=[^\W\d_])['’](?=[^\W\d_])")
_TOKEN = late(r"[^\W_]+\.?")
_NUMBER = late(r"\d+(?:st|nd|rd|th|e|eme)?")
_ROMAN = late(r"[ivxlc]+")
_WITH_YEAR = late(r"([^\W\d_]{2,})(?:(?:19|20)?\d\d)")
_BRACKETS = late(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_SEGMENTS = late(r"[,;:|/–—]|\s-\s|\s@\s")


class VenueTable:
    """Canonical names, types and spellings of venues; later venues win where two claim one spelling."""

    def __init__(self, venues: Iterable[Venue]) -> None:
        self._venues: dict[str, Venue] = {}
        self._exact: dict[str, str] = {}
        self._reduced: dict[str, str] | None = None
        self._lengths: dict[tuple[int, str], list[tuple[list[str], str]]] | None = None
        self._known: dict[str, str] = {}
        for venue in venues:
            self._venues[venue.name] = venue
            for spelling in (venue.name, *venue.spellings):
                self._exact[_folded(spelling)] = venue.name

    @staticmethod
    def default() -> VenueTable:
        """The table that Quiver ships; read once a process."""
        return _default()

    @property
    def venues(self) -> tuple[Venue, ...]:
        """Every venue of the table."""
        return tuple(self._venues.values())

    def extended(self, path: str | Path) -> VenueTable:
        """This table with the venues of a file, which win over the table's own.

        The file is JSON, `{"name": {"type": "conference", "spellings": ["...", ...]}}` or `{"name": []}`,
        or lines `name | type | spelling | spelling ...`, where a line that starts with `#` is a comment. The
        types are conference, journal, preprint or nothing. A venue that claims the name of another takes all
        its spellings.
        Raises SourceError, naming the file and the place, where it cannot be read so.
        """
        return self.with_venues(read_venues(path))

    def with_venues(self, more: Iterable[Venue]) -> VenueTable:
        """This table with more venues, which win over its own."""
        merged = dict(self._venues)
        for venue in more:
            spellings = dict.fromkeys(venue.spellings)
            kind = venue.type
            for spelling in (venue.name, *venue.spellings):
                taken = self._exact.get(_folded(spelling))
                if taken is not None and taken in merged and _folded(taken) == _folded(spelling):
                    old = merged.pop(taken)
                    spellings.update(dict.fromkeys((old.name, *old.spellings)))
                    kind = kind or old.type
            spellings.pop(venue.name, None)
            merged[venue.name] = Venue(venue.name, kind, tuple(spellings))
        return VenueTable(merged.values())

    def canonical(self, published: str) -> str:
        """The venue's canonical name; a string of no known venue comes back with its white space folded."""
        known = self._known.get(published)
        if known is None:
            known = self._known[published] = self._find(published) or " ".join(published.split())
        return known

    def type_of(self, canonical: str) -> str:
        """`conference` or `journal`; empty for preprint servers and unknown venues."""
        kind = self._type(canonical)
        return "" if kind == "preprint" else kind

    def aliases(self, canonical: str) -> tuple[str, ...]:
        """The table's other spellings of a venue; none for one that it does not know."""
        venue = self._venues.get(canonical)
        return venue.spellings if venue else ()

    def default_type(self, published: str) -> str:
        """CSL type of a paper of which only the venue is known; empty where that tells nothing."""
        return _CSL[self._type(self.canonical(published))] if published else ""

    def _type(self, canonical: str) -> str:
        venue = self._venues.get(canonical)
        return venue.type if venue else ""

    def _find(self, published: str) -> str | None:
        found = self._exact.get(_folded(published))
        if found is not None or not published.strip():
            return found
        whole = _BRACKETS.sub(" ", published)
        found = self._lookup(whole)
        if found is not None or not _BESIDE.isdisjoint(_words(published)):
            return found
        for inside in _BRACKETS.findall(published):
            if (found := self._lookup(inside)) is not None:
                return found
        # Only a conference is followed by its place; `Science, Technology and Society` is not Science.
        for segment in _SEGMENTS.split(whole):
            found = self._lookup(segment)
            if found is not None and self._type(found) == "conference":
                return found
        return None

    def _lookup(self, text: str) -> str | None:
        if self._reduced is None:
            self._reduced = self._reduce()
        table = self._reduced
        tokens = _words(text)
        dotted = any(token.endswith(".") for token in tokens)
        words = [token.rstrip(".") for token in tokens]
        for form in _forms(words):
            if (found := table.get(" ".join(form))) is not None:
                if len(form) < len(words) and words[-1] in ("conference", "journal"):
                    return found if self._type(found) == words[-1] else None
                return found
        return self._abbreviated(words) if dotted else None

    def _reduce(self) -> dict[str, str]:
        reduced: dict[str, str] = {}
        for spelling, name in self._exact.items():
            words = [token.rstrip(".") for token in _words(spelling)]
            if len(words) > 1 or not _ORGANISATIONS.issuperset(words) or words == spelling.split():
                reduced[" ".join(words)] = name
            without = [word for word in words if word not in _ORGANISATIONS]
            if len(without) > 1:
                reduced.setdefault(" ".join(without), name)
        return reduced

    def _by_length(self) -> dict[tuple[int, str], list[tuple[list[str], str]]]:
        """Words and name of every reduced spelling, by how many they are and the letter that they begin with."""
        if self._lengths is None:
            self._lengths = {}
            for key, name in (self._reduced or {}).items():
                if words := key.split():
                    self._lengths.setdefault((len(words), words[0][0]), []).append((words, name))
        return self._lengths

    def _abbreviated(self, words: list[str]) -> str | None:
        """The one venue whose words begin with these words: `Trans. Pattern Anal. Mach. Intell.`"""
        found: set[str] = set()
        for form in (words, [word for word in words if word not in _ORGANISATIONS]):
            if len(form) > 1 and form[0]:
                for whole, name in self._by_length().get((len(form), form[0][0]), ()):
                    if all(map(str.startswith, whole, form)):
                        found.add(name)
        return found.pop() if len(found) == 1 else None


_CSL = {"conference": "paper-conference", "journal": "article-journal", "preprint": "article", "": ""}


@cache
def _default() -> VenueTable:
    return VenueTable(read_venues(_SHIPPED))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _words(text: str) -> list[str]:
    """The words that tell venues apart: no years, ordinals, filler; a full stop stays on its word."""
    if not text.isascii():
        text = "".join(c for c in normalize("NFKD", text) if not "\u0300" <= c <= "\u036f")
    text = _IN_WORD.sub("", _SHORT_YEAR.sub(" ", text.casefold()))
    kept: list[str] = []
    for token in _TOKEN.findall(text):
        word = token.rstrip(".")
        if word in _DROPPED or word in _ORDINALS or word in _TENS_BEFORE or _NUMBER.fullmatch(word):
            continue
        kept.append(_WORDS_OUT.get(word, token))
    if len(kept) > 1 and _ROMAN.fullmatch(kept[-1].rstrip(".")) and len(kept[-1]) > 1:
        kept.pop()
    return kept


def _forms(words: list[str]) -> list[list[str]]:
    """The words, then with organisations, a year grown onto the name, or a closing `conference` taken off."""
    forms = [words, [word for word in words if word not in _ORGANISATIONS]]
    bare = [found[1] if (found := _WITH_YEAR.fullmatch(word)) else word for word in words]
    forms += [bare, [word for word in bare if word not in _ORGANISATIONS]]
    if len(words) > 1 and words[-1] in ("conference", "journal"):
        forms.append(words[:-1])
    return [form for form in forms if form]
