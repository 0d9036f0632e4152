"""Names of columns and keys as people write them (`Document Title`, `Source title`, `PY`), and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from indexer.readers.dates import year_of
from indexer.readers.inverted import uninverted
from indexer.readers.people import natural, split_people

# The key of the canonical record, and after it names without case and signs, the best first: Scopus, Web of Science,
# PubMed, IEEE Xplore, ACM, Zotero, Mendeley, Publish or Perish, Dimensions, Lens, spreadsheets of every day.
_NAMES: dict[str, str] = {
    "id": "id recordid",
    "title": """title documenttitle articletitle papertitle itemtitle primarytitle ti t1 originaltitle displayname
        titel titre título titulo titolo tytuł başlık название заглавие
        标题 題名 题名 title题名 論文名 タイトル 제목 논문명""",
    "authors": """authorfullnames authors author authornames authorlist authorstring authorshipsauthordisplayname af au
        creators creator authorsraw writers autoren autor auteurs auteur autores autori autore verfasser autorzy
        yazarlar författare авторы автор 作者 author作者 著者 著者名 저자 firstauthor""",
    "venue": """venue sourcetitle journal journaltitle publicationtitle journalbook journalname booktitle conference
        conferencename conferencetitle proceedings publicationname publication containertitle so t2 jf jo booksource
        eventname primarylocationdisplayname primarylocationsourcedisplayname hostvenue fulljournalname pub zeitschrift
        revue revista rivista journaux czasopismo dergi tijdschrift tidskrift журнал источник 期刊 刊名 来源 文献来源
        source文献来源 雑誌名 掲載誌 학술지 학술지명 source""",
    "year": """year publicationyear pubyear yearpublished publishedyear py publicationdate publisheddate datepublished
        coverdate published date issued y1 da pubdate jahr année annee año ano anno rok
        yıl jaar år год 年份 年 year年 出版年 発行年 연도 발행연도 발행년도""",
    "type": "type documenttype itemtype publicationtype entrytype doctype dt pt ty contenttype",
    "abstract": """abstract abstractnote abstracttext ab summary zusammenfassung résumé resumen riassunto streszczenie
        özet samenvatting аннотация реферат 摘要 summary摘要 抄録 要旨 초록""",
    "doi": "doi di doiurl doilink digitalobjectidentifier itemdoi",
    "arxiv": "arxiv arxivid eprint arxivnumber",
    "url": "url link urls links ur articleurl sourceurl externalurl website ee landingpageurl",
    "pdf": "pdf pdfurl pdflink fulltexturl openaccesspdf",
    "keywords": """keywords keyword authorkeywords kw de tags manualtags subjects ieeeterms indexkeywords schlagwörter
        motsclés ключевыеслова 关键词 keyword关键词 キーワード 키워드""",
    "volume": "volume vol vl journalvolume band",
    "number": "number issue is issuenumber journalissue",
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
_TEXTS = frozenset(("venue", "doi", "url", "abstract"))
_PLAIN = (str, int, list, dict)
# What records of persons, sources and topics have too: no title.
_NO_TITLES = frozenset(("display_name", "displayName"))


def with_own_names(record: dict[str, Any]) -> dict[str, Any]:
    """A JSON record whose keys have other names than the canonical ones (`Document Title`, `journal`), renamed.

    A canonical record, and every key that the canonical form already has, stay as they are; but the title of a list of
    one, and the name of a venue that is an object, are taken out.
    """
    title, venue = record.get("title"), record.get("venue")
    if isinstance(record.get("ids"), dict) and isinstance(title, str):
        return record
    if record.keys() >= _WANTED and type(title) is str and type(venue) is not dict and "indexed_abstract" not in record:
        return record
    made = dict(record)
    if isinstance(title, list) and len(title) == 1 and isinstance(title[0], str):
        made["title"] = title[0]
    if isinstance(venue, dict) and (name := _name_in(venue)):
        made["venue"] = name
    if not made.get("abstract") and isinstance(index := record.get("indexed_abstract"), dict):
        made["abstract"] = uninverted(made.pop("indexed_abstract") and index, [])
    names = meanings(
        name for name in record if isinstance(record[name], _PLAIN) and name not in _TAKEN and name not in _NO_TITLES
    )
    for name, key in names.items():
        if key not in _TAKEN or made.get(key) or not record[name]:
            continue
        value = _taken(name, key, record[name])
        if value:
            del made[name]
            made[key] = value
    return made


def _name_in(value: dict[str, Any]) -> str:
    found = (value.get(key) for key in ("name", "raw", "title", "display_name"))
    return next((text for text in found if isinstance(text, str) and text.strip()), "")


def _taken(name: str, key: str, value: Any) -> Any:
    """The value under a name that means this key, as the canonical form has it; None where it cannot be that."""
    if key == "authors":
        if isinstance(value, str):
            return split_people(value)
        found = value if isinstance(value, list) else [value]
        return [natural(one) if isinstance(one, str) else one for one in found]
    if key == "year":
        return year_of(value, []) if isinstance(value, (str, int)) else None
    if key == "venue" and isinstance(value, dict):
        value = _name_in(value)
    if key == "title" and isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) or (key in _TEXTS | {"title"} and not isinstance(value, str)):
        return None
    return value if key != "venue" or is_venue(name, value) else None
