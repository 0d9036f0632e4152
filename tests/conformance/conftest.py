"""Every test of this folder runs over every engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from query.engines import table


@pytest.fixture(scope="module", autouse=True, params=sorted(table.ENGINES))
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The engine that `PaperIndex.open` takes where none is asked for."""
    name: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "DEFAULT", name)
        yield name
