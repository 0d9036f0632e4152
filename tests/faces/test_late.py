"""`--timeout` in a terminal."""

from __future__ import annotations

from itertools import count

import orjson
import pytest

from query.engines import deadline
from query.faces.printed.wording import PARTIAL
from tests.faces.conftest import Quiver


def test_a_late_search_says_that_it_is_partial(quiver: Quiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """In JSON, and beside every other format on standard error; also where all is exported."""
    assert PARTIAL not in quiver("search", "learning", "--timeout", "60").stderr
    ticks = count(step=100)
    monkeypatch.setattr(deadline, "clock", lambda: float(next(ticks)))
    assert orjson.loads(quiver("search", "learning", "--timeout", ".5", "--format", "json").stdout)["partial"] is True
    for form in ("text", "bibtex"):
        shown = quiver("search", "learning", "--timeout", ".5", "-n", "all", "--format", form)
        assert (shown.exit_code, PARTIAL in shown.stderr) == (0, True)
    assert quiver("search", "learning", "--timeout", "0").exit_code == 2
