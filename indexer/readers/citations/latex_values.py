"""Values of BibTeX fields as the text that LaTeX would set, formulas kept; and names parted as BibTeX parts them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.index.text.latex import without_latex_outside_math, writes_its_name
from indexer.readers.people import NOBODY, natural, one_or_more

_LATEX = re.compile(r"[\\{}~]|--|``|''")
_MATH = re.compile(r"(\$(?<!\\\$)(?:\$[^$]+\$\$|(?:[^$\\]|\\.)+\$))", re.DOTALL)
_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"))
# A tie is a space, but in accents and in addresses.
_TIE = re.compile(r"(?<![\\/])~")
_LIGATURE = re.compile("--|``|''")
_ADDRESS = re.compile(r"\\(?:url|path|nolinkurl)\s*\{([^{}]*)\}")
_LINK = re.compile(r"\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}")
_ESCAPED = re.compile(r"\{?\\([_%&#$~{}])\}?")
_SIGNS = {
    "\\textbackslash{}": "\x00",
    "\\ensuremath{\\lbrace}": "\x01",
    "\\ensuremath{\\rbrace}": "\x02",
    "\\textasciitilde{}": "\x03",
    "\\string^": "\x04",
    "\\{": "\x01",
    "\\}": "\x02",
    "\\$": "\x05",
}
_SIGN = re.compile(r"\\(?:text|ensuremath|string|[{}$])")
_VERBATIM = re.compile(r"\\verb\*?([^\sA-Za-z*{])(.*?)\1")
# A letter with its accent in braces, and the next one: `{\v{c}}{\'i}`, which are one word.
_LETTERS = re.compile(
    r"(\{\\(?:[`'^\"~=.]\s?|[uvHcdbkr](?![A-Za-z])\s?|(?:ss|[oOlLij]|aa|AA|ae|AE|oe|OE)(?![A-Za-z])\s?)"
    r"(?:\{\\?\w\}|\\?\w)?\})(?=\{)"
)
# Accents are commands of one letter too, of which only `\t`, a tie over two letters, is none that is composed.
_WITH_ARGUMENT = re.compile(r"\\([A-Za-z]{2,}|t)\*?(?=\{)")
# How DBLP writes `5th` and `radix-2`.
_RAISED = re.compile(r"\\\(\s*\{\}[\^_]\{\\mbox\{([^{}]*)\}\}\s*\\\)")
_CITING = re.compile(r"\\(?:text|paren|foot|auto|full|smart|super)cite(?=[\s\[{*])")
_BACK = str.maketrans({"\x00": "\\", "\x01": "{", "\x02": "}", "\x03": "~", "\x04": "^", "\x05": "$", "\x06": ""})


def plain(value: str) -> str:
    r"""The text of a value: `Schr{\"o}dinger's {BERT}` is `Schrödinger's BERT`; what stands between dollars stays."""
    value = " ".join(value.split())
    if not _LATEX.search(value):
        return value
    signs = "\\" in value
    if signs:
        if "url" in value or "href" in value or "\\path" in value:
            value = _LINK.sub(r"\1", _ADDRESS.sub(r"\1", value))
        if "\\verb" in value:
            value = _VERBATIM.sub(r"\2", value)
        if "mbox" in value:
            value = _RAISED.sub(r"\1", value)
        if "cite" in value:
            value = _CITING.sub(r"\\cite", value)
        # What a package or the author defined sets its argument, somehow: `\mkbibquote{text}`.
        value = _WITH_ARGUMENT.sub(lambda found: "" if writes_its_name(found[1]) else found[0], value)
        value = _LETTERS.sub("\\1\x06", value)
        if _SIGN.search(value):
            for written, sign in _SIGNS.items():
                value = value.replace(written, sign)
        else:
            signs = "\x06" in value
    pieces = _MATH.split(value) if "$" in value else [value]
    for number in range(0, len(pieces), 2):
        piece = pieces[number]
        if "~" in piece:
            piece = pieces[number] = _TIE.sub(" ", piece)
        if _LIGATURE.search(piece):
            for written, sign in _LIGATURES:
                piece = piece.replace(written, sign)
            pieces[number] = piece
    text = " ".join(without_latex_outside_math("".join(pieces)).split())
    return text.translate(_BACK) if signs else text


def verbatim(value: str) -> str:
    r"""An address or identifier, in which `\_` and the like are all the LaTeX there is."""
    value = value.strip()
    if "\\" in value:
        value = _LINK.sub(r"\1", _ADDRESS.sub(r"\1", value))
    value = _ESCAPED.sub(r"\1", value)
    return value.replace("{", "").replace("}", "").strip()


def split_at(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """The parts of a text between the matches of a pattern, which also finds braces, that stand in no braces."""
    depth, start = 0, 0
    for found in pattern.finditer(text):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
        elif depth <= 0:
            yield text[start : found.start()]
            start = found.end()
    yield text[start:]


_AND = re.compile(r"[{}aA](?:(?<=[{}])|(?<=[\s}][aA])[nN][dD](?=[\s{]|\Z))")
_AMPERSAND = re.compile(r"[{}\\](?:(?<=[{}])|(?<=\s\\)&(?=\s))")
_SEMICOLON = re.compile(r"[{};]")
_COMMA = re.compile(r"[{},]")


def names(value: str) -> list[str]:
    """The names of a field, each as it is written (`Ludwig van Beethoven`); `and others` is nobody.

    A field without any `and` whose names semicolons, ampersands or commas part is read as it was meant.
    """
    found = []
    parts = [part.strip() for part in split_at(f" {' '.join(value.split())}", _AND)]
    if len(parts) == 1 and parts[0]:
        parts = _parted_otherwise(parts[0])
    for part in parts:
        part = part.strip(", ")
        if part and part.casefold() not in NOBODY and (name := _name(part)):
            found.append(name)
    return found


def _parted_otherwise(text: str) -> list[str]:
    if ";" in text and len(parts := list(split_at(text, _SEMICOLON))) > 1 and "&" not in text:
        return parts
    if "\\&" in text:
        parts = [part.strip() for part in split_at(text, _AMPERSAND)]
        return parts if len(parts) > 1 and all("," in part for part in parts) else [text]
    if text.count(",") > 1 and "{" not in text and "\\" not in text and "=" not in text:
        return one_or_more(text)
    return [text]


def _name(text: str) -> str:
    if not _LATEX.search(text) and "=" not in text:
        return natural(text)
    if "=" in text and re.match(r"\s*(?:family|given|prefix|suffix)(?:-i)?\s*=", text):
        given = dict(part.strip().split("=", 1) for part in split_at(text, _COMMA) if "=" in part)
        words = (given.get(key, "").strip().strip('"') for key in ("given", "prefix", "family", "suffix"))
        return plain(" ".join(words))
    if text.startswith("{") and text.endswith("}") and _is_one_group(text):
        return plain(text)
    parts = [word for part in split_at(text, _COMMA) if (word := plain(part))]
    if any("," in part for part in parts):
        return " ".join(parts[::-1])
    return natural(", ".join(parts))


def _is_one_group(text: str) -> bool:
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "{") - (sign == "}")
        if not depth:
            return at == len(text) - 1
    return False
