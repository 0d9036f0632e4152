"""The cluster that tests share: one node, or as many as QUIVER_OPENSEARCH_NODES says."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.opensearch.cluster.nodes import Cluster, fetched, running


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running cluster; tests that need it are skipped by name where none can be had or QUIVER_OPENSEARCH is not 1."""
    if os.environ.get("QUIVER_OPENSEARCH") != "1":
        pytest.skip("no cluster: `make test-opensearch` starts one")
    if (lacks := fetched()) is not None:
        pytest.skip(f"no cluster: {lacks} on this machine")
    if there := os.environ.get("QUIVER_OPENSEARCH_AT"):
        yield Cluster.at(there)
        return
    with running(tmp_path_factory.mktemp("cluster"), int(os.environ.get("QUIVER_OPENSEARCH_NODES", "1"))) as cluster:
        yield cluster
