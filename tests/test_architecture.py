"""ARCHITECTURE.md names every module of the two packages, in the module's own words."""

from __future__ import annotations

from tests.architecture import DOCUMENT, PROJECT, folders, written


def test_the_lists_say_what_the_modules_say() -> None:
    """`python -m tests.architecture` would change nothing."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert written(text) == text


def test_every_folder_with_modules_has_its_list() -> None:
    """Nothing of the packages is left out."""
    found = {
        str(path.parent.relative_to(PROJECT))
        for package in ("indexer", "query")
        for path in (PROJECT / package).rglob("*.py")
        if path.name != "__init__.py"
    }
    assert found == set(folders(DOCUMENT.read_text(encoding="utf-8")))
