"""Which words of a text a query asks for: what snippets and terminals mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from query.engines.patterns import WordTest, any_test, word_test
from query.language.analysed import AnalysedQuery, AnalysedWord
from query.language.parts import joined
from query.language.tree import And, Fuzzy, Node, Not, Or, Phrase, Prefix, Wildcard, Word


@dataclass(frozen=True, slots=True)
class Marks:
    """Stems to mark, and a test of folded surface words for patterns (None: there are none)."""

    stems: frozenset[str]
    match: WordTest | None


def marks_of(query: AnalysedQuery) -> Marks:
    """What to mark for a query; function words only where it has no others."""
    words: list[AnalysedWord] = list(query.words)
    tests: list[WordTest] = []
    for leaf in _leaves(query.required):
        parts = (
            [part for group in query.parts_of(leaf) for part in group] if not isinstance(leaf, And | Or | Not) else []
        )
        tests += [word_test(part.pattern) for part in parts if part.pattern is not None]
        if parts and isinstance(leaf, Word | Phrase) and leaf.written:
            written = frozenset(part.surface for part in parts)
            tests.append(WordTest(written.__contains__, tuple(written)))
        elif isinstance(leaf, Word | Phrase):
            words += query.words_of(leaf)
        elif isinstance(leaf, Fuzzy):
            tests.append(word_test(leaf))
        elif isinstance(leaf, Prefix | Wildcard) and len(parts) > 1:
            words += [AnalysedWord((part.surface,), part.stem, (part.stem,)) for part in parts if part.pattern is None]
            tests += [word_test(whole)] if (whole := joined(parts)) is not None else []
    content = [word for word in words if not word.is_function_word] or words
    stems = frozenset(stem for word in content for stem in (word.stem, *word.part_stems, *word.also))
    return Marks(stems, any_test(tests) if tests else None)


def _leaves(required: tuple[Node, ...]) -> Iterator[Node]:
    """Leaves of the clauses that papers are asked to match; nothing under a NOT."""
    waiting: list[Node] = [*reversed(required)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, And | Or):
            waiting += reversed(node.children)
        elif not isinstance(node, Not):
            yield node
