"""The lists of modules in ARCHITECTURE.md: a line a module, in its own docstring's words; and the house in figures.

python -m tests.architecture        # write them anew
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENT = PROJECT / "ARCHITECTURE.md"
PACKAGES = ("indexer", "query")
_HOUSE = re.compile(r"(<!-- house -->\n).*?(<!-- end -->)", re.DOTALL)
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


def house() -> str:
    """The rooms of both packages with their modules, half of which have no more lines than the median, and arrows out.

    An arrow is an import, to the rooms beside it (the packages' first two levels), not counted twice.
    """
    rows = ["| room | modules | median lines | imports from |", "| --- | --- | --- | --- |"]
    for room, paths in sorted(_rooms().items()):
        sizes = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)
        arrows = sorted({_room(name) for path in paths for name in _imported(path)} - {room})
        rows.append(f"| `{room}` | {len(paths)} | {sizes[len(sizes) // 2]} | {', '.join(arrows)} |")
    return "\n".join(rows) + "\n"


def _rooms() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for package in PACKAGES:
        for path in (PROJECT / package).rglob("*.py"):
            if path.name != "__init__.py":
                found.setdefault(_room(".".join(path.relative_to(PROJECT).with_suffix("").parts)), []).append(path)
    return found


def _room(module: str) -> str:
    """The room of a module: a package's folder, of `indexer.index` the folder in it."""
    parts = module.split(".")
    deep = 3 if parts[:2] == ["indexer", "index"] else 2
    folders = parts[: min(deep, len(parts) - 1)]
    return "/".join(folders)


def _imported(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{node.module}.{node.names[0].name}" if (PROJECT / node.module.replace(".", "/")).is_dir() else node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PACKAGES
    ]


def written(text: str) -> str:
    """The document with its lists as they should be."""
    text = _HOUSE.sub(lambda found: found[1] + house() + found[2], text)
    return _LIST.sub(lambda found: found[1] + listed(found[2]) + found[3], text)


def folders(text: str) -> list[str]:
    """The folders whose modules the document lists."""
    return [found[1] for found in _LIST.findall(text)]


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
