"""Names of columns and keys as people write them (`Document Title`, `Source title`, `PY`), and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from indexer.readers.people import split_people

# The key of the canonical record, and after it names without case and signs, the best first: Scopus, Web of Science,
# PubMed, IEEE Xplore, ACM, Zotero, Mendeley, Publish or Perish, Dimensions, Lens, spreadsheets of every day.
_NAMES: dict[str, str] = {
    "id": "id recordid",
    "title": "title documenttitle articletitle papertitle itemtitle primarytitle ti t1 originaltitle publicationname2",
    "authors": """authorfullnames authors author authornames authorlist af au creators creator authorsraw writers
        firstauthor""",
    "venue": """venue sourcetitle journal journaltitle publicationtitle journalbook journalname booktitle conference
        conferencename conferencetitle proceedings publicationname publication containertitle so t2 jf jo booksource
        eventname source""",
    "year": """year publicationyear pubyear yearpublished publishedyear py publicationdate publisheddate datepublished
        coverdate published date issued y1 da""",
    "type": "type documenttype itemtype publicationtype entrytype doctype dt pt ty contenttype",
    "abstract": "abstract abstractnote abstracttext ab summary",
    "doi": "doi di doiurl doilink digitalobjectidentifier",
    "arxiv": "arxiv arxivid eprint arxivnumber",
    "url": "url link urls links ur articleurl sourceurl externalurl website",
    "pdf": "pdf pdfurl pdflink fulltexturl openaccesspdf",
    "keywords": "keywords keyword authorkeywords kw de tags manualtags subjects ieeeterms indexkeywords",
    "volume": "volume vol vl",
    "number": "number issue is issuenumber",
    "pages": "pages page pagerange pagination pg",
    "first page": "pagestart startpage firstpage bp sp",
    "last page": "pageend endpage lastpage ep",
    "publisher": "publisher pu pb",
    "editor": "editor editors",
    "series": "series",
    "isbn": "isbn isbns bn",
    "issn": "issn issns sn",
    "language": "language languageoforiginaldocument la",
    "pubmed": "pmid pubmedid pm",
    "pmc": "pmcid pmc",
    "wos": "ut utuniquewosid utuniqueid",
    "scopus": "eid",
    "openalex": "openalexid openalex",
    "s2": "s2paperid semanticscholarid",
    "dblp": "dblp dblpkey",
    "acl": "aclid aclanthologyid",
    "citation-key": "key citationkey citekey bibtexkey",
}
IDS = frozenset(("pubmed", "pmc", "wos", "scopus", "openalex", "s2", "dblp", "acl", "citation-key"))
_PLACES = {name: (key, place) for key, names in _NAMES.items() for place, name in enumerate(names.split())}
_SIGNS = re.compile(r"[\W_]+")
# What exports write in a column of the name "Source": who made the export, not where the paper appeared.
_NO_VENUES = frozenset("scopus crossref pubmed wos webofscience medline googlescholar semanticscholar".split())


def meaning(name: str) -> tuple[str, int] | None:
    """The key of the canonical record that a name means, and how good a name it is (0 is best); None for no key."""
    return _PLACES.get(_SIGNS.sub("", name).casefold())


def meanings(names: Iterable[str]) -> dict[str, str]:
    """Of the names of columns those that mean something, with the canonical key of each; the best names first."""
    known = [(found[1], name, found[0]) for name in names if (found := meaning(name)) is not None]
    return {name: key for _, name, key in sorted(known, key=lambda row: row[0])}


def is_venue(key: str, text: str) -> bool:
    """Whether a text of the column `source` may be a venue."""
    return key.casefold() != "source" or _SIGNS.sub("", text).casefold() not in _NO_VENUES


_WANTED = frozenset(("title", "authors", "venue", "year"))
_TAKEN = frozenset(("title", "authors", "venue", "year", "abstract", "doi", "url", "keywords", "pdf", "arxiv"))


def with_own_names(record: dict[str, Any]) -> dict[str, Any]:
    """A JSON record whose keys have other names than the canonical ones (`Document Title`, `journal`), renamed.

    A canonical record, and every key that the canonical form already has, stay as they are.
    """
    if record.keys() >= _WANTED:
        return record
    names = meanings(name for name in record if isinstance(record[name], (str, int, list)) and name not in _TAKEN)
    made = dict(record)
    for name, key in names.items():
        value = record[name]
        if key not in _TAKEN or made.get(key) or not value:
            continue
        if key in ("venue", "doi", "url", "abstract") and not isinstance(value, str):
            continue
        if key == "venue" and not is_venue(name, value):
            continue
        del made[name]
        if key == "year" and isinstance(value, str) and (found := re.match(r"([12]\d{3})-\d\d", value)):
            value = found[1]
        made[key] = split_people(value) if key == "authors" and isinstance(value, str) else value
    return made
