"""The controller as a script sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from aap_launcher.client import arguments, connection_source, kind_names, metrics, script_ports
from aap_launcher.client.kinds import KINDS
from aap_launcher.client.records import Record
from aap_launcher.client.resource import Resource
from aap_launcher.client.settings import Settings
from aap_launcher.errors import InvalidInput
from aap_launcher.inputs import mistyped
from aap_launcher.inputs.parsing import parse_inputs, read_environment
from aap_launcher.models.notices import Notice
from aap_launcher.text.near import near
from aap_launcher.text.quoting import quoted

if TYPE_CHECKING:
    from aap_launcher.client.run import Run
    from aap_launcher.client.typed import Resources
    from aap_launcher.controller import controller as http
    from aap_launcher.controller.api import API
else:
    Resources = object


class Answer(msgspec.Struct, frozen=True):
    """What a request brought. `json` is None where the body is none."""

    status: int
    headers: Mapping[str, str]
    json: Any
    body: bytes

    def __repr__(self) -> str:
        """Its status alone: the rest may hold secrets."""
        return f"<answer {self.status}>"


class Controller(Resources):
    """One controller (AAP 2.4 to 2.7, AWX), reached and logged in.

        with Controller("https://aap.example.com", token="...") as aap:
            for host in aap.hosts.list(inventory="Shop"):
                print(host["name"])

    What is not given comes from the environment (`AAP_URL`, `AAP_TOKEN`, ... and the names that other tools use),
    then from the profile (`~/.config/aap-launcher/config.toml`). `verify`: False, or the path of a CA bundle; `cert`:
    the path of a client certificate, or (certificate, key); `timeout`: seconds for one request (25);
    `outage_tolerance`: seconds that the controller may be away (300). With user name and password a token is made
    for as long as this lives, and revoked by `close` or at the end of `with`.

    Every collection is a `Resource`: `aap.job_templates`, or `aap["job_templates"]`, where aliases work too. Raises
    `InvalidInput`, `Unauthorized`, `Unreachable`. Notices (an outage, a weak setting) go to the logger
    `aap_launcher`.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None = None,
        username: str | None = None,
        password: str | None = None,
        profile: str | None = None,
        verify: bool | str | None = None,
        cert: str | tuple[str, str] | None = None,
        timeout: float | None = None,
        outage_tolerance: float | None = None,
    ) -> None:
        given = {"url": url, "token": token, "username": username, "password": password}
        for name, value in (("profile", profile), *given.items()):
            if value is not None and not isinstance(value, str):  # not shown: it may be a secret
                raise InvalidInput(f"{name}: given {type(value).__name__}, which is no text.")
        given |= _tls(verify, cert)
        given |= {"request_timeout": _duration("timeout", timeout)}
        given |= {"outage_tolerance": _duration("outage_tolerance", outage_tolerance)}
        self._secrets: list[str] = []
        self._api = _connect(
            {name: text for name, text in given.items() if text is not None}, profile or "", self._secrets
        )
        self._resources: dict[str, Resource] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<controller {self.site}>"

    def __getitem__(self, name: str) -> Resource:
        kind = kind_names.kind(name)
        if kind.name not in self._resources:
            clock = script_ports.ScriptClock()
            self._resources[kind.name] = Resource(kind, self._api.requests, clock)
        return self._resources[kind.name]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Resource:
            if name in KINDS:
                return self[name]
            raise AttributeError(f'Controller has no "{name}". {near(name, [*KINDS, *_METHODS])}')

    def __dir__(self) -> Sequence[str]:
        return sorted({*super().__dir__(), *KINDS})

    @property
    def site(self) -> str:
        """The installation's URL, without a slash at the end."""
        return self._api.site

    def close(self) -> None:
        """Revoke the token that was made, and hang up; never raises."""
        self._api.close()

    # --- launching ----------------------------------------------------------------------------------------

    def launch(self, template: object, /, **prompts: Any) -> Run:  # noqa: ANN401 - each prompt has a type
        """Launch a template, exactly as asked and once, and return its run at once.

        `template`: id, name, NAME++ORGANIZATION, address or `Record`. `prompts` are the API's: `extra_vars` (a
        mapping), `limit`, `inventory`, `credentials`, ... by name or id; `organization` and `template_type` ("job",
        "workflow") tell templates of one name apart. Raises `Refused` where the controller would ignore one of them,
        `LaunchUnknown` where it could not be settled whether a job was made.
        """
        from aap_launcher.client.run import launch  # noqa: PLC0415 - following is not what every script does

        return launch(self._jobs(), template, prompts, self._secrets)

    def run(self, job: object, /) -> Run:
        """The run of a job of any type: id, API URL, address or `Record`."""
        from aap_launcher.client.run import attach  # noqa: PLC0415 - see launch

        return attach(self._jobs(), job, self._secrets)

    def _jobs(self) -> http.Controller:
        from aap_launcher.controller import controller as http  # noqa: PLC0415 - see launch

        return http.Controller(*self._api.parts)

    @property
    def settings(self) -> Settings:
        """The controller's settings, by category."""
        return Settings(self._api.requests)

    # --- the rest of the API ------------------------------------------------------------------------------

    def ping(self) -> Mapping[str, Any]:
        """Whether it is there, its version and its nodes; no credential is checked."""
        return self._api.requests.read("ping/", what="ping")

    def me(self) -> Record:
        """The user whose credential this is."""
        rows = self._api.requests.read("me/", what="the user's own page").get("results")
        if not isinstance(rows, list) or not rows:
            raise InvalidInput("the controller does not tell whose credential this is.")
        return Record(rows[0], KINDS["users"], site=self._api.requests.origin)

    def config(self) -> Mapping[str, Any]:
        """The controller's configuration, as far as this user may see it."""
        return self._api.requests.read("config/", what="the configuration")

    def dashboard(self) -> Mapping[str, Any]:
        """Counts of what this user sees."""
        return self._api.requests.read("dashboard/", what="the dashboard")

    def metrics(self) -> Mapping[str, Sequence[metrics.Sample]]:
        """Name -> samples (`labels`, `value`). For system administrators and auditors."""
        return metrics.parse_metrics(self._api.requests.text("metrics/", what="the metrics"))

    def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: Mapping[str, object] | Sequence[tuple[str, object]] = (),
    ) -> Answer:
        """Any request: `request("GET", "hosts/5/")`, below the API root or an address of this controller.

        A GET is repeated during an outage, nothing else is. Raises the tree of errors from 400 on.
        """
        verb, place = arguments.checked_text("method", method).upper(), arguments.checked_text("path", path)
        answer = self._api.requests.raw(verb, place, _pairs(params), json)
        if answer.status >= 400:
            raise self._api.requests.refusal(answer, f"{verb} {place}")
        content = self._api.requests.json(answer)
        return Answer(answer.status, dict(answer.headers), content, answer.body)


_METHODS = tuple(name for name in vars(Controller) if not name.startswith("_"))


def _tls(verify: object, cert: object) -> dict[str, str | None]:
    """`verify` and `cert` as inputs; paths may be `Path`s. Raises `InvalidInput` for what they cannot be."""
    bundle = None if verify is None or isinstance(verify, bool) else _path("verify", verify, "True, False")
    switch = str(verify).lower() if isinstance(verify, bool) else None
    pair = cert if isinstance(cert, tuple) and len(cert) == 2 else (cert, None)
    certificate, key = (None if one is None else _path("cert", one, "(certificate, key)") for one in pair)
    return {"ca_bundle": bundle, "verify_tls": switch, "client_cert": certificate, "client_key": key}


def _path(name: str, value: object, others: str) -> str:
    if not isinstance(value, str | PurePath) or not str(value).strip():
        raise InvalidInput(f"{name}: given {type(value).__name__}. Give {others} or a path.")
    return str(value)


def _duration(name: str, value: object) -> str | None:
    if value is None:
        return None
    text = f"{arguments.seconds(name, value):.3f}"
    return text.rstrip("0").rstrip(".") + "s"


def _pairs(params: object) -> list[tuple[str, str]]:
    """A query's names and values as text."""
    pairs = list(params.items()) if isinstance(params, Mapping) else params
    if not isinstance(pairs, list | tuple) or not all(
        isinstance(one, tuple) and len(one) == 2 for one in pairs
    ):
        raise InvalidInput(f"params: {quoted(params)} is neither a mapping nor a list of (name, value).")
    return [(str(name), str(value)) for name, value in pairs]


def _connect(given: Mapping[str, str], profile: str, secrets: list[str]) -> API:
    """Arguments, else the environment, else the profile; HTTP is imported once they are known to be good."""
    environ = script_ports.script_environment()
    around = {name: text for name, text in read_environment(environ).items() if name in _CONNECTION}
    _warn(environ)
    raw = connection_source.connection(
        given, around, environ, profile, tell=lambda words: script_ports.tell(Notice(words))
    )
    inputs = parse_inputs({**raw, "job": "1"})  # what to act on comes later
    secrets += [text for text in (inputs.connection.token, inputs.connection.password) if text]
    from aap_launcher.controller.api import API  # noqa: PLC0415
    from aap_launcher.controller.connect import connect  # noqa: PLC0415

    return connect(
        API,
        inputs.connection,
        clock=script_ports.ScriptClock(),
        signals=script_ports.NoSignals(),
        tell=script_ports.tell,
        mask=secrets.append,
    )


def _warn(environ: Mapping[str, str]) -> None:
    """Of variables that look like an input and are none."""
    if names := mistyped.strange(environ):
        from aap_launcher.report.outputs import OUTPUTS  # noqa: PLC0415 - for a strange variable alone

        for words in mistyped.mistyped_inputs(names, [one.name for one in OUTPUTS]):
            script_ports.tell(Notice(words, warning=True))


_CONNECTION = frozenset(
    {
        "url",
        "token",
        "username",
        "password",
        "ca_bundle",
        "client_cert",
        "client_key",
        "verify_tls",
        "request_timeout",
        "outage_tolerance",
    }
)
