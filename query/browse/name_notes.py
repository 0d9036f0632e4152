"""What is to be said of names in a query: whom initials were read as, and who was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from query.engines.author_names import AuthorNames, FoundNames
from query.language.analysed import names_asked
from query.language.combine import leaves
from query.language.initials import names_of_initials
from query.language.tree import AuthorPosition, Diagnostic, Phrase, Query, Word

_NAMED = 3
"""Names that are told, and of initials the readings; of other names the number."""


def name_notes(
    query: Query, names: AuthorNames, size: Callable[[str], int], heading: Callable[[str], str]
) -> Iterator[Diagnostic]:
    """A diagnostic for each name whose reading a searcher should know.

    `size` gives the papers of a cluster's key, `heading` shows its name.
    """
    for node in query.required:
        for leaf in leaves(node):
            placed = isinstance(leaf, AuthorPosition) and not leaf.whole
            if not placed and not (isinstance(leaf, Word | Phrase) and names_asked(leaf)):
                continue
            if (found := names.find(leaf.text, every=placed)) is not None:
                for message, suggestion in _notes(leaf.text, found, size, heading):
                    yield Diagnostic("name", message, leaf.start, leaf.length, suggestion)
    told: set[str] = set()
    for word, meant in zip(query.optional, names_of_initials(query.optional), strict=True):
        readings = ((text, names.find(text)) for text in meant)
        text, found = next(((text, found) for text, found in readings if found and not found.nobody), ("", None))
        if found is not None and found.widened and text not in told and len(told) < _NAMED:
            told.add(text)
            yield Diagnostic("name", f"{text}: {_told(found.widened, size, heading)}", word.start, word.length)


def _notes(
    text: str, found: FoundNames, size: Callable[[str], int], heading: Callable[[str], str]
) -> Iterator[tuple[str, str | None]]:
    if found.widened:
        yield f"{text}: {_told(found.widened, size, heading)}", None
    if found.turned:
        yield f"No author is called {text}; the name was read the other way round", None
    if found.shorter:
        verb = "is" if len(found.shorter) == 1 and size(found.shorter[0]) == 1 else "are"
        told = _told(found.shorter, size, heading)
        yield f"{told}, with initials for first names, {verb} not among these", f'author:"{heading(found.shorter[0])}"'


def _told(keys: Sequence[str], size: Callable[[str], int], heading: Callable[[str], str]) -> str:
    """`158 papers of Yoshua Bengio, 3 of Yann Bengio and of 2 other names`."""
    # Of eight hundred names that `W. Wang` may mean three are told: a heading is counted from all papers of its name.
    largest = sorted(((size(key), key) for key in keys), key=lambda row: (-row[0], row[1]))[:_NAMED]
    counted = [(count, heading(key)) for count, key in largest]
    first, *rest = counted
    parts = [f"{first[0]} {'paper' if first[0] == 1 else 'papers'} of {first[1]}"]
    parts += [f"{count} of {name}" for count, name in rest]
    more = len(keys) - _NAMED
    others = f" and of {more} other {'name' if more == 1 else 'names'}" if more > 0 else ""
    return ", ".join(parts) + others
