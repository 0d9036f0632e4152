"""What the words of a query are to it."""

from __future__ import annotations

import pytest

from query.ranking.sentence import FUNCTION_WORDS, Role, is_sentence, roles

QUESTIONS = [
    ("are there any papers that study the curse of memory in recurrent networks", "curse memory recurrent networks"),
    ("can you recommend recent work on implicit regularization", "implicit regularization"),
    ("i am interested in information on the security of libraries", "security libraries"),
    ("what is information science", "information science"),
    ("how do user studies of libraries work", "user studies libraries work"),
    ("please show me papers about robots for the home", "robots home"),
]


@pytest.mark.parametrize(("question", "content"), QUESTIONS)
def test_the_scaffold_of_a_question_is_no_content(question: str, content: str) -> None:
    """Words that ask are told from the same words when they are asked about, by their neighbours."""
    words = question.split()
    found = roles(words)
    assert is_sentence(found)
    assert [word for word, role in zip(words, found, strict=True) if role is Role.CONTENT] == content.split()


@pytest.mark.parametrize("query", ["papers on memory", "recommend", "search engines", "study that studies"])
def test_without_a_sentence_there_is_no_scaffold(query: str) -> None:
    """Few words are all meant."""
    assert Role.SCAFFOLD not in roles(query.split())


@pytest.mark.parametrize("query", ["to be or not to be", "can i please", "what"])
def test_what_is_all_there_is_counts(query: str) -> None:
    """A query of function words and scaffold alone is all content."""
    assert set(roles(query.split())) == {Role.CONTENT}


def test_every_stop_word_is_a_function_word() -> None:
    """The words that decide no match are among those that count less."""
    assert {"the", "of", "would", "which"} <= FUNCTION_WORDS
    assert len(FUNCTION_WORDS) < 140
