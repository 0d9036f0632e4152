"""The door to Whoosh: it opens for whoosh3 3.54 and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.index.whoosh import library
from indexer.index.whoosh.library import fault, shadow


def test_the_installed_library_is_the_right_one() -> None:
    """The library these tests run with is whoosh3, of the series the codec is made for."""
    assert library.installed(("whoosh3",))["whoosh3"].startswith("3.54.")
    assert fault({"whoosh3": "3.54.0"}, "3.54.0") is None


@pytest.mark.parametrize(
    ("distributions", "module", "words"),
    [
        ({}, None, ["not installed", "pip install"]),
        ({"Whoosh": "2.7.4"}, "2.7.4", ["Whoosh 2.7.4", "pip uninstall Whoosh,"]),
        ({"whoosh3": "3.54.0", "Whoosh-Reloaded": "2.7.5"}, "2.7.5", ["pip uninstall Whoosh-Reloaded,"]),
        ({"whoosh3": "3.55.1"}, "3.55.1", ["3.55.1", "needs 3.54", "pip install"]),
        ({"whoosh3": "3.54.0"}, "2.7.4", ["2.7.4", "pip install"]),
        ({"whoosh3": "3.54.0"}, None, ["not installed"]),
    ],
)
def test_another_library_is_refused_in_one_line(
    distributions: dict[str, str], module: str | None, words: list[str]
) -> None:
    """What is wrong is said in one line, with what to uninstall or install."""
    line = fault(distributions, module)
    assert line is not None
    assert "\n" not in line
    for word in words:
        assert word in line


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    """A module of the user's own that is called whoosh is named as what hides the library."""
    line = shadow(str(tmp_path / "whoosh.py"))
    assert line is not None
    assert "whoosh.py" in line


def test_the_imported_package_is_that_of_the_distribution() -> None:
    """The package that was imported is the one that whoosh3 installed."""
    assert library.columns.__file__ is not None
    assert shadow(str(Path(library.columns.__file__).parent / "__init__.py")) is None
