"""Which characters count as the same letter: compatibility forms, case and accents folded.

Folding looks at single code points, never at their neighbours, so that every folded character knows
where in the text it came from; texts as read are composed (NFC) before they come here.
"""

from __future__ import annotations

from bisect import bisect_right
from unicodedata import category, name, normalize

from indexer.index.late_pattern import late

# Combining marks that are accents. Marks of Indic scripts and kana voicing are part of the letter and stay.
# Ranges and no pattern: it would take longer to compile than they take for the few characters ever looked up.
_ACCENTS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2),
    (0x05C4, 0x05C5), (0x05C7, 0x05C7), (0x064B, 0x065F), (0x0670, 0x0670), (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
)  # fmt: skip
# Scripts that are written without spaces between words, or with endings that are no words: Thai, Lao, Burmese, Khmer
# with their vowel signs, but for digits; ideographs, kana, Hangul.
_CHARACTERS = (
    (0x0E01, 0x0E3A), (0x0E40, 0x0E4E), (0x0E81, 0x0ECF), (0x0EDC, 0x0EDF), (0x1000, 0x103F), (0x1050, 0x108F),
    (0x109A, 0x109D), (0x1780, 0x17D3),
    (0x3005, 0x3007), (0x3041, 0x3096), (0x309D, 0x309F), (0x30A1, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip
CHARACTER_RUN = late("([" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _CHARACTERS) + "\uff66-\uff9f]{2,})")
"""A run of characters each of which is a word of its own, halfwidth kana among them."""

# Letters that Unicode does not decompose and whose names do not say `LATIN SMALL LETTER X WITH ...`.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i", "ȷ": "j", "ĸ": "k", "ŋ": "n", "ə": "e", "ƒ": "f"}
)
_MODIFIED_LETTER = late(r"LATIN SMALL LETTER ([A-Z]) WITH ")

_NOT_ASCII = late("[^\x00-\x7f]+")
_LAST_CODE = 0x10FFFF


class _FoldTable(dict[int, str]):
    """For `str.translate`: what each code point folds to, worked out when first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    folded = character
    for _ in range(3):  # two rounds settle every code point of Unicode 16; the third is for those to come
        before = folded
        folded = normalize("NFKD", normalize("NFKC", folded).casefold())
        folded = "".join(_plain_letter(mark) for mark in folded if not _within(_ACCENTS, mark))
        folded = normalize("NFC", folded.translate(_LETTERS).lower())
        if folded == before:
            break
    return folded


def is_character(character: str) -> bool:
    """Whether a character is a word of its own: an ideograph, kana, Hangul, a letter of Thai and its like."""
    return _within(_CHARACTERS, character)


def _within(ranges: tuple[tuple[int, int], ...], character: str) -> bool:
    at = bisect_right(ranges, (ord(character), _LAST_CODE))
    return at > 0 and ord(character) <= ranges[at - 1][1]


def _plain_letter(character: str) -> str:
    modified = None if character.isascii() else _MODIFIED_LETTER.match(name(character, ""))
    return modified[1].lower() if modified else character


_FOLDED = _FoldTable()


def fold(text: str) -> str:
    """The text with compatibility forms (NFKC), case and accents folded: `Schrödinger` is schrodinger.

    Letters with strokes and ligatures count as accented: ø is o, ł is l, æ is ae, ß is ss.
    """
    if text.isascii():
        return text.lower()
    return _NOT_ASCII.sub(lambda run: run[0].translate(_FOLDED), text).lower()


# --- characters as parts of words ---

_APOSTROPHES = "'\u2018\u2019\u201b\u2032\u00b4\u02b9\u02bb\u02bc\u02be\u02bf\u055a\uff07"
_HYPHENS = "-\u05be\u2010\u2011\u2012\u2013\u2043\u2212\ufe63\uff0d"
_WORD_CATEGORIES = frozenset("LMN")


class _WordTable(dict[int, str]):
    """For `str.translate`: what each code point beyond ASCII is to words, worked out when first met."""

    def __missing__(self, code: int) -> str:
        mapped = self[code] = _word_character(chr(code))
        return mapped


def _word_character(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    if character in _HYPHENS:
        return "-"
    if category(character) == "Cf" and character != "\u200b":
        return ""
    folded = _fold_character(character)
    return "".join(map(_letter_or_sign, folded))


def _letter_or_sign(folded: str) -> str:
    if folded in _APOSTROPHES:
        return "'"
    if _within(_CHARACTERS, folded):
        return f" {folded} "
    return folded if folded.isascii() or category(folded)[0] in _WORD_CATEGORIES else " "


WORD_CHARACTERS = _WordTable()
"""What each code point beyond ASCII is to words, none of it a capital."""


def fold_for_words(text: str) -> str:
    """The text folded, where every character that is not ASCII is one that words are made of.

    Hyphens and apostrophes of any kind are `-` and `'`, soft hyphens and other invisible characters are
    gone, an ideograph, a kana, a Hangul syllable or a Thai letter stands between spaces, every other sign is a space.
    """
    if text.isascii():
        return text.lower()
    return _NOT_ASCII.sub(lambda run: run[0].translate(WORD_CHARACTERS), text).lower()


def fold_with_origins(text: str) -> tuple[str, list[int], list[int]]:
    """`fold_for_words(text)`, and where in `text` each of its characters starts and ends.

    An end takes in the characters that folded to nothing (combining accents): no letter is cut from its mark.
    """
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for position, character in enumerate(text):
        piece = fold_for_words(character)
        if not piece and ends:
            ends[-1] = position + 1
        folded.append(piece)
        starts.extend([position] * len(piece))
        ends.extend([position + 1] * len(piece))
    return "".join(folded), starts, ends
