"""token, webhook and jobs stats as processes, in both layouts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import sandbox
from sandbox import Sandbox
from tests import warm
from tests.runtimes import KEPT_RUNS

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module", params=["awx", "gateway26"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with sandbox.start(layout=request.param, speed=20, kept_runs=KEPT_RUNS) as running:
        yield running


def run(box: Sandbox, *arguments: str, token: str = "admin-token", **environ: str) -> tuple[int, str, str]:
    done = warm.run(*arguments, env={"AAP_URL": box.url, "AAP_TOKEN": token} | environ)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_a_token_is_made_listed_and_revoked(box: Sandbox) -> None:
    code, value, said = run(box, "token", "create", "--description", "for CI", token="ci-bot-token")
    assert code == 0, said
    assert value.count("\n") == 1
    assert value.strip() not in said
    number = said.partition("token ")[2].split()[0]
    assert run(box, "doctor", token=value.strip())[0] == 0
    code, listed, _ = run(box, "token", "list", "-o", "json", token="ci-bot-token")
    assert code == 0
    assert "for CI" in [row["description"] for row in json.loads(listed)]
    assert value.strip() not in listed
    assert run(box, "token", "revoke", number, token="ci-bot-token")[0] == 0
    assert run(box, "doctor", token=value.strip())[0] == 3


def test_a_token_for_somebody_else_is_refused(box: Sandbox) -> None:
    code, out, said = run(box, "token", "create", "--user", "ci-bot")
    assert (code, out) == (2, "")
    assert "belongs to whoever asks for it" in said


def test_a_token_belongs_to_an_application_whose_secret_is_told_once(box: Sandbox) -> None:
    body = ["authorization_grant_type=password", "client_type=confidential"]
    code, out, said = run(
        box, "applications", "create", "name=Portal", "organization=Retail", *body, "-o", "json"
    )
    assert code == 0, said
    secret = json.loads(out)["client_secret"]
    assert len(secret) > 60
    assert secret not in run(box, "applications", "list", "-o", "json")[1]
    if box.settings.layout != "awx":  # tokens are the platform's there, and so are their applications
        path = "/api/gateway/v1/applications/"
        fields = [f"-f{one}" for one in ("name=Portal", *body)]
        code, out, said = run(box, "api", "POST", path, *fields, "-F", "organization=1")
        assert code == 0, said
        assert json.loads(out)["client_secret"] not in run(box, "api", "GET", path)[1]
    code, value, said = run(box, "token", "create", "--application", "Portal")
    assert code == 0, said
    number = said.partition("token ")[2].split()[0]
    code, out, _ = run(box, "token", "list", "-o", "json")
    (row,) = (row for row in json.loads(out) if str(row["id"]) == number)
    assert row["application"]
    assert run(box, "doctor", token=value.strip())[0] == 0
    code, value, said = run(box, "token", "create", "--application", "Protal")
    assert (code, value) == (3, "")
    assert "Protal" in said


@pytest.mark.parametrize("service", ["github", "gitlab", "bitbucket_dc"])
def test_a_webhook_starts_its_template_once_for_each_delivery(box: Sandbox, service: str) -> None:
    code, key, said = run(box, "webhook", "setup", "Locked", "--service", service)
    assert code == 0, said
    assert f"/job_templates/24/{service}/" in said
    environ = {"AAP_WEBHOOK_KEY": key.strip()}
    delivery = ("--service", service, "--delivery-id", f"one-{service}")
    code, out, said = run(box, "webhook", "send", "24", *delivery, token="", **environ)
    assert (code, out) == (0, ""), said
    assert "a job is queued" in said
    code, out, said = run(box, "webhook", "send", "Locked", *delivery, **environ)
    assert code == 0
    assert "nothing new" in said
    assert out.startswith("job "), "with a token the job is found"
    assert key.strip() not in said


def test_a_webhook_with_a_wrong_key_starts_nothing(box: Sandbox) -> None:
    run(box, "webhook", "setup", "Locked", "--service", "github")
    code, out, said = run(box, "webhook", "send", "24", AAP_WEBHOOK_KEY="wrong-key-12345")
    assert (code, out) == (3, "")
    assert "whether the key is wrong" in said
    code, _, said = run(box, "webhook", "send", "24")
    assert code == 2
    assert "AAP_WEBHOOK_KEY is missing" in said
    code, _, said = run(box, "webhook", "send", "Locked", token="", AAP_WEBHOOK_KEY="x" * 20)
    assert code == 2
    assert "Give the id" in said


def test_what_a_profile_started_is_followed_with_that_profile(box: Sandbox, tmp_path: Path) -> None:
    """It was started, and then told that no url was given."""
    folder = tmp_path / "aap-launcher"
    folder.mkdir()
    config = folder / "config.toml"
    config.write_text(f'[profile.test]\nurl = "{box.url}"\ntoken = "admin-token"\n', encoding="utf-8")
    config.chmod(0o600)
    _, key, _ = run(box, "webhook", "setup", "Locked", "--service", "github")
    (tmp_path / "launches.yml").write_text("- template: Locked\n")
    for line in (
        ["webhook", "send", "Locked"],
        ["bulk", "launch", str(tmp_path / "launches.yml")],
        ["projects", "update", "Shop from git"],
    ):
        around = {"XDG_CONFIG_HOME": str(tmp_path), "AAP_WEBHOOK_KEY": key.strip()}
        done = warm.run(*line, "--follow", "--profile", "test", env=around)
        assert done.returncode == 0, done.stderr
        assert "successful" in done.stdout


def test_another_service_makes_another_key_and_that_is_said(box: Sandbox) -> None:
    _, first, _ = run(box, "webhook", "setup", "Locked", "--service", "bitbucket_dc")
    _, second, said = run(box, "webhook", "setup", "Locked", "--service", "gitlab")
    assert "not of bitbucket_dc: it has a new key" in said
    assert first != second
    code, again, said = run(box, "webhook", "setup", "Locked", "--service", "gitlab")
    assert (code, again) == (0, second), "asked again it is shown again"
    assert "new key" not in said


def test_a_rotated_key_is_refused_at_once(box: Sandbox) -> None:
    _, old, _ = run(box, "webhook", "setup", "Locked", "--service", "github")
    _, new, _ = run(box, "webhook", "setup", "Locked", "--service", "github", "--rotate")
    assert old != new
    assert run(box, "webhook", "send", "24", token="", AAP_WEBHOOK_KEY=old.strip())[0] == 3
    assert run(box, "webhook", "send", "24", token="", AAP_WEBHOOK_KEY=new.strip())[0] == 0


def test_jobs_are_summed_up_by_template(box: Sandbox) -> None:
    code, _, said = run(box, "launch", "Locked", token="ci-bot-token")
    assert code == 0, said
    code, out, said = run(box, "jobs", "stats", "--since", "1h", "-o", "json", token="ci-bot-token")
    assert code == 0, said
    (locked,) = (row for row in json.loads(out) if row["template"] == "Locked")
    assert locked["successful"] >= 1
    assert (locked["failure_rate"], locked["median"] >= 0) == (0.0, True)
    code, out, said = run(box, "jobs", "stats", "--since", "1h", "name=nothing of the kind")
    assert (code, out) == (0, "")
    assert "no jobs that fit ended since 1h" in said, "it said nothing at all"
    code, _, said = run(box, "jobs", "stats", "--since", "yesterday")
    assert code == 2
    assert "--since" in said


def test_hosts_are_imported_by_the_hundred_and_once(box: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "hosts.csv"
    file.write_text("name,port,enabled\n" + "".join(f"many{n},80,true\n" for n in range(130)))
    assert run(box, "inventories", "create", "name=Crowd", "organization=Retail")[0] == 0  # no job runs on it
    into = (str(file), "--inventory", "Crowd")
    code, out, _ = run(box, "hosts", "import", *into, "--dry-run")
    assert (code, out.splitlines()[-1]) == (
        0,
        '130 to create · 0 to update · 0 unchanged in "Crowd"; nothing was sent',
    )
    code, out, said = run(box, "hosts", "import", *into)
    assert (code, out) == (0, "130 created · 0 updated · 0 unchanged\n"), said
    assert "hosts: 100 of 130\n" in said
    assert "hosts: 130 of 130\n" in said
    file.write_text(file.read_text().replace("many7,80", "many7,81") + "late,80,no\n")
    assert run(box, "hosts", "import", *into)[1] == "1 created · 1 updated · 129 unchanged\n"
    code, out, _ = run(box, "hosts", "get", "many7", "-o", "json", "--jq", ".variables")
    assert '"81"' in out
    (tmp_path / "more.ini").write_text("[canary]\nmany1 port='80'\nlate\n")
    more = ("hosts", "import", str(tmp_path / "more.ini"), "--inventory", "Crowd")
    assert run(box, *more)[1] == "0 created · 1 updated · 1 unchanged · 2 added to 1 group\n"
    assert run(box, *more)[1] == "0 created · 0 updated · 2 unchanged\n"
    assert run(box, "hosts", "count", "groups__name=canary")[1] == "2\n"


def test_a_lower_limit_of_the_controllers_own_is_kept_to(box: Sandbox, tmp_path: Path) -> None:
    """130 hosts, or 3 launches, were refused whole where an administrator had lowered the limit."""
    for setting in ("BULK_HOST_MAX_CREATE=30", "BULK_JOB_MAX_LAUNCH=2"):
        assert run(box, "api", "PATCH", "settings/bulk/", "-F", setting)[0] == 0
    file = tmp_path / "hosts.csv"
    file.write_text("name\n" + "".join(f"fewer{n}\n" for n in range(130)))
    code, out, said = run(box, "hosts", "import", str(file), "--inventory", "Crowd")
    assert (code, out) == (0, "130 created · 0 updated · 0 unchanged\n"), said
    assert run(box, "hosts", "count", "name__startswith=fewer")[1] == "130\n"
    file = tmp_path / "launches.yml"
    file.write_text("- template: Locked\n" * 3)
    code, out, said = run(box, "bulk", "launch", str(file))
    assert (code, out.count("\n")) == (0, 3), said
    before = run(box, "workflow_jobs", "count")[1]
    code, out, said = run(box, "bulk", "launch", str(file), "--follow")
    assert (code, out) == (3, "")
    assert "BULK_JOB_MAX_LAUNCH" in said
    assert run(box, "workflow_jobs", "count")[1] == before
    for setting in ("BULK_HOST_MAX_CREATE=100", "BULK_JOB_MAX_LAUNCH=100"):
        assert run(box, "api", "PATCH", "settings/bulk/", "-F", setting)[0] == 0


def test_an_import_that_is_refused_sends_nothing(box: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "hosts.csv"
    file.write_text("name,enabled\nfirst,true\nfirst,true\nsecond,perhaps\n")
    code, out, said = run(box, "hosts", "import", str(file), "--inventory", "Shop")
    assert (code, out) == (2, "")
    assert "line 3" in said
    assert "line 4" in said
    file.write_text("name\nfirst\n")
    assert run(box, "hosts", "import", str(file), "--inventory", "Shop", token="viewer-token")[0] == 3
    assert run(box, "hosts", "count", "name=first")[1] == "0\n"


def test_many_templates_are_launched_as_one_workflow_job(box: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "launches.yml"
    file.write_text("- template: Locked\n- template: Asks for variables\n  extra_vars: {answer: 42}\n")
    code, out, said = run(box, "bulk", "launch", str(file), "--follow")
    assert code == 0, said
    number = out.split()[0]
    assert "successful" in out
    code, out, said = run(box, "api", "GET", f"workflow_jobs/{number}/workflow_nodes/")
    assert code == 0, said
    nodes = json.loads(out)["results"]
    assert [node["summary_fields"]["job"]["status"] for node in nodes] == ["successful", "successful"]
    assert [node["extra_data"] for node in nodes] == [{}, {"answer": 42}]


def test_a_bulk_launch_that_would_drop_something_starts_nothing(box: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "launches.yml"
    file.write_text(
        "- template: Locked\n  limit: web\n- template: Survey deploy\n- template: Nowhere\n- {limit: x}\n"
    )
    before = run(box, "workflow_jobs", "count")[1]
    code, out, said = run(box, "bulk", "launch", str(file))
    assert (code, out) == (3, "")
    for piece in ('1. "Locked": limit', '2. "Survey deploy"', '3. "Nowhere"', "4. "):
        assert piece in said
    assert run(box, "workflow_jobs", "count")[1] == before
    file.write_text("- template: Locked\n")
    code, out, said = run(box, "bulk", "launch", str(file), "--dry-run")
    assert (code, out) == (0, "")
    assert "1 launch checked" in said
