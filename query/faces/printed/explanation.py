"""Why a paper has its score, in words and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from query.faces.printed.terminal import Screen, safe
from query.faces.printed.wording import counted


def explanation_lines(explanation: Mapping[str, Any], screen: Screen, indent: str = "") -> Iterator[str]:
    """The score, then each term with its share, its rarity and what each field gave it, then what re-scoring adds."""
    score = float(explanation["score"])
    terms = explanation["terms"]
    yield from screen.wrapped(f"score {score:.3f}, of which", indent)
    for term in terms:
        yield from screen.wrapped(_term_text(term), indent + "  ")
        yield from screen.joined(_field_texts(term), ", ", indent + "      ")


# What re-scoring adds, in words; `{}` is what is named.
_PARTS = {
    "adjacent": "for {!r} side by side as asked",
    "title": "for a title that runs as the query does",
    "run": "for a title in which the whole query stands",
    "heading": "for a title and authors that hold every word",
    "whole": "for a title that is the query",
    "cited": "for a title and an author that stand in the query",
    "signs": "for {!r} written so",
    "year": "for being of {}",
    "feedback": "for {!r}, which the first papers share and which stands",
    "lowered": "for being {}",
    "written": "for {!r} as it is written",
    "identifier": "for being the paper of {!r}",
    "corrected": "for its title, which is the query respelt: {!r}",
    "pattern": "for a {}",
}


def _term_text(term: Mapping[str, Any]) -> str:
    name = safe(str(term["term"]))
    text = f"{float(term['score']):.3f} " + _PARTS.get(str(term.get("part")), "{!r}").format(name)
    if "papers" in term:
        text += f" in {counted(int(term['papers']), 'paper')}"
    if "idf" in term:
        text += f", idf {float(term['idf']):.2f}"
    if float(term.get("boost", 1.0)) != 1.0:
        text += f", boost {float(term['boost']):g}"
    return text


def _field_texts(term: Mapping[str, Any]) -> list[str]:
    texts = []
    for field in term["fields"]:
        times = {1: "once", 2: "twice"}.get(int(field["count"]), f"{field['count']} times")
        place = f"{times} in {counted(int(field['length']), 'word')}"
        texts.append(f"{field['field']} {float(field['score']):.3f} ({place})")
    return texts
