"""Which paper a record is: bare DOIs and arXiv ids, and the id of a record that brings none.

The id must be the same on every run and every machine, so it hangs on nothing but what was published.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import orjson

from indexer.index.hashing import blake2b

MAX_ID_BYTES = 512

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
"""A control character of Unicode (category Cc), which no id may hold."""

_DOI = re.compile(r"(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ARXIV = re.compile(
    r"(?:(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv:\s*)?"
    r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?",
    re.IGNORECASE,
)


def bare_doi(text: str) -> str:
    """The DOI without resolver or `doi:`, its case as given; empty where the text is no DOI."""
    found = _DOI.fullmatch(text.strip())
    return found[1] if found else ""


def bare_arxiv(text: str) -> str:
    """The arXiv id without `arXiv:`, address or version; empty where the text is none."""
    found = _ARXIV.fullmatch(text.strip())
    return found[1] if found else ""


def usable(identifier: str) -> bool:
    """Whether the string may be a paper's id (at most 512 UTF-8 bytes, no control character)."""
    return (
        0 < len(identifier.encode("utf-8", "surrogatepass")) <= MAX_ID_BYTES
        and CONTROL.search(identifier) is None
        and not identifier.isspace()
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

    The hash is 20 hexadecimal digits (80 bits: among a thousand million papers the odds of one collision are
    below 1 in a million), after `stem` and a hyphen where a stem is given.
    """
    if doi and usable(bare := bare_doi(doi)):
        return bare
    if arxiv and (bare := bare_arxiv(arxiv)):
        return f"arXiv:{bare}"
    said = orjson.dumps([venue, year, title, list(names), url])
    digest = blake2b(said, digest_size=10).hexdigest()
    return f"{stem}-{digest}" if stem else digest
