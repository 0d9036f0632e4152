"""Where the `quiver` command starts: small, so that Ctrl-C is heard before anything larger is imported."""

from __future__ import annotations

from query.faces.cli.interrupts import end_at_once


def main() -> None:
    """The entry point of the `quiver` command."""
    end_at_once()
    from query.faces.cli.commands import main as run

    run()
