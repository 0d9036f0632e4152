"""Venues in a query: `venue:NIPS` is the filter where the spelling is known; a bare acronym also means its venue."""

from __future__ import annotations

from functools import lru_cache

from indexer.index.record.venues import VenueTable

# Acronyms that are ordinary words or names of other things: these mean the venue only in capitals.
_ORDINARY = frozenset(
    "alt approx ase case chi clear date dis disc fast fat log micro mm patterns pets raid random sat sc tip tog umap "
    "wine".split()
)


def known_venue(venues: VenueTable, text: str) -> str | None:
    """The canonical name of a venue that the table knows by this spelling; None of any other."""
    canonical = venues.canonical(text)
    return canonical if canonical in _names(venues) else None


def venue_of_acronym(venues: VenueTable, word: str) -> str | None:
    """The venue that a bare word is the acronym of (`nips`, `ICML`); an ordinary word is one in capitals alone."""
    name = _acronyms(venues).get(word.casefold())
    return None if name is None or (word.casefold() in _ORDINARY and not word.isupper()) else name


@lru_cache(maxsize=8)
def _names(venues: VenueTable) -> frozenset[str]:
    return frozenset(venue.name for venue in venues.venues)


@lru_cache(maxsize=8)
def _acronyms(venues: VenueTable) -> dict[str, str]:
    """Spellings of one word with more capitals than small letters, case folded, and their venues."""
    return {
        spelling.casefold(): venue.name
        for venue in venues.venues
        for spelling in (venue.name, *venue.spellings)
        if spelling.isalnum() and len(spelling) > 2 and 2 * sum(map(str.isupper, spelling)) > len(spelling)
    }
