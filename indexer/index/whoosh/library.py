"""The one door to the Whoosh library: everything of ours that needs Whoosh imports it from here.

Four distributions install a package named `whoosh`. Ours is whoosh3; with another one in its place the codec
would fail far from the cause, so the import fails here, in one line that says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from indexer.index.errors import QuiverError

DISTRIBUTION = "whoosh3"
SERIES = "3.54"
# Each of these writes its files over those of whoosh3.
RIVALS = ("Whoosh", "Whoosh-Reloaded", "whoosh-community")
_INSTALL = f"pip install --force-reinstall '{DISTRIBUTION}>={SERIES},<3.55'"


class WhooshLibraryError(QuiverError):
    """The package `whoosh` that is installed is missing or not the one the index needs."""


def installed(names: tuple[str, ...]) -> dict[str, str]:
    """Versions of those of the named distributions that are installed."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def fault(distributions: Mapping[str, str], module_version: str | None) -> str | None:
    """What is wrong with the installed Whoosh and what to do, in one line; None if nothing is.

    `distributions`: installed versions by name; `module_version`: what the imported package says of itself,
    None if there is no such package.
    """
    rivals = [f"{name} {version}" for name, version in distributions.items() if name in RIVALS]
    if rivals:
        names = " ".join(name for name in distributions if name in RIVALS)
        return f"{', '.join(rivals)} is installed over {DISTRIBUTION}: pip uninstall {names}, then {_INSTALL}"
    version = distributions.get(DISTRIBUTION)
    if version is None or module_version is None:
        return f"the search library {DISTRIBUTION} is not installed: {_INSTALL}"
    if not version.startswith(f"{SERIES}."):
        return f"{DISTRIBUTION} {version} is installed, the index needs {SERIES}: {_INSTALL}"
    if module_version != version:
        return f"the package whoosh is version {module_version}, not {DISTRIBUTION} {version}: {_INSTALL}"
    return None


def shadow(module_file: str) -> str | None:
    """A line that says which file hides the library; None if the imported package is the library's."""
    try:
        distribution = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return None
    listed = [file for file in distribution.files or () if file.as_posix() == "whoosh/__init__.py"]
    if not listed:
        return None  # an editable install lists no such file; its version was checked
    expected = Path(str(distribution.locate_file(listed[0])))
    if expected.resolve() == Path(module_file).resolve():
        return None
    return f"{module_file} hides {DISTRIBUTION}: rename it or start elsewhere"


def _check() -> None:
    try:
        import whoosh as package
    except ImportError:
        version, file = None, None
    else:
        version = ".".join(map(str, getattr(package, "__version__", ())))
        file = package.__file__
    wrong = fault(installed((DISTRIBUTION, *RIVALS)), version) or (shadow(file) if file else None)
    if wrong:
        raise WhooshLibraryError(wrong)


_check()

from whoosh import (  # noqa: E402
    analysis,
    collectors,
    columns,
    fields,
    formats,
    index,
    matching,
    qparser,
    query,
    reading,
    scoring,
    searching,
    sorting,
    system,
    writing,
)
from whoosh.codec import base  # noqa: E402
from whoosh.filedb import filestore, structfile  # noqa: E402

__all__ = [
    "WhooshLibraryError",
    "analysis",
    "base",
    "collectors",
    "columns",
    "fault",
    "fields",
    "filestore",
    "formats",
    "index",
    "installed",
    "matching",
    "qparser",
    "query",
    "reading",
    "scoring",
    "searching",
    "shadow",
    "sorting",
    "structfile",
    "system",
    "writing",
]
