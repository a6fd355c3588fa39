"""The preflight at work: what a template does not prompt for is refused, what it prompts for arrives in the job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aap_launcher.inputs.definitions import INPUTS, PROMPTS
from sandbox import Sandbox
from tests.e2e.conftest import Bench, Ended, Launcher

pytestmark = pytest.mark.sandbox

# All 17 fields of a launch, and a value for each.
GIVEN = {
    "extra_vars": "version: \"2.10\"\nflag: false\nempty: ''",
    "limit": "web1:web2",
    "inventory": "Shop",
    "credentials": "Shop machine, Shop cloud",
    "job_tags": "all",
    "skip_tags": "never,slow",
    "job_type": "check",
    "verbosity": "0",
    "diff_mode": "false",
    "execution_environment": "Control Plane EE",
    "labels": "ci\nnightly",
    "forks": "3",
    "job_slice_count": "1",
    "job_timeout": "90",
    "instance_groups": "controlplane",
}
NEVER_HERE = {"scm_branch": "release/it's", "credential_passwords": "ssh_password: p-w-d"}  # by this template
# The same fields as the job's detail shows them.
ARRIVED: dict[str, Any] = {
    "limit": "web1:web2",
    "inventory": 1,
    "job_tags": "all",
    "skip_tags": "never,slow",
    "job_type": "check",
    "verbosity": 0,
    "diff_mode": False,
    "execution_environment": 2,
    "forks": 3,
    "job_slice_count": 1,
    "timeout": 90,
}


@pytest.fixture(scope="session")
def locked(quiet_box: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Every field at once for a template that prompts for nothing.

    No credentials: with others than its own, only the controller knows which passwords are asked for.
    """
    given = {name: value for name, value in {**GIVEN, **NEVER_HERE}.items() if name != "credentials"}
    return Launcher(quiet_box, tmp_path_factory.mktemp("locked")).launch("Locked", **given)


def test_credentials_that_the_template_does_not_prompt_for_are_refused(quiet_launcher: Launcher) -> None:
    ended = quiet_launcher.launch("Locked", credentials="Shop cloud")
    ended.ends(3, "refused", job_id="")
    assert 'credentials given "Shop cloud", but "Locked" does not prompt for credentials' in ended.words


@pytest.mark.parametrize("field", [name for name in (*GIVEN, *NEVER_HERE) if name != "credentials"])
def test_a_field_that_the_template_does_not_prompt_for_is_refused(locked: Ended, field: str) -> None:
    locked.ends(3, "refused", job_id="")
    named = [line.split()[0] for line in locked.outputs["explanation"].splitlines()[1:] if line.strip()]
    if field == "extra_vars":  # each variable has a line of its own
        assert {"version", "flag", "empty"} <= set(named)
    else:
        assert field in named


def test_all_17_fields_of_a_launch_are_covered() -> None:
    prompts = {definition.name for definition in INPUTS if definition.section == PROMPTS}
    assert prompts == {*GIVEN, *NEVER_HERE, "extra_vars_file"}
    assert len(prompts) == 17 + 1


def test_the_refusal_tells_what_the_controller_would_have_done_and_what_to_change(locked: Ended) -> None:
    assert "the controller would ignore it and run on every host" in locked.words
    assert 'Turn on "Prompt on launch" for Limit in the template, or drop the input.' in locked.words
    assert "p-w-d" not in locked.without_masks
    assert "nothing was started" in locked.words


@pytest.fixture(scope="session")
def prompted(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, dict[str, Any]]:
    """Every field for a template that prompts for all of them: what the launcher left, and the job."""
    ended = Launcher(bench.box, tmp_path_factory.mktemp("prompted")).launch("Everything prompted", **GIVEN)
    return ended, bench.job(ended.job)


@pytest.mark.parametrize("field", ARRIVED)
def test_a_field_that_the_template_prompts_for_arrives_in_the_job(
    prompted: tuple[Ended, dict[str, Any]], field: str
) -> None:
    ended, job = prompted
    ended.ends(0, "successful", "successful", events="complete", failed_hosts="")
    assert job[field] == ARRIVED[field]


def test_labels_credentials_and_instance_groups_arrive_by_name(
    prompted: tuple[Ended, dict[str, Any]], bench: Bench
) -> None:
    ended, job = prompted
    assert [one["name"] for one in job["summary_fields"]["labels"]["results"]] == ["ci", "nightly"]
    assert {one["name"] for one in job["summary_fields"]["credentials"]} == {"Shop machine", "Shop cloud"}
    launch = next(one for one in bench.control("GET", "jobs/") if one["id"] == int(ended.job))
    assert launch["payload"]["instance_groups"] == [1]
    assert (launch["payload"]["verbosity"], launch["payload"]["diff_mode"]) == (0, False)


def test_values_of_variables_keep_their_types(prompted: tuple[Ended, dict[str, Any]]) -> None:
    """2.10 is not 2.1 to who reads it, `false` is not text, and an empty text is a value."""
    sent = json.loads(prompted[1]["extra_vars"])
    assert sent["flag"] is False
    assert sent["empty"] == ""
    assert sent["version"] == "2.10"


def test_the_limit_really_limits(prompted: tuple[Ended, dict[str, Any]]) -> None:
    ended, _ = prompted
    assert set(ended.json("host_summary")) == {"web1", "web2"}


def test_a_branch_that_the_project_does_not_let_override_is_the_controllers_own_no(
    quiet_launcher: Launcher, quiet: Bench
) -> None:
    jobs = quiet.control("GET", "jobs/")
    ended = quiet_launcher.launch("Everything prompted", scm_branch="release/it's")
    ended.ends(3, "refused", job_id="")
    assert "does not allow override branch" in ended.words
    assert quiet.control("GET", "jobs/") == jobs


# --- surveys and passwords ------------------------------------------------------------------------------


def test_all_survey_faults_are_told_at_once(quiet_launcher: Launcher) -> None:
    variables = "count: 11\nratio: high\nenv: staging\nfeatures: [a, z]\nverison: 2.4.1\ntoken: " + 65 * "s"
    ended = quiet_launcher.launch("Survey deploy", extra_vars=variables)
    ended.ends(3, "refused", job_id="")
    for told in (
        'version missing: the survey asks for "Version" (text, 2 to 20 characters)',
        "count given 11",
        "ratio",
        '"staging" is not a choice of "Environment": dev, prod',
        '"z" is not a choice of "Features"',
        "Did you mean version?",
        "token",
    ):
        assert told in ended.words, told
    assert 65 * "s" not in ended.without_masks


def test_a_default_that_the_controller_would_not_take_is_sent_and_told(
    launcher: Launcher, bench: Bench
) -> None:
    ended = launcher.launch("Survey deploy", extra_vars="version: 2.4")
    ended.ends(0, "successful", "successful")
    assert 'env: the survey\'s default "dev" is sent' in ended.words
    sent = json.loads(bench.job(ended.job)["extra_vars"])
    assert (sent["env"], sent["features"], sent["version"]) == ("dev", ["a", "b"], "2.4")
    assert "survey-secret" not in ended.log


def test_passwords_that_credentials_ask_for_are_given_and_never_shown(launcher: Launcher) -> None:
    given = {"ssh_password": "s3cr-one", "become_password": "s3cr-two", "vault_password.dev": "s3cr-three"}
    ended = launcher.launch("Needs passwords", credential_passwords=json.dumps(given))
    ended.ends(0, "successful", "successful")
    for secret in given.values():
        assert secret not in ended.without_masks + ended.summary + json.dumps(ended.outputs)
        assert f"::add-mask::{secret}" in ended.log


# --- by what a template may be called -------------------------------------------------------------------

CALLED = {
    "id": "30",
    "name": "Deploy shop",
    "name in any organization": "Duplicate++Platform",
    "API path": "/api/v2/job_templates/30/",
    "API URL": "{url}/api/v2/job_templates/30/",
    "launch URL": "{url}/api/v2/job_templates/30/launch/",
    "UI URL of AWX": "{url}/#/templates/job_template/30/details",
    "UI URL of AAP 2.5": "{url}/execution/templates/job-template/30/details",
    "named URL": "{url}/api/v2/job_templates/Duplicate++Platform/",
}


@pytest.mark.parametrize("way", CALLED)
def test_a_template_is_found_by(quiet_launcher: Launcher, quiet: Bench, way: str) -> None:
    before = quiet.changes()
    reference = CALLED[way].format(url=quiet.box.url)
    ended = quiet_launcher.launch(reference, dry_run="true")
    ended.ends(0, "checked", job_id="", events="none")
    wanted = (
        "Deploy shop · job template 10 · Retail"
        if way == "name"
        else "Duplicate · job template 30 · Platform"
    )
    assert f"Template {wanted}" in ended.words
    assert quiet.changes() == before, "a dry run changes nothing"


def test_a_name_and_its_organization_are_enough(quiet_launcher: Launcher) -> None:
    ended = quiet_launcher.launch("Duplicate", organization="Platform", dry_run="true")
    ended.ends(0, "checked", job_id="")
    assert "job template 30 · Platform" in ended.words


def test_an_id_and_that_no_other_template_is_called_so_are_asked_for_at_once(
    quiet_launcher: Launcher, quiet: Bench
) -> None:
    before = len(quiet.requests())
    quiet_launcher.launch("24", dry_run="true").ends(0, "checked", job_id="")
    asked = [one["path"] for one in quiet.requests()[before:]]
    assert asked == [
        "/api/",
        "/api/v2/unified_job_templates/",
        "/api/v2/job_templates/24/launch/",
    ]


def test_what_is_shown_is_what_would_be_sent_from_all_that_was_typed(
    quiet_launcher: Launcher, tmp_path: Path
) -> None:
    (tmp_path / "vars.yml").write_text("env: prod\nreplicas: 1\ndebug: yes\nversion: '1.10'\n")
    words = [
        "-e",
        f"@{tmp_path / 'vars.yml'}",
        "-e",
        "env=stage",
        "-e",
        '{"b": 2}',
        "--labels",
        "ci",
        "--labels",
        "nightly",
    ]
    ended = quiet_launcher.command("launch", "Everything prompted", "--dry-run", "--no-marker", *words)
    assert ended.code == 0, ended.log
    assert 'extra_vars=env=stage replicas=1 debug=true version="1.10" b=2' in ended.words
    assert "labels=ci (id 1), nightly (id 2)" in ended.words
    again = quiet_launcher.command(
        "launch", "Everything prompted", "--dry-run", "-e", "version: 1.10", "-l", "a", "-l", "b"
    )
    assert again.code == 2
    assert "limit  given 2 times, and it is one value" in again.log + again.stderr
