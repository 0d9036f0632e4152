"""HTML and JATS in texts: entities decoded, tags dropped, and nothing else that only looks like a tag.

`a < b and c > d` is mathematics: a tag is one of a list of names, right after its `<`, with attributes or
none; a name of one letter must also be closed somewhere in the text.
"""

from __future__ import annotations

import re
from html import unescape

from indexer.index.late_pattern import late

# Entities that people write without their semicolon although HTML never allowed it.
_UNFINISHED = late(r"&(mdash|ndash|hellip|lsquo|rsquo|ldquo|rdquo)(?!;)")
_ENTITY = late(r"&[#\w]")

_BLOCKS = (
    "abstract|alternatives|blockquote|br|caption|disp-formula|div|dd|dl|dt|fig|h[1-6]|hr|label|li|list|list-item|math"
    "|ol|p|section|sec|table|tbody|td|th|title|tr|ul"
)
_INLINES = (
    "annotation|bold|cite|code|emph|em|etal|ext-link|font|inline-formula|inline-graphic|italic|kbd|mark|monospace"
    "|overline|roman|sans-serif|sc|scp|small|span|strike|strong|styled-content|sub|sup|tex-math|tt|underline|xref"
    "|m(?:enclose|fenced|frac|i|multiscripts|n|o|over|padded|phantom|prescripts|root|row|s|space|sqrt|style|sub|subsup"
    "|sup|table|td|text|tr|under|underover)|none|semantics"
)
_ATTRIBUTES = r"(?:\s+[\w:.-]{1,40}\s?=\s?(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+)){0,9}"
_END = rf"{_ATTRIBUTES}\s?/?>"
_BLOCK_TAG = late(rf"</?(?:jats:|mml:)?(?:{_BLOCKS}){_END}", re.IGNORECASE)
_INLINE_TAG = late(rf"</?(?:jats:|mml:)?(?:{_INLINES}){_END}", re.IGNORECASE)
_PREFIXED_TAG = late(rf"</?(?:jats|mml):[a-z-]{{1,30}}{_END}", re.IGNORECASE)
_ONE_LETTER_TAG = late(rf"</?([abiqsu]){_END}", re.IGNORECASE)
_ONE_LETTER_CLOSED = late(r"</([abiqsu])>", re.IGNORECASE)
_PARAGRAPH_CLOSED = late(r"</p>", re.IGNORECASE)
_PARAGRAPH = late(r"<p>", re.IGNORECASE)
_COMMENT = late(r"<!--[^<>]{0,2000}-->|<!\[CDATA\[|\]\]>")
# What JATS abstracts begin with and nobody searches for.
_ABSTRACT_HEADING = late(r"<(jats:)?title>\s?abstract\.?\s?</(jats:)?title>", re.IGNORECASE)


def without_entities(text: str) -> str:
    """The text with its character references decoded, with and without semicolon, escaped once or twice."""
    for _ in range(2):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = unescape(_UNFINISHED.sub(r"&\1;", text))
    return text


def without_tags(text: str) -> str:
    """The text without the tags of HTML, JATS and MathML; those that part paragraphs leave a space."""
    text = _COMMENT.sub(" ", _ABSTRACT_HEADING.sub(" ", text))
    if "<p>" in text.lower() and not _PARAGRAPH_CLOSED.search(text):
        # Physicists write the mean momentum <p>.
        text = _PARAGRAPH.sub("< p >", text)
    text = _BLOCK_TAG.sub(" ", text)
    text = _PREFIXED_TAG.sub("", _INLINE_TAG.sub("", text))
    closed = {letter.lower() for letter in _ONE_LETTER_CLOSED.findall(text)}
    if closed:
        text = _ONE_LETTER_TAG.sub(lambda tag: "" if tag[1].lower() in closed else tag[0], text)
    return text
