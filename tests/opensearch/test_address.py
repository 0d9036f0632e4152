"""Addresses of indexes in a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.index.errors import UsageError
from indexer.index.opensearch.address import CREDENTIALS, PASSWORD, USER, credentials, is_address, parse_address


@pytest.mark.parametrize(
    ("text", "nodes", "name"),
    [
        ("http://127.0.0.1:9200/papers", ("http://127.0.0.1:9200",), "papers"),
        ("opensearch+https://search.example/papers/", ("https://search.example:443",), "papers"),
        ("https://a:9200,b:9201/p-1", ("https://a:9200", "https://b:9201"), "p-1"),
        ("HTTP://[::1]/papers", ("http://[::1]:9200",), "papers"),
    ],
)
def test_an_address_is_nodes_and_a_name(text: str, nodes: tuple[str, ...], name: str) -> None:
    """Scheme and port have what is usual where they are not said."""
    assert is_address(text)
    address = parse_address(text)
    assert (address.nodes, address.name) == (nodes, name)
    assert parse_address(str(address)) == address


@pytest.mark.parametrize("text", ["papers.idx", "./http:/x", "https", "/http://x", "ftp://host/papers", "C:/papers"])
def test_everything_else_is_a_folder(text: str) -> None:
    """Only the schemes of the table mean a cluster."""
    assert not is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://host:9200",
        "http://host:9200/",
        "http://host/Papers",
        "http://host/a*b",
        "http://host:99999/p",
        "http:////p",
        "http://host/a/b",
        "http://host/p?q=1",
        "http://ho st/p",
        "http://host,/p",
        "opensearch://host/p",
        "http://host/_p",
    ],
)
def test_an_address_that_lacks_something_says_what(text: str) -> None:
    """In one line."""
    with pytest.raises(UsageError) as told:
        parse_address(text)
    assert "\n" not in str(told.value)


def test_credentials_in_an_address_are_refused_and_not_shown() -> None:
    """Everybody on a machine can read a command line."""
    with pytest.raises(UsageError, match="holds credentials") as told:
        parse_address("https://me:geheim@host:9200/papers")
    assert "geheim" not in str(told.value)


def test_credentials_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    """The file goes before; what is half there is an error."""
    file = tmp_path / "secret"
    file.write_text("me:pass:word\n")
    assert credentials({}).user == ""
    assert credentials({USER: "a", PASSWORD: "b"}).password == "b"
    found = credentials({CREDENTIALS: str(file)})
    assert (found.user, found.password) == ("me", "pass:word")
    assert "word" not in repr(found)
    for broken in ({USER: "a"}, {PASSWORD: "b"}, {CREDENTIALS: str(tmp_path / "none")}):
        with pytest.raises(UsageError):
            credentials(broken)
