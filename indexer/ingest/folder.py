"""The folder of an index, made where there is none; never one that holds something else."""

from __future__ import annotations

from pathlib import Path

from indexer.index.errors import BadIndexError
from indexer.index.opensearch.address import is_address
from indexer.index.store.generation import is_index
from indexer.index.store.transaction import foreign_files


def make_folder(folder: Path) -> None:
    """Make sure that a folder is an index, or empty. Raises BadIndexError naming what else it holds."""
    try:
        if folder.is_dir() and not is_index(folder) and (others := foreign_files(folder)):
            raise BadIndexError(
                f"{folder} is not empty and not an index: it holds {others[0]}"
                f"{f' and {len(others) - 1:,} more' if len(others) > 1 else ''}; name a folder of its own with --index"
            )
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise BadIndexError(f"cannot make an index at {folder}: a file is there; name a folder of its own") from error
    except OSError as error:
        raise BadIndexError(f"cannot make an index at {folder}: {error.strerror}") from error


def other_files(index: str | Path) -> list[str]:
    """Names of what lies in the folder of an index and is not of it, sorted; in a cluster nothing does."""
    return [] if is_address(index) else foreign_files(Path(index))
