"""docs/from-awx.md: each of our commands parses, names what exists, and is run."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import click
import pytest

import sandbox
from aap_launcher.cli.program import cli
from aap_launcher.client.fields import shape
from aap_launcher.client.kind_names import kind
from sandbox import Sandbox
from sandbox.settings import Layout
from tests import warm
from tests.runtimes import KEPT_RUNS, ROOT

LAYOUTS: tuple[Layout, ...] = ("awx", "gateway26")
PAGE = (ROOT / "docs" / "from-awx.md").read_text(encoding="utf-8")
TABLES = PAGE.partition("## Commands")[2]
COMMANDS = [
    command
    for line in TABLES.splitlines()
    if line.startswith("| ") and line.count(" | ") in {1, 2}
    for command in re.findall(r"`([^`]+)`", line.split(" | ")[1])
    if not command.startswith("aap-launcher")
]
OWN = {name for name in cli.list_commands(click.Context(cli)) if name in {"api", "token", "export", "diff"}}
FILES = {
    "channel.yml": "name: Ops channel\norganization: Retail\nnotification_type: webhook\n"
    "notification_configuration: {url: 'http://a.example', headers: {}, http_method: POST}\n",
    "launches.yml": "- template: Locked\n",
    "hosts.csv": "name\nbulk1\n",
    "inputs.yml": "username: deploy\n",
    "password.txt": "s3cret-of-ana",
    "nightly.rrule": "DTSTART:20300101T000000Z RRULE:FREQ=DAILY;INTERVAL=1",
    "template.yml": "name: From file\nproject: Shop playbooks\nplaybook: deploy_shop.yml\ninventory: Shop\nlabels: [nightly]\n",
}
# What a command needs to be there, and cannot find in a new sandbox: made by these.
FIRST = {
    "notification_templates_error": ["notification_templates create -f channel.yml"],
    "groups attach": ["hosts create name=web3 inventory=Shop"],
    "workflow_nodes attach": [
        "workflow_job_templates create name=Flow organization=Retail",
        "nodes create identifier=first workflow_job_template=Flow unified_job_template=Locked",
        "nodes create identifier=second workflow_job_template=Flow unified_job_template=Locked",
    ],
}
FAILS = {"follow 423": 1, "relaunch 423 --hosts failed": 1}  # a job that fails, and its failed host again
# A number of the page: what makes the one that is meant here, and where it is told, sooner or later.
NUMBERS = {
    r"(?<=token revoke )31": ("token create", r"token (\d+)"),
    r"(?<=approve )7": (
        'launch "Release with approval" --no-wait',
        "workflow_approvals list status=pending -o id",
        r"(\d+)",
    ),
    r"(?<= )423": ('launch "Broken deploy"', r"job (\d+)"),
}


def test_the_table_has_the_most_used_commands() -> None:
    assert len(COMMANDS) >= 60
    assert len({command.split()[0] for command in COMMANDS}) >= 20


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_exists_with_its_options_and_fields(command: str) -> None:
    group: click.Command = cli
    name, words = "", shlex.split(command)
    context = click.Context(cli)
    while isinstance(group, click.Group):
        name = words.pop(0)
        found = group.get_command(context, name)
        assert found is not None, f"{command}: {name}"
        group, context = found, click.Context(found, parent=context, info_name=name)
    group.make_context(name, list(words), parent=context.parent)
    resource = shlex.split(command)[0]
    if name in {"list", "create", "edit"} and resource not in OWN:
        known = {*shape(kind(resource)).fields, *shape(kind(resource)).related}
        for word in words:
            if re.match(r"\w+(\[\w+\])?=", word):
                assert re.split(r"__|\[|=", word)[0] in known, word


class Typist:
    """Types command lines, and tells (exit code, both streams) of each."""

    def __init__(self, box: Sandbox, folder: Path) -> None:
        self._box, self._folder = box, folder
        self._numbers: dict[str, str] = {}

    def types(self, command: str) -> tuple[int, str]:
        login = {"AAP_USERNAME": "admin", "AAP_PASSWORD": "admin-password"}
        done = warm.run(
            *shlex.split(command.replace("https://aap.example.com", self._box.url)),
            env={"XDG_CONFIG_HOME": str(self._folder), "AAP_URL": self._box.url}
            | (login if command.startswith("login") else {"AAP_TOKEN": "admin-token"}),
            cwd=self._folder,
        )
        return done.returncode, done.stdout + done.stderr

    def types_with_own_numbers(self, command: str) -> tuple[int, str]:
        for number, making in NUMBERS.items():
            if re.search(number, command):
                if number not in self._numbers or "approve" in number:  # which is answered once
                    self._numbers[number] = self._made(*making)
                return self.types(re.sub(number, self._numbers[number], command))
        return self.types(command)

    def _made(self, *making: str) -> str:
        *before, last, said = making
        for one in before:
            self.types(one)
        return self.waits(last, said)

    def waits(self, command: str, said: str) -> str:
        """Until the command tells what is meant; that."""
        for _ in range(60):
            if found := re.search(said, self.types(command)[1]):
                return found[1]
            time.sleep(1)
        raise AssertionError(command)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[str]]]:
    """What all of them print in each layout, typed beside each other: most of them wait for a job."""
    with ThreadPoolExecutor() as pool:
        yield {layout: pool.submit(_typed, layout, tmp_path_factory.mktemp(layout)) for layout in LAYOUTS}


def _typed(layout: Layout, folder: Path) -> str:
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    printed = ""
    with sandbox.start(layout=layout, speed=20, kept_runs=KEPT_RUNS) as box:
        typist = Typist(box, folder)
        for command in COMMANDS:
            for before in next((lines for piece, lines in FIRST.items() if piece in command), []):
                typist.types(before)
            if command.startswith("hosts delete"):  # no job may use it
                typist.waits("jobs count status__in=pending,waiting,running", r"^(0)$")
            code, said = typist.types_with_own_numbers(command)
            assert code == FAILS.get(command, 0), f"{command}\n{said}"
            printed += said
    return printed


@pytest.mark.sandbox
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_of_them_does_what_the_table_says(layout: str, printed: Mapping[str, Future[str]]) -> None:
    told = printed[layout].result()
    assert re.search(r"limit  \S+ -> \"web\"", told)
    assert re.search(r"enabled  true -> false", told)
    assert re.search(r"host \d+ of group \d+ \(hosts\) attached", told)
