"""Why a paper has its score, in words and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from query.faces.terminal import Screen, safe
from query.faces.wording import counted


def explanation_lines(explanation: Mapping[str, Any], screen: Screen, indent: str = "") -> Iterator[str]:
    """The score, then each term with its share, its rarity, and what each field gave it."""
    score = float(explanation["score"])
    terms = explanation["terms"]
    yield from screen.wrapped(f"score {score:.3f}, of which", indent)
    for term in terms:
        yield from screen.wrapped(_term_text(term), indent + "  ")
        yield from screen.joined(_field_texts(term), ", ", indent + "      ")
    rest = score - sum(float(term["score"]) for term in terms)
    if abs(rest) >= 0.0005:
        yield from screen.wrapped(f"{rest:+.3f} by ranking best (--ranking bm25f leaves it out)", indent + "  ")


def _term_text(term: Mapping[str, Any]) -> str:
    text = f"{float(term['score']):.3f} {safe(str(term['term']))!r}"
    if "papers" in term:
        text += f" in {counted(int(term['papers']), 'paper')}, idf {float(term['idf']):.2f}"
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
