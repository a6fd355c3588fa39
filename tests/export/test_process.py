"""`aap-launcher export` and `diff` as processes, in both layouts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import sandbox
from sandbox import Sandbox
from tests import warm

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module", params=["awx", "gateway26"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with sandbox.start(layout=request.param, speed=10) as running:
        yield running


def run(box: Sandbox, *arguments: str, token: str = "admin-token") -> tuple[int, str, str]:
    done = warm.run(*arguments, env={"AAP_URL": box.url, "AAP_TOKEN": token})
    return done.returncode, done.stdout, done.stderr


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_is_the_same_twice_and_tells_what_changed_since(box: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "aap"
    code, _, said = run(box, "export", str(folder))
    assert code == 0, said
    assert "requests" in said
    first = content(folder)
    shop = yaml.safe_load(first["job_templates/Deploy shop++Retail.yml"])
    assert (shop["inventory"], shop["project"]) == ("Shop++Retail", "Shop playbooks++Retail")
    assert "job_type" not in shop, "a default is left out"
    train = yaml.safe_load(first["workflow_job_templates/Release train++Retail.yml"])
    assert train["nodes"][0]["success_nodes"] == ["deploy-db", "deploy-web"]
    assert set(yaml.safe_load(first["inventories/Shop++Retail.yml"])["hosts"]) >= {"web1", "db2"}
    assert all(b"-password" not in text for name, text in first.items() if name.startswith("credentials/"))
    assert run(box, "export", str(folder))[0] == 0
    assert content(folder) == first
    assert run(box, "diff", str(folder))[:2] == (0, "")

    code, _, words = run(box, "export", str(folder), "--organization", "Retial")
    assert (code, '"Retial"' in words, "Retail" in words) == (3, True, True)
    assert content(folder) == first, (
        "of an organization that is not there nothing is exported, and nothing removed"
    )

    assert run(box, "job_templates", "edit", "Deploy shop", "limit=all")[0] == 0
    assert run(box, "projects", "create", "name=New", "organization=Retail", "scm_type=")[0] == 0
    code, told, _ = run(box, "diff", str(folder))
    assert code == 1
    assert told.splitlines() == [
        '+ job_templates/Deploy shop++Retail  limit: "all"',
        "+ projects/New++Retail",
    ]
    code, told, _ = run(box, "diff", str(folder), "--json", "--only", "jt")
    assert (code, json.loads(told)[0]["after"]) == (1, "all")
    assert content(folder) == first, "diff writes nothing"


def test_a_part_is_the_same_as_in_the_whole_export_and_leaves_the_rest(box: Sandbox, tmp_path: Path) -> None:
    """Every job template was told as new with --organization, and a part removed what was not of it."""
    whole, part, of_retail = tmp_path / "whole", tmp_path / "part", ("--organization", "Retail")
    nightly = ["schedules", "create", "name=Nightly", "unified_job_template=Locked"]
    nightly += ["rrule=DTSTART:20300101T000000Z RRULE:FREQ=DAILY;INTERVAL=1"]
    assert run(box, *nightly)[0] == 0
    assert run(box, "teams", "create", "name=Retail", "organization=Platform")[0] == 0
    for folder, of in ((whole, ()), (part, of_retail)):
        assert run(box, "export", str(folder), *of)[0] == 0
        assert run(box, "diff", str(folder), *of_retail) == (0, "", "")
    first, retail = content(whole), content(part)
    assert "schedules/Nightly++Locked.yml" in retail
    assert {name: first[name] for name in retail if name.endswith(".yml")} == {
        name: text for name, text in retail.items() if name.endswith(".yml")
    }
    for of in (of_retail, ("--only", "projects"), ()):
        code, _, said = run(box, "export", str(whole), *of)
        assert code == 0, said
        assert content(whole) == first, of
    assert run(box, "jt", "edit", "Locked", "limit=web")[0] == 0
    assert run(box, "diff", str(whole), "--organization", "Platform")[0] == 0
    assert run(box, "diff", str(whole), *of_retail)[0] == 1


def test_settings_are_exported_where_they_are_asked_for(box: Sandbox, tmp_path: Path) -> None:
    folder, only = tmp_path / "aap", ("--only", "settings")
    assert run(box, "export", str(folder))[0] == 0
    assert not (folder / "settings").exists()
    changed = ["MAX_FORKS=100", "SCHEDULE_MAX_JOBS=20"]
    code, _, said = run(box, "api", "PATCH", "settings/jobs/", *(f"-F{one}" for one in changed))
    assert code == 0, said
    for _ in range(2):
        code, _, said = run(box, "export", str(folder), *only)
        assert code == 0, said
    told = yaml.safe_load((folder / "settings/jobs.yml").read_bytes())
    assert told == {"MAX_FORKS": 100, "SCHEDULE_MAX_JOBS": 20}, "what stands at its default is left out"
    assert (folder / "job_templates/Locked++Retail.yml").exists()
    assert run(box, "diff", str(folder), *only)[:2] == (0, "")
    assert run(box, "api", "PATCH", "settings/jobs/", "-FMAX_FORKS=50")[0] == 0
    code, out, _ = run(box, "diff", str(folder), *only)
    assert (code, out) == (1, "~ settings/jobs  MAX_FORKS: 100 -> 50\n")
    code, _, said = run(box, "export", str(tmp_path / "own"), *only, token="ci-bot-token")
    assert (code, "not readable: the changed settings" in said) == (1, True)


def test_a_team_stands_there_with_its_members_and_its_roles_old_and_new(box: Sandbox, tmp_path: Path) -> None:
    """A role that somebody had defined was not told."""
    folder = tmp_path / "aap"
    permissions = 'permissions=["awx.view_jobtemplate","awx.execute_jobtemplate"]'
    for line in (
        ["teams", "create", "name=Operators", "organization=Retail"],
        ["teams", "attach", "Operators", "users", "ci-bot"],
        ["role_definitions", "create", "name=Operator", "content_type=awx.jobtemplate", permissions],
    ):
        code, _, said = run(box, *line)
        assert code == 0, said
    code, out, _ = run(
        box, "jt", "get", "Locked", "--jq", "[.id, .summary_fields.object_roles.execute_role.id]"
    )
    number, role = json.loads(out)
    for line in (
        ["teams", "attach", "Operators", "roles", str(role)],
        [
            "role_team_assignments",
            "create",
            "team=Operators",
            "role_definition=Operator",
            f"object_id={number}",
        ],
    ):
        code, _, said = run(box, *line)
        assert code == 0, said
    code, _, said = run(box, "export", str(folder), "--only", "teams", "--only", "role_definitions")
    assert code == 0, said
    team = yaml.safe_load((folder / "teams/Operators++Retail.yml").read_bytes())
    assert team["members"] == ["ci-bot"]
    assert team["roles"] == ["Execute on job_template Locked", "Operator on job_template Locked++Retail"]
    told = yaml.safe_load((folder / "role_definitions/Operator.yml").read_bytes())
    assert sorted(told["permissions"]) == ["awx.execute_jobtemplate", "awx.view_jobtemplate"]
    assert len(list((folder / "role_definitions").iterdir())) == 1, "the controller's own are nothing to keep"


def test_lists_that_are_empty_cost_nothing_and_what_is_in_one_is_told(box: Sandbox, tmp_path: Path) -> None:
    config = 'notification_configuration={"url": "http://a.example", "headers": {}, "http_method": "POST"}'
    for line in (
        ["nt", "create", "name=Ops", "organization=Retail", "notification_type=webhook", config],
        ["jt", "attach", "Slow deploy", "notification_templates_error", "Ops"],
        ["projects", "attach", "Shop from git", "notification_templates_started", "Ops"],
        ["wfjt", "attach", "Release train", "notification_templates_approvals", "Ops"],
        ["jt", "edit", "Deploy release", "ask_credential_on_launch=true"],
        ["nodes", "attach", "deploy-db++Release train", "credentials", "Shop machine"],
    ):
        code, _, said = run(box, *line)
        assert code == 0, said
    folder = tmp_path / "aap"
    code, _, said = run(box, "export", str(folder))
    assert code == 0, said
    number = int(said.rpartition(" requests")[0].split()[-1])
    assert number < 50, "of a hundred objects"

    def told(name: str) -> Any:
        return yaml.safe_load((folder / f"{name}.yml").read_bytes())

    assert told("job_templates/Slow deploy++Retail")["notification_templates_error"] == ["Ops++Retail"]
    assert told("projects/Shop from git++Retail")["notification_templates_started"] == ["Ops++Retail"]
    train = told("workflow_job_templates/Release train++Retail")
    assert train["notification_templates_approvals"] == ["Ops++Retail"]
    node = next(one for one in train["nodes"] if one["identifier"] == "deploy-db")
    assert node["credentials"] == ["Shop machine++Retail"]


def test_what_this_user_may_not_read_is_named_and_no_success(box: Sandbox, tmp_path: Path) -> None:
    code, _, said = run(box, "export", str(tmp_path / "aap"), "--only", "job_templates", token="viewer-token")
    assert code in {0, 1}
    assert (code == 1) == ("not readable" in said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "{}/aap", "--only", "hosts"], "hosts is not exported"),
        (["export", "{}/aap", "--only", "job_tmplates"], "job_templates"),
        (["diff", "{}"], "holds no export"),
        (["export", "{}/full"], "not empty"),
    ],
)
def test_a_wrong_call_is_refused_before_the_controller_is_read(
    box: Sandbox, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_text("x", encoding="utf-8")
    code, _, words = run(box, *(each.format(tmp_path) for each in arguments))
    assert code == 2
    assert said in words
