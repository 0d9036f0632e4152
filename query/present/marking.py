"""Which words of a text a query asks for: what snippets and terminals mark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from indexer.index.text.analysis import STOP_WORDS, groups, stem
from query.engines.compile import read
from query.engines.patterns import word_test
from query.language.tree import And, Fuzzy, Node, Not, Or, Phrase, Prefix, Query, Wildcard, Word


@dataclass(frozen=True, slots=True)
class Marks:
    """Stems to mark, and a test of folded surface words for patterns (None: there are none)."""

    stems: frozenset[str]
    match: Callable[[str], bool] | None


def marks_of(query: Query) -> Marks:
    """What to mark for a query; function words only where it has no others."""
    plain: list[str] = []
    tests: list[Callable[[str], bool]] = []
    for leaf in leaves(query):
        if isinstance(leaf, Word | Phrase):
            for parts in groups(read(leaf.text)):
                plain += parts if len(parts) == 1 else (*parts, "".join(parts))
        elif isinstance(leaf, Prefix | Wildcard | Fuzzy):
            tests.append(word_test(leaf))
    content = {word for word in plain if word not in STOP_WORDS} or set(plain)
    stems = frozenset(stem(word) for word in content)
    return Marks(stems, (lambda word: any(test(word) for test in tests)) if tests else None)


def leaves(query: Query) -> Iterator[Node]:
    """Leaves of a query that papers are asked to match, bare words first; nothing under a NOT."""
    waiting: list[Node] = [*reversed(query.required), *reversed(query.bare)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, And | Or):
            waiting += reversed(node.children)
        elif not isinstance(node, Not):
            yield node
