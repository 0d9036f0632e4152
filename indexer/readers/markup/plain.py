"""Marked-up text of metadata (JATS, HTML, MathML) to plain text."""

from __future__ import annotations

import re
from html import unescape

_HEADING = re.compile(r"<(?:jats:)?title>\s*abstract\s*[.:]?\s*</(?:jats:)?title>", re.IGNORECASE)
_TEX = re.compile(r"<(?:jats:)?tex-math[^>]*>(.*?)</(?:jats:)?tex-math>", re.DOTALL)
_ALTERNATIVE = re.compile(r"<(?:jats:)?alternatives>(.*?)</(?:jats:)?alternatives>", re.DOTALL)
_MATHML = re.compile(r"<mml:math.*?</mml:math>", re.DOTALL)
_BLOCK = re.compile(
    r"</?(?:jats:)?(?:p|title|sec|list|list-item|abstract|break|br|disp-formula|h[1-6]|div|ul|ol|li)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>")
_DOLLARS = re.compile(
    r"^\s*(?:\\begin\{document\}|\\documentclass.*?\\begin\{document\})|\\end\{document\}\s*$", re.DOTALL
)


def plain_text(text: str) -> str:
    """The text without tags, character references resolved; formulas in TeX between dollars, paragraphs as lines."""
    if "<" not in text and "&" not in text:
        return " ".join(text.split())
    text = _HEADING.sub("", text)
    if "tex-math" in text:
        # Of a formula given twice, in TeX and in MathML, the first is what papers of this field write.
        text = _ALTERNATIVE.sub(lambda found: _MATHML.sub("", found[1]), text)
        text = _TEX.sub(_formula, text)
    text = _TAG.sub("", _BLOCK.sub("\n", text))
    text = unescape(unescape(text))
    return "\n".join(line for row in text.split("\n") if (line := " ".join(row.split())))


def _formula(found: re.Match[str]) -> str:
    formula = " ".join(_DOLLARS.sub("", unescape(found[1])).split()).strip("$ ")
    return f"${formula}$"
