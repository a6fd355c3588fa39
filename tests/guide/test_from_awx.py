"""docs/from-awx.md: each of our commands parses, names what exists, and a dozen of them are run."""

from __future__ import annotations

import re
import shlex

import click
import pytest

import sandbox
from aap_launcher.cli.program import cli
from aap_launcher.client.fields import shape
from aap_launcher.client.names import kind
from tests import warm
from tests.runtimes import KEPT_RUNS, ROOT

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
RUN = (
    "api GET me/ --jq .results[0].username",
    "api GET ping/",
    "job_templates list",
    'job_templates list name="Deploy shop"',
    'job_templates edit "Deploy shop" limit=web',
    'job_templates attach "Deploy shop" credentials "Shop machine"',
    'job_templates detach "Deploy shop" credentials "Shop machine"',
    'launch "Deploy shop" --no-wait',
    "jobs list status=failed",
    "hosts create name=web3 inventory=Shop 'variables={\"port\": 8080}'",
    "hosts edit web3 enabled=false",
    "groups attach web hosts web3",
    "hosts list groups__name=web",
    "teams create name=Ops organization=Retail",
    "api PATCH settings/jobs/ -F SCHEDULE_MAX_JOBS=20",
)


def test_the_table_has_the_most_used_commands() -> None:
    assert len(COMMANDS) >= 60
    assert len({command.split()[0] for command in COMMANDS}) >= 20
    assert set(RUN) <= set(COMMANDS)


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


@pytest.mark.sandbox
def test_a_dozen_of_them_do_what_the_table_says() -> None:
    with sandbox.start(layout="gateway26", speed=20, kept_runs=KEPT_RUNS) as box:
        printed = ""
        for command in RUN:
            done = warm.run(*shlex.split(command), env={"AAP_URL": box.url, "AAP_TOKEN": "admin-token"})
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
            printed += done.stdout
    assert re.search(r"limit  \S+ -> \"web\"", printed)
    assert re.search(r"web3 +Shop +false", printed), "made, disabled and found by its group"
