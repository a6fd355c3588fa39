"""The wiring of every command that works with resources: environment, profile, controller and screen meet here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import click

from aap_launcher.cli import options
from aap_launcher.cli.options import environment
from aap_launcher.cli.output_formats import masked_value, pretty
from aap_launcher.cli.output_options import Shown
from aap_launcher.cli.resource_options import TAKEN
from aap_launcher.cli.screen import Screen, screen
from aap_launcher.cli.signals import ProcessSignals, SystemClock
from aap_launcher.errors import Interrupted, InvalidInput, LauncherError, Problem, Refused
from aap_launcher.inputs import proxies
from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.inputs.parsing import parse_inputs, read_environment

if TYPE_CHECKING:
    from aap_launcher.client.kind import Kind
    from aap_launcher.client.logins import Logins
    from aap_launcher.client.resource import Resource
    from aap_launcher.controller.api import API
    from aap_launcher.controller.controller import Controller
    from aap_launcher.controller.requests import Requests

_NAMES = frozenset(one.name for one in INPUTS if TAKEN in one.commands and one.name != "job")
_SECRETS = tuple(one.name for one in INPUTS if one.secret and one.name in _NAMES)


class Desk:
    """A command's hands: its screen, and a controller that is reached when it is first asked for."""

    def __init__(self, given: Mapping[str, Any], signals: ProcessSignals) -> None:
        self.screen: Screen = screen()
        self.signals, self.clock = signals, SystemClock(signals)
        self.afterwards: Callable[[], object] | None = None  # when all went well and the controller is let go
        self.anonymous = False  # a credential is not needed
        self._given = given
        self._api: API | None = None

    @property
    def api(self) -> API:
        """The controller's API, reached and logged in. Raises `InvalidInput`, `Unauthorized`, `Unreachable`."""
        return self._api or self.reach(self.raw())

    @property
    def controller(self) -> Controller:
        """The controller, for templates and jobs."""
        from aap_launcher.controller.controller import Controller

        return Controller(*self.api.parts)

    def reach(self, raw: Mapping[str, str]) -> API:
        """Reach a controller by the connection's inputs as text."""
        self.screen.mask(raw[name] for name in _SECRETS if raw.get(name))
        inputs = parse_inputs(raw, targeted=False, anonymous=self.anonymous)
        proxies.check_proxies(environment(), inputs.connection.url)
        for notice in inputs.notices:
            self.screen.say(notice)
        from aap_launcher.controller.api import API
        from aap_launcher.controller.connect import connect

        self._api = connect(
            API,
            inputs.connection,
            clock=self.clock,
            signals=self.signals,
            tell=lambda notice: self.screen.say(notice.text),
            mask=lambda secret: self.screen.mask([secret]),
            trace=self.screen.trace if self._given.get("debug") else None,
        )
        return self._api

    @property
    def requests(self) -> Requests:
        """Any request, by path."""
        return self.api.requests

    def resource(self, kind: Kind) -> Resource:
        """One collection."""
        from aap_launcher.client.resource import Resource

        return Resource(kind, self.requests, self.clock)

    def raw(self, *, credentials: bool = True) -> dict[str, str]:
        """The connection's inputs as text: options, the environment, a profile, a login. Raises `InvalidInput`.

        Without `credentials` no command is run for a token, and no login is looked up.
        """
        from aap_launcher.client.connection_source import connection

        environ = environment()
        around = {name: text for name, text in read_environment(environ).items() if name in _NAMES}
        typed = {name: value for name, value in self._given.items() if name in _NAMES and value}
        twice = [Problem(name, "is given twice") for name, value in typed.items() if len(value) > 1]
        if twice:
            raise InvalidInput("the inputs are not usable; nothing was sent to the controller.", twice)
        once = {name: value[0] for name, value in typed.items()}
        profile = self._given.get("profile") or ""
        with self.signals.listening():  # a token command may take its time
            return connection(once, around, environ, profile, credentials=credentials, tell=self.screen.say)

    def logins(self) -> Logins:
        """The logins that are kept."""
        from aap_launcher.client.connection_source import folder
        from aap_launcher.client.logins import Logins

        return Logins(folder(environment()))

    def show(self, shown: Shown, rows: Iterable[Mapping[str, Any]]) -> int:
        """Write a list as it comes, which a signal ends at once; the exit code."""
        with self.signals.listening():
            return shown.many(self.screen, rows)

    def refused(self, error: LauncherError) -> None:
        """Words to stderr; where JSON was asked for, what the controller said to stdout (as gh does)."""
        wanted = (
            self._given.get("output") == "json" and not self.screen.begun
        )  # after rows it would be one of them
        if wanted and isinstance(error, Refused) and error.content is not None:
            self.screen.data([pretty(masked_value(error.content, self.screen.hide)) + "\n"])
        self.screen.refuse(error)

    def agreed(self, question: str) -> bool:
        """Ask the person; a signal is a no."""
        with self.signals.listening():
            return self.screen.ask(question)

    def typed(self, question: str, *, hidden: bool = False) -> str:
        """What the person types; a secret is not shown. Raises `InvalidInput` where nothing comes."""
        with self.signals.listening():
            try:
                answer: str = click.prompt(question, prompt_suffix="", hide_input=hidden, err=True)
            except click.Abort:
                raise InvalidInput("nothing was typed.") from None
        return answer

    def close(self) -> None:
        """Revoke what was made, and hang up."""
        if self._api is not None:
            self._api.close()


def with_desk(given: Mapping[str, Any], action: Callable[[Desk], int]) -> NoReturn:
    """Do one thing and exit: data on stdout, words on stderr, the exit code of the error where there is one."""
    desk = Desk(given, click.get_current_context().find_root().obj)
    try:
        code = _done(desk, action)
    finally:
        desk.close()
    if desk.afterwards is not None:
        desk.afterwards()
    click.get_current_context().exit(code)


def _done(desk: Desk, action: Callable[[Desk], int]) -> int:
    for words in options.mistyped_variables():
        desk.screen.say(words)
    try:
        return action(desk)
    except Interrupted as stop:
        desk.screen.drop()
        if stop.sent:
            desk.screen.say(str(stop))
        return stop.exit_code
    except LauncherError as error:
        desk.refused(error)
        return error.exit_code
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is told as our own fault
        desk.screen.say(f"a fault of aap-launcher itself: {type(fault).__name__}: {fault}. Please report it.")
        return LauncherError.exit_code
