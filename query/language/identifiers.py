"""DOIs, arXiv ids and urls, recognised in what was typed, in the form in which they are compared."""

from __future__ import annotations

import re

# The archives of arXiv's identifiers before April 2007, https://arxiv.org/archive.
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga"
    "|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics"
    "|plasm-ph|q-alg|q-bio|quant-ph|solv-int|stat|supr-con"
)

_NUMBER = r"[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}"
_OLD = rf"(?:{_ARCHIVES})(?:\.[A-Za-z-]+)?/[0-9]{{7}}"
_VERSION = r"(?:v[0-9]{1,3})?"

_DOI = re.compile(
    r"(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+)", re.IGNORECASE
)
_ARXIV = re.compile(
    rf"(?:arxiv:\s*|(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/)?"
    rf"({_NUMBER}|{_OLD}){_VERSION}(?:\.pdf)?(?:\s*\[[\w.-]+\])?",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s\"<>“”]*[^\W_][^\s\"<>“”]*", re.IGNORECASE)
_SUBJECT = re.compile(r"\.[A-Za-z-]+(?=/)")
_TRAILING = ".,;:!?'’"

# `DOI: 10.1234/x` and `arXiv:2101.12345v2 [cs.LG]`, as pages print them: one identifier with a space in it.
_SPACED = re.compile(r"doi:?\s+\S+|arxiv:?\s*\S+\s+\[[\w.-]+\]|arxiv:\s+\S+", re.IGNORECASE)


def doi(text: str) -> str | None:
    """The DOI that `text` is, without resolver, prefix and closing punctuation, case as typed; else None."""
    match = _DOI.fullmatch(text)
    return (match[1].rstrip(_TRAILING) or None) if match else None


def arxiv(text: str) -> str | None:
    """The arXiv id that `text` is, less prefix, version and subject: `2101.12345`, `math/0309136`."""
    match = _ARXIV.fullmatch(text.rstrip(_TRAILING))
    return _SUBJECT.sub("", match[1]).lower() if match else None


def url(text: str) -> str | None:
    """The http(s) address that `text` is, without closing punctuation. None if it is none."""
    match = _URL.fullmatch(text)
    return match[0].rstrip(_TRAILING) if match else None


def identify(word: str) -> tuple[str, str] | None:
    """Field (`doi`, `arxiv`, `url`) and value of a word that can be nothing else, whatever stands beside it.

    An arXiv id without a url is not among them: titles hold both decimals and `Comment on arXiv:0801.1234`.
    """
    if "/" not in word:
        return None
    if (value := doi(word)) is not None:
        return "doi", value
    if (address := url(word)) is None and not word.lower().startswith(("arxiv.org/", "www.arxiv.org/")):
        return None
    if (value := arxiv(word)) is not None:
        return "arxiv", value
    return ("url", address) if address is not None else None


def identify_whole(text: str) -> tuple[str, str] | None:
    """As `identify`, of a whole query whose identifier is written with spaces (`DOI: 10.1234/x`)."""
    if not _SPACED.fullmatch(text):
        return None
    if (value := arxiv(text)) is not None:
        return "arxiv", value
    if (value := doi(re.sub(r"\s+", "", text, count=1))) is not None or (value := doi(text.split()[-1])) is not None:
        return "doi", value
    return None
