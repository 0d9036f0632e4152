"""Identifiers of papers in what was typed: which words ask for one paper, in the form in which papers keep them."""

from __future__ import annotations

from indexer.index.record import identifiers
from indexer.index.record.addresses import address_of
from indexer.index.record.identifiers import Identifier, of_kind

_ORCID_LETTERS, _ORCID_ENDS = len("0000-0002-1825-0097"), frozenset("0123456789Xx/")
_TRAILING = ".,;:!?'’"


def identify(word: str) -> Identifier | None:
    """What a word identifies that can be nothing else, whatever stands beside it: a DOI or an address.

    An arXiv id without an address is not among them: titles hold both decimals and `Comment on arXiv:0801.1234`.
    """
    if "/" not in word:
        return None
    found = _settled(identifiers.identify(word))
    if found is None or found.kind == "doi" or word.startswith("10.") or "10.48550/" in word:
        return found
    return found if address_of(word) is not None else None


def identify_whole(text: str) -> Identifier | None:
    """What a whole query identifies, however written: `DOI: 10.1234/x`, `PMID 123`, `arXiv:2101.12345v2 [cs.LG]`."""
    return _settled(identifiers.identify(text))


def _settled(found: Identifier | None) -> Identifier | None:
    """What is identified when its own form is typed: `doi:https://x.org/y)` loses a sign each time."""
    while found is not None and found.kind in ("doi", "url"):
        again = of_kind("doi", found.value) if found.kind == "doi" else identifiers.identify(f"https://{found.value}")
        if again is None or again == found:
            break
        found = again
    return found


def doi(text: str) -> Identifier | None:
    """What the value of `doi:` identifies: a DOI, or an arXiv id where it is arXiv's."""
    return _settled(of_kind("doi", text.rstrip(_TRAILING)))


def arxiv(text: str) -> Identifier | None:
    """The arXiv id that `text` is, less prefix, version and subject: `2101.12345`, `math/0309136`."""
    found = of_kind("arxiv", text.rstrip(_TRAILING))
    return found if found is not None and found.kind == "arxiv" else None


def orcid(word: str) -> Identifier | None:
    """The ORCID that a word is, bare or as an address: its author's papers."""
    if len(word) < _ORCID_LETTERS or word[-1] not in _ORCID_ENDS or "-" not in word:
        return None
    found = identifiers.identify(word)
    return found if found is not None and found.kind == "orcid" else None


def lone_arxiv(word: str) -> Identifier | None:
    """The arXiv id that a word surely is where nothing else is asked for in all fields."""
    found = identifiers.identify(word)
    return found if found is not None and found.kind == "arxiv" else None
