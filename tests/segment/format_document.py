"""The tables of FORMAT.md: a line an array, as the catalogue has it.

python -m tests.segment.format_document        # write them anew
"""

from __future__ import annotations

import re
from pathlib import Path

from indexer.index.segment import catalogue
from indexer.index.segment.array_rows import shape_text
from indexer.index.segment.catalogue import TABLES

DOCUMENT = Path(catalogue.__file__).with_name("FORMAT.md")
_TABLE = re.compile(r"(<!-- arrays of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def listed(kind: str) -> str:
    """The arrays of a kind of file as a Markdown table."""
    rows = ["| array | dtype | shape | what it is | what holds |", "| --- | --- | --- | --- | --- |"]
    for name, entry in TABLES[kind].items():
        dtypes = " ".join(dtype.lstrip("<|") for dtype in entry.dtypes)
        holds = entry.rule.says if entry.rule else ""
        rows.append(f"| `{name}` | {dtypes} | {shape_text(entry)} | {entry.says} | {holds} |")
    return "\n".join(rows) + "\n"


def written(text: str) -> str:
    """The document with its tables as they should be."""
    return _TABLE.sub(lambda found: found[1] + listed(found[2]) + found[3], text)


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
