"""What a resource can do beside the verbs: launch, update, cancel, enable ...; each is data or a command there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from aap_launcher.cli import options as inputs
from aap_launcher.cli import resource_options as options
from aap_launcher.inputs.input import Command

if TYPE_CHECKING:
    from aap_launcher.client.kind import Action, Kind

Make = Callable[[], click.Command]
# Kinds whose objects are runs, and the launcher's own commands that each has.
_FOLLOWED = ("follow", "output", "cancel")
_RUNS: Mapping[str, tuple[str, ...]] = {
    "jobs": (*_FOLLOWED, "relaunch"),
    "workflow_jobs": ("follow", "cancel", "relaunch"),
    "project_updates": _FOLLOWED,
    "inventory_updates": _FOLLOWED,
    "system_jobs": _FOLLOWED,
    "ad_hoc_commands": (*_FOLLOWED, "relaunch"),
    "unified_jobs": (*_FOLLOWED, "relaunch"),
    "workflow_approvals": ("approve", "deny"),
}
_TEMPLATES = {"job_templates": "job", "workflow_job_templates": "workflow"}


def actions(kind: Kind) -> dict[str, Make]:
    """What it can do, name -> what makes the command."""
    from aap_launcher.client.fields import shape

    found: dict[str, Make] = {}
    if kind.name in _TEMPLATES:
        found["launch"] = partial(_launch, kind)
    for name in _RUNS.get(kind.name, ()):
        found[name] = partial(_own, kind, name)
    for action in kind.actions:
        found.setdefault(action.name, partial(_action, kind, action))
    if kind.name == "ad_hoc_commands":
        found["run"] = partial(_run, kind)
    field = shape(kind).fields.get("enabled")
    if field is not None and field.edit:
        found |= {word: partial(_switch, kind, word) for word in ("enable", "disable")}
    return found


def _launch(kind: Kind) -> click.Command:
    """The launcher's own `launch`, of this kind of template alone."""
    from aap_launcher.cli import launch

    def call(reference: str, ci: str | None, *, debug: bool, **given: Any) -> None:
        from aap_launcher.cli.wiring import run_launcher

        meant = {"template": reference, "template_type": _TEMPLATES[kind.name]}
        run_launcher(Command.LAUNCH, {**given, **meant}, ci=ci, debug=debug)

    taken = {"name", "template", "template_type"}
    params = [one for one in launch.command.params if one.name not in taken]
    return inputs.InputsCommand(
        "launch",
        callback=call,
        params=[click.Argument(["reference"], metavar="REFERENCE"), *params],
        help=f"Launch one {kind.label}, follow it live, report it: the same as aap-launcher launch.",
        short_help="Launch one, follow it, report it.",
    )


def _own(kind: Kind, name: str) -> click.Command:
    """A command of the launcher's own, for a run of this kind alone."""
    from importlib import import_module

    command: click.Command = import_module(f"aap_launcher.cli.{name}").command
    argument = next(one.name for one in command.params if isinstance(one, click.Argument))
    callback = command.callback
    assert callback is not None  # noqa: S101 - each of them has one

    def call(**given: Any) -> None:
        from aap_launcher.cli.resource_wiring import Desk, with_desk

        def find(desk: Desk) -> int:
            """First of all whether it is a run of this kind: an id alone may be one of another."""
            found = desk.resource(kind).one(given[str(argument)])
            path = str(found.content.get("url") or f"/{kind.name}/{found.id}/")
            desk.afterwards = lambda: callback(**{**given, str(argument): path})
            return 0

        with_desk(given, find)

    return type(command)(
        name, callback=call, params=command.params, help=command.help, short_help=command.short_help
    )


def _action(kind: Kind, action: Action) -> click.Command:
    """An action of the controller's: POST to a path below one object."""

    def call(**given: Any) -> None:
        from aap_launcher.cli.resources.starting import act_and_exit

        act_and_exit(kind, action, given)

    words = [_words(action)] if action.fields else []
    decorators = [_reference, *words, *_started(starts=action.starts), options.output()]
    fields = f" Fields: {', '.join(action.fields)}." if action.fields else ""
    summary = (
        action.summary.replace(" it", f" one {kind.label}", 1) if " it" in action.summary else action.summary
    )
    return options.ResourceCommand(
        action.name,
        callback=call,
        params=options.params(*decorators, *_reached(starts=action.starts)),
        help=summary + fields,
        short_help=action.summary,
    )


def _run(kind: Kind) -> click.Command:
    """`ad_hoc_commands run`: made, and followed."""

    def call(**given: Any) -> None:
        from aap_launcher.cli.resources.starting import run_ad_hoc

        run_ad_hoc(kind, given)

    decorators = [_any_words, *_started(starts=True), options.output()]
    return options.ResourceCommand(
        "run",
        callback=call,
        params=options.params(*decorators, *_reached(starts=True)),
        help="Run a module on hosts of an inventory.\n\n"
        "aap-launcher ad_hoc_commands run inventory=Shop credential=Machine module_name=ping limit=web1 --follow",
        short_help="Run a module on hosts of an inventory.",
    )


def _switch(kind: Kind, word: str) -> click.Command:
    """`enable` and `disable`: an edit of one field."""

    def call(**given: Any) -> None:
        from aap_launcher.cli.resource_wiring import with_desk
        from aap_launcher.cli.resources.changing import edited

        words = [f"enabled={'true' if word == 'enable' else 'false'}"]
        with_desk(
            given, lambda desk: edited(desk, kind, {**given, "words": words, "file": None, "dry_run": False})
        )

    summary = f"{word.capitalize()} one {kind.label}."
    return options.ResourceCommand(
        word,
        callback=call,
        params=options.params(_reference, options.output(), options.connected),
        help=summary,
        short_help=summary,
    )


def _reference(command: Any) -> Any:
    return click.argument("reference", metavar="REFERENCE")(command)


def _any_words(command: Any) -> Any:
    return click.argument("words", metavar="FIELD=VALUE...", nargs=-1, required=True)(command)


def _words(action: Action) -> Any:
    metavar = " ".join(f"{name}=..." for name in action.fields)
    return click.argument("words", metavar=f"[{metavar}]", nargs=-1)


def _started(*, starts: bool) -> list[Any]:
    """What becomes of the run that is started."""
    if not starts:
        return []
    return [
        click.option(
            "--follow", is_flag=True, help="Follow the run: its log, and the report; exit as it ended."
        ),
        click.option("--wait", is_flag=True, help="Wait for its end without its log; exit as it ended."),
    ]


def _reached(*, starts: bool) -> list[Any]:
    """How to reach the controller; of what starts a run also how it is followed."""
    if not starts:
        return [options.connected]

    def followed(command: Any) -> Any:
        command = inputs.inputs(Command.FOLLOW, argument="job")(command)
        return inputs.common(command)

    return [followed]
