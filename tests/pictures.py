"""The pictures of the pages in the README: a server over the corpus, a browser, two screens.

python -m tests.pictures        # write docs/search.png and docs/author.png anew
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

from indexer.ingest.build import build

PROJECT = Path(__file__).resolve().parents[1]
PICTURES = {
    "search.png": "/search?q=graph+learning",
    "author.png": "/authors/Weinan%20E",
}
_WAIT = 60


def main() -> None:
    """Write both pictures."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "papers.idx"
        build([PROJECT / "corpus" / "papers.jsonl"], index)
        command = [sys.executable, "-m", "query.faces.cli.commands", "serve", "--index", str(index), "--port", "0"]
        with subprocess.Popen([*command, "--log", "none"], stderr=subprocess.PIPE, text=True) as server:
            assert server.stderr is not None
            address = server.stderr.readline().split(" at ")[1].split("/ ")[0]
            _photograph(address)
            server.terminate()


def _photograph(address: str) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1180, "height": 760})
        for _ in range(_WAIT):
            try:
                urlopen(f"{address}/healthz", timeout=1).close()
                break
            except OSError:
                page.wait_for_timeout(200)
        for name, path in PICTURES.items():
            page.goto(address + path)
            page.screenshot(path=PROJECT / "docs" / name)
        browser.close()


if __name__ == "__main__":
    main()
