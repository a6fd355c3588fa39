"""`aap-launcher RESOURCE VERB` and `api` as a process against the sandbox: what is shown, what is refused, what is sent."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import sandbox
from sandbox import Sandbox
from tests import warm
from tests.e2e.conftest import ROOT, Bench, Ended, Launcher
from tests.runtimes import KEPT_RUNS

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def own_box() -> Iterator[Sandbox]:
    """A sandbox of this module's own: its objects are made and deleted here."""
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS) as running:
        yield running


@pytest.fixture(scope="module")
def own(own_box: Sandbox) -> Bench:
    return Bench(own_box)


@pytest.fixture
def launcher(own_box: Sandbox, tmp_path: Path) -> Launcher:
    """As the administrator, with a folder for configuration of its own."""
    return Launcher(own_box, tmp_path)


def run(launcher: Launcher, *arguments: str, stdin: str = "", **variables: str) -> Ended:
    """The command line as a script starts it."""
    environment = {
        "PATH": os.environ["PATH"],
        "AAP_URL": launcher.box.url,
        "AAP_TOKEN": "admin-token",
        "XDG_CONFIG_HOME": str(launcher.folder),
        **variables,
    }
    given = {name: text for name, text in environment.items() if text}
    ended = warm.run(*arguments, env=given, stdin=stdin)
    told = Ended(ended.returncode, ended.stdout.encode(), ended.stderr, {})
    assert "Traceback" not in told.log + told.stderr
    assert "admin-token" not in told.log + told.stderr
    return told


def changes(bench: Bench) -> list[str]:
    """The requests that may change something."""
    return [one for one in bench.changes() if not one.startswith("OPTIONS ")]


# --- what is refused ------------------------------------------------------------------------------------

REFUSED: list[tuple[list[str], int, str]] = [
    # nothing that was typed is ignored, and nothing is sent
    (["hosst", "list"], 2, "No such command 'hosst'. Did you mean 'hosts'?"),
    (["hosts", "lst"], 2, "No such command 'lst'. Did you mean 'list'?"),
    (["labels", "delete", "1"], 2, "No such command 'delete'"),
    (["hosts", "list", "--limt", "3"], 2, "No such option '--limt'. Did you mean '--limit'?"),
    (["hosts", "list", "nmae=web1"], 2, 'Did you mean "name"?'),
    (["hosts", "list", "--filter", "name__icontain=web"], 2, "name__icontain"),
    (["hosts", "list", "web1"], 2, '"web1" has no ='),
    (["hosts", "list", "--order-by", "nmae"], 2, 'Did you mean "name"?'),
    (["hosts", "list", "page_size=5"], 2, "page_size"),
    (["jobs", "list", "status=succesful"], 2, 'Did you mean "successful"?'),
    (["hosts", "list", "-o", "xml"], 2, "'xml' is not one of"),
    (["hosts", "list", "-o", "json", "-o", "yaml"], 2, "Option '--output' is given twice"),
    (["hosts", "list", "--columns", "id,nmae"], 2, 'Did you mean "name"?'),
    (["hosts", "list", "--columns", "id", "-o", "id"], 2, "--columns would be ignored"),
    (["hosts", "list", "--jq", ".["], 2, "syntax error"),
    (["hosts", "list", "--jq", ".", "-o", "yaml"], 2, "-o yaml would be ignored"),
    (["hosts", "list", "--all", "--limit", "3"], 2, "do not go together"),
    (["hosts", "count", "nmae=web1"], 2, 'Did you mean "name"?'),
    (["tokens", "list", "-o", "name"], 2, "have no name"),
    (["hosts", "create", "nmae=x", "inventory=Shop"], 2, 'Did you mean "name"?'),
    (["hosts", "create", "name=x", "inventory=Shop", "created=now"], 2, "read-only"),
    (["hosts", "create", "name=x", "inventory=Shop", "enabled=maybe"], 2, "neither true nor false"),
    (["hosts", "create", "name=x", "inventory=Shop", "name=y"], 2, "given twice"),
    (["hosts", "create", "name"], 2, "is not KEY=VALUE"),
    (["hosts", "create", "-f", "no-such-file.yml"], 2, "No such file"),
    (["hosts", "edit", "web1"], 2, "nothing to change"),
    (["hosts", "edit", "web1", "inventory=2"], 2, "can only be given when it is made"),
    (["hosts", "delete", "web1"], 2, "add --yes"),
    (["inventories", "detach", "Shop", "hosts", "web1"], 2, "deletes them"),
    (["groups", "attach", "web", "hots", "web1"], 2, 'Did you mean "hosts"?'),
    (["projects", "update", "1", "--timeout", "5m"], 2, "Add --follow"),
    (["job_templates", "copy", "Locked", "nam=x"], 2, "takes no nam"),
    (["explain", "hosst"], 2, 'Did you mean "host'),
    (["api", "GTE", "hosts/"], 2, "'GTE' is not one of"),
    (["api", "GET", "https://evil.example.com/api/"], 2, "is never asked"),
    (["api", "GET", "//evil.example.com/api/"], 2, "is not a path"),
    (["api", "GET", "https://[x/api/"], 2, "is not an address"),
    (["api", "GET", "hosts/../users/"], 2, "is not a path"),
    (["api", "POST", "hosts/", "--paginate"], 2, "--paginate"),
    (["api", "GET", "hosts/", "--input", "x"], 2, "has none"),
    (["api", "GET", "hosts/", "-f", "name"], 2, "is not KEY=VALUE"),
    (["api", "GET", "hosts/", "-H", "Authorization: Bearer x"], 2, "aap-launcher's own"),
    (["--profile", "prod", "hosts", "list"], 2, "No such option"),
    (["hosts", "list", "--profile", "prod"], 2, "config.toml does not exist"),
    # the controller's no, in one plain message
    (["hosts", "get", "no-such-host"], 3, 'There is no host "no-such-host"'),
    (["hosts", "get", "99999"], 3, "99999"),
    (["job_templates", "get", "Duplicate"], 3, "Several job_templates are meant"),
    (["hosts", "create", "name=web1", "inventory=Shop"], 3, "already exists"),
    (["hosts", "create", "name=x", "inventory=Nowhere"], 2, 'There is no inventory "Nowhere"'),
    (["workflow_jobs", "cancel", "999"], 3, "does not exist, or this user may not see it"),
    (["api", "GET", "nosuch/"], 3, "does not exist"),
    (["api", "PUT", "hosts/"], 3, "(405)"),
]


@pytest.mark.parametrize(
    ("arguments", "code", "words"), REFUSED, ids=lambda one: " ".join(one) if isinstance(one, list) else None
)
def test_what_cannot_be_done_as_typed_is_told_in_one_message_and_nothing_changes(
    launcher: Launcher, own: Bench, arguments: list[str], code: int, words: str
) -> None:
    before = len(changes(own))
    ended = run(launcher, *arguments)
    assert (ended.code, ended.log if "api" not in arguments else "") == (code, ""), ended.stderr
    assert words in " ".join(ended.stderr.split())
    if code == 2:
        assert changes(own)[before:] == []


@pytest.mark.parametrize(
    ("token", "arguments", "code"),
    [
        ("no-such-token", ["hosts", "list"], 3),
        ("nobody-token", ["hosts", "create", "name=x", "inventory=1"], 3),
        ("ci-bot-read-token", ["hosts", "create", "name=x", "inventory=1"], 3),
        ("", ["hosts", "list"], 2),
    ],
)
def test_who_may_not_is_told_so(launcher: Launcher, token: str, arguments: list[str], code: int) -> None:
    ended = run(launcher, *arguments, AAP_TOKEN=token)
    assert (ended.code, ended.log) == (code, "")
    assert len(ended.stderr.splitlines()) <= 4


def test_a_refusal_keeps_its_body_where_json_was_asked_for(launcher: Launcher) -> None:
    ended = run(launcher, "hosts", "create", "name=web1", "inventory=Shop", "-o", "json")
    assert ended.code == 3
    assert "__all__" in json.loads(ended.log)
    assert ended.stderr.startswith('aap-launcher: host "web1"')


def test_a_controller_that_is_not_there_is_exit_4(launcher: Launcher) -> None:
    ended = run(launcher, "hosts", "list", "--outage-tolerance", "0s", AAP_URL="http://127.0.0.1:9")
    assert (ended.code, ended.log) == (4, "")


# --- what is shown --------------------------------------------------------------------------------------


def test_a_list_is_one_request_after_discovery_in_every_form(launcher: Launcher, own: Bench) -> None:
    before = len(own.requests())
    listed = run(launcher, "hosts", "list", "inventory__name=Shop", "-o", "jsonl")
    asked = [f"{one['method']} {one['path']}" for one in own.requests()[before:]]
    assert asked[0] == "GET /api/"
    assert len(asked) == 2, asked
    rows = [json.loads(line) for line in listed.log.splitlines()]
    names = [row["name"] for row in rows]
    assert len(names) == 5
    query = ["hosts", "list", "inventory__name=Shop"]
    assert json.loads(run(launcher, *query, "-o", "json").log) == rows
    assert yaml.safe_load(run(launcher, *query, "-o", "yaml").log) == rows
    assert run(launcher, *query, "-o", "name").log.splitlines() == names
    assert run(launcher, *query, "-o", "id").log.splitlines() == [str(row["id"]) for row in rows]
    assert run(launcher, *query, "--jq", ".name").log.splitlines() == names
    tsv = run(
        launcher, *query, "-o", "tsv", "--columns", "name,summary_fields.inventory.name"
    ).log.splitlines()
    assert tsv == ["name\tsummary_fields.inventory.name", *(f"{name}\tShop" for name in names)]
    table = run(launcher, *query)
    assert [line.split()[1] for line in table.log.splitlines()] == ["name", *names]
    assert table.stderr == ""
    assert run(launcher, "hosts", "count", "inventory__name=Shop").log == "5\n"


def test_no_rows_are_nothing_to_a_program_and_told_to_a_person(launcher: Launcher) -> None:
    ended = run(launcher, "hosts", "list", "name=nobody")
    assert (ended.code, ended.log, ended.stderr) == (0, "", "aap-launcher: no hosts fit.\n")
    assert run(launcher, "hosts", "list", "name=nobody", "-o", "json").log == "[]\n"


def test_one_object_is_found_by_id_name_owner_and_address(launcher: Launcher) -> None:
    url = launcher.box.url
    for reference in (
        "10",
        "Deploy shop",
        "Deploy shop++Retail",
        f"{url}/api/v2/job_templates/10/",
        f"{url}/#/templates/job_template/10",
    ):
        assert run(launcher, "jt", "get", reference, "-o", "id").log == "10\n"
    assert run(launcher, "jt", "get", "10", "--web").log == f"{url}/#/templates/job_template/10\n"


def test_a_table_on_a_terminal_fits_stops_after_a_hundred_rows_and_says_so(
    launcher: Launcher, own: Bench
) -> None:
    for number in range(101):
        own.api("POST", "labels/", {"name": f"many-{number:03} {'x' * 90}", "organization": 1})
    environment = {
        "PATH": os.environ["PATH"],
        "AAP_URL": own.box.url,
        "AAP_TOKEN": "admin-token",
        "HOME": str(launcher.folder),
    }
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "aap_launcher", "labels", "list"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(follower)
        text = _whole(leader)
        assert process.stderr is not None
        told = process.stderr.read().decode()
        assert process.wait(timeout=30) == 0
    lines = text.splitlines()
    assert len(lines) == 101
    assert max(map(len, lines)) <= 80
    assert "…" in lines[-1]
    assert (
        told
        == "aap-launcher: the first 100 labels are shown, and there are more: --all shows them, -o json as well.\n"
    )
    assert len(run(launcher, "labels", "list", "-o", "id").log.splitlines()) > 100
    assert len(run(launcher, "labels", "list", "--limit", "7").log.splitlines()) == 8


def _whole(descriptor: int) -> str:
    found = b""
    try:
        while piece := os.read(descriptor, 65536):
            found += piece
    except OSError:  # the other end was closed
        pass
    finally:
        os.close(descriptor)
    return found.decode()


def test_a_reader_who_has_enough_ends_it_quietly(launcher: Launcher) -> None:
    with launcher.terminal("hosts", "list", "-o", "json", AAP_TOKEN="admin-token") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 0


# --- what is changed ------------------------------------------------------------------------------------


def test_an_object_lives_from_create_to_delete(launcher: Launcher, own: Bench) -> None:
    variables = launcher.folder / "vars.yml"
    variables.write_text("port: 80\n", encoding="utf-8")
    dry = run(
        launcher, "hosts", "create", "name=life", "inventory=Shop", f"variables=@{variables}", "--dry-run"
    )
    assert dry.log.startswith("POST /api/v2/hosts/\n")
    assert own.api("GET", "hosts/?name=life")["count"] == 0
    made = run(
        launcher, "hosts", "create", "name=life", "inventory=Shop", f"variables=@{variables}", "-o", "json"
    )
    number = json.loads(made.log)["id"]
    assert yaml.safe_load(own.api("GET", f"hosts/{number}/")["variables"]) == {"port": 80}
    again = run(launcher, "hosts", "create", "name=life", "inventory=Shop", "--if-absent", "-o", "id")
    assert (again.log, "was there already" in again.stderr) == (f"{number}\n", True)
    edit = run(launcher, "hosts", "edit", "life", "description=new", "enabled=no")
    assert edit.log.splitlines()[1:] == ['  description  "" -> "new"', "  enabled  true -> false"]
    assert run(launcher, "hosts", "enable", "life").code == 0
    assert own.api("GET", f"hosts/{number}/")["enabled"] is True
    gone = run(launcher, "hosts", "delete", "life", "--yes")
    assert gone.log == f'deleted  host {number} "life" · inventory Shop\n'
    assert run(launcher, "hosts", "delete", "life", "--yes").code == 3
    assert run(launcher, "hosts", "delete", "life", "--yes", "--missing-ok").code == 0


def test_many_are_made_of_one_file_or_none(launcher: Launcher, own: Bench) -> None:
    lines = '{"name": "m1", "inventory": "Shop"}\n{"name": "m2", "inventory": "Shop", "nabled": true}\n'
    refused = run(launcher, "hosts", "create", "-f", "-", stdin=lines)
    assert (refused.code, own.api("GET", "hosts/?name__startswith=m")["count"]) == (2, 0)
    text = "- name: m1\n- name: m2\n  description: zwei\n"
    made = run(launcher, "hosts", "create", "-f", "-", "inventory=Shop", "-o", "name", stdin=text)
    assert made.log == "m1\nm2\n"
    listed = run(launcher, "hosts", "delete", "m1", "m2", "--yes")
    assert len(listed.log.splitlines()) == 2


def test_lists_are_attached_to_and_detached_from(launcher: Launcher) -> None:
    assert run(launcher, "groups", "create", "name=fresh", "inventory=Shop").code == 0
    assert run(launcher, "groups", "attach", "fresh", "hosts", "web1", "web2").log.count(" attached\n") == 2
    assert run(launcher, "groups", "related", "fresh", "hosts", "-o", "name").log == "web1\nweb2\n"
    assert run(launcher, "groups", "detach", "fresh", "hosts", "web1").code == 0
    assert run(launcher, "groups", "related", "fresh", "hosts", "-o", "name").log == "web2\n"
    assert run(launcher, "groups", "delete", "fresh", "--yes").code == 0


def test_a_token_is_shown_when_it_is_made_for_it_is_told_only_then(launcher: Launcher) -> None:
    made = run(launcher, "tokens", "create", "description=mine", "scope=read")
    first, second = made.log.splitlines()
    assert first.startswith("token ")
    number = first.split()[1]
    token = second.removeprefix("  token  ")
    assert run(launcher, "hosts", "count", "name=web1", AAP_TOKEN=token).log == "1\n"
    assert token not in run(launcher, "tokens", "get", number).log
    assert run(launcher, "tokens", "delete", number, "--yes").code == 0


def test_a_secret_on_the_command_line_is_warned_of_and_not_repeated(launcher: Launcher) -> None:
    ended = run(launcher, "users", "create", "username=nina", "password=hunter2!", "--dry-run")
    assert ended.code == 0
    assert "password=@FILE" in ended.stderr
    assert "hunter2!" not in ended.log + ended.stderr


# --- what a resource can do besides -----------------------------------------------------------------------


def test_launch_and_the_commands_of_runs_are_the_launchers_own(launcher: Launcher, own: Bench) -> None:
    ended = run(launcher, "jt", "launch", "Locked")
    assert ended.code == 0
    assert "log complete: 14 events" in ended.log
    job = run(launcher, "jobs", "list", "name=Locked", "--limit", "1", "-o", "id").log.strip()
    assert "TASK [Say which version]" in run(launcher, "jobs", "output", job).log
    assert "log complete: 14 events" in run(launcher, "jobs", "follow", job).log
    before = changes(own)
    wrong = run(launcher, "workflow_jobs", "relaunch", job)
    assert (wrong.code, changes(own)) == (3, before)
    assert "does not exist, or this user may not see it" in wrong.stderr


def test_an_action_tells_what_it_did(launcher: Launcher) -> None:
    copied = run(launcher, "jt", "copy", "Locked", "name=Locked again", "-o", "name")
    assert copied.log == "Locked again\n"
    assert run(launcher, "jt", "delete", "Locked again", "--yes").code == 0


def test_what_starts_a_run_is_waited_for_or_followed_and_ends_as_it_did(launcher: Launcher) -> None:
    waited = run(
        launcher, "projects", "update", "Shop from git", "--wait", "-o", "json", "--columns", "type,status"
    )
    assert (waited.code, json.loads(waited.log)) == (0, {"type": "project_update", "status": "successful"})
    words = ["inventory=Shop", "credential=Shop machine", "module_name=ping", "limit=web1"]
    followed = run(launcher, "ad_hoc_commands", "run", *words, "--follow")
    assert followed.code == 0, followed.stderr
    assert "1 host ok · log complete" in followed.log
    failed = run(launcher, "ad_hoc_commands", "run", *words, "module_args=x", "--wait")
    assert (failed.code, " · failed · " in failed.log) == (1, True)


# --- people -----------------------------------------------------------------------------------------------


def at_a_terminal(home: Path, box: Sandbox, *arguments: str, typed: str = "") -> tuple[int, str]:
    """(exit code, what the terminal showed)."""
    leader, follower = pty.openpty()
    environment = {
        "PATH": os.environ["PATH"],
        "AAP_URL": box.url,
        "AAP_TOKEN": "admin-token",
        "HOME": str(home),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "aap_launcher", *arguments],
        cwd=ROOT, env=environment, stdin=follower, stdout=follower, stderr=follower,
    ) as process:  # fmt: skip
        os.close(follower)
        os.write(leader, typed.encode())
        text = _whole(leader)
        return process.wait(timeout=60), text


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 0), ("n", 2, 1), ("", 2, 1)])
def test_a_person_is_asked_before_anything_is_deleted(
    launcher: Launcher, own: Bench, answer: str, code: int, left: int
) -> None:
    own.api("POST", "hosts/", {"name": f"asked-{answer}", "inventory": 1})
    command = ("hosts", "delete", f"asked-{answer}")
    ended, text = at_a_terminal(launcher.folder, own.box, *command, typed=f"{answer}\n")
    assert ended == code, text
    assert f'"asked-{answer}" · inventory Shop' in text
    assert "Go on? [y/N]" in text
    assert own.api("GET", f"hosts/?name=asked-{answer}")["count"] == left


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("ho", "hosts"),
        ("launc", "launch"),
        ("hosts ed", "edit"),
        ("jt lau", "launch"),
        ("hosts list --col", "--columns"),
        ("comp", "completion"),
    ],
)
def test_the_shell_completes_commands_resources_verbs_and_options(words: str, wanted: str) -> None:
    completion = {
        "_AAP_LAUNCHER_COMPLETE": "bash_complete",
        "COMP_WORDS": f"aap-launcher {words}",
        "COMP_CWORD": str(len(words.split())),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "aap_launcher"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **completion}, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert f"plain,{wanted}" in ended.stdout.decode().splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_is_printed(launcher: Launcher, shell: str) -> None:
    ended = run(launcher, "completion", shell)
    assert ended.code == 0
    assert "_AAP_LAUNCHER_COMPLETE" in ended.log


# --- api ------------------------------------------------------------------------------------------------


def test_api_sends_any_request_and_pages_are_one_list(launcher: Launcher) -> None:
    assert run(launcher, "api", "GET", "me", "--jq", ".results[0].username").log == "admin\n"
    one = json.loads(run(launcher, "api", "get", "/api/v2/hosts/", "-f", "name=web1").log)
    assert [row["name"] for row in one["results"]] == ["web1"]
    pages = run(
        launcher, "api", "GET", "hosts/?order_by=name", "-F", "page_size=2", "--paginate", "--jq", ".name"
    )
    assert len(pages.log.splitlines()) >= 6
    assert pages.log.splitlines() == sorted(pages.log.splitlines())
    made = run(launcher, "api", "POST", "hosts/", "-F", "inventory=1", "-f", "name=007", "--jq", ".id")
    head = run(launcher, "api", "DELETE", f"hosts/{made.log.strip()}/", "-i")
    assert head.log.startswith("HTTP 204\n")
    body = run(launcher, "api", "POST", "hosts/", "--input", "-", stdin='{"name": "web1", "inventory": 1}')
    assert (body.code, list(json.loads(body.log))) == (3, ["__all__"])
    silent = run(launcher, "api", "GET", "ping/", "--silent")
    assert (silent.code, silent.log, silent.stderr) == (0, "", "")


def test_an_import_draws_a_bar_where_a_person_looks(launcher: Launcher, own: Bench, tmp_path: Path) -> None:
    (tmp_path / "hosts.csv").write_text("name\n" + "".join(f"bar{one}\n" for one in range(150)))
    command = ("hosts", "import", str(tmp_path / "hosts.csv"), "--inventory", "Shop")
    code, text = at_a_terminal(launcher.folder, own.box, *command)
    assert code == 0, text
    assert re.search(r"hosts  \[#+-+\]  100/150", text), text
    assert re.search(r"hosts  \[#+\]  150/150", text), text
    assert text.endswith("\r\n150 created · 0 updated · 0 unchanged\r\n")
