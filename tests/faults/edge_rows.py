"""The other commands: webhooks, exports, tokens, imports, the doctor; and ends that contradict themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests

from sandbox import faults
from sandbox.faults import Rule, gateway
from tests.e2e.conftest import Ended, wait_for
from tests.faults.matrix import JOB, Row, Stage

_HOOK = r"/job_templates/24/github/$"
_SEND = ("webhook", "send", "24", "--delivery-id", "deploy-2.4.1")
_NOTHING: dict[str, Any] = {"jobs": 0, "lost": None}
_ADMIN = {"token": "admin-token"}


@contextmanager
def _webhook(stage: Stage) -> Iterator[Mapping[str, str]]:
    """Template 24 takes GitHub's webhooks; its key."""
    path, headers = f"{stage.box.api}/job_templates/24/", {"Authorization": "Bearer admin-token"}
    requests.patch(path, json={"webhook_service": "github"}, headers=headers, timeout=30).raise_for_status()
    key = requests.get(f"{path}webhook_key/", headers=headers, timeout=30).json()["webhook_key"]
    yield {"AAP_WEBHOOK_KEY": key}


_DELIVERY = Row(fault="", says="", arguments=_SEND, around=_webhook, inputs={"token": ""}, **_NOTHING)
_UNSETTLED = r"whether it started a job could not be settled"

WEBHOOKS = [
    replace(
        _DELIVERY,
        fault="`webhook send`: each delivery is answered 500",
        rules=[Rule(_HOOK, faults.answer(gateway.ERROR_500), "POST", count=None)],
        inputs={"token": "", "outage_tolerance": "3s"},
        exit=6,
        says=_UNSETTLED,
    ),
    replace(
        _DELIVERY,
        fault="`webhook send`: the delivery is redirected",
        rules=[Rule(_HOOK, faults.answer(gateway.redirect("/login/?next=/")), "POST", count=None)],
        exit=6,
        says=_UNSETTLED,
    ),
    replace(
        _DELIVERY,
        fault="`webhook send`: the answer is lost after the job was made, once",
        rules=[Rule(_HOOK, faults.reset("acted"), "POST")],
        says=r"delivery deploy-2.4.1: it came before; nothing new",
    ),
    replace(
        _DELIVERY,
        fault="`webhook send`: a line break in the delivery's id",
        arguments=(*_SEND[:-1], "a\r\nX-Evil: 1"),
        exit=2,
        says=r"--delivery-id +has a line break in it",
    ),
    replace(
        _DELIVERY,
        fault="`webhook send`: a byte that is no UTF-8 in the key",
        around=None,
        variables={"AAP_WEBHOOK_KEY": "caf\udce9"},
        exit=2,
        says=r"AAP_WEBHOOK_KEY has characters that no webhook key has",
    ),
]


def _first(**fields: Any) -> faults.Fault:
    """The first row of a list, where it has one, has these fields."""

    def edit(body: dict[str, Any]) -> dict[str, Any]:
        first, others = body["results"][:1], body["results"][1:]
        return {**body, "results": [*({**row, **fields} for row in first), *others]}

    return faults.changed(edit)


def _nothing_written(stage: Stage, ended: Ended) -> None:
    assert not _folder(stage).exists()


def _folder(stage: Stage) -> Path:
    return stage.launcher.folder / "aap"


def _export(stage: Stage) -> tuple[str, ...]:
    return ("export", str(_folder(stage)), "--only", "projects")


_EXPORT = Row(fault="", says="", arguments=_export, inputs=_ADMIN, **_NOTHING)
_PROJECTS = r"/v2/projects/\?"

EXPORTS = [
    replace(
        _EXPORT,
        fault="`export`: half a surrogate pair in a name",
        rules=[Rule(_PROJECTS, _first(name="\ud800"), count=None)],
        says=r"\d+ objects in ",
    ),
    replace(
        _EXPORT,
        fault="`export`: a name that is a list",
        rules=[Rule(_PROJECTS, _first(name=["Shop"]), count=None)],
        exit=4,
        says=r"its name is no text: the answer is not the controller's",
        after=_nothing_written,
    ),
]

_DOCTOR = Row(fault="", says="", arguments=("doctor", "24"), inputs={"extra_vars": ""}, **_NOTHING)
_LIST = r"/job_templates/24/jobs/"

DOCTOR = [
    replace(
        _DOCTOR,
        fault="`doctor`: 404 to the list of the template's jobs",
        rules=[Rule(_LIST, faults.answer(gateway.json(404, {"detail": "Not found."})), count=None)],
        says=r"^warning +events",
    ),
    replace(
        _DOCTOR,
        fault="`doctor`: `summary_fields` of the template is a list",
        rules=[Rule(r"/job_templates/24/$", faults.changed(lambda row: {**row, "summary_fields": [1]}), count=None)],
        says=r"^warning +project +none that this user may see",
    ),
]  # fmt: skip


def _hosts(stage: Stage) -> tuple[str, ...]:
    file = stage.launcher.folder / "hosts.csv"
    file.write_text("name\nnew-host-of-the-matrix\n")
    return ("hosts", "import", str(file), "--inventory", "Shop")


@contextmanager
def _sleeping(stage: Stage) -> Iterator[Mapping[str, str]]:
    """A profile whose token command never ends."""
    folder = stage.launcher.folder / "aap-launcher"
    folder.mkdir()
    script = f"echo begun > {folder}/begun; sleep 100"
    (folder / "config.toml").write_text(
        f'[profile.slow]\nurl = "{stage.front.url}"\ntoken_command = ["sh", "-c", "{script}"]\n'
    )
    (folder / "config.toml").chmod(0o600)
    stage.extra["begun"] = folder / "begun"
    yield {"XDG_CONFIG_HOME": str(stage.launcher.folder), "AAP_PROFILE": "slow"}


def _stop_it(stage: Stage) -> None:
    wait_for(stage.extra["begun"].exists, 60, "the token command")
    stage.signal()


OTHERS = [
    Row(
        fault="`token create`: the answer is lost after the token was made",
        arguments=("token", "create"),
        rules=[Rule(r"/tokens/$", faults.reset("acted"), "POST")],
        exit=4,
        says=r"making a token: .*; it may have taken effect",
        **_NOTHING,
    ),
    Row(
        fault="`hosts import`: the answer is lost after the hosts were made",
        arguments=_hosts,
        inputs=_ADMIN,
        rules=[Rule(r"/bulk/host_create/$", faults.answer(gateway.ERROR_500), "POST")],
        exit=4,
        says=r"the same command again does the rest",
        **_NOTHING,
    ),
    Row(
        fault="SIGINT while the profile's token command takes its time",
        inputs={"token": ""},
        around=_sleeping,
        during=_stop_it,
        real_time=True,
        exit=130,
        says=r"interrupted by signal 2",
        **_NOTHING,
    ),
    Row(
        fault="A mistyped variable, `AAP_LIMTI`",
        variables={"AAP_LIMTI": "web"},
        says=r"AAP_LIMTI is set, and nothing reads it. Did you mean AAP_LIMIT\?",
    ),
]


def _green_first() -> faults.Fault:
    """The first final page of the job says that it was successful."""
    told: list[int] = []

    def edit(row: dict[str, Any]) -> dict[str, Any]:
        if row.get("status") != "failed" or told:
            return row
        told.append(1)
        return {**row, "status": "successful", "failed": False, "event_processing_finished": True}

    return faults.changed(edit)


def _both(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "failed": True} if row.get("status") == "successful" else row


ENDS = [
    Row(
        fault="Each page of the ended job says `successful`, and `failed: true`",
        rules=[Rule(JOB, faults.changed(_both), count=None)],
        exit=4,
        lost=None,
        says=r"says that it is successful and failed at once",
    ),
    Row(
        fault="`successful` at first, and `failed` on each later page of the job",
        inputs={"template": "Broken deploy", "extra_vars": ""},
        rules=[Rule(JOB, _green_first(), count=None)],
        exit=1,
        says=r"is successful, and then failed: the later word counts",
    ),
]

ROWS = {
    "Ends that contradict themselves": ENDS,
    "The other commands, and what surrounds a launch": [*WEBHOOKS, *EXPORTS, *DOCTOR, *OTHERS],
}
