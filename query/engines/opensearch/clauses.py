"""Queries of OpenSearch for what Quiver's terms, runs of words and filters match. Pure functions to JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any, Protocol

from indexer.index.opensearch.analysed import server_key, server_word
from indexer.index.opensearch.mapping import identity_key
from indexer.index.record.names import cluster_key
from indexer.index.schema import FIELDS, K1, NAMES, TEXT
from indexer.index.text.analysis import fold
from indexer.index.text.ties import EVERYWHERE, HERE
from query.engines.collection import TermKey
from query.engines.terms import Term
from query.filters import Filters
from query.language.parts import Part
from query.language.tree import Fuzzy, Prefix, Wildcard

Query = dict[str, Any]
EVERY: Query = {"match_all": {}}
NONE: Query = {"match_none": {}}
MOST_GAPS = 900
"""Words of all the ways in which those of a near-group may be spaced, in all fields: a query may have 1,024 clauses."""
_LAST_YEAR = 9999
_SERVER_K1 = 1.2
NAME_GAP = 64
"""Places in which a word of a name follows another at most."""


def stems_of(column: int) -> str:
    """The field of the stems of a text field, by its number."""
    return f"stems.{FIELDS[column].name}"


def words_of(column: int) -> str:
    """The field of the surface words of a field, by its number."""
    return "names" if FIELDS[column].group == NAMES else f"words.{FIELDS[column].name}"


def either(queries: Sequence[Query]) -> Query:
    """What matches any of some queries."""
    if len(queries) == 1:
        return queries[0]
    return {"bool": {"should": list(queries), "minimum_should_match": 1}} if queries else NONE


def both(queries: Sequence[Query]) -> Query:
    """What matches all of some queries."""
    if len(queries) == 1:
        return queries[0]
    return {"bool": {"filter": list(queries)}} if queries else EVERY


def term(field: str, value: str) -> Query:
    """One word or value of a field."""
    return {"term": {field: {"value": value}}}


def in_a_row(field: str, words: Sequence[str]) -> Query:
    """Words side by side in a field."""
    if len(words) == 1:
        return term(field, server_word(words[0]))
    return {"match_phrase": {field: {"query": " ".join(map(server_word, words))}}}


def holding(key: TermKey) -> Query:
    """Papers that hold a term: what n_t counts."""
    found = [term(stems_of(column), server_word(stem)) for stem in key.stems for column in key.text]
    found += [_variant(parts, key.text) for parts in key.variants]
    for _ in key.names:
        found.append(term("names", server_word("".join(key.words))))
        if len(key.words) > 1:
            found.append(in_a_row("names", key.words))
        found += [term("names", server_word(other)) for other in key.spelled]
    return either(found)


def _variant(parts: Sequence[str], columns: Sequence[int]) -> Query:
    tied = parts[0] in (HERE, EVERYWHERE)
    words = parts[2:] if tied else parts
    found = either([in_a_row(stems_of(column), words) for column in columns])
    if parts[0] == HERE:
        return both([found, term("joins", server_key(f"{parts[1]}\t{HERE}{parts[2]}"))])
    return found


def matching(found: Term) -> Query:
    """Papers that match a term: those that hold it, and those of its year, venue or names."""
    more: list[Query] = []
    if found.year is not None:
        more.append({"term": {"year": {"value": found.year}}})
    if found.venue:
        more.append(term("venue", server_key(found.venue)))
    more += [{"terms": {"clusters": list(map(server_key, names.keys))}} for names in found.whose]
    return either([holding(found.key), *more]) if more else holding(found.key)


def scoring(found: Term, rarity: Rarity | None = None) -> list[Query]:
    """What orders the candidates: about BM25F, by the server's own means. None where the term scores nothing.

    `rarity` says what the server makes of a phrase and what it is worth; without it a phrase of common words passes
    for a rare word.
    """
    key, boost = found.key, max(found.boost, 0.0)
    if not boost:
        return []
    parts: list[Query] = []
    if key.text:
        fields = [f"{stems_of(column)}^{FIELDS[column].weight}" for column in key.text]
        parts += [
            {"combined_fields": {"query": server_word(stem), "fields": fields, "boost": boost}} for stem in key.stems
        ]
        parts += [_weighed(variant, key, boost, rarity) for variant in key.variants]
    for column in key.names:
        weight = boost * FIELDS[column].weight
        parts.append({"term": {"names": {"value": server_word("".join(key.words)), "boost": weight}}})
        if len(key.words) > 1:
            parts.append(_scored(in_a_row("names", key.words), weight))
        parts += [_scored(term("names", server_word(other)), weight) for other in key.spelled]
    return [parts[0] if len(parts) == 1 else {"dis_max": {"queries": parts}}] if parts else []


def _weighed(parts: Sequence[str], key: TermKey, boost: float, rarity: Rarity | None) -> Query:
    """A variant, each field as much as it gives in BM25F where the server can be told."""
    if rarity is None or parts[0] in (HERE, EVERYWHERE):
        return _scored(_variant(parts, key.text), boost)
    worth = rarity.of_term(key)
    found: list[Query] = []
    for column in key.text:
        weight = FIELDS[column].weight
        # What one occurrence at average length gives here, and what it gives there.
        share = weight / (K1 + weight) * (1.0 + _SERVER_K1)
        ours = boost * worth * share / max(rarity.of_phrase(parts, column), 1e-3)
        words = " ".join(map(server_word, parts))
        found.append({"match_phrase": {stems_of(column): {"query": words, "boost": ours}}})
    return found[0] if len(found) == 1 else {"dis_max": {"queries": found, "tie_breaker": 0.3}}


class Rarity(Protocol):
    """How rare words and phrases are: natural logarithms, as idf."""

    def of_term(self, key: TermKey) -> float:
        """About the idf of a term."""

    def of_phrase(self, parts: Sequence[str], column: int) -> float:
        """What the server takes for the idf of words side by side in a text field."""


def _scored(query: Query, boost: float) -> Query:
    return {"bool": {"must": [query], "boost": boost}}


def phrase(stems: Sequence[str], words: Sequence[str], text: Sequence[int], names: Sequence[int], slop: int) -> Query:
    """Words in order inside one field, by stem in text and as they are in one author's name."""
    found = [_near(stems_of(column), [_span(stems_of(column), stem) for stem in stems], slop) for column in text]
    near = min(slop, NAME_GAP)
    found += [_near("names", [_span("names", word) for word in words], near) for _ in names]
    return either(found)


def run(parts: Sequence[Part], columns: Sequence[int], slop: int) -> Query:
    """Words as written (in any capitals), words of any form, and patterns in order inside one field."""
    found = []
    for column in columns:
        field = words_of(column)
        if len(parts) == 1:
            found.append(_alone(parts[0], column))
            continue
        near = min(slop, NAME_GAP) if FIELDS[column].group == NAMES else slop
        found.append(_near(field, [_part(part, column) for part in parts], near))
    return either(found)


def pattern(found: Prefix | Wildcard | Fuzzy, columns: Sequence[int]) -> Query:
    """Papers with a word that a pattern means."""
    return either([_pattern(found, words_of(column)) for column in columns])


def _pattern(found: Prefix | Wildcard | Fuzzy, field: str) -> Query:
    text = fold(found.text)
    if isinstance(found, Prefix):
        return {"prefix": {field: {"value": text}}}
    if isinstance(found, Wildcard):
        return {"wildcard": {field: {"value": text.replace("\\", "\\\\")}}}
    return fuzzy(found, field)


def fuzzy(found: Fuzzy, field: str) -> Query:
    """Words of a field that are few edits from a word."""
    # By this rewriting the server takes all such words; by its own as many as it is told, and says nothing of others.
    about = {"fuzziness": found.distance, "transpositions": True, "rewrite": "constant_score"}
    return {"fuzzy": {field: {"value": fold(found.text), **about}}}


def _alone(part: Part, column: int) -> Query:
    if part.pattern is not None:
        return _pattern(part.pattern, words_of(column))
    if part.plain and FIELDS[column].group == TEXT:
        return term(stems_of(column), server_word(part.stem))
    return term(words_of(column), server_word(part.surface))


def _part(part: Part, column: int) -> Query:
    field = words_of(column)
    if part.pattern is not None:
        return {"span_multi": {"match": _pattern(part.pattern, field)}}
    if part.plain and FIELDS[column].group == TEXT:
        # Stems and surface words of a field have the same positions.
        return {"span_field_masking": {"query": _span(stems_of(column), part.stem), "field": field}}
    return _span(field, part.surface)


def _span(field: str, word: str) -> Query:
    return {"span_term": {field: {"value": server_word(word)}}}


def in_one_name(words: Sequence[str]) -> Query:
    """Words in any order in the name of one author."""
    return {"span_near": {"clauses": [_span("names", word) for word in words], "slop": NAME_GAP, "in_order": False}}


def _near(field: str, spans: Sequence[Query], slop: int) -> Query:
    """Spans in order, each at most `slop` positions after the one before."""
    if len(spans) == 1:
        return spans[0]
    if slop == 1:
        return _spaced(field, spans, [1] * (len(spans) - 1))
    # The server's slop is that of a whole group; where each gap is bounded every spacing is a clause.
    spacings = product(range(1, slop + 1), repeat=len(spans) - 1)
    return {"span_or": {"clauses": [_spaced(field, spans, steps) for steps in spacings]}}


def too_many(words: int, slop: int, fields: int) -> bool:
    """Whether words can be spaced in more ways than a query may write out."""
    return slop > 1 and fields * words * slop ** (words - 1) > MOST_GAPS


def within(stems: Sequence[str], words: Sequence[str], text: Sequence[int], names: Sequence[int], slop: int) -> Query:
    """All that `phrase` matches and more: words in order, and no farther from each other in all than they may be."""
    found = [_wide(stems_of(column), [_span(stems_of(column), stem) for stem in stems], slop) for column in text]
    return either([*found, *(_wide("names", [_span("names", word) for word in words], slop) for _ in names)])


def run_within(parts: Sequence[Part], columns: Sequence[int], slop: int) -> Query:
    """All that `run` matches; more where its parts can be spaced in too many ways."""
    if not too_many(len(parts), slop, len(columns)):
        return run(parts, columns, slop)
    return either([_wide(words_of(column), [_part(part, column) for part in parts], slop) for column in columns])


def _wide(field: str, spans: Sequence[Query], slop: int) -> Query:
    return {"span_near": {"clauses": list(spans), "slop": (slop - 1) * (len(spans) - 1), "in_order": True}}


def _spaced(field: str, spans: Sequence[Query], steps: Sequence[int]) -> Query:
    clauses = [spans[0]]
    for step, span in zip(steps, spans[1:], strict=True):
        if step > 1:
            clauses.append({"span_gap": {field: step - 1}})
        clauses.append(span)
    return {"span_near": {"clauses": clauses, "slop": 0, "in_order": True}}


def years(first: int | None, last: int | None) -> Query:
    """Papers whose year lies in a range, ends included, None open; papers without a year in none."""
    return {"range": {"year": {"gte": max(1, first or 1), "lte": _LAST_YEAR if last is None else last}}}


def numbered(least: int, most: int | None) -> Query:
    """Papers with so many authors, ends included, `most` None open."""
    return {"range": {"authors": {"gte": least} | ({} if most is None else {"lte": most})}}


def cluster(name: str) -> Query:
    """Papers of the author cluster of a name."""
    return term("clusters", server_key(cluster_key(name)))


def exact(field: str, value: str) -> Query:
    """Papers with a whole value: author cluster, venue, type, id or another identifier."""
    if field == "authors":
        return cluster(value)
    if field in ("venue", "type"):
        return term(field, server_key(value))
    return term("keys", identity_key(field, value))


def filters(given: Filters) -> list[Query]:
    """What a paper must match to pass the filters, each."""
    found = [cluster(name) for name in given.authors]
    if given.venues:
        found.append({"terms": {"venue": [server_key(name) for name in given.venues]}})
    if given.years:
        found.append(either([years(*pair) for pair in given.years]))
    if given.types:
        found.append({"terms": {"type": list(given.types)}})
    for field, excluded in (("venue", given.exclude_venues), ("type", given.exclude_types)):
        if excluded:
            found.append({"bool": {"must_not": [{"terms": {field: [server_key(name) for name in excluded]}}]}})
    if given.since is not None:
        field, least = (
            ("seen_generation", given.since.generation)
            if given.since.generation is not None
            else ("seen_time", given.since.time)
        )
        found.append({"range": {field: {"gte": least}}})
    return found
