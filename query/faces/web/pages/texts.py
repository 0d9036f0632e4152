"""Published texts as HTML that is safe to show: formulas as MathML, everything else escaped."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from markupsafe import Markup

from indexer.index.text.reading import as_shown
from query.present.passages import FORMULA

LONGEST_FORMULA = 400
"""Characters of a formula that is set as one; what is longer stays text."""
_TAGS = frozenset(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd "
    "mstyle mpadded mphantom menclose mmultiscripts mprescripts none".split()
)
# No href, no style, no event: what a formula may carry is how it looks.
_ATTRIBUTES = frozenset(
    "display stretchy mathvariant fence separator largeop movablelimits accent accentunder columnalign rowspacing "
    "columnspacing linethickness width lspace rspace minsize maxsize displaystyle scriptlevel".split()
)
_CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "mroot": 2, "msubsup": 3, "munderover": 3}
_MARK = re.compile("(</?mark>)")


_FUNCTION = re.compile("[a-z]{2,6}").fullmatch


class _NoFormulaError(ValueError):
    """What a formula was turned into is not what a browser should be given."""


def shown(text: str) -> Markup:
    """A published text as people are shown it."""
    return Markup(_with_formulas(as_shown(text)))


def marked(snippet: str) -> Markup:
    """A snippet of a hit, which is escaped but for its marks, with its formulas set."""
    parts = _MARK.split(snippet)
    return Markup("".join(part if number % 2 else _with_formulas(unescape(part)) for number, part in enumerate(parts)))


def _with_formulas(text: str) -> str:
    if "$" not in text:
        return escape(text)
    html, at = [], 0
    for found in FORMULA.finditer(text):
        html += [escape(text[at : found.start()]), formula(found[0])]
        at = found.end()
    return "".join([*html, escape(text[at:])])


@lru_cache(8192)
def formula(text: str) -> str:
    """`$...$` as MathML; as text where it cannot be set."""
    inner = text.strip("$").strip()
    plain = f'<span class="tex">{escape(text)}</span>'
    if not inner or len(inner) > LONGEST_FORMULA:
        return plain
    try:
        return _element(convert_to_element(inner), 0)
    except Exception:  # noqa: BLE001  # the package fails in many ways at formulas that are none
        return plain


def _element(node: Element, depth: int) -> str:
    """An element of MathML, written anew from a list of what may be in it."""
    if node.tag not in _TAGS or depth > 60 or len(node) != _CHILDREN.get(node.tag, len(node)):
        raise _NoFormulaError(node.tag)
    attributes = "".join(
        f' {name}="{escape(unescape(value))}"' for name, value in node.attrib.items() if name in _ATTRIBUTES
    )
    inner = escape(unescape(node.text or ""))
    before: Element | None = None
    for child in node:
        # `n log d`: the name of a function stands apart from its neighbours, unless a sign parts them.
        if before is not None and "mo" not in (before.tag, child.tag) and node.tag not in _CHILDREN:
            inner += '<mspace width="0.17em"/>' if _FUNCTION(_name(before)) or _FUNCTION(_name(child)) else ""
        inner += _element(child, depth + 1)
        before = child
    return f"<{node.tag}{attributes}>{inner}</{node.tag}>"


def _name(node: Element) -> str:
    """The name that an element is, or that has its limits; empty for what is none."""
    if node.tag in ("msub", "munder", "msubsup", "munderover", "msup") and len(node):
        return _name(node[0])
    return (node.text or "") if node.tag == "mi" else ""


def web_address(text: str) -> str:
    """An address that a link may lead to; empty for what is none, such as `javascript:`."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    fine = parts.scheme in ("http", "https") and parts.hostname and text.isprintable() and " " not in text
    return text if fine else ""


def doi_address(doi: str) -> str:
    """Where a DOI leads."""
    return f"https://doi.org/{quote(doi, safe='/:;().-_')}" if doi.startswith("10.") else ""


def arxiv_address(identifier: str) -> str:
    """Where an arXiv id leads."""
    return f"https://arxiv.org/abs/{quote(identifier, safe='/.')}" if identifier[:1].isalnum() else ""
