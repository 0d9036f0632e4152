"""The completion command: what a shell needs to complete commands, options and venues."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from indexer.index.errors import UsageError
from query.faces.cli.options import example


@example(
    'eval "$(quiver completion bash)"                              # in ~/.bashrc',
    'eval "$(quiver completion zsh)"                               # in ~/.zshrc',
    "quiver completion fish > ~/.config/fish/completions/quiver.fish",
)
@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print shell completion for your shell.

    It completes commands, options and venues.
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"no completion for the shell {shell!r}")
    root = ctx.find_root()
    try:
        click.echo(kind(root.command, {}, "quiver", "_QUIVER_COMPLETE").source())
    except RuntimeError as error:
        # Click asks the bash that is installed for its version.
        raise UsageError(str(error)) from error
