r"""Published text as LaTeX, such that a reader of LaTeX gets the published text back.

A text is one of two things. Where it holds LaTeX that is sound as it stands (`Schr\"odinger`, `\emph{all}`,
`R\&D`) it is LaTeX, and only what would break a document (a bare `%`, `&`, `#`, `_`, `^`) is escaped. Any
other text is plain: every character stands for itself. Formulas in `$...$` are kept in both. Letters beyond
ASCII stay UTF-8, as BibTeX data have been for years; white space is folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from query.export.lines import one_line

_MATH = r"\$\$(?:[^$\\]|\\.)++\$\$|\$(?:[^$\\]|\\.)++\$"

# Commands that stand for a letter, a sign or a style outside of formulas.
_NAMED = """
    ss o O ae AE oe OE aa AA l L i j dh DH th TH dj DJ ng NG em it bf rm sc sl tt emph textit textbf textrm
    textsc textsf textsl texttt textup textsuperscript textsubscript mbox text ensuremath ldots dots TeX LaTeX
    copyright dag ddag pounds S P textbackslash textasciitilde textasciicircum textendash textemdash
    textregistered texttrademark
"""
_COMMAND = (
    r"\\[%&#_${}]"  # an escaped sign
    r"|\\[\"'`^~=.]\s*(?:[^\W\d_]|\{[^{}]*\}|\\[ij](?![A-Za-z]))"  # an accent and its letter
    r"|\\[cvuHkrbdt](?:\s+[^\W\d_]|\s*\{[^{}]*\}|\s*\\[ij](?![A-Za-z]))"
    rf"|\\(?:{'|'.join(_NAMED.split())})(?![A-Za-z])"
    r"|\\[ ,;/-]"  # spaces and hyphenation
)

# Pairs that fonts or readers draw together as one sign.
_LIGATURE = r"-(?=-)|'(?=')|`(?=`)|<(?=<)|>(?=>)|,(?=,)|[?!](?=`)"

_LATEX_TOKEN = re.compile(rf"(?P<math>{_MATH})|(?P<command>{_COMMAND})|[\\{{}}$%&#_^]", re.DOTALL)
_PLAIN_TOKEN = re.compile(rf"(?P<math>{_MATH})|(?P<ligature>{_LIGATURE})|[\\{{}}$%&#_^~]", re.DOTALL)

# What is in neither kind of token is in no text that needs work: most names, a third of the abstracts.
_ANY_TOKEN = re.compile(r"[\\{}$%&#_^~]|--|''|``|<<|>>|,,|[?!]`")

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    # \textasciicircum is read back as the modifier letter U+02C6 by pylatexenc, hence by bibtexparser.
    "^": r"\string^",
}
# BibTeX counts escaped braces too, so braces that do not pair must not appear at all; \textbraceleft is
# unknown to pylatexenc.
_LONE_BRACES = {**_ESCAPES, "{": r"\ensuremath{\lbrace}", "}": r"\ensuremath{\rbrace}"}

_UNSOUND_IN_MATH = re.compile(r"(?<!\\)[%#&]|\\\\[{}]|\\(?:begin|end|verb)(?![A-Za-z])|\\[()\[\]]")
_PRICES = re.compile(r"\$\d.*(?:\s\$|\$\Z)", re.DOTALL)

_BRACES = re.compile("[{}]")
_WORD = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")


def escape(text: str) -> str:
    r"""The text as LaTeX: `100 % of {a}` is `100 \% of \{a\}`. Braces are balanced as BibTeX counts them."""
    text = one_line(text)
    if not _ANY_TOKEN.search(text):
        return text
    return "".join(piece for piece, _ in _pieces(text))


def escape_title(text: str) -> str:
    """`escape`, with braces around what a bibliography style must not put into lower case: `{BERT}`,
    `{$L^2$}`.

    These are words with a capital after their first letter and capitals that stand alone, but not the article
    A. A title in capitals throughout gets none: its capitals mean nothing.
    """
    text = one_line(text)
    if text.isupper():
        return escape(text)
    protected: list[str] = []
    depth = 0
    for piece, literal in _pieces(text):
        if literal:
            depth += _STEPS.get(piece, 0)
            bare = depth == 0 and len(piece) > 1 and piece != piece.lower()
            protected.append(f"{{{piece}}}" if bare else piece)
        else:
            protected.append(piece if depth else _WORD.sub(_protected_word, piece))
    return "".join(protected)


_STEPS = {"{": 1, "}": -1}


def _protected_word(found: re.Match[str]) -> str:
    word = found[0]
    capital = word[1:] != word[1:].lower() or (len(word) == 1 and word.isupper() and word != "A")
    return f"{{{word}}}" if capital else word


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text as LaTeX in pieces: running text; or, with True, a formula, command, brace or sign."""
    is_latex = "\\" in text and _is_sound_latex(text)
    token = _LATEX_TOKEN if is_latex else _PLAIN_TOKEN
    escapes = dict(_ESCAPES) if _is_balanced(text) else _LONE_BRACES
    if is_latex:
        escapes.update({"{": "{", "}": "}"})
    done = 0
    while found := token.search(text, done):
        yield text[done : found.start()], False
        piece = found[0]
        kind = found.lastgroup
        if kind == "math" and not _is_formula(text, found):
            kind, piece = None, "$"
        done = found.start() + len(piece)
        if kind is None:
            yield escapes[piece], True
        elif kind == "ligature":
            yield piece + "{}", False
        else:
            yield piece, True
    yield text[done:], False


def _is_sound_latex(text: str) -> bool:
    """True if the text holds a LaTeX command outside formulas, no unknown one, and nothing left open."""
    commands = depth = done = 0
    while found := _LATEX_TOKEN.search(text, done):
        done = found.end()
        if found.lastgroup == "math":
            if not _is_formula(text, found):
                return False
        elif found.lastgroup == "command":
            commands += 1
        elif found[0] in "\\$":
            return False
        else:
            depth += _STEPS.get(found[0], 0)
            if depth < 0:
                return False
    return commands > 0 and depth == 0 and _is_balanced(text)


def _is_formula(text: str, found: re.Match[str]) -> bool:
    """True if what stands between dollars is a formula: no prices, nothing left open."""
    formula = found[0]
    if _UNSOUND_IN_MATH.search(formula) or not _is_balanced(formula):
        return False
    if not _is_balanced(re.sub(r"\\[{}]", "", formula)):
        return False
    before_digit = text[found.end() : found.end() + 1].isdigit()
    return not (_PRICES.match(formula) and (before_digit or formula[-2].isspace()))


def _is_balanced(text: str) -> bool:
    """True if the braces pair as BibTeX counts them, escaped ones included."""
    if "{" not in text and "}" not in text:
        return True
    depth = 0
    for brace in _BRACES.findall(text):
        depth += _STEPS[brace]
        if depth < 0:
            return False
    return depth == 0
