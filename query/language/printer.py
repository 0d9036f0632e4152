"""Query tree to text that parses to the same tree, for explanations and suggestions."""

from __future__ import annotations

from query.language.combine import leaves
from query.language.leaves import Leaf
from query.language.operators import NEVER_EXCLUDED
from query.language.tree import (
    FIELDS,
    And,
    Exact,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Wildcard,
    Word,
)

# The first name of a field is its long one.
_NAMES = {field: name for name, field in reversed(FIELDS.items())}


def to_text(query: Query) -> str:
    """The query in its own syntax. `parse` of it gives the same tree, but for positions and diagnostics.

    Only the limits of the language are not promised: what is printed can be longer than what was typed.
    """
    items = sorted((*query.optional, *query.required), key=start)
    # Beside words with hyphens `-word` could be read as a dash, which `-(word)` never is.
    short = not any("-" in leaf.text for item in items for leaf in leaves(item))
    if len(items) == 1:
        return _node(items[0], nested=False, short=short)
    return " ".join(_node(item, nested=True, short=short) for item in items)


def start(node: Node) -> int:
    """Where the first leaf of a node stands in the query, in code points."""
    while isinstance(node, (And, Or, Not)):
        node = node.child if isinstance(node, Not) else node.children[0]
    return node.start


def _node(node: Node, *, nested: bool, short: bool) -> str:
    if isinstance(node, Not):
        child = node.child
        text = _node(child, nested=not isinstance(child, (And, Or)), short=short)
        return f"-{text}" if _takes_minus(child, short=short) else f"-({text})"
    if isinstance(node, (And, Or)):
        word = " AND " if isinstance(node, And) else " OR "
        text = word.join(_node(child, nested=True, short=short) for child in node.children)
        return f"({text})" if nested else text
    return _leaf(node)


def _takes_minus(node: Node, *, short: bool) -> bool:
    if isinstance(node, Phrase):
        return True
    if not isinstance(node, Word):
        return False
    plain = short and node.text.isalpha() and node.text.casefold() not in NEVER_EXCLUDED
    return plain or node.field is not None


def _leaf(leaf: Leaf) -> str:
    text = _body(leaf)
    if leaf.field is not None and leaf.field in _NAMES:
        whole = isinstance(leaf, Exact) and leaf.field in ("authors", "venue")
        sign = ":=" if whole or (isinstance(leaf, Word | Phrase) and leaf.written) else ":"
        text = f"{_NAMES[leaf.field]}{sign}{text}"
    elif isinstance(leaf, Word | Phrase) and leaf.written:
        text = f"={text}"
    if leaf.boost == 1.0:
        return text
    number = f"{leaf.boost:.6f}".rstrip("0").rstrip(".")
    boostable = leaf.boost > 0 and (
        isinstance(leaf, (Phrase, Prefix, Wildcard, Fuzzy))
        or (isinstance(leaf, Word) and leaf.text.isalpha() and len(leaf.text) > 1)
    )
    return f"{text}^{number}" if boostable else f"({text})^{number}"


def _body(leaf: Leaf) -> str:
    if isinstance(leaf, Phrase):
        return _quoted(leaf.text) + (f"~{leaf.slop}" if leaf.slop != 1 else "")
    if isinstance(leaf, Exact):
        if leaf.field in _NAMES:
            return _quoted(leaf.text)
        return f"https://{leaf.text}" if leaf.field == "url" else f"{leaf.field}:{leaf.text}"
    if isinstance(leaf, Prefix):
        return f"{leaf.text}*"
    if isinstance(leaf, Fuzzy):
        return f"{leaf.text}~{leaf.distance if leaf.distance != 1 else ''}"
    return leaf.text


def _quoted(text: str) -> str:
    if '"' not in text.replace('\\"', ""):
        # A backslash before the closing quote would be read as an accent of TeX.
        return f'"{text} "' if text.endswith("\\") else f'"{text}"'
    # Text with both kinds of quotes can only have been typed without any around it.
    return text if "”" in text else f"“{text}”"
