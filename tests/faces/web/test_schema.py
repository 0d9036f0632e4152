"""The OpenAPI document is true: what is drawn from it is answered as it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from query.faces.web.api.routes import OPERATIONS
from tests.faces.web.conftest import client_of


@pytest.fixture(scope="module")
def described(corpus_index: Path) -> dict[str, Any]:
    """The addresses of a server over the corpus, by method and path, as its own document has them."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", client_of(corpus_index, hosts=("testserver",)).app)
    rows: list[Any] = list(schema.get_all_operations())
    return {f"{found.method.upper()} {found.path}": found for found in (row.ok() for row in rows)}


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        (f"{row.method} {row.path}", mode)
        for row in OPERATIONS
        for mode in GenerationMode
        if row.parameters or row.body or mode is GenerationMode.POSITIVE
    ],
)
def test_answers_are_as_described(described: dict[str, Any], name: str, mode: GenerationMode) -> None:
    """No failure of the server's, and no answer outside the document, to what it allows and to what it does not."""
    operation = described[name]

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case: schemathesis.Case[Any]) -> None:
        # Years that run backwards fit any schema and are refused; fields that a form leaves empty are passed over.
        case.call_and_validate(excluded_checks=[positive_data_acceptance, negative_data_rejection])

    answered()
