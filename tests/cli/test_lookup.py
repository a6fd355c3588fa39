"""The commands: the launcher's own, and one for each resource, found by every name that it has."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from aap_launcher.cli.program import cli
from aap_launcher.cli.resources.command_group import RESOURCES
from aap_launcher.cli.resources.verbs import VERBS, verbs_of
from aap_launcher.client.fields import shape
from aap_launcher.client.kinds import KINDS
from tests.runtimes import ROOT


def found(name: str) -> click.Command:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None, name
    return command


def test_the_names_in_help_are_those_of_the_table() -> None:
    assert set(RESOURCES) == set(KINDS)
    assert list(RESOURCES) == sorted(RESOURCES)


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("hosts", "hosts"),
        ("host", "hosts"),
        ("job-templates", "job_templates"),
        ("jt", "job_templates"),
        ("wfjt", "workflow_job_templates"),
        ("ee", "execution_environments"),
        ("org", "organizations"),
        ("workflow-job-template-node", "workflow_job_template_nodes"),
    ],
)
def test_a_resource_is_found_by_each_of_its_names(name: str, resource: str) -> None:
    assert found(name).name == resource


def test_no_name_of_a_resource_hides_a_command_of_the_launcher() -> None:
    own = [name for name in cli.list_commands(click.Context(cli)) if name not in RESOURCES]
    names = {name for kind in KINDS.values() for name in (kind.name, kind.singular, *kind.aliases)}
    assert set(own) & names == {"token"}, "the command that makes one; the resource is tokens"


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_resource_has_its_verbs_and_each_has_its_help(resource: str) -> None:
    group = found(resource)
    assert isinstance(group, click.Group)
    ctx = click.Context(group, info_name=resource)
    wanted = {verb.name for verb in verbs_of(KINDS[resource])}
    assert wanted <= set(group.list_commands(ctx))
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        text = command.get_help(click.Context(command, info_name=name))
        assert "Usage:" in text


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_has_a_function_and_a_resource(verb: object) -> None:
    assert callable(verb.does())  # type: ignore[attr-defined]
    assert any(verb in verbs_of(kind) for kind in KINDS.values())


@pytest.mark.parametrize("verb", ["list", "get", "create", "edit", "delete"])
def test_a_verb_is_there_exactly_where_the_controller_has_it(verb: str) -> None:
    for kind in KINDS.values():
        assert (verb in shape(kind).verbs) == any(one.name == verb for one in verbs_of(kind)), kind.name


def test_help_of_all_reads_no_table_and_speaks_no_http() -> None:
    code = (
        "import sys; from aap_launcher.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'requests', 'msgspec', 'yaml', 'jq', 'aap_launcher.client.kinds'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "job_templates" in ended.stdout
    assert ended.stderr.strip() == "[]"
