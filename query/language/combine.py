"""Operands to nodes: what AND, OR, NOT, boosts and juxtaposition make of the leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.index.errors import QueryError
from query.language.tokens import Kind
from query.language.tree import And, Node, Not, Or

if TYPE_CHECKING:
    from query.language.leaves import Leaf

MAX_BOOST = 1_000.0


def signed(items: tuple[Node, ...], negated: bool, boost: float) -> tuple[Node, ...]:
    """The items of one operand with the signs around it: its boost, and the NOT before it."""
    if boost != 1.0:
        items = tuple(with_leaves(node, lambda leaf: _boosted(leaf, boost)) for node in items)
    return (Not(all_of(items)),) if negated and items else items


def leaves(node: Node) -> Iterator[Leaf]:
    """The leaves of a node in the order of the tree, those under NOT included."""
    # No recursion: each leaf would be handed through all the groups around it.
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Not):
            waiting.append(node.child)
        elif isinstance(node, (And, Or)):
            waiting.extend(reversed(node.children))
        else:
            yield node


def with_leaves(node: Node, change: Callable[[Leaf], Leaf]) -> Node:
    """The node with each leaf changed. Recursion is as deep as parentheses may stand."""
    if isinstance(node, Not):
        return Not(with_leaves(node.child, change))
    if isinstance(node, (And, Or)):
        return replace(node, children=tuple(with_leaves(child, change) for child in node.children))
    return change(node)


def _boosted(node: Leaf, factor: float) -> Leaf:
    # Six decimals are what can be typed; more would not survive printing.
    boost = round(node.boost * factor, 6)
    if boost > MAX_BOOST:
        raise too_much(node.start, node.length)
    return replace(node, boost=boost)


def join(elements: Sequence[tuple[Node, ...] | Kind]) -> tuple[Node, ...]:
    """Items of a group: operators bound to the operands beside them, everything else side by side.

    An operand that came out empty (`()`) takes its operator with it.
    """
    items: list[Node] = []
    alternatives: list[list[tuple[Node, ...]]] = []
    operator: Kind | None = None
    for element in elements:
        if isinstance(element, Kind):
            operator = element
            continue
        if not element:
            continue
        if operator is None or not alternatives:
            items.extend(_settled(alternatives))
            alternatives = [[element]]
        elif operator is Kind.AND:
            alternatives[-1].append(element)
        else:
            alternatives.append([element])
        operator = None
    items.extend(_settled(alternatives))
    return tuple(items)


def _settled(alternatives: list[list[tuple[Node, ...]]]) -> tuple[Node, ...]:
    if len(alternatives) == 1 and len(alternatives[0]) == 1:
        return alternatives[0][0]
    if not alternatives:
        return ()
    return (any_of([all_of([all_of(operand) for operand in conjunction]) for conjunction in alternatives]),)


def all_of(nodes: Sequence[Node]) -> Node:
    """AND of one node or more, those within it made one with it."""
    flat = [child for node in nodes for child in (node.children if isinstance(node, And) else (node,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(nodes: Sequence[Node]) -> Node:
    """OR of one node or more, those within it made one with it."""
    flat = [child for node in nodes for child in (node.children if isinstance(node, Or) else (node,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def too_much(position: int, length: int) -> QueryError:
    """The error of a boost over `MAX_BOOST` at this place of the query."""
    return QueryError(
        f"A boost is at most {MAX_BOOST:g}; write a smaller number after ^", position=position, length=length
    )
