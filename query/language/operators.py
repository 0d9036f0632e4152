"""Which AND, OR and NOT of a query are operators, and which are words of a pasted title."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from query.language.tokens import Kind, Token
from query.language.tree import Diagnostic

_OPERATORS = frozenset((Kind.AND, Kind.OR, Kind.NOT))
_BINARY = frozenset((Kind.AND, Kind.OR))
_BEGINS = frozenset((Kind.WORD, Kind.PHRASE, Kind.OPEN, Kind.FIELD, Kind.MINUS))
_ENDS = frozenset((Kind.WORD, Kind.PHRASE, Kind.CLOSE, Kind.BOOST))

# A verb before NOT, or a word after it that no one would exclude, makes it a word: `is NOT all you need`.
_VERBS_TEXT = """
am and are be been but can could did do does done had has have if is may might must or shall should to was
were why will would
"""
_VERBS = frozenset(_VERBS_TEXT.split())
_NEVER_EXCLUDED_TEXT = """
a all always an any are based be by dimensional enough every for from gate gates in is it its just like more
much my necessarily of on only our so such that the this to too very what when with without yet your
"""
NEVER_EXCLUDED = frozenset(_NEVER_EXCLUDED_TEXT.split())


def settle(tokens: Sequence[Token]) -> tuple[list[Token], list[Diagnostic]]:
    """The tokens, with every operator that cannot be one turned into the word it spells, in lower case.

    Words they are: at an end or before a closing parenthesis; doubled; in a query in capitals that has two
    words side by side; a NOT after a verb or before a function word. `-` before a function word is dropped.
    """
    if not any(token.kind in _OPERATORS or token.kind is Kind.MINUS for token in tokens):
        return list(tokens), []
    capitals = _is_written_in_capitals(tokens)
    settled: list[Token] = []
    demoted: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind is Kind.MINUS and _never_excluded(tokens, at + 1):
            at += 1
            continue
        if token.kind not in _OPERATORS:
            settled.append(token)
            at += 1
            continue
        run = _run(tokens, at)
        before = settled[-1] if settled else None
        after = tokens[at + len(run)] if at + len(run) < len(tokens) else None
        if capitals or not _holds(run, before, after) or (run[-1].kind is Kind.NOT and _is_word(run, before, after)):
            demoted.extend(run)
            settled.extend(token._replace(kind=Kind.WORD, text=token.text.lower()) for token in run)
        else:
            settled.extend(run)
        at += len(run)
    return settled, _report(demoted, capitals=capitals)


def _run(tokens: Sequence[Token], at: int) -> list[Token]:
    run = []
    while at < len(tokens) and tokens[at].kind in _OPERATORS:
        run.append(tokens[at])
        at += 1
    return run


def _holds(run: Sequence[Token], before: Token | None, after: Token | None) -> bool:
    """Whether a run of operators is AND, OR, NOT, AND NOT or OR NOT, with the operands it needs."""
    kinds = [token.kind for token in run]
    if after is None or after.kind not in _BEGINS:
        return False
    if kinds == [Kind.NOT]:
        return after.kind is not Kind.MINUS and (before is None or before.kind not in (Kind.MINUS, Kind.FIELD))
    if before is None or before.kind not in _ENDS or kinds[0] not in _BINARY:
        return False
    return len(kinds) == 1 or (kinds[1:] == [Kind.NOT] and after.kind is not Kind.MINUS)


def _is_word(run: Sequence[Token], before: Token | None, after: Token | None) -> bool:
    verb = len(run) == 1 and before is not None and before.kind is Kind.WORD and before.text.casefold() in _VERBS
    excluded = after is not None and after.kind is Kind.WORD and after.text.casefold() in NEVER_EXCLUDED
    return verb or excluded


def _never_excluded(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].kind is Kind.WORD and tokens[at].text.casefold() in NEVER_EXCLUDED


def _is_written_in_capitals(tokens: Sequence[Token]) -> bool:
    """Whether all words are capitals and two stand side by side: a title, unlike `GAN OR VAE`."""
    if not any(token.kind in _OPERATORS for token in tokens):
        return False
    words = [token.text for token in tokens if token.kind in (Kind.WORD, Kind.PHRASE)]
    if any(token.kind is Kind.FIELD for token in tokens) or not "".join(words).isupper():
        return False
    neighbours = [token.kind for token in tokens if token.kind not in (Kind.OPEN, Kind.CLOSE, Kind.BOOST)]
    operands = (Kind.WORD, Kind.PHRASE, Kind.MINUS, Kind.NOT)
    return any(left in (Kind.WORD, Kind.PHRASE) and right in operands for left, right in pairwise(neighbours))


def _report(demoted: Sequence[Token], *, capitals: bool) -> list[Diagnostic]:
    if not demoted:
        return []
    first = demoted[0]
    reason = (
        "since the whole query is in capitals; write the other words in small letters for an operator"
        if capitals
        else f"here; put {first.text} between two words or groups for an operator"
        if first.kind in _BINARY
        else "here; write -word to exclude a word"
    )
    message = f"{first.text} was read as a word {reason}"
    return [Diagnostic("operator", message, first.start, first.end - first.start)]
