"""LaTeX in titles and abstracts, to plain text.

Abstracts are not documents: they hold stray percent signs, dollars that are money, commands that their
authors defined elsewhere, braces that nobody closed. pylatexenc, which parses documents, takes 140 s for the
34,654 arXiv records at hand that hold LaTeX where this takes 5 s, loses the rest of a line after a bare `%`,
and raises on deep braces. So the text is read here in a few linear passes that cannot fail, and pylatexenc is
asked only for the meaning of commands that are not in `latex_commands`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from unicodedata import normalize

from indexer.index.text.latex_commands import ACCENTS, GLUED, LETTERS, NAMES, SPACES, SYMBOLS, TRANSPARENT

# The letter under an accent: bare, in braces, or a dotless i or j; `\'{e}`, `{\'e}`, `\v s`, `\"\i`.
_BASE = r"(?:\{\s?\\?([^\W\d_])\s?\}|\\([ij])(?![A-Za-z])\s?|([^\W\d_]))"
_SIGN_ACCENT = re.compile(rf"\\([`'^\"~=.])\s?{_BASE}")
_LETTER_ACCENT = re.compile(rf"\\([uvHcdbkrt])(?=\s|\{{|\\[ij])\s?{_BASE}")

_CITING = (
    r"\\(?:[Cc]ite[A-Za-z]{0,12}|label|nocite|thanks|vspace|hspace|color|usepackage|documentclass"
    r"|setlength|input|bibliography(?:style)?|begin|end|footnotemark|ref|eqref|autoref|cref|Cref|pageref|href)"
)
_ANY_CITING = re.compile(_CITING)
_CITATION = re.compile(
    rf" ?~?{_CITING}\*?\s?" r"(?:\[[^\[\]]{0,200}\]\s?){0,2}\{[^{}\\]*(?:\\[_%&#][^{}\\]*)*\}(?=([.,;:)]))?"
)
_FRACTION = re.compile(r"\\[dt]?frac\s?\{([^{}]*)\}\s?\{([^{}]*)\}")
_SCRIPT = re.compile(r"([_^])\s?\{([^{}]*)\}(?=[^\W_])")
# What begins with one of a few characters is sought by them: three times as fast as alternatives that do.
_COMMAND = re.compile(r"[\\{}$~](?:(?<=\\)(?:([A-Za-z]+)\*?(\s?)|(.?))|(?<=\})\s?\{|)", re.DOTALL)
_MATH = re.compile(
    r"([$\\](?:(?<=\$)(?<!\\\$)(?:\$[^$]+\$\$|[^$]+(?<!\\)\$)"
    r"|(?<=\\)(?:\((?:[^$\\]|\\[^()\[\]])*\\\)|\[(?:[^$\\]|\\[^()\[\]])*\\\])))"
)
# A tilde that is no accent: `\\~n` is ñ.
_TILDE = re.compile(r"(?<!\\)~")
# A tie, where `~28` and `75~90` mean about.
_TIE = re.compile(r"(?<=[\w.,;:)\]}])~(?=[\\A-Za-z(]|\Z)|(?<=[A-Za-z.])~(?=\d)")

_ESCAPED = {
    "{": "{", "}": "}", "$": "$", "%": "%", "&": "&", "#": "#", "_": "_", "|": "‖", "!": "", "-": "", "/": "",
    ",": " ", ";": " ", ":": " ", " ": " ", "\\": " ", "(": "", ")": "", "[": " ", "]": " ", ">": " ",
}  # fmt: skip
_BARE = {"{": "", "}": "", "$": "", "~": " "}


def without_latex(text: str) -> str:
    """The text with its LaTeX read: accents composed, commands as characters, formulas without dollars.

    Citations and references vanish. A command that nobody knows is its name. Scripts keep `_` and `^`.
    """
    text = _without_accents(text)
    if _ANY_CITING.search(text):
        text = _CITATION.sub(lambda found: "" if found[1] else " ", text)
    if "frac" in text:
        text = _FRACTION.sub(r"\1/\2", text)
    if "{" in text:
        text = _SCRIPT.sub(r"\1\2 ", text)
    return _COMMAND.sub(_read_command, text)


def without_latex_outside_math(text: str) -> str:
    """The same for everything but formulas, which stay as they are, dollars and all."""
    if "$" not in text and "\\(" not in text and "\\[" not in text:
        return _prose(text)
    pieces = _MATH.split(text)
    pieces[::2] = [_prose(piece if "{" in piece else _closed(piece)) for piece in pieces[::2]]
    return "".join(pieces)


def _closed(piece: str) -> str:
    """A piece between formulas less the ends of groups that hold one: `{Cu$_2$O}`."""
    return piece.replace("}", "") if "}" in piece and "\\" not in piece else piece


def _prose(piece: str) -> str:
    if "~" in piece:
        piece = _TIE.sub(" ", piece)
    if "\\" not in piece and "{" not in piece:
        return piece
    # What is left of dollars and tildes is money and `about`.
    kept = piece.replace("$", "\\$").replace("\\\\$", "\\$")
    return without_latex(_TILDE.sub(r"\\textasciitilde{}", kept) if "~" in kept else kept)


def _without_accents(text: str) -> str:
    if "\\" not in text:
        return text
    return _LETTER_ACCENT.sub(_compose, _SIGN_ACCENT.sub(_compose, text))


def _compose(accent: re.Match[str]) -> str:
    letter = accent[2] or accent[3] or accent[4]
    return normalize("NFC", letter + ACCENTS[accent[1]])


def _read_command(found: re.Match[str]) -> str:
    name = found[1]
    if name is None:
        escaped = found[3]
        if escaped is not None:
            return _ESCAPED.get(escaped, escaped)
        return _BARE.get(found[0], " ")
    written, is_word, ends_with_space = _meaning(name)
    if is_word:
        before = found.string[found.start() - 1 : found.start()]
        after = found.string[found.end() : found.end() + 1]
        lead = " " if before.isalnum() else ""
        tail = " " if found[2] or after.isalnum() else ""
        return lead + written + tail
    return written + found[2] if ends_with_space else written


@lru_cache(maxsize=4096)
def _meaning(name: str) -> tuple[str, bool, bool]:
    """What a command writes, whether that is a word of its own, and whether a space after it counts."""
    if name in TRANSPARENT:
        return "", False, False
    if name in SPACES:
        return " ", False, False
    if name in LETTERS:
        return LETTERS[name], False, name in ("ell", "hbar", "Re", "Im", "wp")
    if name in SYMBOLS:
        return SYMBOLS[name], False, True
    if name in NAMES:
        return _NAMED.get(name, name), True, True
    symbol = _symbol_of_library(name)
    if symbol is not None:
        return symbol, False, True
    for known in GLUED:
        if name.startswith(known):
            return SYMBOLS.get(known, known if known in NAMES else "") + name[len(known) :], False, True
    return name, len(name) > 1, True


def writes_its_name(command: str) -> bool:
    """Whether nobody knows what a command writes, so that its name is shown for it."""
    return command not in NAMES and _meaning(command)[0] == command


# Commands whose names are not what they write.
_NAMED = {"frac": "", "tfrac": "", "dfrac": "", "binom": "", "not": "", "over": "/"}


@lru_cache(maxsize=1)
def _library() -> Any:
    # Imported on the first rare command: it takes 80 ms, and most texts and nearly all queries never need it.
    from pylatexenc.latex2text import get_default_latex_context_db

    return get_default_latex_context_db()


def _symbol_of_library(name: str) -> str | None:
    symbol = getattr(_library().get_macro_spec(name), "simplify_repl", None)
    if not isinstance(symbol, str) or "%" in symbol:
        return None
    return "" if symbol.startswith("<") else symbol  # `<cit.>`: what it puts for a citation that is cut off
