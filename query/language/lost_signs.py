"""Words that lost something on their way: ligatures of PDFs (`e cient`), stops of abbreviations (`i i d`).

What was typed stays; the whole word counts as well for each of the pieces, as the joined form of a hyphenated one does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

SHORTEST_RUN = 3
"""So many single letters side by side may be an abbreviation: of two, `x y` is none."""
LONGEST_RUN = 8
"""More letters are none: of a thousand each would be looked up with a word of a thousand letters."""

# What fonts set as one sign and PDFs lose: the letters, what stood before, and what stood behind. Only such pieces are
# here as are no words side by side, so that `de ne` (French) and `o ce` are missing.
_LIGATURES = {
    "ffi": {
        "e": "cient ciently ciency cacy", "ine": "cient ciency", "coe": "cient cients", "su": "cient ciently ciency ce",
        "di": "cult culty culties",
    },
    "ff": {
        "e": "ect ects ective ectively ectiveness ort orts ector ectors", "a": "ect ects ected ine ordance inity",
        "di": "erent erently erence erences erential er ers usion eomorphism", "su": "er ers ix ering",
    },
    "f": {"ef": "cient ciently ciency", "coef": "cient cients", "suf": "cient ciently", "dif": "cult culty"},
    "fi": {
        "": "rst nding nite nal ltering lters",
        "ef": "cient ciently ciency", "coef": "cient cients", "suf": "cient ciently", "dif": "cult culty culties",
        "de": "nition nitions nite nitely ned nes ning cit", "rede": "ned nition", "re": "nement ned",
        "speci": "c cally cation cations ed es city", "signi": "cant cantly cance",
        "classi": "cation cations er ers ed es", "identi": "cation ed es able ability", "modi": "cation cations ed es",
        "veri": "cation ed es able", "quanti": "cation ed es", "uni": "ed cation", "simpli": "ed es cation",
        "justi": "cation ed es", "arti": "cial cially", "scienti": "c", "con": "dence dent guration gurations rmed ned",
        "in": "nite nitely nity", "pro": "le les ling", "bene": "t ts cial", "strati": "ed cation", "recti": "ed er",
        "ampli": "er ers ed cation",
    },
    "fl": {"in": "uence uences uenced uential", "re": "ect ects ected ection ections", "con": "ict icts", "": "exible"},
}  # fmt: skip
LIGATURES: dict[tuple[str, str], str] = {
    (before, behind): before + letters + behind
    for letters, pieces in _LIGATURES.items()
    for before, rest in pieces.items()
    for behind in rest.split()
    if before
}
"""Two pieces, folded, and the word that they were."""


def whole_words(pieces: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Words that some of the folded words of a query may have been: first and past-last of the pieces, and the word."""
    for at, pair in enumerate(pairwise(pieces)):
        if (word := LIGATURES.get(pair)) is not None:
            yield at, at + 2, word
    start = 0
    while start < len(pieces):
        end = start
        while end < len(pieces) and len(pieces[end]) == 1 and pieces[end].isascii() and pieces[end].isalpha():
            end += 1
        if SHORTEST_RUN <= end - start <= LONGEST_RUN:
            yield start, end, "".join(pieces[start:end])
        start = max(end, start + 1)
