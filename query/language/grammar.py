"""The grammar of docs/query-language.md.

    query    = item*                       words side by side; parentheses around items change nothing
    item     = conjunct (OR conjunct)*
    conjunct = operand (AND operand)*
    operand  = (NOT | -)? (field:)? (word | pattern | phrase | "(" query ")") boost?

Linear in the text, without recursion.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as with_default

from indexer.index.errors import QueryError
from query.language.combine import MAX_BOOST, join, leaves, signed, too_much, with_leaves
from query.language.identifiers import identify_whole
from query.language.leaves import arxiv_leaf, phrase_leaf, word_leaf
from query.language.lexer import tokenize
from query.language.operators import settle
from query.language.parser import MAX_LEAVES
from query.language.shapes import QUOTES
from query.language.tokens import Kind, Token
from query.language.tree import FIELDS, Diagnostic, Exact, Node, Query, Word

# A word that a line's end has broken, also where a space stands for the line; `first- and second-order` is none.
_BROKEN = re.compile(
    r"(?<=[^\W\d_])-[ \t]*[\r\n]\s*(?=[^\W\d_])"
    r"|(?<=[a-z])- (?=[a-z]{2})(?!(?:and|as|but|in|nor|of|or|to|vs|versus|with)\b)"
)
# Control characters, zero-width spaces and the byte order mark are white space, one for one: positions stay.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u2060\ufeff]")


def parse_fully(text: str) -> Query:
    """As `parse`, by the whole grammar even where the text is only plain words."""
    clean = _CONTROL.sub(" ", _BROKEN.sub(_healed, text) if "-" in text else text)
    stripped = clean.strip()
    if not stripped:
        return Query(text)
    start = clean.index(stripped[0])
    quoted = len(stripped) > 2 and stripped[-1] in QUOTES.get(stripped[0], "")
    # An identifier in quotes is one, whatever quotes they are and whatever spaces stand inside them.
    if (found := identify_whole(f'"{stripped[1:-1].strip()}"' if quoted else stripped)) is not None:
        return Query(text, (), (Exact(found.value, found.kind, 1.0, start, len(stripped)),))
    tokens, odd = tokenize(clean)
    tokens, demoted = settle(tokens)
    _check_leaves(tokens)
    builder = _Builder()
    nodes = _identified(builder.build(tokens))
    diagnostics = sorted(odd + demoted + builder.diagnostics, key=lambda diagnostic: diagnostic.position)
    if not nodes:
        raise QueryError(
            "The query holds no word to look for; write at least one letter or digit",
            position=start,
            length=len(stripped),
        )
    optional = tuple(node for node in nodes if isinstance(node, Word) and _is_optional(node))
    required = tuple(node for node in nodes if not (isinstance(node, Word) and _is_optional(node)))
    return Query(text, optional, required, tuple(diagnostics))


def _healed(broken: re.Match[str]) -> str:
    """A hyphen at the end of a line as soft hyphens, which words do not have: `dimen-` and `sional` are one word.

    Before a capital the hyphen is the word's own (`Semi-` and `Supervised`).
    """
    following = broken.string[broken.end()]
    return ("\u00ad" if following.islower() else "-") + "\u00ad" * (len(broken[0]) - 1)


def _is_optional(word: Word) -> bool:
    """Whether a word stands alone, for `--match` to govern."""
    return word.field is None and not word.written


@dataclass(slots=True)
class _Group:
    """A parenthesis being read: what stands in it, and the signs before it."""

    field: str | None = None
    name: str = ""
    exact: bool = False
    negated: bool = False
    start: int = 0
    # Operands (each the items of a word or a group) with the operators between them; juxtaposition has none.
    elements: list[tuple[Node, ...] | Kind] = with_default(default_factory=list)


class _Builder:
    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def build(self, tokens: Sequence[Token]) -> tuple[Node, ...]:
        """Items of the whole query, side by side."""
        groups = [_Group()]
        pending = _Group()  # the signs before the next operand
        for at, token in enumerate(tokens):
            kind, group = token.kind, groups[-1]
            if kind in (Kind.AND, Kind.OR):
                group.elements.append(kind)
            elif kind in (Kind.NOT, Kind.MINUS):
                pending.negated = True
            elif kind is Kind.FIELD:
                pending.field, pending.name, pending.exact = FIELDS[token.text], token.text, token.exact
            elif kind is Kind.OPEN:
                self._open(groups, pending, token)
                pending = _Group()
            elif kind is Kind.CLOSE:
                closed = groups.pop()
                items = join(closed.elements)
                if not items:
                    self._empty(closed, token)
                groups[-1].elements.append(signed(items, closed.negated, _boost_after(tokens, at)))
            elif kind is not Kind.BOOST:
                items = (self._leaf(token, pending, group),)
                group.elements.append(signed(items, pending.negated, _boost_after(tokens, at)))
                pending = _Group()
        return join(groups[0].elements)

    def _open(self, groups: list[_Group], pending: _Group, token: Token) -> None:
        if pending.exact:
            raise QueryError(
                f'{pending.name}:= takes one name; write {pending.name}:="the whole name"',
                position=token.start,
                length=1,
            )
        if pending.field is None:
            pending.field, pending.name = groups[-1].field, groups[-1].name
        pending.start = token.start
        groups.append(pending)

    def _empty(self, group: _Group, close: Token) -> None:
        length = close.end - group.start
        if group.name:
            raise QueryError(
                f"Nothing stands after {group.name}: to look for; write {group.name}:word",
                position=group.start,
                length=length,
            )
        self.diagnostics.append(
            Diagnostic(
                "parenthesis",
                "Nothing stands between these parentheses; they were left out",
                group.start,
                length,
            )
        )

    def _leaf(self, token: Token, pending: _Group, group: _Group) -> Node:
        where = pending if pending.field is not None else group
        make = phrase_leaf if token.kind is Kind.PHRASE else word_leaf
        return make(token, where.field, exact=where.exact or token.exact)


def _check_leaves(tokens: Sequence[Token]) -> None:
    leaves = [token for token in tokens if token.kind in (Kind.WORD, Kind.PHRASE)]
    if len(leaves) > MAX_LEAVES:
        excess = leaves[MAX_LEAVES]
        raise QueryError(
            f"The query has {len(leaves):,} words and phrases; at most {MAX_LEAVES:,} are read. Shorten it",
            position=excess.start,
            length=leaves[-1].end - excess.start,
        )


def _identified(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The nodes with arXiv ids for what they are, if nothing else is searched in all fields.

    Beside other words `2101.12345` is a decimal, and `arXiv:0801.1234` the end of a title.
    """
    unconfined = [leaf for node in nodes for leaf in leaves(node) if leaf.field is None]
    if len(unconfined) == len(nodes) and all(isinstance(node, Word) and not node.written for node in nodes):
        # `arXiv: 2101.12345` with anything odd between that was left out.
        found = identify_whole(" ".join(leaf.text for leaf in unconfined))
        if found is not None:
            start, last = unconfined[0].start, unconfined[-1]
            return (Exact(found.value, found.kind, 1.0, start, last.start + last.length - start),)
    if not unconfined or any(arxiv_leaf(leaf) is None for leaf in unconfined):
        return nodes
    return tuple(with_leaves(node, lambda leaf: arxiv_leaf(leaf) or leaf) for node in nodes)


def _boost_after(tokens: Sequence[Token], at: int) -> float:
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or following.kind is not Kind.BOOST:
        return 1.0
    if following.number > MAX_BOOST:
        raise too_much(following.start, following.end - following.start)
    return following.number
