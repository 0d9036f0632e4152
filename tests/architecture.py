"""The lists of modules in ARCHITECTURE.md: a line a module, in its own docstring's words.

python -m tests.architecture        # write them anew
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENT = PROJECT / "ARCHITECTURE.md"
_LIST = re.compile(r"(<!-- modules of ([\w/]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def listed(folder: str) -> str:
    """The modules of a folder with what each is for, as a Markdown table."""
    rows = ["| module | |", "| --- | --- |"]
    for path in sorted((PROJECT / folder).glob("*.py")):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if said and path.name != "__init__.py":
            sentence = " ".join(said.split("\n\n")[0].split()).replace("|", "\\|")
            rows.append(f"| `{path.name}` | {sentence} |")
    return "\n".join(rows) + "\n"


def written(text: str) -> str:
    """The document with its lists as they should be."""
    return _LIST.sub(lambda found: found[1] + listed(found[2]) + found[3], text)


def folders(text: str) -> list[str]:
    """The folders whose modules the document lists."""
    return [found[1] for found in _LIST.findall(text)]


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
