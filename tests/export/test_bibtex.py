"""BibTeX: what a parser reads back is what was published."""

from __future__ import annotations

import re
from itertools import pairwise

import bibtexparser
import pytest
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors, SplitNameParts
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text

from indexer.index.errors import UsageError
from indexer.index.record.paper import TYPES, Author, Paper
from indexer.index.text.reading import as_shown
from query.export import bibtex
from query.export.as_latex import escape, escape_title
from query.export.citation_keys import Keys, base_key, check_key_format
from query.export.details import details
from query.export.lines import one_line
from query.export.person import split_name
from query.export.style import Style, fields_of

_SIGNS = "\\{}$%&#_^~\"'`-<>?!,@=[]*"
TEXTS = st.text(st.sampled_from(_SIGNS + "aBcÉé́機 \n\x00") | st.characters(codec="utf-8"), max_size=30)
# Without a backslash a text is never taken for LaTeX, and with one only where a command is sound.
PLAIN_TEXTS = TEXTS.map(lambda text: text.replace("\\", "\\zzz"))
NAME_WORDS = (
    *("Ludwig", "van", "Beethoven", "de", "la", "E", "Jr.", "III", "and", "y", "Wang", "O'Brien", "&", "{x}"),
    *("$", ",", "0003", "Ångström", "Müller-Lee", "i", "others", "A_1", "50%", "~", "^", "C\\"),
)
NAMES = st.lists(st.sampled_from(NAME_WORDS), min_size=1, max_size=6).map(" ".join)

_DECODER = LatexNodes2Text(math_mode="verbatim")


def read_back(text: str) -> list[dict[str, object]]:
    """The entries as a reader of BibTeX and LaTeX gets them, `author` as lists of name parts."""
    stack = [SeparateCoAuthors(), SplitNameParts(), LatexDecodingMiddleware()]
    library = bibtexparser.parse_string(text, append_middleware=stack)
    assert not library.failed_blocks
    return [
        {"type": entry.entry_type, "key": entry.key, **{field.key: field.value for field in entry.fields}}
        for entry in library.entries
    ]


def one_read_back(paper: Paper) -> dict[str, object]:
    (entry,) = read_back(bibtex.entry(paper, "key"))
    return entry


@given(PLAIN_TEXTS, PLAIN_TEXTS)
def test_plain_text_reads_back(title: str, abstract: str) -> None:
    """Titles and abstracts of any characters come back as published, their white space folded."""
    entry = one_read_back(Paper("x", title, abstract))
    assert entry.get("title", "") == one_line(title)
    assert entry.get("abstract", "") == one_line(abstract)


@given(TEXTS)
def test_braces_balance_as_bibtex_counts(text: str) -> None:
    """Braces pair in every field, those after a backslash counted too, and no field spans lines."""
    for value in (escape(text), escape_title(text)):
        depth = 0
        for brace in re.findall("[{}]", value):
            depth += 1 if brace == "{" else -1
            assert depth >= 0
        assert depth == 0
        assert "\n" not in value


@given(TEXTS)
def test_protection_adds_only_braces(text: str) -> None:
    """A title with its capitals protected is the escaped title with braces put in."""
    assert re.sub("[{}]", "", escape_title(text)) == re.sub("[{}]", "", escape(text))


@given(st.lists(NAMES, max_size=4))
def test_authors_read_back(names: list[str]) -> None:
    """Every author comes back, in order, with the same family name, given name and suffix."""
    entry = one_read_back(Paper("x", "T", authors=tuple(map(Author, names))))
    people = [split_name(as_shown(name)) for name in names]
    read = entry.get("author", [])
    assert isinstance(read, list)
    # bibtexparser decodes no names.
    decoded = [
        tuple(_DECODER.latex_to_text(" ".join(words)) for words in (parts.von + parts.last, parts.first, parts.jr))
        for parts in read
    ]
    assert decoded == [(person.family, person.given, person.suffix) for person in people]


@pytest.mark.parametrize(
    ("published", "written"),
    [
        (r"On the Schr\"odinger equation", r"On the Schr\"odinger equation"),
        (r"{\H{o}} and 50%", r"{\H{o}} and 50\%"),
        (r"Accelerator Science \& Technology", r"Accelerator Science \& Technology"),
        (r"C:\dir", r"C:\textbackslash{}dir"),
        ("Bounds in $L^2$ & $\\ell_p$", r"Bounds in $L^2$ \& $\ell_p$"),
        ("It costs $5 and $10", r"It costs \$5 and \$10"),
        ("{0,1}-valued", r"\{0,1\}-valued"),
        ("half { open", r"half \ensuremath{\lbrace} open"),
        ("a -- b", "a -{}- b"),
        (r"odd $x \hat{gl(r)}", r"odd \$x \textbackslash{}hat\{gl(r)\}"),
    ],
)
def test_escape(published: str, written: str) -> None:
    """Sound LaTeX and formulas are kept, everything else stands for itself."""
    assert escape(published) == written


@pytest.mark.parametrize(
    ("published", "written"),
    [
        ("BERT: A Pre-training of mT5", "{BERT}: A Pre-training of {mT5}"),
        ("Bounds in $L^2$ by E", "Bounds in {$L^2$} by {E}"),
        ("ALL IN CAPITALS", "ALL IN CAPITALS"),
        (r"Szeg\H{o} spaces", r"Szeg{\H{o}} spaces"),
        (r"{\em BERT} again \& GPT", r"{\em BERT} again \& {GPT}"),
    ],
)
def test_capitals_are_protected(published: str, written: str) -> None:
    """Braces keep bibliography styles from lowering acronyms and formulas."""
    assert escape_title(published) == written


def test_whole_entry() -> None:
    """An entry has its type, venue field, links and verbatim addresses."""
    paper = Paper(
        "nips2024-93011",
        "Improving GANs",
        authors=(
            Author("Mingze Wang"),
            Author("Weinan E"),
            Author("Ludwig van Beethoven"),
            Author("ATLAS Collaboration"),
        ),
        venue="NeurIPS",
        year=2024,
        type="paper-conference",
        url="https://a.org/~x?a=b_c&d%20e",
        arxiv="2405.20763",
    )
    assert "".join(bibtex.write([paper])) == (
        "@inproceedings{wang2024improving,\n"
        "  title = {Improving {GANs}},\n"
        "  author = {Wang, Mingze and E, Weinan and van Beethoven, Ludwig and {ATLAS Collaboration}},\n"
        "  booktitle = {NeurIPS},\n"
        "  year = {2024},\n"
        "  eprint = {2405.20763},\n"
        "  archiveprefix = {arXiv},\n"
        "  url = {https://a.org/~x?a=b_c&d%20e},\n"
        "  quiver-id = {nips2024-93011},\n"
        "}\n"
    )


@pytest.mark.parametrize("kind", [*TYPES, "", "dataset"])
def test_bare_papers_of_any_type(kind: str) -> None:
    """A paper without authors, year and venue is an entry all the same."""
    entry = one_read_back(Paper("x", "Title", type=kind))
    assert entry["title"] == "Title"
    assert set(entry) - {"quiver-type"} == {"type", "key", "title", "quiver-id"}


def test_a_published_paper_is_cited_in_full() -> None:
    """Details stand where they are known, the proceedings with their whole name, pages with an en dash."""
    full = "Advances in Neural Information Processing Systems"
    extra = {"booktitle": full, "volume": 30, "pages": "5998\u20136008"}
    paper = Paper("x", "T", venue="NeurIPS", year=2017, type="paper-conference", doi="10.1/x", extra=extra)
    entry = one_read_back(paper)
    # The decoder of the tests reads `--` as the dash it stands for.
    assert (entry["booktitle"], entry["volume"], entry["pages"]) == (full, "30", "5998\u20136008")
    assert "pages = {5998--6008}" in bibtex.entry(paper, "key")
    assert entry["doi"] == "10.1/x"


@pytest.mark.parametrize(
    ("extra", "known"),
    [
        ({"biblio": {"volume": "3", "issue": "2", "first_page": "1", "last_page": "9"}}, ("3", "2", "1-9")),
        ({"journal": {"name": "J", "volume": "3", "pages": "1 - 9"}}, ("3", "", "1-9")),
        ({"volume": 3, "issue": "2", "page": "7"}, ("3", "2", "7")),
        ({"bibtex": '@article{k, Volume={3},\n number = 2, pages="1--9", title={volume = 8}}'}, ("3", "2", "1-9")),
        ({"bibtex": "@article{k, pages = {}"}, ("", "", "")),
        ({"volume": None, "pages": {"x": 1}, "number": True}, ("", "", "")),
    ],
)
def test_details_by_any_name(extra: dict[str, object], known: tuple[str, str, str]) -> None:
    """Volume, number and pages are found under the keys of each format, else in the entry that came along."""
    found = details(Paper("x", "T", extra=extra))
    assert tuple(found.get(name, "") for name in ("volume", "number", "pages")) == known


def test_keys_have_letters_only_where_papers_share_them() -> None:
    """Keys are surname, year and word; the second and later papers by id of the same three get letters."""
    twins = [Paper(f"{i:02}", "The Über-Approach", authors=(Author("José Ångström"),), year=2020) for i in range(30)]
    ids = [paper.id for paper in twins]
    keys = Keys(Style(twins=lambda _: ids))
    found = [keys(paper) for paper in twins]
    assert found[:3] == ["angstrom2020uber", "angstrom2020ubera", "angstrom2020uberb"]
    assert found[26:28] == ["angstrom2020uberz", "angstrom2020uberaa"]
    assert Keys(Style(twins=lambda _: ids))(twins[5]) == found[5]


def test_no_two_entries_of_an_export_share_a_key() -> None:
    """Where nothing is known of the collection, the papers of one export are told apart all the same."""
    papers = [Paper(str(i), "T", year=2020) for i in range(5)]
    keys = [entry["key"] for entry in read_back("".join(bibtex.write(papers)))]
    assert keys == ["2020t", "2020ta", "2020tb", "2020tc", "2020td"]


@pytest.mark.parametrize(
    ("key_format", "key"),
    [
        ("{Author}:{yy}", "Angstrom:20"),
        ("{title}", "uberapproachwholes"),
        ("{venue}-{id}", "neurips-a-b"),
        ("{author}_{Word}", "angstrom_Uber"),
    ],
)
def test_key_formats(key_format: str, key: str) -> None:
    """The parts of a key can be chosen."""
    paper = Paper("a b", "The Über-Approach of Wholes", authors=(Author("José Ångström"),), year=2020, venue="NeurIPS")
    check_key_format(key_format)
    assert base_key(paper, key_format) == key


@pytest.mark.parametrize("key_format", ["", "x", "{nothing}", "{author", "{author},{year}", "{author!r}", "{year:4}"])
def test_wrong_key_formats(key_format: str) -> None:
    """A format that would give broken keys, or one key for all, is refused by its value."""
    with pytest.raises(UsageError, match="key-format"):
        check_key_format(key_format)


def test_fields_can_be_chosen() -> None:
    """Only the fields asked for, or all but some; under the names of the format too."""
    paper = Paper("x", "T", "An abstract", (Author("A B"),), "ICML", 2020, "paper-conference", doi="10.1/x")
    kept, dropped = fields_of("author,doi")
    assert "".join(bibtex.write([paper], Style(kept, dropped))).count(" = ") == 3
    kept, dropped = fields_of("-abstract, -id")
    text = "".join(bibtex.write([paper], Style(kept, dropped)))
    assert "abstract" not in text
    assert "booktitle = {ICML}" in text
    with pytest.raises(UsageError, match="nonsense"):
        fields_of("title,nonsense")


def test_entries_are_parted_by_empty_lines() -> None:
    """Entries stream one by one, an empty line between them."""
    pieces = list(bibtex.write([Paper("a", "A"), Paper("b", "B"), Paper("c", "C")]))
    assert len(pieces) == 3
    assert all(later.startswith("\n@") for _, later in pairwise(pieces))
