"""Every command on answers of which one value is not as it should be: told, and never a fault of ours.

The good answers are the sandbox's, recorded once for each command; in every run one value of one of them is another
one: a list, a number, nothing, half a surrogate pair, what is nested too deep; or the whole answer is no JSON.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

import sandbox
from sandbox import Sandbox
from tests.fuzz.commands import Ended, Exchange, Said, home, ran, recording, replaying
from tests.fuzz.test_answers import RAW, VALUES, changed
from tests.runtimes import KEPT_RUNS

pytestmark = pytest.mark.sandbox
TRIES = int(os.environ.get("TRIES", "10"))  # of each command
LOGIN = {"AAP_TOKEN": "", "AAP_USERNAME": "ci-bot", "AAP_PASSWORD": "ci-bot-password"}
COMMANDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "doctor": ("doctor 24", {}),
    "doctor, inputs": ("doctor Deploy+shop --limit web --json", {}),
    "doctor, workflow": ("doctor Release+train", {}),
    "doctor, password": ("doctor", LOGIN),
    "export": ("export {folder}/aap", {}),
    "diff": ("diff {folder}/aap", {}),
    "webhook setup": ("webhook setup 24 --service github", {}),
    "webhook send": ("webhook send 24 --delivery-id d1", {"AAP_TOKEN": ""}),
    "webhook send, token": ("webhook send 24 --delivery-id d2", {}),
    "bulk launch": ("bulk launch {folder}/bulk.yml --organization Retail", {}),
    "hosts import": ("hosts import {folder}/hosts.csv --inventory Shop", {}),
    "token create": ("token create --description x", {}),
    "token list": ("token list", {}),
    "login": ("login {url}", LOGIN),
    "login, token": ("login {url} --with-token", {"AAP_TOKEN": ""}),
    "logout": ("logout {url}", {"AAP_TOKEN": ""}),
    "jobs stats": ("jobs stats", {}),
    "api metrics": ("api GET metrics/", {}),
    "attach": ("groups attach web hosts web1", {}),
    "jobs list": ("jobs list -o json", {}),
}
AFTER = {"diff": "export", "logout": "login"}


@pytest.fixture(scope="module", params=["awx", "gateway26"])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with sandbox.start(layout=request.param, speed=20, kept_runs=KEPT_RUNS) as box:
        yield Scene(box, tmp_path_factory.mktemp("scene"))


class Scene:
    """A sandbox with a finished job and a webhook, and files for the commands that take some."""

    def __init__(self, box: Sandbox, folder: Path) -> None:
        self.box, self.folder = box, folder
        number = self._asked("POST", "job_templates/24/launch/", {})["job"]
        while self._asked("GET", f"jobs/{number}/")["status"] not in {"successful", "failed"}:
            time.sleep(0.1)
        self._asked("PATCH", "job_templates/24/", {"webhook_service": "github"})
        self._file = folder / "aap-launcher" / "logins.json"
        self._logins: str | None = None
        key = self._asked("GET", "job_templates/24/webhook_key/")["webhook_key"]
        (folder / "bulk.yml").write_text("[{template: Locked}, {template: Deploy shop, limit: web}]")
        (folder / "hosts.csv").write_text('name,variables\nzz1,"{a: 1}"\nweb1,\n')
        self.environment = home(folder) | {
            "AAP_URL": box.url, "AAP_TOKEN": "admin-token", "AAP_WEBHOOK_KEY": key, "AAP_OUTAGE_TOLERANCE": "3s",
        }  # fmt: skip

    def _asked(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": "Bearer admin-token"}
        return requests.request(
            method, f"{self.box.api}/{path}", json=body, headers=headers, timeout=30
        ).json()

    def remember_logins(self) -> None:
        self._logins = self._file.read_text() if self._file.exists() else None

    def restore_logins(self) -> None:
        """As they were before a logout."""
        self._file.unlink(missing_ok=True)
        if self._logins is not None:
            self._file.write_text(self._logins)
            self._file.chmod(0o600)

    def run(self, name: str) -> Ended:
        words, more = COMMANDS[name]
        given = [
            word.replace("+", " ").format(folder=self.folder, url=self.box.url) for word in words.split()
        ]
        return ran(given, self.environment | dict(more), stdin="admin-token\n")


def spoilt(kept: Exchange, luck: random.Random) -> tuple[Exchange, str]:
    """The same answers but one, and what was done to it."""
    again = kept.again()
    key = luck.choice(sorted(again.said))
    at = luck.randrange(len(again.said[key]))
    said = again.said[key][at]
    content = said.content
    whole = content is None or luck.random() < 0.05
    where, value = luck.randrange(10**6), luck.choice(VALUES)
    body = luck.choice(RAW) if whole else changed(content, where, value)
    again.said[key][at] = Said(said.status, said.headers, body)
    return again, f"answer {at} to {key}: {body[:2000]!r}"


@pytest.mark.parametrize("name", COMMANDS)
def test_an_answer_of_the_wrong_shape_is_no_fault_of_ours(scene: Scene, name: str) -> None:
    kept, luck = Exchange(), random.Random(f"{name} {scene.box.settings.layout}")
    if name in AFTER:
        with recording(Exchange()):
            assert scene.run(AFTER[name]).code == 0
    scene.remember_logins()
    with recording(kept):
        good = scene.run(name)
    assert good.code == 0, good.told
    for _ in range(TRIES):
        scene.restore_logins()
        again, how = spoilt(kept, luck)
        with replaying(again):
            ended = scene.run(name)
        assert 0 <= ended.code <= 6, f"{how}\n{ended.told}"
        assert "Traceback" not in ended.told, f"{how}\n{ended.told}"
        if ended.code:
            assert ended.told.strip(), how
