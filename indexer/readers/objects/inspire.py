"""Literature of INSPIRE, high-energy physics, as JSON (https://inspire-schemas.readthedocs.io, schema hep)."""

from __future__ import annotations

from typing import Any

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.markup.plain import plain_text
from indexer.readers.objects.dialect import (
    Dialect,
    Record,
    author,
    filled,
    first_text,
    objects_of,
    pages,
    text_of,
    texts,
)
from indexer.readers.people import natural

_SITE = "https://inspirehep.net/literature/"
_KEPT = ("report_numbers", "collaborations", "number_of_pages", "thesis_info", "accelerator_experiments", "license")


def _record(record: Record) -> Record:
    inner = record.get("metadata")
    return inner if isinstance(inner, dict) else record


def recognise(record: Record) -> bool:
    """A number of INSPIRE, or its schema, beside titles in a list; alone or under `metadata`."""
    held = _record(record)
    if not isinstance(held.get("titles"), list):
        return False
    keys = ("control_number", "document_type", "arxiv_eprints", "publication_info", "preprint_date", "texkeys")
    return not held.keys().isdisjoint(keys) or "inspirehep" in text_of(held.get("$schema"))


def _values(value: Any, key: str = "value") -> list[str]:
    return [text for one in objects_of(value) if (text := text_of(one.get(key)))]


def _person(one: dict[str, Any]) -> Any:
    name = natural(text_of(one.get("full_name")))
    known = {text_of(key.get("schema")): key.get("value") for key in objects_of(one.get("ids"))}
    return author(name, None, known.get("ORCID"), "; ".join(_values(one.get("affiliations")))) if name else one


def _role(one: dict[str, Any], role: str) -> bool:
    return role in texts(one.get("inspire_roles"))


def convert(record: Record, misfits: Misfits) -> Record:
    """A record in canonical form; of several publications the first that names a journal or a book is the venue."""
    held = _record(record)
    get = held.get
    published = objects_of(get("publication_info"))
    shown = next((one for one in published if one.get("journal_title")), published[0] if published else {})
    imprint = next(iter(objects_of(get("imprints"))), {})
    eprint = next(iter(objects_of(get("arxiv_eprints"))), {})
    kinds = texts(get("document_type"))
    kind = csl_type(kinds[0]) if kinds else ""
    school = first_text(*(one.get("name") for one in objects_of((get("thesis_info") or {}).get("institutions"))))
    venue = first_text(shown.get("journal_title"), shown.get("pubinfo_freetext"), shown.get("conf_acronym"))
    if not venue:
        venue = {"thesis": school, "book": text_of(imprint.get("publisher"))}.get(kind, "")
    arxiv = text_of(eprint.get("value"))
    if arxiv and not venue:
        venue, kind = "arXiv", kind if kind not in ("article", "article-journal") else "article"
    elif venue and kind == "article":
        kind = "article-journal"
    title = next(iter(objects_of(get("titles"))), {})
    main, under = text_of(title.get("title")), text_of(title.get("subtitle"))
    abstracts = objects_of(get("abstracts"))
    # Of several, arXiv's, which says formulas in TeX.
    abstracts.sort(key=lambda one: one.get("source") != "arXiv")
    number = text_of(get("control_number"))
    years = (
        shown.get("year"),
        imprint.get("date"),
        get("preprint_date"),
        get("earliest_date"),
        get("legacy_creation_date"),
    )
    people = objects_of(get("authors"))
    made: Record = {
        "title": plain_text(f"{main}: {under}" if main and under else main),
        "abstract": plain_text(first_text(*(one.get("value") for one in abstracts))),
        "authors": [_person(one) for one in people if not _role(one, "editor")]
        or [{"name": text} for text in (*_values(get("corporate_author")), *_values(get("collaborations")))],
        "venue": venue,
        "year": year_of(next((one for one in years if one), None), misfits),
        "type": kind or (kinds[0] if kinds else ""),
        "url": f"{_SITE}{number}" if number else first_text(*_values(get("urls"))),
        "doi": first_text(*_values(get("dois"))),
        "arxiv": arxiv,
        "keywords": list(dict.fromkeys(_values(get("keywords")))),
        "ids": {key: text for key, text in (("inspire", number), ("citation-key", first_text(get("texkeys")))) if text},
        "editor": [natural(text_of(one.get("full_name"))) for one in people if _role(one, "editor")],
        "volume": shown.get("journal_volume"),
        "number": shown.get("journal_issue"),
        "pages": pages(shown.get("page_start"), shown.get("page_end")) or shown.get("artid"),
        "publisher": imprint.get("publisher"),
        "address": imprint.get("place"),
        "isbn": first_text(*_values(get("isbns"))),
        "language": first_text(get("languages")),
        "categories": texts(eprint.get("categories")),
        "inspire": {key: value for key in _KEPT if (value := get(key))},
    }
    return filled(made, {}, ())


DIALECT = Dialect("inspire", "literature of INSPIRE (JSON)", frozenset(("titles", "metadata")), recognise, convert)
