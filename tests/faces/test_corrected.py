"""What was surely meant is searched at once where nothing else is found, and it is said."""

from __future__ import annotations

import orjson

from tests.faces.conftest import Quiver


def test_a_misspelt_query_that_finds_nothing_is_searched_corrected(quiver: Quiver) -> None:
    """In the terminal and in JSON, which names both; an export and --verbatim keep to what was typed."""
    shown = quiver("search", "regularizaton")
    assert shown.exit_code == 0
    assert "Nothing matches regularizaton; these are for: regularization" in shown.stdout
    page = orjson.loads(quiver("search", "regularizaton", "--format", "json").stdout)
    assert (page["query"], page["corrected"], page["total"] > 0) == ("regularizaton", "regularization", True)
    verbatim = orjson.loads(quiver("search", "regularizaton", "--format", "json", "--verbatim").stdout)
    assert (verbatim["total"], verbatim["suggestion"]) == (0, "regularization")
    assert "corrected" not in verbatim
    assert quiver("search", "regularizaton", "--format", "ids").stdout == ""


def test_the_page_of_a_name_written_the_other_way_is_shown(quiver: Quiver) -> None:
    """With a word that it is another name."""
    found = quiver("author", "E, Weinan")
    assert found.exit_code == 0
    assert found.stdout.startswith("Weinan E ")
    assert "no author of exactly the name E, Weinan; this is Weinan E" in found.stderr
