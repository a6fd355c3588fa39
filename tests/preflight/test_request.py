from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from aap_launcher.errors import NotFound, Refused
from aap_launcher.inputs.definitions import INPUTS, PROMPTS
from aap_launcher.inputs.parsing import parse_inputs
from aap_launcher.models.jobs import Job, Launched, Status
from aap_launcher.models.outcomes import CIContext
from aap_launcher.models.templates import Found, RelaunchPrompts
from aap_launcher.preflight.fields import FIELDS
from aap_launcher.preflight.request import ignored_fields, launch_request, relaunch_request
from tests.preflight.pages import BASE, JOB, PAGES, WORKFLOW, launch, page, refused

GIVEN: dict[str, Any] = {
    "extra_vars": "version: '9'",
    "limit": "web1:db1",
    "job_tags": "deploy",
    "skip_tags": "never",
    "job_type": "check",
    "verbosity": "2",
    "diff_mode": "true",
    "inventory": "2",
    "credentials": "3",
    "forks": "3",
    "job_slice_count": "1",
    "job_timeout": "100",
    "labels": "1",
    "instance_groups": "2",
    "execution_environment": "1",
    "scm_branch": "main",
}
SCM = {"ask_scm_branch_on_launch": True}


def test_every_prompt_input_is_a_field_of_the_launch() -> None:
    prompts = {definition.name for definition in INPUTS if definition.section == PROMPTS}
    assert prompts == {field.input for field in FIELDS} | {
        "extra_vars",
        "extra_vars_file",
        "credential_passwords",
    }


def test_every_field_is_asked_for_under_a_name_that_the_controller_has() -> None:
    assert {field.ask for field in FIELDS} | {"ask_variables_on_launch"} == {
        key for key in PAGES["prompts"] if key.startswith("ask_")
    }


def test_all_prompts_become_the_body_that_awx_accepts() -> None:
    assert launch(page("prompts", **SCM), **GIVEN).body == {
        "extra_vars": {"version": "9"}, "limit": "web1:db1", "job_tags": "deploy", "skip_tags": "never", "job_type": "check",
        "verbosity": 2, "diff_mode": True, "inventory": 2, "credentials": [3], "forks": 3, "job_slice_count": 1,
        "timeout": 100, "labels": [1], "instance_groups": [2], "execution_environment": 1, "scm_branch": "main",
    }  # fmt: skip


def test_nothing_given_sends_nothing() -> None:
    assert launch(page("prompts")).body == {}
    assert launch(page("plain"), extra_vars="").body == {}


def test_zero_false_and_the_empty_string_are_sent() -> None:
    given: dict[str, Any] = {
        "verbosity": "0",
        "forks": "0",
        "diff_mode": "false",
        "limit": "",
        "job_tags": "",
        "job_timeout": "0",
        "labels": "",
    }
    assert launch(page("prompts"), **given).body == {
        "verbosity": 0, "forks": 0, "diff_mode": False, "limit": "", "job_tags": "", "timeout": 0, "labels": []
    }  # fmt: skip


@pytest.mark.parametrize("name", [*GIVEN])
def test_a_field_that_is_not_asked_for_is_refused(name: str) -> None:
    problems = refused(page("plain"), **{name: GIVEN[name]})
    (problem,) = problems.values()
    assert "does not prompt for" in problem.fault
    assert "the controller would" in problem.fault
    assert 'Turn on "Prompt on launch" for' in problem.advice


def test_an_empty_limit_that_is_not_asked_for_is_refused_too() -> None:
    assert 'given ""' in refused(page("plain"), limit="")["limit"].fault


def test_the_refusal_reads_as_documented() -> None:
    prompts = page("plain", ask_job_type_on_launch=True, default_inventory="x")
    with pytest.raises(Refused) as error:
        launch(prompts, limit="web1", verbosity="0")
    assert str(error.value).splitlines() == [
        "this launch would not do what you asked; nothing was started.",
        '  limit      given "web1", but "Deploy shop" does not prompt for a limit: the controller would ignore it and run on every host.',
        '             Turn on "Prompt on launch" for Limit in the template, or drop the input.',
        '  verbosity  given 0, but "Deploy shop" does not prompt for a verbosity: the controller would ignore it and use the template\'s own.',
        '             Turn on "Prompt on launch" for Verbosity in the template, or drop the input.',
    ]


def test_a_check_that_would_run_for_real_says_so() -> None:
    assert "change the hosts" in refused(page("plain"), job_type="check")["job_type"].fault


def test_the_inventory_that_would_be_used_instead_is_named() -> None:
    prompts = replace(page("plain"), default_inventory="Production")
    assert 'use the template\'s own, "Production"' in refused(prompts, inventory="4")["inventory"].fault


def test_a_prompt_that_an_older_controller_does_not_know_is_refused_as_such() -> None:
    prompts = page("prompts")
    old = replace(
        prompts, known=prompts.known - {"ask_forks_on_launch"}, asks=prompts.asks - {"ask_forks_on_launch"}
    )
    assert "this controller has no prompt for forks" in refused(old, forks="5")["forks"].fault


# --- names ----------------------------------------------------------------------------------------------


def test_names_become_ids_and_each_is_asked_for_once_in_its_own_words() -> None:
    asked = []

    def find(name: str, value: str, organization: str) -> Found:
        assert organization == "Retail", "the template's"
        asked.append((name, value))
        return Found(len(asked) + 100, f"{value}!")

    request = launch(
        page("prompts"),
        find=find,
        inventory="Prod",
        credentials='["a,b", 3, "3"]',
        labels="x,y",
        execution_environment="ee",
        instance_groups="g",
    )
    body = request.body
    assert asked == [
        ("inventory", "Prod"),
        ("credentials", "a,b"),
        ("credentials", "3"),
        ("execution_environment", "ee"),
        ("labels", "x"),
        ("labels", "y"),
        ("instance_groups", "g"),
    ]
    assert body["credentials"] == [102, 103]
    assert body["inventory"] == 101
    assert body["labels"] == [105, 106]
    shown = dict(request.shown)
    assert shown["inventory"] == "Prod! (id 101)"
    assert shown["labels"] == "x! (id 105), y! (id 106)"


def test_one_object_under_two_names_is_sent_once() -> None:
    assert launch(page("prompts"), find=lambda *_: Found(7), labels="a,b").body == {"labels": [7]}


def test_every_name_that_is_not_found_is_listed_with_the_other_problems() -> None:
    def find(name: str, value: str, _organization: str) -> Found:
        raise NotFound(f'there is no {name} "{value}"')

    with pytest.raises(Refused) as error:
        launch(
            replace(page("prompts"), passwords_needed=("ssh_password",)),
            find=find,
            inventory="Prud",
            labels="a,b",
        )
    assert [(problem.field, problem.fault) for problem in error.value.problems] == [
        ("inventory", 'there is no inventory "Prud"'),
        ("labels", 'there is no labels "a"'),
        ("labels", 'there is no labels "b"'),
        ("credential_passwords", 'missing: "ssh_password"; the credentials of "Deploy shop" ask for it.'),
    ]


def test_names_of_a_field_that_is_not_asked_for_are_not_looked_up() -> None:
    assert set(refused(page("plain"), inventory="Production", labels="a")) == {"inventory", "labels"}


# --- what is missing ------------------------------------------------------------------------------------


def test_passwords_that_the_credentials_ask_for_are_demanded() -> None:
    with pytest.raises(Refused) as error:
        launch(page("passwords"), credential_passwords='{"ssh_password": "x", "become_password": ""}')
    assert [problem.fault.split(";")[0] for problem in error.value.problems] == [
        'missing: "become_password"',
        'missing: "vault_password.dev"',
    ]


def test_passwords_are_sent_as_awx_wants_them() -> None:
    passwords = {"ssh_password": "a", "become_password": "b", "vault_password.dev": "c"}
    request = launch(page("passwords"), credential_passwords=json.dumps(passwords))
    assert request.body == {"credential_passwords": passwords}
    assert dict(request.shown) == {
        "credential_passwords": "ssh_password=*** become_password=*** vault_password.dev=***"
    }


def test_a_password_that_nobody_asks_for_is_refused() -> None:
    assert (
        "ask for: none"
        in refused(page("plain"), credential_passwords="ssh_passwort: hunter2")["credential_passwords"].fault
    )


def test_with_other_credentials_only_the_controller_knows_their_passwords() -> None:
    prompts = replace(page("prompts"), passwords_needed=("ssh_password",))
    assert launch(prompts, credentials="7").body == {"credentials": [7]}
    assert launch(prompts, credentials="7", credential_passwords="vault_password: x").body[
        "credential_passwords"
    ] == {"vault_password": "x"}


def test_a_missing_inventory_is_demanded_where_it_is_asked_for() -> None:
    assert "asks for one" in refused(page("ask_inventory"))["inventory"].fault
    assert launch(page("ask_inventory"), inventory="2").body == {"inventory": 2}


def test_a_template_that_has_no_inventory_and_asks_for_none_cannot_run() -> None:
    assert "it cannot run" in refused(page("missing_inventory"))["inventory"].fault
    (problem,) = refused(page("missing_inventory"), inventory="2").values()
    assert "does not prompt for an inventory" in problem.fault


def test_a_user_without_the_execute_role_is_told_before_the_launch() -> None:
    fault = refused(page("plain"), replace(JOB, may_start=False))["template"].fault
    assert fault == 'this user lacks the Execute role on "Deploy shop" (job template 15).'
    assert launch(page("plain"), replace(JOB, may_start=None)).body == {}


def test_every_problem_comes_at_once() -> None:
    assert set(refused(page("missing_inventory"), replace(JOB, may_start=False), limit="x", credential_passwords="a: b", extra_vars="v: 1")) == {
        "template", "limit", "inventory", "credential_passwords", "v",
    }  # fmt: skip


# --- variables ------------------------------------------------------------------------------------------


def test_variables_go_through_where_they_are_asked_for() -> None:
    assert launch(page("prompts"), extra_vars='{"a": {"b": [1, null]}}').body == {
        "extra_vars": {"a": {"b": [1, None]}}
    }


def test_each_variable_that_would_be_dropped_is_named_and_no_secret_is_shown() -> None:
    problems = refused(
        page("plain"), extra_vars="version: 1.2\ndb_password: hunter22\nnested: {api_key: hunter22}"
    )
    assert set(problems) == {"version", "db_password", "nested"}
    assert "given 1.2" in problems["version"].fault
    assert "hunter22" not in "".join(problem.fault for problem in problems.values())


def test_who_launches_is_sent_where_variables_are_asked_for_and_overrides_nothing() -> None:
    context = CIContext("github", "acme/shop", "3f2c1ab", "main", "", "https://run")
    request = launch(page("prompts"), context=context, ci_vars="true", extra_vars="aap_launcher_ref: mine")
    assert request.body["extra_vars"] == {
        "aap_launcher_provider": "github",
        "aap_launcher_repository": "acme/shop",
        "aap_launcher_commit": "3f2c1ab",
        "aap_launcher_ref": "mine",
        "aap_launcher_run_url": "https://run",
    }


def test_who_launches_is_not_sent_elsewhere_and_a_notice_says_so() -> None:
    request = launch(page("plain"), context=CIContext("github"), ci_vars="true")
    assert request.body == {}
    assert request.notices == ('ci_vars: not sent, as "Deploy shop" does not prompt for variables',)


def test_a_launch_request_shows_no_secret_in_its_repr() -> None:
    request = launch(page("prompts"), extra_vars="db_password: hunter22")
    assert "hunter22" not in repr(request)


def test_hostile_names_cannot_forge_lines() -> None:
    template = replace(JOB, name="x\n::error::y\x1b[31m")
    fault = refused(page("plain"), template, limit="a")["limit"].fault
    assert "\n" not in fault
    assert "\x1b" not in fault


# --- workflows ------------------------------------------------------------------------------------------


def test_a_workflow_has_fewer_prompts() -> None:
    problems = refused(page("workflow"), WORKFLOW, **GIVEN)
    unknown = {
        name for name, problem in problems.items() if "a workflow template has no prompt" in problem.fault
    }
    assert unknown == {
        "job_type", "verbosity", "diff_mode", "credentials", "execution_environment",
        "forks", "job_slice_count", "job_timeout", "instance_groups",
    }  # fmt: skip
    assert set(problems) - unknown == {
        "limit",
        "inventory",
        "scm_branch",
        "labels",
        "job_tags",
        "skip_tags",
        "version",
    }
    assert "the controller would refuse it" in problems["limit"].fault
    assert "the controller would refuse it" in problems["version"].fault


def test_a_workflow_takes_what_it_asks_for() -> None:
    request = launch(
        page("workflow_survey", survey=True), WORKFLOW, inventory="2", limit="web", extra_vars="version: v1"
    )
    assert request.body == {
        "inventory": 2,
        "limit": "web",
        "extra_vars": {"version": "v1", "env": "dev", "features": ["a", "b"]},
    }


# --- afterwards -----------------------------------------------------------------------------------------


MADE = Job(32, "job", "Deploy shop", Status.PENDING, "/api/v2/jobs/32/")


def test_ignored_fields_are_named_by_their_inputs_and_without_values() -> None:
    problems = ignored_fields(
        Launched(MADE, {"limit": "web1", "timeout": 5, "extra_vars": {"db_password": "hunter22", "a": 1}})
    )
    assert [problem.field for problem in problems] == ["limit", "job_timeout", "extra_vars"]
    assert problems[0].fault == "the controller ignored it; job 32 was made without it."
    assert problems[2].fault == "the controller ignored it: db_password, a; job 32 was made without it."


def test_nothing_ignored_is_no_problem() -> None:
    assert ignored_fields(Launched(MADE)) == ()


def relaunch(prompts: RelaunchPrompts, **given: str) -> dict[str, object]:
    raw = {"url": "https://x", "token": "t", "relaunch": "32", **given}
    return dict(relaunch_request(parse_inputs(raw), MADE, prompts).body)


def test_a_relaunch_on_all_hosts_needs_no_body() -> None:
    assert relaunch(RelaunchPrompts(hosts={"all": 5, "failed": 1})) == {}


def test_a_relaunch_on_failed_hosts_says_so() -> None:
    passwords = RelaunchPrompts(("ssh_password",), {"all": 5, "failed": 1})
    assert relaunch(passwords, relaunch_hosts="failed", credential_passwords="ssh_password: x") == {
        "hosts": "failed",
        "credential_passwords": {"ssh_password": "x"},
    }


@pytest.mark.parametrize(
    ("hosts", "fault"),
    [({"all": 5, "failed": 0}, "has no failed hosts"), (None, "as a whole"), ({}, "as a whole")],
)
def test_a_relaunch_that_the_controller_would_refuse_is_refused(
    hosts: dict[str, int] | None, fault: str
) -> None:
    with pytest.raises(Refused) as error:
        relaunch(RelaunchPrompts(("ssh_password",), hosts), relaunch_hosts="failed")
    assert [problem.field for problem in error.value.problems] == ["relaunch_hosts", "credential_passwords"]
    assert fault in error.value.problems[0].fault


def test_the_context_may_be_left_out() -> None:
    assert (
        launch_request(
            parse_inputs({**BASE, "ci_vars": "true"}), JOB, page("prompts"), lambda *_: Found(1)
        ).body
        == {}
    )


def test_the_marker_is_sent_where_the_template_takes_variables_and_shown() -> None:
    def asked(prompts: Any, **given: str) -> Any:
        return launch_request(
            parse_inputs({**BASE, **given}), JOB, prompts, lambda *_: Found(1), marker="3f2c"
        )

    request = asked(page("prompts"), extra_vars="a: 1")
    assert request.body["extra_vars"] == {"a": 1, "aap_launcher_id": "3f2c"}
    assert dict(request.shown)["extra_vars"] == "a=1 aap_launcher_id=3f2c"
    assert asked(page("plain")).body == {}
    with pytest.raises(Refused) as error:
        asked(page("prompts"), extra_vars="aap_launcher_id: mine")
    assert [problem.field for problem in error.value.problems] == ["aap_launcher_id"]
