"""Spellings of venues."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.errors import SourceError
from indexer.index.record.venues import VenueTable

TABLE = VenueTable.default()

SPELLINGS = {
    "NeurIPS": [
        "nips", "NIPS", "NeurIPS 2018", "nips18", "Advances in Neural Information Processing Systems 31",
        "Adv. Neural Inf. Process. Syst.", "NeurIPS Conference",
        "31st Conference on Neural Information Processing Systems (NIPS 2017), Long Beach, CA, USA.",
        "Advances in Neural Information Processing Systems 31: Annual Conference on Neural Information Processing "
        "Systems 2018, NeurIPS 2018, December 3-8, 2018, Montréal, Canada",
    ],
    "ICML": [
        "Proceedings of the 35th International Conference on Machine Learning", "ICML'18",
        "Proc. Int. Conf. Mach. Learn.", "35th International Conference on Machine Learning, {ICML} 2018",
        "ICML 2019, PMLR 97",
    ],
    "AAAI": ["AAAI-18", "Proceedings of the Thirty-Second AAAI Conference on Artificial Intelligence"],
    "ACL": ["ACL (1)", "Proceedings of the 58th Annual Meeting of the Association for Computational Linguistics"],
    "NAACL": [
        "Proceedings of the 2019 Conference of the North American Chapter of the Association for Computational "
        "Linguistics: Human Language Technologies, Volume 1 (Long and Short Papers)",
    ],
    "Findings of EMNLP": ["Findings of the Association for Computational Linguistics: EMNLP 2020"],
    "CVPR": ["2019 IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)"],
    "RSS": ["Robotics: Science and Systems XIV"],
    "KDD": [
        "KDD '18", "Proceedings of the 24th ACM SIGKDD International Conference on Knowledge Discovery & Data Mining",
    ],
    "JMLR": ["JMLR Journal", "J. Mach. Learn. Res.", "Journal of Machine Learning Research, vol. 15, no. 1, pp. 19-58"],
    "IEEE TPAMI": ["IEEE Trans. Pattern Anal. Mach. Intell."],
    "Machine Learning": ["Machine Learning, 45(1):5-32"],
    "arXiv": ["CoRR", "arXiv preprint arXiv:1412.6980"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "published"), [(name, text) for name, texts in SPELLINGS.items() for text in texts])
def test_spellings_of_one_venue_are_one_venue(name: str, published: str) -> None:
    """Case, years, ordinals, volumes, places, abbreviations and publishers do not part a venue."""
    assert TABLE.canonical(published) == name


@pytest.mark.parametrize(
    "published",
    [
        "NeurIPS 2019 Workshop on Meta-Learning",
        "Workshop on Theory, ICML 2020",
        "2018 IEEE/CVF Conference on Computer Vision and Pattern Recognition Workshops (CVPRW)",
        "Machine Learning, Optimization, and Data Science (LOD)",
        "Science, Technology and Society",
        "Nature Reviews Genetics",
        "IEEE",
        "A venue nobody knows",
    ],
)
def test_what_is_not_a_known_venue_stays_as_published(published: str) -> None:
    """A workshop is not its conference, and a longer name is not the shorter one in it."""
    assert TABLE.canonical(published) == published


def test_white_space_of_unknown_venues_is_folded() -> None:
    """Line breaks and double spaces do not part a venue."""
    assert TABLE.canonical("  Journal of \n Foo ") == "Journal of Foo"
    assert TABLE.canonical("") == TABLE.canonical(" \n ") == ""


def test_every_shipped_spelling_finds_its_venue() -> None:
    """No two venues of the table claim one spelling, nor does any spelling fail through its own normal form."""
    for venue in TABLE.venues:
        for spelling in (venue.name, *venue.spellings):
            assert TABLE.canonical(spelling) == venue.name
            assert TABLE.canonical(f" {spelling.upper()} ") == venue.name


PIECES = ("Proc.", "of", "the", "ICML", "(1)", ",", ":", "2018", "'18", "IEEE", "3rd", "XIV")


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_a_canonical_name_is_its_own_canonical_name(published: str) -> None:
    """Canonical names are fixed points, whatever the text."""
    name = TABLE.canonical(published)
    assert TABLE.canonical(name) == name


def test_types_and_what_they_say_of_a_paper() -> None:
    """Conference and journal are types of venues; a preprint server has none, but its papers are articles."""
    assert TABLE.type_of("NeurIPS") == "conference"
    assert TABLE.type_of("JMLR") == "journal"
    assert TABLE.type_of("arXiv") == TABLE.type_of("nobody's") == ""
    said = [TABLE.default_type(venue) for venue in ("nips", "JMLR", "CoRR", "nobody's", "")]
    assert said == ["paper-conference", "article-journal", "article", "", ""]


def test_aliases_are_the_other_spellings() -> None:
    """What else a venue is called, for searches by those words."""
    assert "NIPS" in TABLE.aliases("NeurIPS")
    assert TABLE.aliases("nobody's") == ()


JSON_FORM = '{"Foo": {"type": "journal", "spellings": ["J. Foo"]}, "ICML": ["Mein ICML"], "NIPS": ["NeurIPS"]}'
LINE_FORM = "# mine\nFoo | journal | J. Foo\n\nICML || Mein ICML\nNIPS | | NeurIPS\n"


@pytest.mark.parametrize("text", [JSON_FORM, LINE_FORM, "\ufeff" + LINE_FORM])
def test_a_file_extends_the_table(tmp_path: Path, text: str) -> None:
    """Both forms say the same: a new venue, a further spelling, another canonical name."""
    path = tmp_path / "venues"
    path.write_text(text, encoding="utf-8")
    table = VenueTable.default().extended(path)
    assert (table.canonical("j. foo"), table.type_of("Foo")) == ("Foo", "journal")
    assert table.canonical("mein icml") == table.canonical("ICML 2018") == "ICML"
    assert table.type_of("ICML") == "conference"
    assert table.canonical("NeurIPS 2018") == table.canonical("Neural Information Processing Systems") == "NIPS"
    assert table.type_of("NIPS") == "conference"
    assert VenueTable.default().canonical("nips") == "NeurIPS"
    assert pickle.loads(pickle.dumps(table)).canonical("nips") == "NIPS"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Foo | magazine", "line 1: type 'magazine'"),
        ("ok | journal\n | journal", "line 2: a venue needs a name"),
        ('{"Foo": 5}', "venue 'Foo'"),
        ('{"Foo": {"kind": "journal"}}', "venue 'Foo'"),
        ('{"Foo": [5]}', "spellings must be a list of strings"),
        ('{"Foo": ', "broken JSON"),
        ("[]", "an object of names"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    """One line says which file and where."""
    path = tmp_path / "venues.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"venues\.txt") as caught:
        VenueTable.default().extended(path)
    assert place in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file of venues that is not there stops with its name."""
    with pytest.raises(SourceError, match="nowhere"):
        VenueTable.default().extended(tmp_path / "nowhere")
