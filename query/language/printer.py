"""Query tree to text that parses to the same tree, for explanations and suggestions."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.index.record.identifiers import Identifier
from query.language.combine import leaves
from query.language.foreign import is_near
from query.language.identifiers import identify_whole
from query.language.leaves import Leaf
from query.language.operators import NEVER_EXCLUDED
from query.language.tree import (
    FIELDS,
    And,
    AuthorPosition,
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
        text = _node(items[0], nested=False, short=short)
    else:
        text = _joined([_node(item, nested=True, short=short) for item in items])
    # With a stray sign behind it, which is no word, it is not taken as a whole: `doi: https://x.org/y`.
    return text if _is_whole(items, identify_whole(text)) else f"{text} -"


def _is_whole(items: Sequence[Node], found: Identifier | None) -> bool:
    """Whether what a printed text is taken for as a whole, if anything, is its one item."""
    if found is None:
        return True
    item = items[0]
    return (
        len(items) == 1
        and isinstance(item, Exact)
        and (item.field, item.text, item.boost) == (found.kind, found.value, 1.0)
    )


def _joined(texts: Sequence[str]) -> str:
    """Texts side by side; behind a hyphen two spaces, since one is taken for the end of a line (`multi- task`)."""
    return "".join(f"{text}{'  ' if text.endswith('-') else ' '}" for text in texts[:-1]) + texts[-1] if texts else ""


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
        whole = isinstance(leaf, AuthorPosition) and leaf.whole
        whole = whole or (isinstance(leaf, Exact) and leaf.field in ("authors", "venue"))
        sign = ":=" if whole or (isinstance(leaf, Word | Phrase) and leaf.written) else ":"
        text = f"{_NAMES[leaf.field]}{sign}{text}"
    elif isinstance(leaf, Word | Phrase) and leaf.written:
        text = f"={text}"
    if leaf.field is None and isinstance(leaf, Word) and is_near(leaf.text):
        text = f"({text})"
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
    if isinstance(leaf, AuthorPosition):
        return _quoted(leaf.text)
    if isinstance(leaf, Prefix):
        return f"{leaf.text}*"
    if isinstance(leaf, Fuzzy):
        return f"{leaf.text}~{leaf.distance if leaf.distance != 1 else ''}"
    return leaf.text


_PAIRS = (('"', '"'), ("“", "”"), ("«", "»"), ("「", "」"), ("『", "』"), ("\uff02", "\uff02"), ("„", "“"))


def _quoted(text: str) -> str:
    """A text in quotes of the first kind that does not end inside it."""
    plain = text.replace('\\"', "")
    opening, closing = next((pair for pair in _PAIRS if pair[1] not in plain), ("", ""))
    if not opening:
        # Text with quotes of all kinds can only have been typed without any around it.
        return text
    # A backslash before a straight quote would be read as an accent of TeX.
    return f"{opening}{text}{' ' if text.endswith(chr(92)) and closing == chr(34) else ''}{closing}"
