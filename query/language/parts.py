"""Parts of patterns and of words as written: what stands side by side, and how each part is compared.

A pattern is cut as text is cut: its signs are first exchanged for letters that no text has, then the analysis parts
the whole, and each part that still has such a letter is a pattern of its own (`self-superv*` is self, superv*).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import category, normalize

from indexer.index.text.analysis import groups, stem, tokens
from indexer.index.text.reading import as_read
from query.language.tree import Phrase, Prefix, Wildcard, Word

# Letters of Lisu and Vai that fold to themselves and that words may hold.
_STAR, _MARK = "\ua4f8", "\ua60c"
_TO_LETTERS = str.maketrans("*?", _STAR + _MARK)
_TO_SIGNS = str.maketrans(_STAR + _MARK, "*?")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a run of words.

    `surface` is the folded word; in a `pattern` the leaf has it. `written`: only this form of the stem counts, and with
    `spelling` only in these capitals. Neither: any form of the stem.
    """

    surface: str
    stem: str
    pattern: Prefix | Wildcard | None = None
    written: bool = False
    spelling: str = ""

    @property
    def plain(self) -> bool:
        """Whether any form of the stem will do."""
        return self.pattern is None and not self.written


def has_pattern(text: str) -> bool:
    """Whether the text of a phrase has a sign with two letters before it inside its word: `graph networ*`."""
    return any(
        sign in word.rstrip(",;:.!?")[2:] and word[:2].isalpha()
        for word in (text.split() if "*" in text or "?" in text else ())
        for sign in "*?"
    )


def pattern_parts(text: str) -> list[tuple[Part, ...]]:
    """The parts of a text with `*` and `?` in it, those tied by hyphens together."""
    lettered = " ".join(_lettered(word) for word in text.split())
    found: list[tuple[Part, ...]] = []
    for group in groups(as_read(lettered), pairs=False):
        parts = tuple(part for piece in group for part in _part(piece))
        if parts:
            found.append(parts)
    return found


def _lettered(word: str) -> str:
    """A word of a pattern with letters for its signs; a `?` that ends it is punctuation."""
    core = word.rstrip(",;:.!?")
    return core.translate(_TO_LETTERS)


def _part(piece: str) -> tuple[Part, ...]:
    if _STAR not in piece and _MARK not in piece:
        return (Part(piece, stem(piece)),)
    text = piece.translate(_TO_SIGNS)
    if not text.strip("*?"):
        # Behind an ideograph, which is a word of its own, a star may stand for nothing.
        return ()
    if "?" not in text and text.find("*") == len(text) - 1:
        return (Part(text[:-1], "", Prefix(text[:-1])),)
    return (Part(text, "", Wildcard(text)),)


def joined(parts: Sequence[Part]) -> Prefix | Wildcard | None:
    """The pattern of the joined form of parts that hyphens tie: `selfsuperv*`."""
    if len(parts) < 2:
        return None
    text = "".join(part.surface if part.pattern is None else _text(part.pattern) for part in parts)
    if "?" not in text and text.find("*") == len(text) - 1:
        return Prefix(text[:-1])
    return Wildcard(text) if "*" in text or "?" in text else None


def _text(pattern: Prefix | Wildcard) -> str:
    return f"{pattern.text}*" if isinstance(pattern, Prefix) else pattern.text


def written_parts(leaf: Word | Phrase) -> Iterator[Part]:
    """The words of a leaf as they are written, in order."""
    read = as_read(leaf.text)
    for token in tokens(read):
        typed = read[token.start : token.end]
        cased = any(letter.isupper() for letter in typed[1:])
        yield Part(token.text, stem(token.text), None, True, unaccented(typed) if cased else "")


def unaccented(text: str) -> str:
    """The text without accents, its capitals kept."""
    if text.isascii():
        return text
    return "".join(letter for letter in normalize("NFKD", text) if category(letter) != "Mn")
