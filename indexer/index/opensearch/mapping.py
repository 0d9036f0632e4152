"""What an index in a cluster consists of: the names of its indexes, every field, and how a paper becomes a document.

An index `papers` is an alias of `papers-<generation>`, and `papers-meta` one of `papers-<generation>-meta`; both are
switched in one request. A reader asks once where `papers` points to (`published.current`) and then speaks to the two
indexes by their own names: they never change once they are published (writes are blocked), and stay for one generation
more, so that a search that has begun ends on what it began with.

**Papers**, one document a live paper, `_id` its id. No other paper is in there: shadowed and deleted records are
in the writers' book (`book`). So a `match_all` counts N. There is no `_source`: what is read is a doc value.

| fields | |
| --- | --- |
| `stems.title .venue .abstract .keywords` | text: the stems; keywords are an array, one position apart |
| `words.title .venue .abstract .keywords` | text: surface words at the same positions: patterns, `=word` |
| `names` | text: the folded words of the authors' names, an array, 1,000 positions from author to author |
| `lengths.title .venue .abstract .keywords .authors` | integer doc values: words of each field, exact |
| `streams` | binary doc value (`packing`): `analysed.unpack` gives frequencies, fields, positions |
| `stored` | binary doc value: two lines, a head for hits and the rest (`segment.papers.encode`) |
| `id` | keyword, doc values: the tie-break of every order |
| `title_key` | keyword, doc values: the title as read, case folded: `--sort title` |
| `title_whole` | keyword: the words of the title parted by spaces, for questions by whole title |
| `titled` | keyword, doc values: surface words of the paper whose stems stand in its title: completions with counts |
| `joins` | keyword, doc values: keys of the table of compounds, `joined<TAB>part part` or `word<TAB><mark>other` |
| `clusters` | keyword, doc values: keys of the author clusters |
| `author_rows` | keyword, doc values: `key<TAB>spelling<TAB>id`: headings of clusters, author rows |
| `odd` | keyword, doc values: keys of those clusters whose name is spelt otherwise here than `usual_spelling` says |
| `first`, `last`, `authors` | keyword: key of the first and the last author's cluster; integer: how many there are |
| `venue`, `venue_published` | keyword, doc values: canonical and published name |
| `year`, `type` | short, keyword: doc values; absent where not known |
| `keys` | keyword: all by which a paper is found, `kind<TAB>value` (`identity_key`), `id<TAB>...` among them |
| `work` | keyword, doc values: what records of one work share, where works are grouped |
| `place`, `records` | integer doc value: 0 for the preferred record of a work, then 1 ...; packed: the ids of all, so |
| `seen_generation`, `seen_time` | integer, long (seconds since 1970): when the id was first seen |
| `content` | long doc value: hash of the record and its canonical venue, for `verify` |

What ties a stem to others is a `terms` aggregation of `joins` under a `prefix` query of `stem<TAB>`; the papers of one
tie are a `term` query.

**Meta**, one document each: `manifest` is the generation itself (`Manifest`: papers, total lengths, sources, venues;
its `segments` are empty). Documents of `kind` `table` have in `data` the tables of the generation (`tables`). Where
those would be too large documents of `kind` `word` are the spellings that did-you-mean looks among: `word`, `where`
(`text` or `names`); they outlive the papers that brought them, so that what is shown is counted first in the papers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import orjson

from indexer.index.opensearch import packing
from indexer.index.opensearch.analysed import LONGEST_WORD, Analysed, server_key
from indexer.index.record.identity import keys
from indexer.index.record.paper import Paper
from indexer.index.schema import FIELDS, GROUPS, TEXT

FORMAT = 2
"""Of the indexes in a cluster; one that differs is refused by name."""
TEXT_FIELDS = tuple(field.name for field in GROUPS[TEXT])
AUTHOR_GAP = 1000
LENGTHS = tuple(f"lengths.{field.name}" for field in FIELDS)

Document = dict[str, Any]
Mapping = dict[str, Any]


# --- names ---


def generation_index(name: str, generation: int) -> str:
    """The index that holds the papers of a generation."""
    return f"{name}-{generation}"


def meta_index(papers: str) -> str:
    """The index that belongs to one of papers; of an alias, the alias that belongs to it."""
    return f"{papers}-meta"


def generation_of(name: str, index: str) -> int | None:
    """The generation of which `index` holds the papers; None where it is something else."""
    found = re.fullmatch(rf"{re.escape(name)}-([1-9][0-9]{{0,8}})", index)
    return int(found[1]) if found else None


# --- fields ---


def _text(gap: int = 1, *, norms: bool = True) -> Mapping:
    return {"type": "text", "analyzer": "parted", "norms": norms, "position_increment_gap": gap}


def _keyword(*, values: bool = True, indexed: bool = True) -> Mapping:
    return {"type": "keyword", "doc_values": values, "index": indexed, "norms": False}


_SEEN = {"seen_generation": {"type": "integer"}, "seen_time": {"type": "long"}}
_CONTENT = {"content": {"type": "long", "index": False}}
_PACKED: Mapping = {"type": "binary", "doc_values": True}

PAPER_FIELDS: dict[str, Mapping] = {
    "stems": {"properties": {field: _text() for field in TEXT_FIELDS}},
    "words": {"properties": {field: _text(norms=False) for field in TEXT_FIELDS}},
    "names": _text(AUTHOR_GAP),
    "lengths": {"properties": {field.name: {"type": "integer", "index": False} for field in FIELDS}},
    "streams": _PACKED,
    "id": _keyword(),
    "title_key": _keyword(indexed=False),
    "title_whole": _keyword(values=False),
    "titled": _keyword(),
    "joins": _keyword(),
    "clusters": _keyword(),
    "author_rows": _keyword(),
    "odd": _keyword(),
    "first": _keyword(values=False),
    "last": _keyword(values=False),
    "authors": {"type": "integer"},
    "venue": _keyword(),
    "venue_published": _keyword(),
    "year": {"type": "short"},
    "type": _keyword(),
    "keys": _keyword(values=False),
    "work": _keyword(),
    "place": {"type": "integer"},
    "records": _PACKED,
    **_SEEN,
    **_CONTENT,
    "stored": _PACKED,
}
META_FIELDS: dict[str, Mapping] = {
    "kind": _keyword(),
    "manifest": _keyword(values=False, indexed=False),
    "format": {"type": "integer", "index": False},
    "word": _keyword(),
    "where": _keyword(),
    "data": {"type": "binary", "doc_values": False},
}
MANIFEST_ID = "manifest"
REFUSED_ID = "refused"
RECOVERY = "recovery_source_enabled"
"""Whether documents are kept for copies that fall behind: an index that has none must be given no replica and written
to afterwards."""
SAFE = {"index.translog.durability": "request", "index.blocks.write": True}
"""Settings of an index that is published."""


def index_body(
    fields: dict[str, Mapping], about: dict[str, object], shards: int, replicas: int, *, source: bool = False
) -> dict[str, Any]:
    """Settings and mapping of a new index; `about` is what it says of itself (`_meta`), beside its format.

    `source`: documents are kept as they were written, and may be read so.
    """
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            # Nobody reads it before it is published, and every refresh costs.
            "refresh_interval": "-1",
            # Until then a node that falls over leaves nothing that anybody would use: `SAFE` ends this.
            "translog.durability": "async",
            "analysis": {
                "tokenizer": {"at_spaces": {"type": "whitespace", "max_token_length": 2 * LONGEST_WORD}},
                "analyzer": {"parted": {"type": "custom", "tokenizer": "at_spaces"}},
            },
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": {"quiver": {"format": FORMAT, **about}},
            # What is analysed is never read back. A part of a document would be cut out of it by the server, which
            # took it as long as all of the rest; so nothing is kept, and what is read is a doc value. Where there is
            # a replica the server keeps a document until all copies have it: without, that is half of the disk and a
            # sixth of its work for nothing.
            "_source": {"enabled": source} | ({} if source or replicas else {RECOVERY: False}),
            "properties": fields,
        },
    }


# --- documents ---


def identity_key(kind: str, value: str) -> str:
    """How `keys` holds an identifier in canonical form (`record.identifiers`), or an id (kind `id`)."""
    return server_key(f"{kind}\t{value}")


def signed(number: int) -> int:
    """A hash of 64 bits as a `long` of the server."""
    return number - (1 << 64) if number >= 1 << 63 else number


def author_row(key: str, spelling: str, person: str) -> str:
    """How `author_rows` holds an author: cluster key, spelling, the source's id for the person or nothing."""
    return server_key(f"{key}\t{spelling}\t{person}")


def usual_spelling(key: str) -> str:
    """How most names of a cluster's key are spelt: a capital at the beginning of each word, small letters after it."""
    return key.title()


def document(paper: Paper, analysed: Analysed) -> Document:
    """The document of a paper, but for what the writer knows of it (`seen_*`, `work`)."""
    found: Document = {
        "stems": dict(zip(TEXT_FIELDS, map(list, analysed.stems), strict=True)),
        "words": dict(zip(TEXT_FIELDS, map(list, analysed.surfaces), strict=True)),
        "names": list(analysed.names),
        "lengths": {field.name: length for field, length in zip(FIELDS, analysed.lengths, strict=True)},
        "streams": packing.written(analysed.packed()),
        "id": paper.id,
        "title_key": server_key(analysed.title.casefold()),
        "title_whole": server_key(analysed.surfaces[0][0]),
        "titled": list(analysed.titled),
        "joins": [server_key(key) for key in analysed.compounds],
        "clusters": [server_key(key) for key in analysed.clusters],
        "author_rows": [author_row(*row) for row in analysed.rows],
        "odd": [server_key(key) for key, name, _ in analysed.rows if name != usual_spelling(key)],
        "authors": len(paper.authors),
        "keys": [identity_key(kind, value) for kind, value in paper_keys(paper)],
        "content": signed(analysed.content),
        "stored": packing.written(packing.pack(analysed.stored)),
    }
    if paper.authors:
        found["first"], found["last"] = map(server_key, analysed.ends)
    if analysed.venue:
        found["venue"] = server_key(analysed.venue)
        found["venue_published"] = server_key(paper.venue)
    if paper.year is not None:
        found["year"] = paper.year
    if paper.type:
        found["type"] = paper.type
    return found


def paper_keys(paper: Paper) -> Sequence[tuple[str, str]]:
    """All by which a paper is found, its id first."""
    found = keys(paper.id, paper.doi, paper.arxiv, (paper.url, paper.pdf), paper.extra, paper.orcids)
    return list(dict.fromkeys([("id", paper.id), *((kind, value) for kind, value in found)]))


# --- what comes back ---


def stored_lines(hit: Any) -> bytes:
    """The two stored lines of a paper, of a hit that brings its doc value `stored`."""
    return packing.unpack(packing.given(hit["fields"]["stored"][0]))


def stored_head(lines: bytes) -> dict[str, Any]:
    """What a hit shows: id, title, authors, venue, year, type, url."""
    head: dict[str, Any] = orjson.loads(lines.partition(b"\n")[0])
    return head


def stored_record(lines: bytes) -> dict[str, Any]:
    """The whole record in its canonical order."""
    head, _, rest = lines.partition(b"\n")
    record: dict[str, Any] = orjson.loads(head) | (orjson.loads(rest) if rest else {})
    return record
