"""Identifiers of papers in one form: DOIs, arXiv ids, keys of other catalogues, addresses.

The same functions read a record and a query, so that a paper is found however either of them writes its identifier.

| kind | canonical value | written, among others |
| --- | --- | --- |
| `doi` | lower case, bare | `doi:`, any resolver, publishers' addresses, percent-encoded |
| `arxiv` | lower case, no version or subject class, lost zeros put back | `arXiv:`, its pages, `10.48550/arXiv.` |
| `pubmed`, `pmc` | digits; `PMC` and digits | `PMID: 1`, PubMed's and PubMed Central's pages |
| `openalex` | `W` and digits | `openalex.org/W1` |
| `acl` | the older ids in capitals, the newer in lower case | `aclanthology.org/P19-1001.pdf` |
| `dblp` | `conf/nips/VaswaniSPUJGKP17` | `DBLP:`, `dblp.org/rec/...html` |
| `openreview` | as it is | `openreview.net/forum?id=`, `pdf?id=` |
| `s2` | 40 hexadecimal digits, or `corpusid:` and digits | `semanticscholar.org/paper/...` |
| `isbn` | thirteen digits | `ISBN 0-387-31073-8`, with hyphens or without |
| `hal` | lower case, no version | `hal.science/hal-01234567v2` |
| `doi` of SSRN | `10.2139/ssrn.` and digits | `SSRN: 1`, `ssrn.com/abstract=1` |
| `orcid`, of an author | sixteen digits with hyphens | `orcid.org/...` |
| `url` | no scheme, `www.`, fragment, last slash, tracking parameters | any address |
| `other` | case folded | keys of reference managers, in `ids` |

DOI names compare whatever the case of ASCII letters (ISO 26324); arXiv's scheme is https://info.arxiv.org/help/arxiv_identifier.html.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from indexer.index.late_pattern import late
from indexer.index.record.addresses import Address, address_of, canonical_address, identifier_in, simple_address
from indexer.index.record.bare_forms import (
    ACL_NEW,
    ACL_OLD,
    DBLP,
    HAL,
    ISBN,
    ISBN_DIGITS,
    OPENALEX,
    ORCID,
    S2_HASH,
    VALUES,
    arxiv_padded,
    arxiv_value,
    doi_value,
    read_doi,
    without_closing,
)


class Identifier(NamedTuple):
    """A kind of the table above, and the canonical value."""

    kind: str
    value: str


# By what people name a kind, before a colon and as a key of `ids`.
KINDS = {
    **{kind: kind for kind in VALUES},
    "pmid": "pubmed", "pmcid": "pmc", "pubmedcentral": "pmc", "aclid": "acl", "acl_id": "acl", "semanticscholar": "s2",
    "semantic_scholar": "s2", "s2id": "s2", "paperid": "s2", "corpusid": "s2", "s2corpusid": "s2", "eprint": "arxiv",
    "isbn10": "isbn", "isbn13": "isbn", "hal_id": "hal", "halid": "hal",
}  # fmt: skip
_WITH_PREFIX = late(r"([A-Za-z]\w{1,15}?)\s?[:=]\s*(\S.*)", re.DOTALL)
_WITH_SPACE = late(r"(doi|arxiv|pmid|pmcid|isbn|ssrn)\s+(\S.*)", re.IGNORECASE | re.DOTALL)
_SPACE = late(r"\s")
ARXIV_DOI = "10.48550/arxiv."
_SSRN_DOI = "10.2139/ssrn."


def of_kind(kind: str, text: str) -> Identifier | None:
    """What a value that is said to be of a kind (a key of `KINDS`) identifies, bare, with a prefix or as an address.

    A DOI of arXiv's is an arXiv id. None where the value is no such thing.
    """
    if url := simple_address(text):
        return Identifier("url", url)
    text = text.strip()
    address = address_of(text)
    if address is not None:
        return None if _SPACE.search(text) else _of_address(address)
    kind = KINDS.get(kind.casefold(), "")
    if not kind:
        return None
    value = VALUES[kind](text)
    if not value and (found := _WITH_PREFIX.fullmatch(text)) and KINDS.get(found[1].casefold()) == kind:
        value = VALUES[kind](found[2].strip())
    if kind == "arxiv" and not value and (doi := read_doi(text)):
        return of_doi(doi)
    return _identified(kind, value) if value else None


def _identified(kind: str, value: str) -> Identifier:
    """A canonical value of a kind; SSRN's papers are known by their DOIs."""
    if kind == "ssrn":
        return Identifier("doi", f"{_SSRN_DOI}{value}")
    return of_doi(value) if kind == "doi" else Identifier(kind, value)


def of_doi(doi: str) -> Identifier:
    """What a canonical DOI identifies: an arXiv id where it is arXiv's."""
    if doi.startswith(ARXIV_DOI):
        bare = doi[len(ARXIV_DOI) :]
        if value := arxiv_value(bare) or arxiv_padded(bare):
            return Identifier("arxiv", value)
    return Identifier("doi", doi)


def _of_address(address: Address) -> Identifier:
    found = identifier_in(address)
    if found is not None:
        kind, bare = found
        value = doi_value(bare) if kind == "doi" else VALUES[kind](bare)
        if value:
            return _identified(kind, value)
    return Identifier("url", canonical_address(address))


_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), None)
_OPENING = "<([{\"'“‘«"


def identify(text: str) -> Identifier | None:
    """What a text, taken whole, surely identifies: an unmistakable form, a prefix (`PMID: 1`) or an address.

    White space around it, quotes and brackets that enclose it and punctuation behind it are no part of it.
    """
    if url := simple_address(text):
        return Identifier("url", url)
    text = text.strip()
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    text = text.lstrip(_OPENING)
    if text[:3] == "10.":
        return of_doi(doi) if (doi := doi_value(text)) else None
    if not _SPACE.search(text) and (address := address_of(without_closing(text))) is not None:
        return _of_address(address)
    found = _WITH_PREFIX.fullmatch(text) or _WITH_SPACE.fullmatch(text)
    if found is not None and (kind := KINDS.get(found[1].casefold())) is not None:
        return of_kind(kind, found[2] if kind in ("doi", "arxiv") else without_closing(found[2]))
    if text[:4].lower() == "oai:" and (value := VALUES["arxiv"](text)):
        return Identifier("arxiv", value)
    if doi := read_doi(text):
        return of_doi(doi)
    bare = without_closing(text)
    if value := arxiv_value(bare) or arxiv_value(text):
        return Identifier("arxiv", value)
    for kind, pattern in _SURE:
        if pattern.fullmatch(bare) and (value := VALUES[kind](bare)):
            return Identifier(kind, value)
    return None


_SURE = (("acl", ACL_NEW), ("dblp", DBLP), ("s2", S2_HASH), ("hal", HAL), ("isbn", ISBN), ("orcid", ORCID))
# Which kinds a lone word may be of although it may be a word or a number as well.
_GUESSED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("openalex", OPENALEX),
    ("pmc", late(r"PMC[0-9]{3,9}", re.IGNORECASE)),
    ("acl", ACL_OLD),
    ("s2", S2_HASH),
    ("arxiv", late(r"[0-9]{3,4}\.[0-9]{1,5}(?:v[0-9]{1,3})?")),
    ("isbn", ISBN_DIGITS),
    ("pubmed", late(r"[1-9][0-9]{3,8}")),
    ("openreview", late(r"(?=.*[0-9A-Z_-])[A-Za-z0-9_-]{5,16}")),
)


def guesses(text: str) -> list[Identifier]:
    """What a word or number may identify, beside what it says: `W24`, `2018`, `P19-1001`, a key of `ids`."""
    found = [
        Identifier(kind, value)
        for kind, pattern in _GUESSED
        if pattern.fullmatch(text) and (value := VALUES[kind](text))
    ]
    return [*found, Identifier("other", text.casefold())]


_BETWEEN = late(
    r"(?<!doi)(?<!arxiv)(?<![:\s])(?:\s*[;,|]\s*|\s+)(?=https?:|doi:|10\.[0-9]{4}|arxiv:|[0-9]{4}\.[0-9]{4,5})",
    re.IGNORECASE,
)


def parts(text: str) -> list[str]:
    """The pieces of a field that may hold several identifiers: `10.1/x 10.1/y`, `10.1/x; 10.1/y`."""
    return _BETWEEN.split(text.strip())
