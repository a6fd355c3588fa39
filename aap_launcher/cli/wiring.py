"""The wiring: environment, options, clock, signals, adapter and controller meet here, and only here."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from aap_launcher import __version__, ci
from aap_launcher.cli.options import environment
from aap_launcher.cli.signals import ProcessSignals, SystemClock
from aap_launcher.errors import Interrupted, InvalidInput, InvalidValue, LauncherError, Problem
from aap_launcher.inputs.definitions import INPUTS, PROMPTS, WHAT
from aap_launcher.inputs.parsing import Inputs, parse, read_environment
from aap_launcher.inputs.values import moment
from aap_launcher.launcher import main as launcher
from aap_launcher.models import Line, Mark, Tone

if TYPE_CHECKING:
    from aap_launcher.controller import Controller


def run(
    given: Mapping[str, Any], *, ci: str | None, debug: bool, only: bool = False, since: str = ""
) -> NoReturn:
    """Launch, attach or relaunch as the options and the environment say, then exit.

    `only`: what to act on stands on the command line, so the environment's template and prompts are not meant.
    `since`: a time, or how long ago, from which on the log is shown.
    """
    raw, tools = _wire(given, ci, debug=debug, only=only)
    try:
        inputs = replace(parse(raw), since=_since(since))
        _check_files(inputs)
    except LauncherError as error:
        sys.exit(launcher.refuse(error, tools).exit_code)
    sys.exit(launcher.launch(inputs, tools).exit_code)


def with_controller(
    given: Mapping[str, Any],
    deed: Callable[[Controller], str | Iterable[Mark]],
    *,
    ci: str | None,
    debug: bool,
    colours: bool = False,
) -> NoReturn:
    """Do one thing with the controller, print what it says, and exit. `colours`: also where none are usual."""
    raw, tools = _wire(given, ci, debug=debug, only=True, colours=colours)
    code = 0
    try:
        code = _ask(parse(raw), tools, deed)
    except LauncherError as error:
        code = launcher.refuse(error, tools).exit_code
    finally:
        tools.ci.close()
    sys.exit(code)


def _connect(*given: Any, **named: Any) -> Controller:
    """Reach the controller: HTTP is imported only now, when the inputs are known to be good."""
    from aap_launcher.controller import connect

    return connect(*given, **named)


def _ask(inputs: Inputs, tools: launcher.Tools, deed: Callable[[Controller], str | Iterable[Mark]]) -> int:
    controller = launcher.connect(inputs, tools, lambda notice: tools.ci.emit(Line(notice.text, Tone.NOTE)))
    try:
        said = deed(controller)
        if not isinstance(said, str):
            return _print(said, tools)
        tools.ci.emit(Line(said))
    finally:
        controller.close()
    return 0


def _print(marks: Iterable[Mark], tools: launcher.Tools) -> int:
    """Print what may be long. It ends at once when its reader goes away (`| head`) or a signal comes."""
    ci = tools.ci
    try:
        with tools.signals.listening():
            for mark in marks:
                ci.emit(mark)
                if ci.fault:
                    break
    except Interrupted as stop:
        ci.drop()
        return stop.exit_code
    if ci.fault:
        ci.drop()
    if not ci.fault or ci.unread:
        return 0
    click.echo(f"aap-launcher: the output could not be written: {ci.fault}", err=True)
    return LauncherError.exit_code


def _wire(
    given: Mapping[str, Any], override: str | None, *, debug: bool, only: bool, colours: bool = False
) -> tuple[dict[str, str], launcher.Tools]:
    signals: ProcessSignals = click.get_current_context().obj
    environ = environment() | ({"FORCE_COLOR": "1"} if colours else {})
    raw = _merge(read_environment(environ), given, only=only)
    adapter = ci.detect(
        environ, stream=sys.stdout, wall_clock=time.time, override=override or "", complaints=sys.stderr
    )
    adapter.mask([raw[d.name] for d in INPUTS if d.secret and raw.get(d.name)])
    tools = launcher.Tools(
        connect=_connect,
        ci=adapter,
        clock=SystemClock(signals),
        signals=signals,
        write=_write,
        context=ci.context(environ),
        version=__version__,
        trace=(lambda text: print(adapter.hide(text), file=sys.stderr, flush=True)) if debug else None,  # noqa: T201
    )
    return raw, tools


def _merge(environ: Mapping[str, str], given: Mapping[str, Any], *, only: bool) -> dict[str, str]:
    """Options win over the environment; an empty option is a value, and several `--extra-vars` are lines."""
    skipped = {d.name for d in INPUTS if only and d.section in (WHAT, PROMPTS)}
    if given.get("relaunch"):
        skipped.discard("credential_passwords")  # the one prompt that a relaunch takes
    if given.get("template") or given.get("job") or given.get("relaunch"):
        skipped |= {"template", "job", "relaunch"}
    raw = {name: text for name, text in environ.items() if name not in skipped}
    for name, value in given.items():
        if isinstance(value, tuple):
            if value:
                raw[name] = "\n".join(value)
        elif value is not None:
            raw[name] = value
    return raw


def _since(text: str) -> str:
    try:
        return moment(text, datetime.now(UTC)) if text else ""
    except InvalidValue as wrong:
        problem = Problem("since", wrong.fault, wrong.advice)
        raise InvalidInput("the inputs are not usable; nothing was started", [problem]) from None


def _check_files(inputs: Inputs) -> None:
    """A report that could not be written is known before anything is launched."""
    problems = [
        Problem(
            name, f"{path!r}: there is no folder {str(Path(path).parent)!r}", "Create it, or name another."
        )
        for name, path in (("junit", inputs.junit), ("result_file", inputs.result_file))
        if path and not Path(path).parent.is_dir()
    ]
    if problems:
        raise InvalidInput("the inputs are not usable; nothing was started", problems)


def _write(path: str, text: str) -> None:
    Path(path).write_text(text, encoding="utf-8")
