"""Where the words, quotes and parentheses of a text begin and end, and which hyphens are dashes."""

from __future__ import annotations

from indexer.index.late_pattern import late

# Closing quotes of each opening one, the usual one first: a slip of the hand may close “ with ".
QUOTES = {
    '"': '"”', "“": '”"', "”": "”", "„": "“”", "‟": "”", "«": "»", "»": "«»",
    "「": "」", "『": "』", "\uff02": "\uff02",
}  # fmt: skip
OPENING = "".join(QUOTES)

OPERATOR = late(rf"(?:AND|OR|NOT)(?=[\s(){OPENING}]|$)")
FIELD = late(r"([A-Za-z_]+)[:\uff1a](=?)(?=[^\s)])")
LETTER_OR_DIGIT = late(r"[^\W_]")

# A quote that only ever opens ends the word before it: Chinese and French need no space there.
_CHUNK = late(r"[^\s()“„‟«「『]+")
_EITHER_CLOSES = "„»"
_PARENTHESES = late(r"[()\s]")
_SPACE = late(r"\s*")
_CLOSING_DASH = late(r"[^\W_]-(?=[\s:]|$)")
_SUSPENDED = late(r"[^\W_]-[^\W_]+ (?:and|or)\s+$")
_TEX = late(r"[\\${}]")


class Shapes:
    """The extents of one text; every method takes a code point's index, and all together are linear."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._inner = _closed_in_one_word(text) if "(" in text else {}
        dashes = _CLOSING_DASH.finditer(text) if "-" in text else ()
        self._last_dash = max((match.start() for match in dashes), default=-1)

    def space_end(self, at: int) -> int:
        """Where the white space at `at`, if any, ends."""
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def word_end(self, start: int) -> int:
        """Where a word ends: at white space, or at a parenthesis that does not close within the word."""
        text, at = self.text, start
        while at < len(text):
            if match := _CHUNK.match(text, at):
                at = match.end()
            elif at in self._inner:
                at = self._inner[at] + 1
            else:
                break
        return at

    def opens_group(self, at: int) -> bool:
        """Whether a group opens here; the parenthesis of `(in)dependence` is part of the word."""
        if self.text[at] != "(":
            return False
        close = self._inner.get(at)
        if close is None or close + 1 >= len(self.text) or not QUOTES.keys().isdisjoint(self.text[at:close]):
            return True
        after = self.text[close + 1]
        if after == "-":
            after = self.text[close + 2 : close + 3]
        return not LETTER_OR_DIGIT.match(after) or bool(OPERATOR.match(self.text, close + 1))

    def is_dash(self, at: int) -> bool:
        """Whether a `-` before a word is a title's dash: `robot -a report-`, `one-way and -lane`."""
        word = _CHUNK.match(self.text, at + 1)
        if word is None or word[0][0] in QUOTES or FIELD.match(self.text, at + 1):
            return False
        return (
            self._last_dash > at
            or bool(_TEX.search(word[0]))
            or bool(_SUSPENDED.search(self.text, max(0, at - 40), at))
        )

    def closing_quote(self, at: int) -> int:
        """Index of the quote that closes the one here, or -1. TeX's `\\"o` in straight quotes is no end."""
        ends = [self._find(mark, at + 1) for mark in QUOTES[self.text[at]]]
        found = [end for end in ends if end >= 0]
        if not found:
            return -1
        return min(found) if self.text[at] in _EITHER_CLOSES else found[0]

    def _find(self, mark: str, start: int) -> int:
        close = self.text.find(mark, start)
        while mark == '"' and close > 0 and self.text[close - 1] == "\\":
            close = self.text.find('"', close + 1)
        return close


def _closed_in_one_word(text: str) -> dict[int, int]:
    """Opening parenthesis -> its closing one, for those with no white space between."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for match in _PARENTHESES.finditer(text):
        if match[0] == "(":
            opened.append(match.start())
        elif match[0] != ")":
            opened.clear()
        elif opened:
            pairs[opened.pop()] = match.start()
    return pairs
