"""Texts as read and as shown: LaTeX, entities, tags, page furniture and artefacts of spacing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.text.analysis import words
from indexer.index.text.reading import as_read, as_shown

_PIECES = st.sampled_from(
    [
        *"abE01 ~$%{}[]()^_&<>.,;-'`\\\"\n\x00é\u0301\ud800",
        *(r"\emph{", r"\frac{a}{b}", r"\cite{x}", r"\alpha", r"\'e", r"\c", r"\unknown", r"\(", r"\]", "$x_1$"),
        *("&copy", "&amp;amp;", "&#0;", "<i>", "</i>", "<jats:p>", "[abs]", "[ pdf ]", "i. e.", "0. 1", "--"),
    ]
)
TEXTS = st.lists(_PIECES, max_size=40).map("".join) | st.text(max_size=80)


@pytest.mark.parametrize(
    ("published", "read"),
    [
        (r"Schr\"odinger, Schr\"{o}dinger, Schr{\"o}dinger", "Schrödinger, Schrödinger, Schrödinger"),
        (r"na\"{\i}ve, na{\"\i}ve, Erd\H{o}s, \v{C}ech, \c cedille", "naïve, naïve, Erdős, Čech, çedille"),
        (r"S\o ren, {\L}ukasz, Stra{\ss}e, \AA rhus", "Søren, Łukasz, Straße, Århus"),
        (r"{\it all} of {\em this} is \emph{read \textbf{here}}", "all of this is read here"),
        (r"{\em i.e.}\ and pre{\bf fix}", "i.e. and prefix"),
        (r"$\ell_1$-regression in $\mathbb{R}^d$", "ℓ1-regression in Rd"),
        (r"$\epsilon$-greedy with $2\pi n\log n$", "ϵ-greedy with 2π n log n"),
        (r"$\mathcal{O}(L)$ and ${\cal O}(\sqrt{n})$", "O(L) and O(√n)"),
        (r"$\frac{1}{2} \leq x_{max} < y$", "1/2 ≤ x_max < y"),
        (r"a bound of \mathcalO(\sqrtT)", "a bound of O(√T)"),
        (r"O(\psi_\textmax), cut off \cite{a", "O(ψ_max), cut off a"),
        (r"\R^n and \SVM solvers", "Rn and SVM solvers"),
        (r"a mapping $X \rightsquigarrow Y$", "a mapping X ⇝ Y"),
        (r"condition~\cite{De_Sa:16,B}. We", "condition. We"),
        (r"as in \citep[see][p. 2]{x} and Section~\ref{s}", "as in and Section"),
        ("by 50% of $5, or 27\\% better", "by 50% of 5, or 27% better"),
        ("a #1 set {1, 2} of \\{a\\}", "a #1 set 1, 2 of {a}"),
        ("fish &amp; chips &amp;amp; &copy 2022 &uuml;ber &#8211; 5&mdash6", "fish & chips & © 2022 über – 5—6"),
        ("R&D, AT&T and Q&A", "R&D, AT&T and Q&A"),
        ("a < b and c > d, <x, y> and x<y>z", "a < b and c > d, <x, y> and x<y>z"),
        ("mean <p> and <i> of <b>", "mean < p > and <i> of <b>"),
        ("CO<sub>2</sub> in <i>E. coli</i> <b class='x'>now</b>", "CO2 in E. coli now"),
        ("<jats:title>Abstract</jats:title><jats:p>We <jats:italic>see</jats:italic>.</jats:p>", "We see."),
        ("&lt;i&gt;in vitro&lt;/i&gt;", "in vitro"),
        ("Done. [abs] [ pdf ][ bib ] &copy JMLR 2022. ( edit, beta )", "Done."),
        ("a list [abs] stays", "a list [abs] stays"),
        ("pieces, i. e. , they, e. g. these, w. r. t. those", "pieces, i.e., they, e.g. these, w.r.t. those"),
        ("from 0. 12B to 1. 1B and 1. 1 billion", "from 0.12B to 1.1B and 1.1 billion"),
        ("(Zhang et al. , 2024)", "(Zhang et al., 2024)"),
        ("in 2018. 3 methods. 4 more", "in 2018. 3 methods. 4 more"),
        ("the repre- sentation of small- to medium-sized", "the repre-sentation of small- to medium-sized"),
        ("Kullback--Leibler", "Kullback–Leibler"),
        ("Abstract. We show", "We show"),
        ("Abstract interpretation", "Abstract interpretation"),
        ("Abstract Unavailable", ""),
        ("Abstractâ\x80\x94This is caf\xc3\xa9 â\x80\x9cquotedâ\x80\x9d", "This is café “quoted”"),
        (" one\n\ttwo\u00a0three\u2003four ", "one two three four"),
        ("cafe\u0301", "café"),
        ("", ""),
    ],
)
def test_as_read(published: str, read: str) -> None:
    """A text as read is what a person would read aloud: no markup, no furniture, single spaces."""
    assert as_read(published) == read


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        (r"Schr\"odinger with $\mathcal{O}(n^2)$ steps~\cite{x}.", r"Schrödinger with $\mathcal{O}(n^2)$ steps."),
        (r"for \emph{all} \(x_1\) and $$\sum_i x_i$$", r"for all \(x_1\) and $$\sum_i x_i$$"),
        (r"Lov\'{a}sz~$\vartheta$ of Theorem~3", r"Lovász $\vartheta$ of Theorem 3"),
        ("~28 frames, 75~90 times", "~28 frames, 75~90 times"),
        ("it costs $5, not \\$6", "it costs $5, not $6"),
        ("``quoted'' &amp; done [abs] [ pdf ][ bib ] &copy JMLR 2019. ( edit, beta )", "“quoted” & done"),
        ("x_i and R^d", "x_i and R^d"),
        ("0. 12B, i. e. , small", "0.12B, i.e., small"),
    ],
)
def test_as_shown(published: str, shown: str) -> None:
    """A text as shown keeps its formulas whole and resolves everything else."""
    assert as_shown(published) == shown


@given(TEXTS)
def test_any_text_can_be_read_and_shown(text: str) -> None:
    """No text fails; what comes out is composed, single-spaced and can be written as UTF-8."""
    for out in (as_read(text), as_shown(text)):
        assert out == " ".join(out.split())
        out.encode()


@given(st.lists(st.sampled_from(["deep", "E", "ℓ1", "C++", "3.5", "multi-task", "naïve", "O'Brien", "a"]), max_size=8))
def test_plain_text_is_read_as_it_is(parts: list[str]) -> None:
    """Text without markup is left alone."""
    text = " ".join(parts)
    assert as_read(text) == as_shown(text) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"$\ell_1$-regression", "ℓ1-regression"),
        (r"$\ell_1$-regression", "l1-regression"),
        (r"$\ell_1$-regression", r"\ell_1-regression"),
        (r"$\ell_1$-regression", "ℓ₁-regression"),
        (r"$\varepsilon$-greedy", "ε-greedy"),
        (r"$L_p$ norms", "Lp norms"),
        (r"$L_p$ norms", "L_p norms"),
        (r"Schr\"odinger", "Schrodinger"),
        (r"na{\"i}ve Bayes", "naive Bayes"),
    ],
)
def test_a_title_is_found_by_its_other_spellings(one: str, other: str) -> None:
    """A title in LaTeX and the same title as people type it have the same words as read."""
    assert words(as_read(one)) == words(as_read(other))


@pytest.mark.parametrize("read", [as_read, as_shown])
@pytest.mark.parametrize(
    "piece",
    [
        *("{", "}", "\\", "$", "$a", "\\(", "\\[", "\\cite{", "\\cite[", "\\frac{", "\\'", "_{", " ", "~", "x"),
        *("<", "<a b='", "&", "&#", "[ pdf ", "``", "a. ", "0. ", "1. 1", "- ", "â\x80"),
        *("a\u0301\u0323", "\u0301\u0323", "\u05b0\u0591"),
    ],
)
def test_hostile_texts_end(read: object, piece: str) -> None:
    """A hundred thousand of anything take linear time: the suite would stand still if they did not."""
    assert callable(read)
    assert isinstance(read(piece * 100_000), str)


def test_a_text_of_everything() -> None:
    """Formulas, accents, citations, unknown commands, tags and entities in one text."""
    sample = r"$\mathcal{O}(n_1\log n)$ \'e~\cite{x} \foo{b} <i>x</i> &amp; $\frac{a}{b}$ \sqrtT {\bf c}d $D_{KL}$"
    assert as_read(sample) == "O(n1 log n) é foob x & a/b √T cd D_KL"
