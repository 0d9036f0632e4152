"""What many tests need: collections to search, data that lies beside a checkout, a cluster where one is asked for."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from indexer.index.record.paper import Paper
from tests.generate import papers
from tests.opensearch.cluster.nodes import Cluster, fetched, running

pytest.register_assert_rewrite("tests.conformance.checks")

# Any file may be slow on a busy machine: what is stated here is what, never how fast. A gate gives one verdict on one
# tree, so that its examples are drawn the same each time; other ones are tried wherever `make test` runs by hand.
settings.register_profile(
    "quick", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=os.environ.get("CI") == "true"
)
settings.register_profile(
    "thorough", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# Tests run in the background of a script inherit that Ctrl-C is ignored, and so would the commands that they interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real collections (`QUIVER_SHARED`, default `../shared`); without it the test is skipped."""
    folder = Path(os.environ.get("QUIVER_SHARED", Path(__file__).parents[2] / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no collections at {folder}; set QUIVER_SHARED")
    return folder


@pytest.fixture(scope="session")
def sample() -> list[Paper]:
    """Four hundred generated papers."""
    return list(papers(400))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running cluster of one node, or as many as QUIVER_OPENSEARCH_NODES says.

    Tests that need it are skipped by name where none can be had or QUIVER_OPENSEARCH is not 1.
    """
    if os.environ.get("QUIVER_OPENSEARCH") != "1":
        pytest.skip("no cluster: `make test-opensearch` starts one")
    if (lacks := fetched()) is not None:
        pytest.skip(f"no cluster: {lacks} on this machine")
    if there := os.environ.get("QUIVER_OPENSEARCH_AT"):
        yield Cluster.at(there)
        return
    with running(tmp_path_factory.mktemp("cluster"), int(os.environ.get("QUIVER_OPENSEARCH_NODES", "1"))) as cluster:
        yield cluster
