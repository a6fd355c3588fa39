"""What was typed on the command line, up to the inputs that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import pytest
from click.testing import CliRunner

from aap_launcher.cli.program import cli
from aap_launcher.errors import InvalidInput, Problem
from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.inputs.input import InputKind
from aap_launcher.inputs.parsing import Inputs, parse_inputs

BASE = {"url": "https://aap.example.com", "token": "t0k3n-value"}
FILES = {"a.yml": b"env: dev\nreplicas: 1", "b.json": b'{"env": "prod"}', "-": b"from: stdin"}


def typed(name: str, *words: str) -> dict[str, Any]:
    """The inputs that the words give, each as all that was typed for it."""
    root = click.Context(cli, **cli.context_settings)
    command = cli.get_command(root, name)
    assert command is not None
    given = command.make_context(name, list(words), parent=root).params
    known = {one.name for one in INPUTS}
    return {key: value for key, value in given.items() if key in known and value not in ((), None)}


def read(*words: str) -> Inputs:
    def read_file(path: str) -> bytes:
        if path not in FILES:
            raise FileNotFoundError(path)
        return FILES[path]

    given = typed("launch", "--template", "T", *words)
    return parse_inputs({**BASE, **given}, read_file=read_file)


def wrong(*words: str) -> dict[str, str]:
    return {problem.field: problem.fault for problem in problems(*words)}


def problems(*words: str) -> Sequence[Problem]:
    with pytest.raises(InvalidInput) as error:
        read(*words)
    return error.value.problems


# --- several times --------------------------------------------------------------------------------------


def test_lists_and_files_given_several_times_grow_in_order() -> None:
    found = read(
        "--labels", "x,y", "--labels", '["a,b"]', "--labels", "x", "--credentials", "c", "--credentials", "d"
    )
    assert found.prompts["labels"] == ("x", "y", "a,b")
    assert found.prompts["credentials"] == ("c", "d")
    files = read("--extra-vars-file", "a.yml", "--extra-vars-file", "b.json").prompts["extra_vars"]
    assert files == {"env": "prod", "replicas": 1}


@pytest.mark.parametrize(
    "words",
    [("-l", "web", "-l", "db"), ("--limit", "web", "--limit", "web"), ("-t", "a", "--job-tags", "b"), ("-i", "a", "-i", "b"),
     ("--verbosity", "1", "--verbosity", "2"), ("--on-timeout", "leave", "--on-timeout", "cancel"), ("--template", "B"),
     ("--wait", "--no-wait"), ("--timeout", "5m", "--timeout", "")],
)  # fmt: skip
def test_a_single_value_given_twice_is_refused(words: tuple[str, ...]) -> None:
    (fault,) = wrong(*words).values()
    assert fault == "given 2 times, and it is one value"


def test_what_is_refused_for_coming_twice_is_told_in_the_form_to_write() -> None:
    twice = problems("-l", "web", "-l", "db", "-t", "a", "--verbosity", "1", "--verbosity", "2", "-t", "b")
    assert {problem.field: problem.advice for problem in twice} == {
        "limit": 'Give it once: "web,db".',
        "job_tags": 'Give it once: "a,b".',
        "verbosity": "Give it once.",
    }


def test_a_template_is_an_argument_or_an_option_and_not_both() -> None:
    runner = CliRunner()
    done = runner.invoke(
        cli,
        ["launch", "A", "--template", "B", "--url", "https://x"],
        env={"AAP_TOKEN": "t0k3n"},
        obj=_signals(),
    )
    assert done.exit_code == 2
    assert "template  given 2 times, and it is one value" in done.output


def _signals() -> Any:
    from aap_launcher.cli.signals import ProcessSignals

    return ProcessSignals()


# --- -e -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "variables"),
    [
        (("-e", "@a.yml", "-e", "env=prod"), {"env": "prod", "replicas": 1}),
        (("-e", "env=prod", "-e", "@a.yml"), {"env": "dev", "replicas": 1}),
        (("-e", '{"a": 1}', "-e", '{"b": 2}'), {"a": 1, "b": 2}),
        (("-e", "a: 1", "-e", "b=2"), {"a": 1, "b": "2"}),
        (("-e", "a=1", "-e", "a=2"), {"a": "2"}),
        (("-e", "a: {x: 1}", "-e", "a: {y: 2}"), {"a": {"y": 2}}),
        (("-e", "-"), {"from": "stdin"}),
        (("-e", "@-", "-e", "a=1"), {"from": "stdin", "a": "1"}),
        (("--extra-vars-file", "-", "-e", "from=here"), {"from": "here"}),
        (("-e", "env=x", "--extra-vars-file", "a.yml"), {"env": "x", "replicas": 1}),
    ],
)
def test_each_e_is_read_by_itself_and_the_later_wins(
    words: tuple[str, ...], variables: dict[str, Any]
) -> None:
    assert read(*words).prompts["extra_vars"] == variables


def test_what_is_wrong_with_one_e_is_told_with_its_files_name() -> None:
    assert "no.yml does not exist" in wrong("-e", "a=1", "-e", "@no.yml")["extra_vars"]
    assert (
        "standard input is asked for twice" in wrong("-e", "-", "--extra-vars-file", "-")["extra_vars_file"]
    )


def test_a_file_is_read_only_where_a_person_typed_it() -> None:
    with pytest.raises(InvalidInput, match="not usable") as error:
        parse_inputs({**BASE, "template": "T", "extra_vars": "@/etc/passwd"})
    assert "files are not read here" in error.value.problems[0].fault


# --- booleans -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (("--wait",), True), (("--no-wait",), False), (("--wait", "false"), False), (("--wait=no",), False), (("--wait", "true"), True),
        ((), True), (("--no-wait", "--no-dry-run"), False),
    ],
)  # fmt: skip
def test_a_boolean_has_three_forms(words: tuple[str, ...], *, value: bool) -> None:
    assert read(*words).wait is value


def test_every_boolean_has_them() -> None:
    for one in INPUTS:
        if one.kind is InputKind.BOOLEAN:
            negative = one.option.replace("--", "--no-", 1)
            assert typed("launch", one.option, "x")[one.name] == ("true",)
            assert typed("launch", negative, "x")[one.name] == ("false",)


def test_a_boolean_takes_no_argument_that_is_none_and_no_value_of_another_option() -> None:
    assert typed("launch", "--dry-run", "Deploy shop") == {"dry_run": ("true",)}
    assert typed("launch", "--limit", "--no-wait", "x") == {"limit": ("--no-wait",)}
    assert typed("launch", "--", "--no-wait") == {}


# --- help -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["launch", "follow", "relaunch", "cancel", "approve", "output"])
def test_help_shows_what_is_the_commands_own_and_the_connection_in_short_at_the_end(command: str) -> None:
    told = CliRunner().invoke(cli, [command, "--help"]).output
    assert "--ca-bundle" not in told.partition("\nConnection:")[0]
    assert told.index("Other:") < told.index("\nConnection:")
    assert len(told.partition("\nConnection:")[2].splitlines()) <= 4
    whole = CliRunner().invoke(cli, [command, "--help-connection"])
    assert whole.exit_code == 0
    assert "--ca-bundle TEXT" in whole.output
    assert "AAP_TOKEN" in whole.output


def test_help_shows_both_forms_of_a_boolean() -> None:
    assert "--wait / --no-wait" in CliRunner().invoke(cli, ["launch", "--help"]).output
