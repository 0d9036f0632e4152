"""What odd records become: a row is what it is, the bytes of a file, and what of its first paper must come.

Each row is a kind that was once read wrong, or half. Where nothing is wanted of a key it must be missing (`None`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.index.record.paper import Paper
from indexer.readers.entries import Rejected
from indexer.readers.sources import read_file

Row = tuple[str, str, dict[str, Any]]


def bib(fields: str, kind: str = "article") -> str:
    """An entry with a title."""
    return f"@{kind}{{k, title = {{T}}, {fields}}}\n"


def ris(lines: str, kind: str = "JOUR") -> str:
    """A reference with a title."""
    return f"TY  - {kind}\nTI  - T\n{lines}\nER  - \n"


def csl(**keys: Any) -> str:
    """An item with a title and an author."""
    item = {"id": "k", "type": "article-journal", "title": "T", "author": [{"family": "Doe", "given": "Jane"}], **keys}
    return orjson.dumps([item]).decode()


def article(inner: str) -> str:
    """An article of PubMed."""
    return (
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article>"
        f"{inner}</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"
    )


WOS_TABLE = "PT\tAU\tTI\tSO\tDE\tID\tPY\tUT\nJ\tDoe, J\tT\tJ X\ta; b\tC; D\t2001\tWOS:1\n"
FRONT = (
    "<volume id='P18'><paper id='1000'><title>Front</title></paper><paper id='1001'><title>T</title></paper></volume>"
)
DOCS = {
    "response": {"docs": [{"bibcode": "2001X", "title": ["T"], "author": ["Doe, Jane"], "pub": "ApJ", "year": "2001"}]}
}
GRAPH = {
    "title": "T",
    "authors": [],
    "venue": {"raw": "X"},
    "indexed_abstract": {"InvertedIndex": {"a": [1], "An": [0]}},
}
SUMMARY = {"result": {"uids": ["1"], "1": {"uid": "1", "title": "T", "source": "J", "pubdate": "2001 May"}}}
ARXIV = {"id": "1706.03762", "submitter": "X", "title": "T", "authors": "A B and C D", "categories": "cs.CL"}
S2ORC = {
    "paper_id": "1",
    "metadata": {"title": "T", "authors": [{"first": "J", "last": "D"}]},
    "abstract": [{"text": "A"}],
}
PEOPLE = (
    "<AuthorList><Author ValidYN='N'><LastName>X</LastName></Author>"
    "<Author><LastName>Y</LastName></Author></AuthorList>"
)
VERNACULAR = "<VernacularTitle>Titel.</VernacularTitle>"
HIT = (
    "<result><hits><hit id='1'><info><authors><author>A B</author></authors><title>T.</title><year>2001</year>"
    "<type>Journal Articles</type><key>journals/x/Y</key></info></hit></hits></result>"
)
CITING = {"data": [{"contexts": [], "citingPaper": {"paperId": "abc", "title": "T"}}]}

BIBTEX: list[Row] = [
    ("a string in parentheses", '@string(f="Foo {B}ar")\n@article{a, title=f}', {"title": "Foo Bar"}),
    ("no comma behind the key", "@article{key\n  title={T},\n year=2001}", {"title": "T", "year": 2001}),
    ("a link as DOI", bib(r"doi={\href{https://doi.org/10.1000/x}{10.1000/x}}"), {"doi": "10.1000/x"}),
    ("arXiv's volume", bib("journal={arXiv}, volume={1706.03762}"), {"arxiv": "1706.03762", "type": "article"}),
    ("arXiv's DOI", bib("doi={10.48550/arXiv.1706.03762}"), {"arxiv": "1706.03762", "venue": "arXiv"}),
    ("tilde accents", bib(r"author={Mu{\~n}oz, Jos\'e and S\~ao, A.}"), {"authors": ["José Muñoz", "A. São"]}),
    ("ties", bib(r"note={Salvatoris~-- Vom~28}"), {"note": "Salvatoris – Vom 28"}),
    ("scripts in text", bib(r"note={x\textsuperscript{2}}"), {"note": "x2"}),
    ("another archive", bib("eprinttype={jstor}, eprint={12}"), {"eprint": "12", "eprinttype": "jstor", "arxiv": None}),
    ("eprint is a url", bib("eprint={http://x.example/a.pdf}"), {"venue": None, "type": "article-journal"}),
    ("class of arXiv", bib("eprint={1706.03762}, primaryClass={cs.CL}"), {"primaryclass": "cs.CL"}),
    ("comments between fields", "@article{k,\n title={T}, % one\n % author={X},\n year=2001}", {"year": 2001}),
    ("key in braces", "@article{{a b}, title={T}}", {"ids": {"citation-key": "a b"}}),
    ("quote in key", '@article{a"b, title={T}}', {"ids": {"citation-key": 'a"b'}}),
    (
        "commas between names",
        bib("author={Jane Doe, Ann Roe, Max Poe}"),
        {"authors": ["Jane Doe", "Ann Roe", "Max Poe"]},
    ),
    ("semicolons", bib("author={Doe, Jane; Roe, Ann}"), {"authors": ["Jane Doe", "Ann Roe"]}),
    ("ampersands", bib(r"author={Doe, J. \& Roe, A.}"), {"authors": ["J. Doe", "A. Roe"]}),
    ("a company", bib(r"author={Barnes \& Noble}"), {"authors": ["Barnes & Noble"]}),
    ("an and at the end", bib("author={Doe, Jane and }"), {"authors": ["Jane Doe"]}),
    ("last, junior, first", bib("author={King, Jr, Martin Luther}"), {"authors": ["Martin Luther King Jr"]}),
    ("a team in braces", bib("author={{NASA} and {The {ATLAS} Team}}"), {"authors": ["NASA", "The ATLAS Team"]}),
    ("astronomers' macros", bib(r"journal={\mnras}"), {"venue": "Monthly Notices of the Royal Astronomical Society"}),
    (
        "braces twice",
        bib("pages={{1-5}}, Unique-ID={{WOS:0001}}"),
        {"pages": "1-5", "ids": {"wos": "0001", "citation-key": "k"}},
    ),
    ("both keywords", bib("author_keywords={a;  b}, keywords={c;  d}"), {"keywords": ["a", "b", "c", "d"]}),
    ("what a thesis is", bib("type={phdthesis}", "thesis"), {"entry-subtype": "phdthesis", "type": "thesis"}),
    (
        "several addresses",
        bib("url={http://a.example/x;\n http://b.example}"),
        {"url": "http://a.example/x", "urls": ["http://b.example"]},
    ),
    ("a book in itself", bib("booktitle={T}", "book"), {"venue": None, "booktitle": None}),
    ("a formula in braces", bib("note={x ({Cu$_2$O}) y}"), {"note": "x (Cu$_2$O) y"}),
    ("another formula", bib(r"note={{\(\Sigma\)} y}"), {"note": r"\(\Sigma\) y"}),
    ("a raised text of DBLP", bib(r"note={5\({}^{\mbox{th}}\) X}"), {"note": "5th X"}),
    (
        "commands of packages",
        bib(r"note={a \mkbibquote{b} \textcite{c} \verb|x_y|}"),
        {"note": "a b x_y"},
    ),
    (
        "letters in braces side by side",
        bib(r"author={Krej{\v{c}}{\'{\i}}, Pavel and Wei{\ss}{\"a}, X}"),
        {"authors": ["Pavel Krejčí", "X Weißä"]},
    ),
    ("a volume's own names", "@proceedings{k, title={T}, booktitle={U}}", {"venue": None, "entry-booktitle": "U"}),
    ("an interval", bib("date={2010-05/2011}"), {"year": 2010, "date": "2010-05/2011"}),
]
TAGS: list[Row] = [
    ("entities in names", ris("AU  - M&uuml;ller, J."), {"authors": ["J. Müller"]}),
    ("joined files", "\ufeff" + ris("AU  - A") + "\ufeff" + ris("AU  - B"), {"type": "article-journal"}),
    ("a paper as CONF", ris("AU  - J. Doe\nT2  - Proc.", "CONF"), {"type": "paper-conference", "venue": "Proc."}),
    ("a volume as CONF", ris("A2  - Doe, J.", "CONF"), {"type": "book"}),
    (
        "a year in the next date",
        ris("PY  - n.d.\nDA  - 2012/01"),
        {"year": 2012, "ris": {"PY": "n.d.", "DA": "2012/01"}},
    ),
    ("a date is kept", ris("PY  - 2010/05/12/"), {"year": 2010, "ris": {"PY": "2010/05/12/"}}),
    ("a book in BT", "TY  - BOOK\nBT  - T\nPB  - P\nER  - \n", {"title": "T", "venue": "P"}),
    ("keywords twice", ris("KW  - a\nKW  - b\nKW  - a"), {"keywords": ["a", "b"]}),
    ("keywords on lines", ris("KW  - a\nb\n  c"), {"keywords": ["a", "b", "c"]}),
    ("two addresses", ris("UR  - http://a.example\nUR  - http://b.example"), {"ris": {"UR": "http://b.example"}}),
    ("two names of a journal", ris("JF  - Journal\nJO  - J."), {"venue": "Journal", "ris": {"JO": "J."}}),
    ("PubMed's number", ris("AN  - 123\nDB  - PubMed"), {"ids": {"pubmed": "123"}, "accession": None}),
    ("an ISSN without hyphen", ris("SN  - 12345678"), {"issn": "12345678", "isbn": None}),
    ("a report's number", ris("SN  - TR-1", "RPRT"), {"number": "TR-1", "isbn": None}),
    ("a range as first page", ris("SP  - 1-5\nEP  - 5"), {"pages": "1-5"}),
    ("names in one line", ris("AU  - J. Doe, A. Roe, M. Poe"), {"authors": ["J. Doe", "A. Roe", "M. Poe"]}),
    ("junior behind", ris("AU  - King, Martin Luther Jr."), {"authors": ["Martin Luther King Jr."]}),
    (
        "an agency",
        ris("AU  - Agency for Health, Labour and Welfare"),
        {"authors": ["Labour and Welfare Agency for Health"]},
    ),
    ("nobody", ris("AU  - Doe, J.\nAU  - et al."), {"authors": ["J. Doe"]}),
    (
        "refer",
        "%A Jane Doe\n%T T\n%J J\n%D 2001\n\n%T T2\n%A X\n",
        {"authors": ["Jane Doe"], "venue": "J", "year": 2001},
    ),
    (
        "ACL's EndNote",
        "%0 Conference Proceedings\n%T T\n%A Doe, J\n%Y Ed, A\n%S Proc.\n",
        {"type": "paper-conference", "venue": "Proc.", "editor": ["A Ed"], "series": None},
    ),
    ("no English title", "PMID- 1\nTI  - [Not Available].\nTT  - Titel.\n", {"title": "Titel"}),
    (
        "a chapter of PubMed",
        "PMID- 1\nTI  - T.\nBTI - Book\nPT  - Review\n",
        {"title": "T", "venue": "Book", "type": "chapter"},
    ),
    (
        "ERIC",
        "OWN - ERIC\nTI  - T\nAU  - Doe, Jane\nOT  - a\nOID - EJ13\nISSN - EISSN-1934-9491\n"
        "PT  - Reports\nPT  - Journal Articles\n"
        "AID - http://dx.doi.org/10.1000/x\n\nOWN - ERIC\nTI  - U\n",
        {
            "type": "article-journal",
            "doi": "10.1000/x",
            "ids": {"eric": "EJ13"},
            "issn": "1934-9491",
            "keywords": ["a"],
        },
    ),
    ("pages in one tag of WoS", "PT J\nAU Doe, J\nTI T\nPS 411-22\nER\n", {"pages": "411-22"}),
    ("proceedings of WoS", "PT C\nAU Doe, J\nTI T\nSO P\nER\n", {"type": "paper-conference"}),
]
JSON: list[Row] = [
    ("CSL, one author", csl(author={"family": "Doe", "given": "J"}), {"authors": ["J Doe"]}),
    ("records by id", '{"a": {"title": "T", "authors": ["A"]}, "b": {"title": "U", "year": 1}}', {"authors": ["A"]}),
    (
        "CSL, marked up",
        csl(title="<i>T</i>&amp;U<sup>2</sup>", abstract="<p>A</p>"),
        {"title": "T&U2", "abstract": "A"},
    ),
    (
        "CSL of DataCite",
        csl(id="https://doi.org/10.1000/x", type="software", publisher="Zenodo"),
        {"venue": "Zenodo", "ids": None},
    ),
    ("CSL, a book of Crossref", csl(type="edited-book", publisher="P"), {"venue": "P", "type": "book"}),
    (
        "INSPIRE alone",
        '{"titles": [{"title": "T"}], "control_number": 1, "references": [{"title": "X"}]}',
        {"title": "T"},
    ),
    (
        "DataCite alone",
        '{"data": {"type": "dois", "attributes": {"titles": [{"title": "T"}], "creators": [], "types": {}}}}',
        {"title": "T"},
    ),
    ("CSL, parts by name", csl(issued=[{"year": 2001}]), {"year": 2001}),
    ("CSL, a year beside", csl(year="2001", journal={"name": "J"}), {"year": 2001, "venue": "J"}),
    (
        "CSL, numbers in a note",
        csl(note="PMID: 5\nDOI: 10.1000/x"),
        {"doi": "10.1000/x", "ids": {"pubmed": "5", "citation-key": "k"}},
    ),
    ("CSL by id", '{"k": {"id": "k", "type": "book", "title": "T", "author": [{"family": "D"}]}}', {"authors": ["D"]}),
    ("CSL, a title in a list", csl(title=["T"]), {"title": "T", "authors": ["Jane Doe"]}),
    (
        "CSL, a page of the web",
        '[{"id": "k", "type": "webpage", "title": "T", "URL": "http://x.example"}]',
        {"url": "http://x.example"},
    ),
    ("Zotero, a case", '[{"itemType": "case", "caseName": "T", "dateDecided": "1973"}]', {"title": "T", "year": 1973}),
    (
        "arXiv, one text of names",
        orjson.dumps(ARXIV).decode(),
        {"authors": ["A B", "C D"], "arxiv": "1706.03762", "year": 2017},
    ),
    ("Semantic Scholar, citations", orjson.dumps(CITING).decode(), {"ids": {"s2": "abc"}}),
    ("S2ORC, a whole paper", orjson.dumps(S2ORC).decode(), {"authors": ["J D"], "abstract": "A"}),
    ("PubMed's summaries", orjson.dumps(SUMMARY).decode(), {"venue": "J", "year": 2001}),
    ("Solr", orjson.dumps(DOCS).decode(), {"authors": ["Jane Doe"], "venue": "ApJ", "year": 2001}),
    ("Microsoft's graph", orjson.dumps(GRAPH).decode(), {"abstract": "An a", "venue": "X"}),
    ("an author alone", '{"title": "T", "author": {"name": "Jane Doe"}, "year": 2001}', {"authors": ["Jane Doe"]}),
    ("names in parts", '{"title": "T", "authors": [{"given_name": "A", "family_name": "B"}]}', {"authors": ["A B"]}),
    ("a list in a text", """{"title": "T", "author": "[{'name': 'A B'}]", "year": 2001}""", {"authors": ["A B"]}),
    (
        "PubMed's summary",
        '{"result": {"uids": ["1"], "1": {"uid": "1", "pubdate": "2020 Jan", "source": "J X", "authors": '
        '[{"name": "Doe J"}], "title": "T.", "articleids": [{"idtype": "doi", "value": "10.1000/x"}]}}}',
        {"title": "T", "year": 2020, "doi": "10.1000/x", "ids": {"pubmed": "1"}, "venue": "J X"},
    ),
    (
        "Unpaywall",
        '{"doi": "10.1000/x", "title": "T", "genre": "journal-article", "z_authors": [{"given": "A", "family": "B"}]}',
        {"authors": ["A B"], "type": "article-journal"},
    ),
    ("two dialects", csl() + "\n", {"authors": ["Jane Doe"]}),
]
TABLES: list[Row] = [
    ("names on lines", 'title,authors,year\nT,"A B\nC D",2001\n', {"authors": ["A B", "C D"]}),
    ("names with &", 'title,authors,year\nT,"Doe, J. & Roe, A.",2001\n', {"authors": ["J. Doe", "A. Roe"]}),
    ("Keywords Plus is no id", WOS_TABLE, {"ids": {"wos": "1"}, "other keywords": "C; D", "keywords": ["a", "b"]}),
    (
        "Springer's names",
        "Item Title,Item DOI,Authors\nT,10.1000/x,Jane DoeAnn McRoe\n",
        {"authors": ["Jane Doe", "Ann McRoe"], "doi": "10.1000/x"},
    ),
    (
        "PubMed's full stops",
        'PMID,Title,Authors,Journal/Book\n1,T.,"Doe J, Roe A.",J\n',
        {"title": "T", "authors": ["Doe J", "Roe A"]},
    ),
    ("a list in a cell", "title,authors,year\nT,\"['A B', 'C D']\",2001\n", {"authors": ["A B", "C D"]}),
    ("nothing in a cell", "title,authors,year\nT,None,nan\n", {"authors": None, "year": None}),
    ("a name twice", "title,authors,authors,year\nT,A,B,2001\n", {"authors": ["A"], "authors 2": "B"}),
    ("authors in columns", "title,author1,author2,year\nT,A B,C D,2001\n", {"authors": ["A B", "C D"]}),
    ("German", "Titel;Autoren;Jahr;Zeitschrift\nT;A B;2001;Z\n", {"venue": "Z", "year": 2001, "authors": ["A B"]}),
    (
        "Chinese",
        "标题,作者,年份,期刊\nT,张三；李四,2001,Z\n",
        {"venue": "Z", "authors": ["张三", "李四"]},
    ),
    ("CNKI", "Title-题名,Author-作者,Year-年\nT,张三;李四,2001\n", {"title": "T", "authors": ["张三", "李四"]}),
    ("Russian", "Название;Авторы;Год\nT;Иванов И.;2001\n", {"title": "T", "year": 2001}),
    (
        "OpenAlex's table",
        "id,display_name,publication_year,author_names\nW1,T,2001,A B|C D\n",
        {"authors": ["A B", "C D"]},
    ),
    (
        "Markdown",
        "| Title | Authors | Year |\n| --- | --- | --- |\n| T | A | 2001 |\n",
        {"title": "T", "authors": ["A"]},
    ),
    ("Publish or Perish", "Authors,Title,Year,Source,Type\nA,T,2001,J,PDF\n", {"type": None, "venue": "J"}),
]
XML: list[Row] = [
    (
        "a prefix nobody declares",
        article("<ArticleTitle>A <mml:mi a:b='c'>x</mml:mi></ArticleTitle>"),
        {"title": "A x"},
    ),
    ("a misprinted author", article(f"<ArticleTitle>T</ArticleTitle>{PEOPLE}"), {"authors": ["Y"]}),
    ("no English title", article(f"<ArticleTitle>[Not Available].</ArticleTitle>{VERNACULAR}"), {"title": "Titel"}),
    (
        "a title of its own",
        article(f"<ArticleTitle>[T].</ArticleTitle>{VERNACULAR}"),
        {"title": "[T]", "vernacular_title": "Titel"},
    ),
    ("front matter", FRONT, {"title": "T"}),
    ("DBLP, an answer", HIT, {"authors": ["A B"], "year": 2001, "type": "article-journal"}),
    (
        "DBLP, a page of the web",
        "<dblp><www key='www/x'><title>T</title><url>http://x.example</url></www></dblp>",
        {"url": "http://x.example"},
    ),
]
ROWS = [row for rows in (BIBTEX, TAGS, JSON, TABLES, XML) for row in rows]


@pytest.mark.parametrize(("text", "wanted"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_an_odd_record_is_read_whole(text: str, wanted: dict[str, Any], tmp_path: Path) -> None:
    """Known by its content alone, every key as it is wanted."""
    path = tmp_path / "file.txt"
    path.write_text(text, encoding="utf-8")
    entries = list(read_file(str(path)))
    found = next(entry for entry in entries if isinstance(entry, Paper)).as_record()
    assert not any(isinstance(entry, Rejected) for entry in entries)
    assert {key: found.get(key) or None for key in wanted} == wanted


def test_records_of_two_dialects_in_one_file(tmp_path: Path) -> None:
    """What a record says of itself holds before what the first one says of the file."""
    path = tmp_path / "mixed.jsonl"
    path.write_text(
        '{"id": "https://openalex.org/W1", "display_name": "A", "authorships": [{"author": {"display_name": "A B"}}]}\n'
        '{"id": "k", "type": "book", "title": "B", "author": [{"family": "D", "given": "C"}]}\n'
        '{"title": "C", "authors": ["E F"], "year": 2001}\n',
        encoding="utf-8",
    )
    found = [entry for entry in read_file(str(path)) if isinstance(entry, Paper)]
    assert [[author.name for author in paper.authors] for paper in found] == [["A B"], ["C D"], ["E F"]]
