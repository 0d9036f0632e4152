"""With what words begin that have a stem: a word that is passed over has none of the stems."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from indexer.index.text.analysis import stem, words
from indexer.index.text.spellings import american_spellings
from query.present.beginnings import SIZE, beginnings

ENDINGS = st.sampled_from("|s|ing|ies|ied|ation|ational|ize|ise|isation|ly|y|e|'s".split("|"))


def may_have(word: str, stems: frozenset[str]) -> bool:
    """Whether a word begins as one of those that have one of some stems."""
    found = beginnings(stems)
    assert found is not None
    parts = [found[at : at + SIZE].rstrip(b"\0").decode() for at in range(0, len(found), SIZE)]
    return any(word.replace("y", "i").startswith(part) for part in parts)


@given(st.text("abceilnosy", min_size=1, max_size=6), ENDINGS)
@example("ag", "ing")
@example("dying", "")
@example("skies", "")
def test_a_word_begins_as_its_stem_says(root: str, ending: str) -> None:
    """Whatever its ending is."""
    for word in words(root + ending):
        assert may_have(word, frozenset({stem(word)}))


def test_so_do_words_of_other_spellings() -> None:
    """Every word of the table, and its plural."""
    for word in american_spellings():
        for form in (word, f"{word}s"):
            assert may_have(form, frozenset({stem(form)})), form


def test_few_words_need_be_stemmed() -> None:
    """Others than those that begin so are passed over; of very many stems all words are looked at."""
    asked = frozenset(map(stem, words("implicit regularization")))
    assert [word for word in words("The importance of regular implicit models") if may_have(word, asked)] == [
        "importance",
        "regular",
        "implicit",
    ]
    assert beginnings(f"{first}{second}{third}s" for first in "abcde" for second in "aeiou" for third in "lmn") is None
