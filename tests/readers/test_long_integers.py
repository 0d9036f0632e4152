"""Integers past 64 bits stay as they came, in whatever JSON they stand; orjson alone would make floats of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.index.record.paper import Paper
from indexer.readers.sources import read_file

BIG = 12345678901234567890123
RECORDS: dict[str, str] = {
    "jsonl": '{"title": "T", "authors": ["A B"], "big": BIG}',
    "arxiv": '{"id": "0704.0001", "title": "T", "authors_parsed": [["B", "A", ""]], "big": BIG}',
    "zotero": '{"itemType": "journalArticle", "title": "T", "big": BIG}',
    "openalex": '{"id": "https://openalex.org/W1", "title": "T", "authorships": [], "big": BIG}',
    "crossref": '{"DOI": "10.1/x", "title": ["T"], "big": BIG}',
    "s2orc": '{"paper_id": "1", "title": "T", "has_pdf_parse": true, "big": BIG}',
    "semanticscholar": '{"paperId": "x", "title": "T", "big": BIG}',
    "csl": '{"type": "article-journal", "title": "T", "author": [{"family": "B"}], "big": BIG}',
    "hits": '{"rank": 1, "score": 1.5, "id": "x", "title": "T", "authors": [], "big": BIG}',
}
FORMS = {
    "lines": "{}\n",
    "array": "[{}]",
    "answer": '{{"results": [{}]}}',
    "envelope": '{{"message": {{"items": [{}]}}}}',
    "broken array": '[{{"title": }}, {}]',
    "many lines": "{}",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", RECORDS)
def test_long_integers_are_kept(name: str, form: str, tmp_path: Path) -> None:
    """As their digits, since no 64 bits hold them; never as another number."""
    record = RECORDS[name].replace("BIG", str(BIG))
    if form == "many lines":
        record = record.replace(", ", ",\n")
    path = tmp_path / "x"
    path.write_text(FORMS[form].format(record))
    (paper,) = [entry for entry in read_file(str(path)) if isinstance(entry, Paper)]
    assert kept(orjson.loads(orjson.dumps(paper.as_record())), "big") == str(BIG)


def kept(value: Any, key: str) -> Any:
    """What stands under a key, at whatever level."""
    if not isinstance(value, dict):
        return None
    return value.get(key) or next((found for one in value.values() if (found := kept(one, key))), None)
