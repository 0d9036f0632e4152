"""Titles pasted as they are stay words."""

from __future__ import annotations

import pytest

from query.language.parser import parse
from query.language.tree import Phrase

PLAIN = [
    "A -> B",
    "f: X -> Y",
    "Proof of x^2 and 10^5 and E=mc^2",
    "On L* and A* and *-algebra and C^*-algebra",
    "(-1)-curves and (-1) things",
    "(2+1)-dimensional SU(2) theory of (in)dependence f(x)",
    "What is learned? A study",
    "What?How",
    "Why?: an answer",
    "Year: the end; Title: subtitle; Author: who",
    "id: ego; title:",
    "Attention: all",
    'Schr\\"odinger and G\\"odel',
    "On $L^p$ spaces, $C^*$ and $\\mathbb{R}^2$",
    "db-A*: search",
    "Arp~10 (=~VV 362)",
    "Ti:sapphire laser",
    "Deep learning -- a survey",
    "Deep learning -a survey",
    '5" disks and 6" disks',
    "We're *not* sure **really**",
    "-1 and -0.5 degrees",
]

OPERATORS = [
    ("TO BE OR NOT TO BE", ["TO", "BE", "or", "not", "TO", "BE"]),
    ("DEEP NETWORKS AND GRADIENTS", ["DEEP", "NETWORKS", "and", "GRADIENTS"]),
    ("Attention is NOT all you need", ["Attention", "is", "not", "all", "you", "need"]),
    ("NOT all NP-hard problems", ["not", "all", "NP-hard", "problems"]),
    (
        "biped robot -2nd report: balance control-",
        ["biped", "robot", "2nd", "report:", "balance", "control-"],
    ),
    ("resistant-type and -susceptible cells", ["resistant-type", "and", "susceptible", "cells"]),
]


@pytest.mark.parametrize("title", PLAIN)
def test_signs_of_titles_are_text(title: str) -> None:
    """Signs where titles have them are no syntax and no oddity."""
    query = parse(title)
    assert query.required == ()
    assert query.diagnostics == ()
    assert all(word.boost == 1.0 for word in query.optional)
    assert all(word.text in title for word in query.optional)


@pytest.mark.parametrize(("title", "words"), OPERATORS)
def test_operators_of_titles_are_words(title: str, words: list[str]) -> None:
    """AND, OR, NOT and dashes that a title has for its own sake exclude nothing, which is reported."""
    query = parse(title)
    assert [word.text for word in query.optional] == words
    assert query.required == ()
    assert [diagnostic.kind for diagnostic in query.diagnostics] == ["operator"]


def test_capital_acronyms_keep_their_operators() -> None:
    """Capitals alone do not make a title: `GAN OR VAE` has an operator."""
    assert parse("GAN OR VAE").optional == ()
    assert parse("GAN AND VAE").diagnostics == ()


def test_quoted_titles() -> None:
    """The quoted part of a title is a phrase and the rest its words."""
    query = parse('"Why should I trust you?": Explaining the predictions of any classifier')
    assert [node.text for node in query.required if isinstance(node, Phrase)] == ["Why should I trust you?"]
    assert [word.text for word in query.optional] == [
        "Explaining",
        "the",
        "predictions",
        "of",
        "any",
        "classifier",
    ]
