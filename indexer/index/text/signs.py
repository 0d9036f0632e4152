"""Signs that belong to words: dotted abbreviations, `A*`, `.NET`, `AT&T`, `10,000`, `node.js`.

| written | word | so it is one with |
| --- | --- | --- |
| `i.i.d.`, `A.I.`, `e.g.`, `Ph.D.` | the letters alone: `iid`, `ai`, `eg`, `phd` | `iid`, `AI`, `PhD` |
| `U.S.`, `A.M.`: the letters are an ordinary word | with its stops: `u.s`, `a.m` | itself |
| `10,000` | `10000` | `10000` |
| `A*`, `AT&T`, `.NET` | as written | itself |
| `node.js`, `scikit.py` | as though a hyphen stood there | `nodejs` |

Here a folded text gets markers for such signs, one for one so that positions hold; `analysis` turns them back. The
loop in C hands each run between two spaces in which any of them may stand to `with_signs`, and does the rest itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from indexer.index.late_pattern import late

# Characters inside a word that would else part it are first swapped, one for one so that positions hold, for
# control characters, which the last pass turns back. The loop in C knows these numbers.
STOP, NOTHING, PLUS, SHARP, _STAR, _AMPERSAND = "\x01", "\x02", "\x03", "\x04", "\x05", "\x06"
MARKERS = {STOP: ".", NOTHING: "", PLUS: "+", SHARP: "#", _STAR: "*", _AMPERSAND: "&"}
_WITHOUT_MARKERS = str.maketrans(dict.fromkeys(MARKERS, " "))

# Letters that are a word of their own, so that the abbreviation is not written without its stops.
_ORDINARY = frozenset("am an as at be by do go he if in is it me my no of on or so to up us we".split())

# What each of the patterns below has; most texts have a stop before a space only.
_INNER_STOP = late(r"\.(?=[a-z])")
_INNER_COMMA = late(r",(?=[0-9])")
# Letters behind an apostrophe belong to the word before it, all but an s.
_GOES_ON = r"\w|(?:'s(?!\w))*'(?!s(?!\w))\w"
_ABBREVIATION = late(
    r"(?<![\w.])(?<!\w')(?:(?:[a-z]\.){1,7}[a-z]|ph\.d|[mb]\.(?:sc|phil|ed|eng|tech)|d\.(?:sc|phil))"
    rf"(?!{_GOES_ON}|[+#])"
)
_SUFFIX = late(r"\.(?<=[a-z0-9]\.)(?=(?:js|py|jl|io|ai|org|com|net)(?![\w]))")
_NET = late(rf"\.(?<![\w.)\]]\.)(?=net(?!{_GOES_ON}))")
_THOUSANDS = late(r"(?<![\w.,\[])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?!,[0-9])")
_STARRED = late(r"(?<![\w*\x01\x02])(?<!\w')[a-z]\*(?![\w*])")
# An abbreviation before it, whose stops are markers by now, is one word: of `ph.d&a` the `d` is no `AT`.
_AND = late(r"(?<![\w&\x01\x02])(?<!\w')[a-z]{1,2}&[a-z]{1,2}(?![\w&\x01\x02])")


def with_signs(folded: str) -> str:
    """The folded text, of the same length, with markers for the signs of this module; nothing else holds markers."""
    if any(marker in folded for marker in MARKERS):
        folded = folded.translate(_WITHOUT_MARKERS)
    if "." in folded:
        folded = _in_runs(folded, _INNER_STOP, _stopped)
    if "," in folded:
        folded = _in_runs(folded, _INNER_COMMA, _whole_numbers)
    if "*" in folded:
        folded = _STARRED.sub(lambda word: word[0][0] + _STAR, folded)
    if "&" in folded:
        folded = _AND.sub(lambda word: word[0].replace("&", _AMPERSAND), folded)
    return folded


def _in_runs(folded: str, signs: re.Pattern[str], change: Callable[[str], str]) -> str:
    """The text in which each run between two spaces that has one of the signs is changed.

    No pattern of this module looks past a space, so that a run is read as in its text: 15 microseconds an abstract
    with a stop inside a word in place of 140.
    """
    kept: list[str] = []
    end = 0
    for sign in signs.finditer(folded):
        at = sign.start()
        if at < end:
            continue
        start = folded.rfind(" ", end, at) + 1 or end
        kept.append(folded[end:start])
        end = folded.find(" ", at)
        if end < 0:
            end = len(folded)
        kept.append(change(folded[start:end]))
    if not kept:
        return folded
    kept.append(folded[end:])
    return "".join(kept)


def _stopped(run: str) -> str:
    run = _ABBREVIATION.sub(_abbreviated, run)
    return _NET.sub(STOP, _SUFFIX.sub("-", run))


def _whole_numbers(run: str) -> str:
    return _THOUSANDS.sub(lambda number: number[0].replace(",", NOTHING), run)


def _abbreviated(found: re.Match[str]) -> str:
    letters = found[0].replace(".", "")
    return found[0].replace(".", STOP if letters in _ORDINARY else NOTHING)
