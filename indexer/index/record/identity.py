"""Which paper a record is: its DOI and arXiv id in one form, its id, and everything by which it is found.

The id must be the same on every run and every machine, so it hangs on nothing but what was published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from indexer.index.hashing import blake2b
from indexer.index.late_pattern import late
from indexer.index.record.bare_forms import arxiv_value, doi_value
from indexer.index.record.identifiers import ARXIV_DOI, Identifier, guesses, identify, of_doi, of_kind, parts
from indexer.index.text.encoded import encode

MAX_ID_BYTES = 512

CONTROL = late("[\x00-\x1f\x7f-\x9f]")
"""A control character of Unicode (category Cc), which no id may hold."""

# SICIs hold semicolons, and other DOIs commas: several are told by what follows.
_SEVERAL = late(r"[;,|](?:https?:|doi:|10\.[0-9]{4})")
_ARXIV_PREFIX = late(r"arxiv:(?=[0-9]{3,4}\.|[a-z])", re.IGNORECASE)
# A bare number that may be an arXiv id which lost zeros: fewer digits behind the point are section numbers.
_BARE_ARXIV = late(r"[0-9]{3,4}\.(?:[0-9]{3,5}|[0-9]{9,18})")
_A_RECORD = 1024
"""Answers that are kept: the reader of a record, its conversion and, some dozens of records later, its indexing ask the
same of its identifiers."""


@lru_cache(maxsize=_A_RECORD)
def bare_doi(text: str) -> str:
    """The DOI with which a field begins, lower case, without resolver or `doi:`; empty where it begins with none."""
    if (doi := doi_value(text)) and not _SEVERAL.search(doi):
        return doi
    found = of_kind("doi", parts(text)[0])
    if found is None or found.kind not in ("doi", "arxiv"):
        return ""
    return found.value if found.kind == "doi" else f"{ARXIV_DOI}{found.value}"


@lru_cache(maxsize=_A_RECORD)
def bare_arxiv(text: str) -> str:
    """The arXiv id with which a field begins, without `arXiv:`, address or version, zeros put back; else empty."""
    if value := arxiv_value(text):
        return value
    found = of_kind("arxiv", parts(text)[0])
    return found.value if found is not None and found.kind == "arxiv" else ""


def whole_id(identifier: str) -> str:
    """An id that was brought, as it is kept: an arXiv id gets back the zeros that it lost and loses what arithmetic
    added, others stay."""
    if "." not in identifier:
        return identifier
    prefix = _ARXIV_PREFIX.match(identifier)
    if prefix is None and _BARE_ARXIV.fullmatch(identifier) is None:
        return identifier
    found = of_kind("arxiv", identifier)
    bare = identifier[prefix.end() :] if prefix is not None else identifier
    # Versions are kept: a collection may hold several.
    if found is None or (bare.startswith(found.value) and not bare[len(found.value) :][:1].isdigit()):
        return identifier
    return f"{prefix[0] if prefix else ''}{found.value}"


def settled(identifier: str, url: str, doi: str, arxiv: str) -> tuple[str, str]:
    """DOI and arXiv id of a record in their canonical form, from these fields, else from its id and url.

    What is none (`n/a`) stays as it came.
    """
    bare = {"doi": bare_doi(doi) if doi else "", "arxiv": bare_arxiv(arxiv) if arxiv else ""}
    if not (bare["doi"] and bare["arxiv"]):
        same = bare["doi"] and url.lower().endswith(bare["doi"])
        for text in (bare["doi"] if bare["doi"].startswith(ARXIV_DOI) else "", identifier, "" if same else url):
            found = _sure(text)
            if found is not None and bare.get(found.kind) == "":
                bare[found.kind] = found.value
    return bare["doi"] or doi, bare["arxiv"] or arxiv


@lru_cache(maxsize=_A_RECORD)
def _sure(text: str) -> Identifier | None:
    # Ids such as `nips2018-11201`, which most are, cost one look.
    return identify(text) if "." in text or ":" in text or "/" in text else None


PUBLISHED = "as_published"
"""The key of a record that holds the strings brought as `doi` and `arxiv`, where they say it otherwise."""
_ABS = "https://arxiv.org/abs/"
_FIRST_OF_GUESSES = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_MORE = ("site", "openreview", "eprint", "pmid", "pmcid", "isbn", "ISBN")
"""Further keys of records that hold identifiers or addresses of the paper itself."""
_HOLD_IDENTIFIERS = frozenset((PUBLISHED, "ids", *_MORE))
_NOTHING_SAID = ("", "arXiv:", _ABS)


def keys(
    identifier: str,
    doi: str,
    arxiv: str,
    addresses: Sequence[str],
    extra: Mapping[str, Any],
    orcids: Iterable[str] = (),
) -> Iterator[Identifier]:
    """Everything by which a paper is found beside its id, some of it more than once; ORCIDs of its authors, too."""
    for orcid in orcids:
        if (found := of_kind("orcid", orcid)) is not None and found.kind == "orcid":
            yield found
    if doi:
        doi = bare_doi(doi) or doi
        yield of_doi(doi)
    if arxiv:
        arxiv = bare_arxiv(arxiv) or arxiv
        yield Identifier("arxiv", arxiv)
    # What an arXiv paper says three times over is read once: 3 microseconds in place of 30.
    said = (doi, f"arXiv:{arxiv}", f"{_ABS}{arxiv}") if doi or arxiv else _NOTHING_SAID
    if len(identifier) < 15 and identifier[:1] in _FIRST_OF_GUESSES:
        yield from (found for found in guesses(identifier) if found.kind in ("openalex", "pmc", "acl"))
    for text in (identifier, *addresses):
        if text and text not in said and (found := _sure(text)) is not None:
            yield found
    if extra and not _HOLD_IDENTIFIERS.isdisjoint(extra):
        yield from _keys_of_extra(extra)


def _keys_of_extra(extra: Mapping[str, Any]) -> Iterator[Identifier]:
    fields: list[tuple[str, str]] = []
    published = extra.get(PUBLISHED)
    if isinstance(published, Mapping):
        fields += [(kind, text) for kind, text in published.items() if isinstance(text, str)]
    for key in _MORE:
        if isinstance(text := extra.get(key), (str, int)):
            fields.append((key, str(text)))
    fields += _other_ids(extra.get("ids"))
    for kind, text in fields:
        for part in parts(text) if kind in ("doi", "arxiv") else (text,):
            found = of_kind(kind, part) or _sure(part)
            if found is not None:
                yield found
            elif kind.startswith("ids."):
                yield Identifier("other", part.casefold())


def _other_ids(ids: object) -> Iterator[tuple[str, str]]:
    """Kind and value of the identifiers in `ids`; of a kind that is not known `ids.` and its name."""
    if not isinstance(ids, Mapping):
        return
    for kind, values in ids.items():
        for value in values if isinstance(values, (list, tuple)) else (values,):
            if isinstance(value, (str, int)) and str(value).strip():
                yield (kind if of_kind(kind, str(value)) else f"ids.{kind}"), str(value).strip()


def usable(identifier: str) -> bool:
    """Whether the string may be a paper's id (at most 512 UTF-8 bytes, no control character)."""
    return (
        0 < len(encode(identifier)) <= MAX_ID_BYTES and CONTROL.search(identifier) is None and not identifier.isspace()
    )


def derived_id(
    *,
    title: str,
    names: Sequence[str],
    venue: str = "",
    year: int | None = None,
    url: str = "",
    doi: str = "",
    arxiv: str = "",
    stem: str = "",
) -> str:
    """The id of a record without one: its DOI, else `arXiv:` and its arXiv id, else a hash of what it says.

    A DOI of arXiv's counts as the arXiv id. The hash is 20 hexadecimal digits (80 bits: among a thousand million papers
    the odds of one collision are below 1 in a million), after `stem` and a hyphen where a stem is given.
    """
    if doi[:3] == "10." and not doi.startswith(ARXIV_DOI) and doi_value(doi) == doi and usable(doi):
        return doi
    if doi and (found := of_kind("doi", doi)) is not None and found.kind == "doi" and usable(found.value):
        return found.value
    if arxiv and (bare := bare_arxiv(arxiv)):
        return f"arXiv:{bare}"
    said = orjson.dumps([venue, year, title, list(names), url])
    digest = blake2b(said, digest_size=10).hexdigest()
    return f"{stem}-{digest}" if stem else digest
