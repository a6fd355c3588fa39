"""The wiring: environment, options, clock, signals, adapter and controller meet here, and only here."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from aap_launcher import __version__, ci
from aap_launcher.cli import crash, process
from aap_launcher.cli.options import environment, mistyped_variables
from aap_launcher.cli.signals import ProcessSignals, SystemClock
from aap_launcher.errors import Interrupted, InvalidInput, LauncherError, Problem
from aap_launcher.inputs import proxies
from aap_launcher.inputs.choices import JobEnd
from aap_launcher.inputs.definitions import BY_NAME, INPUTS, Inputs
from aap_launcher.inputs.file_text import LARGEST
from aap_launcher.inputs.input import Command, Section
from aap_launcher.inputs.parsing import (
    STANDARD_INPUT,
    TARGETS,
    Given,
    parse_inputs,
    read_environment,
    read_file,
)
from aap_launcher.launcher import main as launcher
from aap_launcher.models.marks import Line, Mark, Tone

if TYPE_CHECKING:
    from aap_launcher.controller.controller import Controller

STANDARD_OUTPUT = "-"
_REPORTS = ("junit", "result_file")
_PROFILE = "profile"
CONNECTION_INPUTS = frozenset(one.name for one in INPUTS if one.section is Section.CONNECTION)
_CANCELING = "what was launched is asked to cancel, and followed for up to 8 s"


def run_launcher(command: Command, given: Mapping[str, Any], *, ci: str | None, debug: bool) -> NoReturn:
    """Launch, attach or relaunch as the options and the environment say, then exit."""
    raw, tools = _wire(command, given, ci, debug=debug)
    _warn(tools)
    try:
        with tools.signals.listening():  # a file may be a pipe that nobody writes to
            raw = _located(raw, given, tools)
            inputs = parse_inputs(raw, read_file=_read_file, now=datetime.now(UTC))
        _check_files(inputs)
        proxies.check_proxies(environment(), inputs.connection.url)
    except Exception as error:  # noqa: BLE001 - also a fault of ours has an outcome, and outputs
        sys.exit(launcher.refuse_to_start(error, tools).exit_code)
    _answer_at_once(inputs)
    sys.exit(launcher.launch(inputs, tools).exit_code)


def with_controller(
    command: Command,
    given: Mapping[str, Any],
    action: Callable[[Controller], str | Iterable[Mark]],
    *,
    ci: str | None,
    debug: bool,
    colours: bool = False,
) -> NoReturn:
    """Do one thing with the controller, print what it says, and exit. `colours`: also where none are usual."""
    raw, tools = _wire(command, given, ci, debug=debug, colours=colours, errors_apart=True)
    _warn(tools)
    code = 0
    try:
        with tools.signals.listening():  # a token command may take its time
            raw = _located(raw, given, tools)
        inputs = parse_inputs(raw)
        proxies.check_proxies(environment(), inputs.connection.url)
        code = _ask(inputs, tools, action)
    except Exception as error:  # noqa: BLE001 - whatever broke is told as it is everywhere
        code = launcher.refuse_to_start(error, tools).exit_code
    finally:
        tools.ci.close()
    sys.exit(code)


def _connect(*given: Any, **named: Any) -> Controller:
    """Reach the controller: HTTP is imported only now, when the inputs are known to be good."""
    from aap_launcher.controller.connect import connect
    from aap_launcher.controller.controller import Controller

    return connect(Controller, *given, **named)


def _ask(inputs: Inputs, tools: launcher.Tools, action: Callable[[Controller], str | Iterable[Mark]]) -> int:
    controller = launcher.connect_with(
        inputs, tools, lambda notice: tools.ci.complain(Line(notice.text, Tone.NOTE))
    )
    try:
        said = action(controller)
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
    command: Command,
    given: Mapping[str, Any],
    override: str | None,
    *,
    debug: bool,
    colours: bool = False,
    errors_apart: bool = False,
) -> tuple[dict[str, Given], launcher.Tools]:
    signals: ProcessSignals = click.get_current_context().obj
    environ = environment() | ({"FORCE_COLOR": "1"} if colours else {})
    raw = _merge(command, environ, given)
    adapter = ci.detect(
        environ,
        stream=sys.stdout,
        wall_clock=time.time,
        override=override or "",
        complaints=sys.stderr,
        errors_apart=errors_apart,
        log_aside=any(_last(raw.get(name, "")) == STANDARD_OUTPUT for name in _REPORTS),
    )
    adapter.mask([str(raw[one.name]) for one in INPUTS if one.secret and raw.get(one.name)])
    tools = launcher.Tools(
        connect=_connect,
        ci=adapter,
        clock=SystemClock(signals),
        signals=signals,
        write=_write,
        context=ci.context(environ),
        version=__version__,
        spread=ci.spread(environ),
        trace=adapter.debug if debug else None,
        note=lambda job: crash.know(f"{job.label}: {job.link} · aap-launcher follow {job.id}"),
    )
    return raw, tools


def _merge(command: Command, environ: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, Given]:
    """What the command takes: options win over the environment, and what is launched or followed over the others."""
    raw: dict[str, Given] = {
        name: text for name, text in read_environment(environ).items() if command in BY_NAME[name].commands
    }
    typed = {
        name: (value,) if isinstance(value, str) else value
        for name, value in given.items()
        if value != () and name != _PROFILE
    }
    if any(name in typed for name in TARGETS):
        raw = {name: text for name, text in raw.items() if name not in TARGETS}
    return raw | typed


def _located(raw: Mapping[str, Given], given: Mapping[str, Any], tools: launcher.Tools) -> dict[str, Given]:
    """The inputs with what a profile or a login adds: where one is named, or the environment does not suffice."""
    environ, profile = environment(), given.get(_PROFILE) or ""
    there = "url" in raw and ("token" in raw or "password" in raw)
    typed = {name: value for name in CONNECTION_INPUTS if (value := given.get(name))}
    if (there and not profile and not environ.get("AAP_PROFILE")) or any(
        len(one) > 1 for one in typed.values()
    ):
        return dict(raw)
    from aap_launcher.client.connection_source import connection

    options = {name: value if isinstance(value, str) else value[0] for name, value in typed.items()}
    around = {name: text for name, text in raw.items() if name in CONNECTION_INPUTS and name not in options}
    texts = {name: str(text) for name, text in around.items()}
    found = connection(options, texts, environ, profile, tell=lambda words: tools.ci.complain(Line(words)))
    tools.ci.mask([found[one.name] for one in INPUTS if one.secret and found.get(one.name)])
    return {name: text for name, text in raw.items() if name not in CONNECTION_INPUTS} | found


def _warn(tools: launcher.Tools) -> None:
    for words in mistyped_variables():
        tools.ci.complain(Line(words, Tone.WARN, "warning"))


def _check_files(inputs: Inputs) -> None:
    """A report that could not be written is known before anything is launched."""
    problems = [
        Problem(
            name, f"{path!r}: there is no folder {str(Path(path).parent)!r}", "Create it, or name another."
        )
        for name, path in (("junit", inputs.junit), ("result_file", inputs.result_file))
        if path and not Path(path).parent.is_dir()
    ]
    if inputs.junit == inputs.result_file == STANDARD_OUTPUT:
        problems.append(
            Problem("junit", "given - as result_file is", "Only one of them can be standard output.")
        )
    if problems:
        raise InvalidInput("the inputs are not usable; nothing was started", problems)


def _last(given: Given) -> str:
    return (given if isinstance(given, str) else given[-1]).strip()


def _write(path: str, text: str) -> None:
    """Write a report; `-` is standard output, and the log stands on stderr then."""
    if path == STANDARD_OUTPUT:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    else:
        ci.write(path, text)


def _read_file(path: str) -> bytes:
    return sys.stdin.buffer.read(LARGEST + 1) if path == STANDARD_INPUT else read_file(path)


def run_doctor(given: Mapping[str, Any], *, ci: str | None, debug: bool, as_json: bool) -> NoReturn:
    """Look at all that a launch would need, print each check as it is made, and exit as a launch would."""
    from aap_launcher.doctor.check import Check, State, check_line, exit_code, failed
    from aap_launcher.doctor.examination import examine, given_inputs

    raw, tools = _wire(Command.DOCTOR, given, ci or ("plain" if as_json else None), debug=debug)
    checks: list[Check] = []

    def tell(check: Check) -> None:
        checks.append(check)
        if not as_json:
            tools.ci.emit(check_line(check))

    try:
        for words in mistyped_variables():
            tell(Check("given", State.WARNING, words))
        with tools.signals.listening():  # as a launch does
            located = _located(raw, given, tools)
            inputs = parse_inputs(located, read_file=_read_file, now=datetime.now(UTC), targeted=False)
        proxies.check_proxies(environment(), inputs.connection.url)
        tell(given_inputs(located, _origins(located, raw, given)))
        ask = partial(launcher.connect_with, inputs, tools, lambda _: None)
        today = datetime.now(UTC)
        for check in examine(inputs, ask, clock=tools.clock, today=today, context=tools.context):
            tell(check)
    except LauncherError as error:
        tell(failed("inputs", error))
    if as_json:
        tools.ci.emit(Line(json.dumps([asdict(check) for check in checks], indent=2, ensure_ascii=False)))
    tools.ci.close()
    sys.exit(exit_code(checks))


def _origins(
    located: Mapping[str, Given], raw: Mapping[str, Given], given: Mapping[str, Any]
) -> dict[str, str]:
    """Where each input came from that is no option: the variable's name, or the profile's."""
    environ = environment()
    profile = given.get(_PROFILE) or environ.get("AAP_PROFILE")
    elsewhere = f"profile {profile}" if profile else "a login or the profile default"
    found = {}
    for name in located.keys() - {name for name, value in given.items() if value}:
        variable = next((one for one in BY_NAME[name].variables if environ.get(one)), "")
        found[name] = variable if raw.get(name) == located[name] else elsewhere
    return found


def _answer_at_once(inputs: Inputs) -> None:
    """On a terminal the first Ctrl-C is answered by the handler itself, also while the controller hangs."""
    signals: ProcessSignals = click.get_current_context().obj
    ends = "letting go of the job, which goes on" if inputs.when_interrupted == JobEnd.LEAVE else _CANCELING

    def answer(signum: int) -> None:
        if signum == signal.SIGINT:
            process.say(f"aap-launcher: heard: {ends}. Pressing Ctrl-C again changes nothing.")

    if sys.stderr.isatty():
        signals.at_once = answer
