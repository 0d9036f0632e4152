"""The words of texts: what parts them, what stays whole, what folds together."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from indexer.index.text.analysis import (
    STOP_WORDS,
    compounds,
    fingerprint,
    fold,
    groups,
    name_words,
    stem,
    stems,
    tokens,
    words,
    words_and_compounds,
)
from indexer.index.text.folding import CHARACTER_RUN
from indexer.index.text.spellings import plain_spelling, spelled_alike

# Texts dense in what the rules turn on, and texts of anything at all.
_PIECES = st.sampled_from(
    [
        *"aeiABzs019éøßǅİſςΣεЙが機한कि-‐–. _+#,½㍿ﬁ²'’ʼ😀\n\u0301\u00ad\u200d\u200b\x01\x02\x03\x04\ud800",
        *("c++", "C#", "f#", "'s", "--", "i.i.d.", "U.S.", "10,000", "A*", "&", ".NET", ".js", "Ph.D", "*", "\x05\x06"),
    ]
)
TEXTS = st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("multi-task ε-greedy", ["multi", "task", "ε", "greedy"]),
        ("C++, C# and F#", ["c++", "c#", "and", "f#"]),
        ("C++'s F#-like", ["c++", "f#", "like"]),
        ("from 3.5 to 0.12B at v1.2.3.", ["from", "3.5", "to", "0.12b", "at", "v1.2.3"]),
        ("in 2018. Then .5", ["in", "2018", "then", "5"]),
        ("O'Brien don't Bayes's students'", ["obrien", "dont", "bayes", "students"]),
        ("O’Brien don’t Bayes’s", ["obrien", "dont", "bayes"]),
        ("co\u00adoperate zero\u200bwidth", ["cooperate", "zero", "width"]),
        ("snake_case and/or", ["snake", "case", "and", "or"]),
        ("Weinan E: a dynamical view", ["weinan", "e", "a", "dynamical", "view"]),
        ("Schrödinger SCHRODINGER Schro\u0308dinger", ["schrodinger"] * 3),
        ("Łukasz Ørsted Straße Æsop Đorđe Þór", ["lukasz", "orsted", "strasse", "aesop", "dorde", "thor"]),
        ("ℓ₁ ﬁnite L² ½", ["l1", "finite", "l2", "1", "2"]),
        ("ϵ ε 𝜀", ["ε", "ε", "ε"]),
        ("機械学習 with BERTを", ["機", "械", "学", "習", "with", "bert", "を"]),
        ("배포는 ディープ", ["배", "포", "는", "デ", "ィ", "ー", "プ"]),
        ("i.i.d. A.I., e.g. the Ph.D. (M.Sc.)", ["iid", "ai", "eg", "the", "phd", "msc"]),
        ("in the U.S. at 9 a.m.", ["in", "the", "u.s", "at", "9", "a.m"]),
        ("see it.We do", ["see", "it", "we", "do"]),
        (
            "10,000 of 1,234,567.5, in 1,2 or 1990,1991",
            ["10000", "of", "1234567.5", "in", "1", "2", "or", "1990", "1991"],
        ),
        ("A* and x*y *a* IDA*", ["a*", "and", "x", "y", "a", "ida"]),
        (".NET (ASP.NET), node.js", [".net", "asp", "net", "node", "js"]),
        ("AT&T, R&D but cats&dogs, Q & A", ["at&t", "r&d", "but", "cats", "dogs", "q", "a"]),
        ("Обучение हिन्दी", ["обучение", "हिन्दी"]),
        ("", []),
        (" -- ... '' ", []),
    ],
)
def test_words_follow_the_table(text: str, expected: list[str]) -> None:
    """Words are folded runs of letters and digits, whole where the table of the module says so."""
    assert words(text) == expected


@given(TEXTS)
def test_tokens_are_the_words(text: str) -> None:
    """Tokens are exactly the words, each at a place in the text from which the same word is read."""
    found = list(tokens(text))
    assert [token.text for token in found] == words(text)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert [token.start for token in found] == sorted(token.start for token in found)


@given(st.text(alphabet=string.ascii_letters + string.digits + " éüøß機.,;:-", max_size=60))
def test_a_token_covers_its_word(text: str) -> None:
    """The piece of text under a token holds its word and no other."""
    for token in tokens(text):
        assert words(text[token.start : token.end]) == [token.text]


def test_tokens_take_in_their_accents() -> None:
    """A mark that follows its letter belongs to the token, so that nobody cuts between the two."""
    text = "cafe\u0301 noir"
    assert [text[token.start : token.end] for token in tokens(text)] == ["cafe\u0301", "noir"]


@given(TEXTS)
def test_groups_hold_the_words_and_the_compounds(text: str) -> None:
    """Groups are the words in order, and those of two or more words are the compounds, but in runs of characters."""
    assume(not CHARACTER_RUN.search(text))
    assert [word for group in groups(text) for word in group] == words(text)
    assert [group for group in groups(text) if len(group) > 1] == compounds(text)
    assert words_and_compounds(text) == (words(text), compounds(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("multi-task state-of-the-art", [("multi", "task"), ("state", "of", "the", "art")]),
        ("Kullback–Leibler non\u2011linear", [("kullback", "leibler"), ("non", "linear")]),
        ("2018-2024 0.5-1.5", []),
        ("COVID-19 3-D", [("covid", "19"), ("3", "d")]),
        ("a - b, -c d- e--f", []),
        ("a-b-c-d-e a-b-c-d-e-f", [("a", "b", "c", "d", "e")]),
        ("Na\u00efve-Bayes's", [("naive", "bayes")]),
        ("no hyphen", []),
    ],
)
def test_joins_are_hyphenated_forms(text: str, expected: list[tuple[str, ...]]) -> None:
    """A compound has two to five words tied by hyphens of any kind; ranges of numbers and dashes tie nothing."""
    assert compounds(text) == expected


def test_groups_of_a_query() -> None:
    """The words of a query stand alone but where hyphens tie them."""
    assert groups("deep multi-task learning") == [("deep",), ("multi", "task"), ("learning",)]


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    """Folding is idempotent, and folds away case."""
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=string.ascii_letters + "éÉüÜçÇñÑøØłŁßĄą ", max_size=30))
def test_case_does_not_matter(text: str) -> None:
    """Upper and lower case have the same words."""
    assert words(text.upper()) == words(text) == words(text.lower())


@given(TEXTS)
@example("ph.d&a")
@example("a&ph.d")
@example("at&i.e")
@example("a.a*")
@example("10,000*")
@example("i.i.d+")
@example("a'a*")
@example("d'a&b")
@example(".NET'a")
@example(".net's'a")
@example("a'U.S.")
@example("U.S.'a")
@example("U.S'a")
def test_words_of_words_are_words(text: str) -> None:
    """Each word is read back as itself."""
    for word in words(text):
        assert words(word) == [word]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Weinan E", ["weinan", "e"]),
        ("Jean-Luc O'Brien, Jr.", ["jean", "luc", "obrien", "jr"]),
        ("Jinbo Wang 0003", ["jinbo", "wang", "0003"]),
        ("J.R.R. Tolkien", ["j", "r", "r", "tolkien"]),
        ("Dell’Innocenti D`Orsogna", ["dellinnocenti", "dorsogna"]),
        ("Adam's", ["adams"]),
        ("Will May", ["will", "may"]),
        ("王伟", ["王", "伟"]),
    ],
)
def test_name_words_keep_every_letter(name: str, expected: list[str]) -> None:
    """Names are parted and folded like texts, but nothing in them is dropped or stemmed."""
    assert name_words(name) == expected


def test_stems() -> None:
    """Stems are Snowball's for English words; anything else is its own stem."""
    assert [stem(word) for word in ("running", "generalization", "networks")] == ["run", "general", "network"]
    unchanged = ["gpt4s", "c++", "3.5", "обучения", ""]
    assert stems(unchanged) == unchanged
    assert stems(["networks", "e"]) == ["network", "e"]


def test_stop_words_are_the_published_list() -> None:
    """The stop words are 33 folded words."""
    assert len(STOP_WORDS) == 33
    assert all(words(word) == [word] for word in STOP_WORDS)


def test_fingerprint_tells_versions() -> None:
    """The fingerprint names the stemmer, Unicode, the reading of texts and the LaTeX library, and is the same twice."""
    assert fingerprint() == fingerprint()
    for part in ("stemmer", "unicode", "reading", "pylatexenc", "output"):
        assert part in fingerprint()


def test_long_texts() -> None:
    """Two million characters without a space are one word, and as many signs are none."""
    assert words("x" * 2_000_000) == ["x" * 2_000_000]
    assert words("-'." * 700_000) == []
    assert len(compounds("a-b " * 100_000)) == 100_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("optimisation", "optimization"),
        ("tokenised", "tokenized"),
        ("behaviours", "behaviors"),
        ("analysing", "analyzing"),
        ("neighbourhood", "neighborhood"),
        ("modelling", "modeling"),
        ("catalogues", "catalogs"),
        ("tumour", "tumor"),
        ("fibre", "fiber"),
        ("β", "beta"),
        ("λcdm", "lambdacdm"),
    ],
)
def test_spellings_of_a_word_have_one_stem(one: str, other: str) -> None:
    """British and American, Greek letters and their names."""
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("practise", "practice"),
        ("specialty", "speciality"),
        ("prise", "prize"),
        ("maise", "maize"),
        ("baer", "bar"),
        ("μm", "mum"),
        ("analyses", "analyzes"),
        ("disc", "disk"),
    ],
)
def test_distinct_words_stay_apart(one: str, other: str) -> None:
    """A spelling is made another only where both are the same word."""
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    "word", ["supervise", "revise", "precise", "promise", "exercise", "noise", "pairwise", "promising"]
)
def test_words_without_z_keep_their_kin(word: str) -> None:
    """Of these no English has a z: `supervised` stays beside `supervision`."""
    assert plain_spelling(word) == word


def test_runs_of_characters_are_pairs() -> None:
    """Of ideographs, kana and Hangul every two neighbours stand together, in their order."""
    assert groups("图像分割 of 배포") == [("图", "像"), ("像", "分"), ("分", "割"), ("of",), ("배", "포")]
    assert groups("图") == [("图",)]


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("optimisation", "optimization"),
        ("behaviours", "behaviors"),
        ("analyse", "analyze"),
        ("modelling", "modeling"),
        ("β", "beta"),
        ("λcdm", "lambdacdm"),
    ],
)
def test_spellings_of_a_word_are_known_from_each_other(word: str, other: str) -> None:
    assert spelled_alike(word) == spelled_alike(other) == tuple(sorted({word, other} | set(spelled_alike(word))))


@given(st.text(alphabet="abeilmnoprstuyzαβλ", min_size=1, max_size=9))
def test_what_is_spelled_alike_has_one_plain_spelling(word: str) -> None:
    assert {plain_spelling(other) for other in spelled_alike(word)} == {plain_spelling(word)}
