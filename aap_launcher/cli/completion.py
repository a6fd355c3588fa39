"""`aap-launcher completion SHELL`: the script that completes commands, resources, verbs and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_VARIABLE = "_AAP_LAUNCHER_COMPLETE"


@click.command("completion", short_help="Print the completion script of a shell.")
@click.argument("shell", metavar="SHELL", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    r"""Print the script that completes commands, resources, verbs and options in SHELL.

    bash: eval "$(aap-launcher completion bash)" in ~/.bashrc; zsh the same in ~/.zshrc; fish: aap-launcher
    completion fish > ~/.config/fish/completions/aap-launcher.fish
    """
    made = get_completion_class(shell)
    root = ctx.find_root()
    if made is None:
        raise click.UsageError(f"click knows no completion for {shell}.")
    click.echo(made(root.command, {}, str(root.info_name), _VARIABLE).source())
