"""Snippets: the right passage, its words marked, nothing cut that must stay whole."""

from __future__ import annotations

import re
from html import escape, unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.index.text.analysis import stem, tokens
from indexer.index.text.reading import as_shown
from query.engines.patterns import Pattern, any_test, word_test
from query.language.tree import Fuzzy, Prefix, Wildcard
from query.present.snippets import highlight, marked, snippet

WORDS = st.sampled_from(
    (
        *("deep", "learning", "of", "model", "models", "Schrödinger", "naïve", "$x^2$", "$\\alpha + \\beta$"),
        *(
            "multi-task",
            "don't",
            "C++",
            "3.5",
            "e.g.",
            "end.",
            "Next",
            "機械学習",
            "<b>",
            "&",
            '"',
            "'",
            "$5",
            "$",
        ),
        *("e\u0301te\u0301", "👩\u200d🔬", "\\", "...", "averyveryverylongword", "$a b c$", "$$ y $$"),
    )
)
TEXTS = st.lists(WORDS, max_size=120).map(" ".join) | st.text(max_size=400)
STEMS = st.frozensets(
    st.sampled_from(
        (
            "deep",
            "learn",
            "model",
            "schroding",
            "naiv",
            "x",
            "alpha",
            "task",
            "dont",
            "c++",
            "3.5",
            "ete",
            "機",
            "b",
        )
    )
)
FORMULA = r"\$\$(?:[^$\\]|\\.)+\$\$|\$(?:[^$\\]|\\.)+\$"
WIDTHS = st.integers(10, 120)

ABSTRACT = (
    "We study the training of large networks. Gradient descent shows an implicit bias towards simple models, "
    "and this bias can be made stronger. Earlier work, e.g. by Smith et al. on kernels, had missed it. "
    "We prove a rate of $O(1 / n)$ for implicit regularization in a two-layer model. Experiments agree."
)


def stems(*words: str) -> frozenset[str]:
    return frozenset(map(stem, words))


def passage(segments: list[tuple[str, bool]]) -> tuple[str, bool, bool]:
    """The passage, and whether its beginning and its end were cut."""
    begin = bool(segments) and segments[0] == ("... ", False)
    end = bool(segments) and segments[-1] == (" ...", False)
    inner = segments[begin : len(segments) - end]
    return "".join(text for text, _ in inner), begin, end


@given(TEXTS, STEMS, WIDTHS)
@example("$" + "x " * 80 + "$ deep", frozenset(["deep"]), 20)
@example("機" * 500, frozenset(["機"]), 20)
@example("a\u0301" * 500, frozenset(), 21)
def test_a_snippet_is_a_part_of_the_text_as_shown(text: str, wanted: frozenset[str], width: int) -> None:
    """Without marks and escapes a snippet is a part of the text as shown; its ends say if they are cut."""
    shown = as_shown(text).strip()
    inner, begin, end = passage(marked(text, wanted, width=width))
    assert inner in shown
    assert bool(shown) == bool(inner)
    if not begin and not end and "..." not in text:
        assert inner == shown
    html = snippet(text, wanted, width=width)
    assert re.fullmatch(r"(?:[^<>&\"']|&[a-z#0-9x]+;|<mark>[^<>]+</mark>)*", html)
    plain = "".join(part for part, _ in marked(text, wanted, width=width))
    assert unescape(re.sub("</?mark>", "", html)) == plain


# Without what the kernel leaves to Python, which would be in every text.
PROSE = st.lists(
    WORDS.filter(lambda word: max(word) < "\u0250")
    | st.sampled_from(
        ("Fig.", "al.)", "U.S.", "10,000", "½", "“Deep", "models.”", "AT&T", "(see", "ab_c.", "naïveté!", "²")
    )
    | st.sampled_from(("$x", "y$.", "$$a b", "c$$", "deep$x y$models", "\\deep", "$\\deep \\$ x$", "model.$", "$ $")),
    max_size=120,
).map(" ".join) | st.text(st.characters(codec="latin-1"), max_size=400)


PATTERNS = st.lists(
    st.sampled_from([Prefix(text) for text in ("a", "d", "model", "½", "na", "yes", "us", "10")])
    | st.sampled_from(
        [
            Wildcard("m?del*"),
            Wildcard("*el"),
            Fuzzy("modle", distance=1),
            Fuzzy("naïveté", distance=2),
            Fuzzy("ab", distance=2),
        ]
    ),
    max_size=2,
)


@given(PROSE, STEMS, WIDTHS, PATTERNS)
@example("$ deep $" + " models" * 20, frozenset(("deep", "model")), 10, [])
@example("Deep models. \"(Deep) learning et al.) Next don't. ½ deep " * 9, frozenset(("deep", "dont")), 60, [])
def test_a_snippet_is_what_is_marked_whoever_finds_it(
    text: str, wanted: frozenset[str], width: int, patterns: list[Pattern]
) -> None:
    """The kernel cuts and marks a text as Python does, also with patterns."""
    match = any_test([word_test(pattern) for pattern in patterns]) if patterns else None
    plain = marked(text, wanted, match=match, width=width)
    html = "".join(f"<mark>{escape(part)}</mark>" if hit else escape(part) for part, hit in plain)
    assert snippet(text, wanted, match=match, width=width) == html


@given(TEXTS, STEMS, WIDTHS)
def test_cuts_fall_on_white_space(text: str, wanted: frozenset[str], width: int) -> None:
    """No word of a text with spaces is cut, no formula is cut, and no accent parted from its letter."""
    shown = as_shown(text).strip()
    inner, begin, end = passage(marked(text, wanted, width=width))
    if any(len(run[0]) > width for run in re.finditer(rf"(?:{FORMULA}|\S)+", shown, re.DOTALL)) or "..." in text:
        return
    places = [m.start() for m in re.finditer(re.escape(inner), shown)]
    formulas = [m.span() for m in re.finditer(FORMULA, shown, re.DOTALL)]

    def whole(start: int) -> bool:
        stop = start + len(inner)
        cuts = [place for place, cut in ((start, begin), (stop, end)) if cut]
        spaced = (not begin or shown[start - 1].isspace()) and (not end or shown[stop].isspace())
        return spaced and not any(first < cut < last for cut in cuts for first, last in formulas)

    assert any(map(whole, places))


@given(TEXTS, STEMS)
def test_highlight_marks_every_matching_word(text: str, wanted: frozenset[str]) -> None:
    """The marks of a text without formulas are exactly the words whose stems are asked for."""
    text = text.replace("$", "")
    shown = as_shown(text).strip()
    expected: list[str] = []
    last = 0
    for token in tokens(shown):
        if stem(token.text) in wanted and token.start >= last:
            expected.append(shown[token.start : token.end])
            last = token.end
    assert [part for part, matched in marked(text, wanted, width=None) if matched] == expected
    assert highlight(text, wanted).count("<mark>") == len(expected)


@given(TEXTS, STEMS, WIDTHS)
def test_a_match_is_shown(text: str, wanted: frozenset[str], width: int) -> None:
    """Where a word of the text matches outside formulas, the snippet has a mark."""
    text = text.replace("$", "")
    if any(stem(token.text) in wanted for token in tokens(as_shown(text).strip())):
        assert "<mark>" in snippet(text, wanted, width=width)


@pytest.mark.parametrize(
    ("words", "width", "expected"),
    [
        (
            ("implicit", "regularization"),
            90,
            "... We prove a rate of $O(1 / n)$ for <mark>implicit</mark> <mark>regularization</mark> "
            "in a two-layer model. ...",
        ),
        (
            ("kernel",),
            90,
            "... Earlier work, e.g. by Smith et al. on <mark>kernels</mark>, had missed it. ...",
        ),
        (("bias",), 50, "... Gradient descent shows an implicit <mark>bias</mark> towards ..."),
        (("absent",), 60, "We study the training of large networks. ..."),
        (("experiment",), 20, "... <mark>Experiments</mark> agree."),
    ],
)
def test_golden_snippets(words: tuple[str, ...], width: int, expected: str) -> None:
    """The passage with the most different words, in whole sentences where they fit, else words around it."""
    assert snippet(ABSTRACT, stems(*words), width=width) == expected


def test_earliest_of_equal_passages() -> None:
    """Of two passages with equally many words the first is shown."""
    text = "A bias here. " + "Nothing at all. " * 10 + "A bias there."
    assert snippet(text, stems("bias"), width=30).startswith("A <mark>bias</mark> here.")


def test_empty_text() -> None:
    """An empty text has an empty snippet and no segments."""
    assert snippet("", stems("x")) == ""
    assert marked(" \n", stems("x")) == []


def test_everything_is_escaped() -> None:
    """Nothing of the text becomes HTML."""
    text = "<script>alert('x')</script> & \"model\""
    assert highlight(text.replace("<", "< "), stems("model")).count("<") == 2
    assert highlight("a < b > c & 'd' \"model\"", stems("model")) == (
        "a &lt; b &gt; c &amp; &#x27;d&#x27; &quot;<mark>model</mark>&quot;"
    )


def test_patterns_match_words() -> None:
    """A predicate on folded words marks what a prefix, a wildcard or a fuzzy word found."""
    found = highlight("Convex and Convéxity", frozenset(), match=lambda word: word.startswith("convex"))
    assert found == "<mark>Convex</mark> and <mark>Convéxity</mark>"


def test_formulas_are_marked_whole() -> None:
    """A word inside a formula marks the formula; the name of a LaTeX command is no word of it."""
    assert highlight("the $k$-means", stems("k")) == "the <mark>$k$</mark>-means"
    assert highlight("the $\\alpha$ one", stems("alpha")) == "the $\\alpha$ one"


def test_accents_and_apostrophes() -> None:
    """Words match however they are accented and written, and are marked with their accents."""
    text = "Schro\u0308dinger, SCHRODINGER, O'Brien\u2019s"
    assert highlight(text, stems("schrodinger", "obrien")).count("<mark>") == 3


def test_far_match_in_a_long_text() -> None:
    """A match far down a text of a million characters is found."""
    text = "nothing here " * 80_000 + "but this needle. " + "nothing here " * 10
    assert "<mark>needle</mark>" in snippet(text, stems("needle"))


def test_long_runs_without_spaces() -> None:
    """A run without spaces that is longer than the width is cut between words, at worst between letters."""
    inner, begin, end = passage(marked("x" * 1000, frozenset(), width=50))
    assert (inner, begin, end) == ("x" * 50, False, True)
    inner, begin, end = passage(marked("機械" * 500 + "学習" + "機械" * 500, stems("学"), width=20))
    assert "学習" in inner
    assert len(inner) <= 20


@pytest.mark.parametrize(
    ("text", "stem", "shown"),
    [
        ("By optimisation of it.", "optim", "optimisation"),
        ("Of the colour red.", "color", "colour"),
        ("An oestrogen receptor.", "estrogen", "oestrogen"),
        ("With a β-VAE here.", "beta", "β"),
        ("For i.i.d. samples.", "iid", "i.i.d"),
        ("Of 10,000 steps.", "10000", "10,000"),
        ("At AT&T labs.", "at&t", "AT&T"),
        ("An A* search.", "a*", "A*"),
        ("研究 图像分割", "割", "割"),
    ],
)
def test_variants_are_marked_as_they_are_written(text: str, stem: str, shown: str) -> None:
    """What counts as the word of a query is marked, however the paper writes it."""
    assert f"<mark>{escape(shown)}</mark>" in snippet(text, frozenset((stem,)))


def test_characters_are_marked_where_they_stand_together() -> None:
    """Of a run of ideographs none alone; of Thai, whose letters are few, what is as long as the others."""
    asked = frozenset("图像分割")
    assert highlight("图像的分割, 图书", asked) == "<mark>图像</mark>的<mark>分割</mark>, 图书"
    assert highlight("图书", frozenset("图")) == "<mark>图</mark>书"
    assert highlight("การเรียนรู้ของเครื่อง", frozenset("เครื่อง")) == "การเรียนรู้ข<mark>องเครื่อง</mark>"
