"""Bare identifiers, kind by kind: what brings a value to its canonical form (the table stands in `identifiers`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote

from indexer.index.late_pattern import late

# --- DOIs ---

# No control characters and invisible signs, which percent-encoding may bring: nobody can type them again.
_DOI = late(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\x00-\x1f\x7f-\x9f\u200b\u2060\ufeff]+")
_PREFIX_OF_DOI = late(r"(?:urn:|info:)?doi(?:\.org)?\s?[:=/]*\s*(?=10\.)", re.IGNORECASE)
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}
_PUNCTUATION = ".,;:!?'\"’”»`"
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"), "-")


def without_closing(text: str) -> str:
    """The text less punctuation at its end, and brackets there that it never opened."""
    end = len(text)
    counts: dict[str, int] = {}
    while end:
        last = text[end - 1]
        if (opening := _CLOSING.get(last)) is not None:
            for sign in (opening, last):
                if sign not in counts:
                    counts[sign] = text.count(sign, 0, end)
            if counts[opening] >= counts[last]:
                break
            counts[last] -= 1
        elif last not in _PUNCTUATION:
            break
        end -= 1
    return text[:end]


def doi_value(text: str) -> str:
    """The canonical DOI of a text that begins with `10.`; empty where it is none."""
    if not text.isascii():
        text = text.translate(_DASHES)
    if "%" in text:
        text = unquote(text)
    if "&" in text:
        text = unescape(text)
    if _DOI.fullmatch(text) is None:
        return ""
    text = without_closing(text).rstrip("/")
    return text.lower() if "/" in text[:-1] else ""


# --- arXiv ids ---

# The archives of arXiv's identifiers before April 2007, https://arxiv.org/archive.
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga"
    "|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics"
    "|plasm-ph|q-alg|q-bio|quant-ph|solv-int|stat|supr-con"
)
_END = r"(?:v[0-9]{1,3})?(?:\.pdf)?(?:\s*\[[\w.-]+\])?"
_NUMBERED = late(rf"([0-9]{{2}}(?:0[1-9]|1[0-2])\.[0-9]{{4,5}}){_END}", re.IGNORECASE)
_OLD = late(rf"({_ARCHIVES})(?:\.[a-z-]{{2,}})?/([0-9]{{7}}){_END}", re.IGNORECASE)
# What spreadsheets and JSON numbers make of an id: zeros lost before and behind.
_LOST = late(rf"([0-9]{{3,4}})\.([0-9]{{1,5}}){_END}", re.IGNORECASE)
# And what arithmetic makes of them: 1608.0816300000001, 1608.0816299999999.
_NOISY = late(r"[0-9]{3,4}\.[0-9]{4,5}(?:0{4,12}[0-9]{1,2}|[0-9]?9{4,12}[0-9]{0,2})")
_OLD_LOST = late(rf"({_ARCHIVES})(?:\.[a-z-]{{2,}})?/([0-9]{{4,7}}){_END}", re.IGNORECASE)
_PREFIX_OF_ARXIV = late(r"(?:oai:)?arxiv(?:\.org)?(?:\s?[:/]\s*|\s+)(?:abs/|pdf/)?", re.IGNORECASE)
_FIRST_MONTH, _FIVE_DIGITS = "0704", "1501"
"""Ids are numbers by month since April 2007, of five digits since January 2015."""


def arxiv_value(text: str) -> str:
    """The canonical arXiv id of a text that writes it in full; empty where it is none."""
    if (found := _NUMBERED.fullmatch(text)) is not None:
        return f"{found[1]}0" if len(found[1]) == 9 and found[1] >= _FIVE_DIGITS else found[1]
    if (found := _OLD.fullmatch(text)) is not None:
        return f"{found[1].lower()}/{found[2]}"
    return ""


def arxiv_padded(text: str) -> str:
    """As `arxiv_value`, with zeros put back that got lost: `911.4060` is `0911.4060`, `1001.012` is `1001.0120`.

    A number that went through arithmetic is rounded to the five digits (until 2014 four) that ids have.
    """
    if len(text) > 12 and _NOISY.fullmatch(text) is not None:
        month = text.partition(".")[0].zfill(4)
        text = f"{float(text):.{5 if month >= _FIVE_DIGITS else 4}f}"
    if (found := _LOST.fullmatch(text)) is not None:
        month = found[1].zfill(4)
        number = found[2].ljust(5 if month >= _FIVE_DIGITS else 4, "0")
        return f"{month}.{number}" if month >= _FIRST_MONTH and "01" <= month[2:] <= "12" else ""
    if (found := _OLD_LOST.fullmatch(text)) is not None:
        return f"{found[1].lower()}/{found[2].zfill(7)}"
    return ""


# --- the other kinds ---

_PUBMED = late(r"0*([1-9][0-9]{0,8})")
_PMC = late(r"(?:PMC)?([0-9]{3,9})(?:\.[0-9]+)?", re.IGNORECASE)
OPENALEX = late(r"W[0-9]{1,12}", re.IGNORECASE)
ACL_OLD = late(r"[A-Z][0-9]{2}-[0-9]{4,5}", re.IGNORECASE)
ACL_NEW = late(r"[0-9]{4}\.[a-z0-9]+-[a-z0-9_]+\.[0-9]+", re.IGNORECASE)
DBLP = late(r"(?:conf|journals|books|series|phd|reference|tr|homepages|persons)/[^\s/]+/\S*[^\s/]")
_OPENREVIEW = late(r"[A-Za-z0-9_-]{3,24}")
S2_HASH = late(r"[0-9a-f]{40}", re.IGNORECASE)
_HAL_SERIES = "hal|tel|inria|halshs|inserm|in2p3|ensl|lirmm|pasteur|cea|meteo|ineris|dumas|medihal"
HAL = late(rf"((?:{_HAL_SERIES})-[0-9]{{8}})(?:v[0-9]{{1,2}})?", re.IGNORECASE)
_SSRN = late(r"(?:id)?([1-9][0-9]{2,8})", re.IGNORECASE)
ISBN = late(
    r"97[89][- ][0-9][0-9- ]{8,13}[0-9]|(?=[0-9-]{12,13}X?$)[0-9]{1,5}-[0-9]{1,7}-[0-9]{1,7}-[0-9X]", re.IGNORECASE
)
ISBN_DIGITS = late(r"(?:97[89][0-9]{9}|[0-9]{9})[0-9X]", re.IGNORECASE)
_ISBN_SIGNS = str.maketrans("", "", "- ")
_S2_CORPUS = late(r"(?:corpus ?id:? ?)?([0-9]{1,12})", re.IGNORECASE)


def read_doi(text: str) -> str:
    text = _PREFIX_OF_DOI.sub("", text.strip(), count=1)
    return doi_value(text.lstrip("<([{\"'“‘«"))


def read_arxiv(text: str) -> str:
    text = _PREFIX_OF_ARXIV.sub("", text.strip(), count=1)
    text = without_closing(text) if text[-1:] != "]" else text
    return arxiv_value(text) or arxiv_padded(text)


def _one(pattern: re.Pattern[str], shape: Callable[[str], str]) -> Callable[[str], str]:
    """What reads a value that is one pattern, whose group or whole is brought to its shape."""

    def value(text: str) -> str:
        found = pattern.fullmatch(text)
        return "" if found is None else shape(found[found.lastindex or 0])

    return value


def _acl(text: str) -> str:
    if ACL_OLD.fullmatch(text):
        return text.upper()
    return text.lower() if ACL_NEW.fullmatch(text) else ""


def _s2(text: str) -> str:
    if S2_HASH.fullmatch(text):
        return text.lower()
    found = _S2_CORPUS.fullmatch(text)
    return "" if found is None else f"corpusid:{found[1]}"


ORCID = late(r"(?:https?://)?(?:www\.)?(?:orcid\.org/)?([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9Xx])/?")


def isbn_value(text: str) -> str:
    """The thirteen digits of an ISBN of ten or thirteen (ISO 2108); empty where its check digit is another."""
    digits = text.translate(_ISBN_SIGNS).upper()
    if ISBN_DIGITS.fullmatch(digits) is None:
        return ""
    if len(digits) == 10:
        weighed = sum((10 - at) * (10 if digit == "X" else int(digit)) for at, digit in enumerate(digits))
        head = f"978{digits[:9]}"
        return f"{head}{_check_digit(head)}" if weighed % 11 == 0 else ""
    return digits if digits[12] == _check_digit(digits[:12]) else ""


def _check_digit(head: str) -> str:
    return str(-sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(head)) % 10)


def _same(text: str) -> str:
    return text


# What brings the bare value of a kind to its canonical form; empty where it has none.
VALUES: dict[str, Callable[[str], str]] = {
    "doi": read_doi,
    "arxiv": read_arxiv,
    "pubmed": _one(_PUBMED, _same),
    "pmc": _one(_PMC, lambda digits: f"PMC{digits}"),
    "openalex": _one(OPENALEX, str.upper),
    "acl": _acl,
    "dblp": _one(DBLP, _same),
    "openreview": _one(_OPENREVIEW, _same),
    "s2": _s2,
    "isbn": isbn_value,
    "hal": _one(HAL, str.lower),
    "ssrn": _one(_SSRN, _same),
    "orcid": _one(ORCID, str.upper),
}
