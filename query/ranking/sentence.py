"""Which words of a query carry it: content, function words, and the scaffold of a whole question.

A query of two function words or more is a sentence (`Are there any papers that study the curse of memory?`). In one,
function words tell little, and words with which people ask for papers (`interested in`, `papers that study`, `recent
work on`) tell nothing. The same words elsewhere (`information retrieval`, `user studies`) are content: it is the
neighbours that decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from indexer.index.text.analysis import STOP_WORDS

# Function words of the English list that the Snowball project publishes.
_SNOWBALL = (
    "a about above after again against all am an and any are as at be because been before being below between both "
    "but by can did do does doing don down during each few for from further had has have having he her here hers "
    "herself him himself his how i if in into is it its itself just me more most my myself no nor not now of off on "
    "once only or other our ours ourselves out over own s same she should so some such t than that the their theirs "
    "them themselves then there these they this those through to too under until up very was we were what when where "
    "which while who whom why will with would you your yours yourself yourselves"
)
FUNCTION_WORDS = STOP_WORDS | frozenset(_SNOWBALL.split())
SENTENCE = 2
"""So many function words make a sentence."""

# What is asked for, if a link follows (`papers on`); what is done in it, if `that` or `which` goes before.
_WANTED = frozenset(
    "anything article articles information literature material paper papers publication publications reference "
    "references research studies study work works".split()
)
_LINKS = frozenset("about concerning dealing describing discussing on regarding related relating studying that".split())
_DONE = frozenset(
    "address addresses consider considers deal deals describe describes discuss discusses examine examines explore "
    "explores investigate investigates present presents propose proposes show shows study studies".split()
)
_RELATIVES = frozenset({"that", "which", "who"})
_QUALIFIERS = frozenset("available existing good interesting recent relevant".split())
# Asking, if the words around it ask too (`I need`, `show me`) or it opens the query.
_ASKING = frozenset(
    "appreciate find get give glad grateful interested know like looking need obtain pleased receive recommend search "
    "searching see show suggest tell want wish".split()
)
_BEFORE_ASKING = frozenset("am be can could do i please should to we would you".split())
_ALWAYS = frozenset("also especially particular particularly please".split())


class Role(Enum):
    """What a word of a query is to it."""

    CONTENT = 1
    FUNCTION = 2
    SCAFFOLD = 3


def roles(words: Sequence[str]) -> list[Role]:
    """The role of each word (folded, in query order). Where nothing would be content, everything is.

    Outside a sentence there is no scaffold.
    """
    found = [Role.FUNCTION if word in FUNCTION_WORDS else Role.CONTENT for word in words]
    if is_sentence(found):
        for at in reversed(range(len(words))):
            if found[at] is Role.CONTENT and _is_scaffold(words, found, at):
                found[at] = Role.SCAFFOLD
    if Role.CONTENT not in found:
        return [Role.CONTENT] * len(words)
    return found


def is_sentence(found: Sequence[Role]) -> bool:
    """Whether the words of these roles make a sentence."""
    return sum(role is Role.FUNCTION for role in found) >= SENTENCE


def _is_scaffold(words: Sequence[str], found: Sequence[Role], at: int) -> bool:
    word = words[at]
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    if word in _QUALIFIERS:
        return bool(after) and found[at + 1] is Role.SCAFFOLD
    return (
        word in _ALWAYS
        or (word in _WANTED and after in _LINKS)
        or (word in _DONE and before in _RELATIVES)
        or (word in _ASKING and (not before or before in _BEFORE_ASKING or before in _ALWAYS or after in {"me", "us"}))
    )
