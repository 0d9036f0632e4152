"""Abstracts as their words and where each stands: OpenAlex, and Microsoft's graph before it."""

from __future__ import annotations

from typing import Any

from indexer.index.record.values import Misfit, Misfits, shown

_NUMBERS = frozenset((int,))


def uninverted(index: Any, misfits: Misfits) -> str:
    """The text of an inverted abstract, `{"word": [places]}`; nothing that places say is believed but their order."""
    if index is None or index == "":
        return ""
    if isinstance(index, dict) and isinstance(index.get("InvertedIndex"), dict):
        index = index["InvertedIndex"]
    if not isinstance(index, dict):
        misfits.append(Misfit("abstract", f"abstract_inverted_index {shown(index)} is not an object"))
        return ""
    places: list[tuple[int, str]] = []
    for word, at in index.items():
        if isinstance(at, list) and _NUMBERS.issuperset(map(type, at)):
            places += [(place, word) for place in at]
        else:
            misfits.append(Misfit("abstract", f"places of {shown(word)} in the abstract are {shown(at)}, not a list"))
    places.sort(key=lambda row: row[0])
    return " ".join(word for _, word in places)
