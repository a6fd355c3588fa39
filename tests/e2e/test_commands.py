"""The command line as a person at a terminal uses it, and as GitLab and Jenkins start it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from aap_launcher import __version__
from aap_launcher.report.outputs import OUTPUTS
from tests import warm
from tests.e2e.conftest import LASTING, ROOT, Bench, Finished, Launcher, read_outputs, wait_for
from tests.e2e.logs import SGR
from tests.report.test_files import SCHEMA, faults

pytestmark = pytest.mark.sandbox


# --- follow ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "way", ["{job}", "{url}/api/v2/jobs/{job}/", "{url}/#/jobs/playbook/{job}/output", "/api/v2/jobs/{job}/"]
)
@pytest.mark.parametrize("finished_template", ["Locked"])
def test_a_finished_job_is_followed_by(
    launcher: Launcher, finished: Finished, finished_template: str, way: str
) -> None:
    job = finished.job(finished_template)
    ended = launcher.command("follow", way.format(job=job, url=launcher.box.url))
    assert ended.code == 0
    assert "log complete: 14 events" in ended.log
    assert ended.log.count("TASK [Say which version] **") == 1


@pytest.mark.parametrize("finished_template", ["Broken deploy"])
def test_following_a_failed_job_exits_as_the_job_did(
    launcher: Launcher, finished: Finished, finished_template: str
) -> None:
    assert launcher.command("follow", str(finished.job(finished_template))).code == 1


def test_a_pending_job_is_followed_through_its_run_to_its_end(launcher: Launcher, bench: Bench) -> None:
    bench.plan(pending_seconds=3)
    job = bench.api("POST", "job_templates/24/launch/", {}, token=bench.box.token)["id"]
    ended = launcher.command("follow", str(job))
    assert ended.code == 0
    assert re.search(r"^pending +in the controller's queue", ended.log, re.MULTILINE)
    assert "log complete: 14 events" in ended.log


def test_a_running_job_is_followed_from_its_first_line_and_canceled_by_command(
    launcher: Launcher, bench: Bench
) -> None:
    variables = {"extra_vars": {"seconds": 60, "steps": 30}}
    job = bench.api("POST", "job_templates/15/launch/", variables, token=bench.box.token)["id"]
    wait_for(lambda: bench.api("GET", f"jobs/{job}/job_events/?page_size=1")["count"] > 8, 60, "some events")
    process = launcher.terminal("follow", str(job))
    asked = launcher.command("cancel", str(job))
    assert (asked.code, asked.stderr) == (0, "")
    assert asked.log.startswith(f"job {job} was asked to cancel: ")
    ended = launcher.end(process)
    assert ended.code == 1
    assert "PLAY [Deploy slowly] ***" in ended.log
    assert re.search(rf"^canceled +job {job} after", ended.log, re.MULTILINE)


@pytest.mark.parametrize("finished_template", ["Locked"])
def test_cancel_of_an_ended_job_is_told_and_no_error(
    launcher: Launcher, finished: Finished, finished_template: str
) -> None:
    ended = launcher.command("cancel", str(finished.job(finished_template)))
    assert ended.code == 0
    assert "has already ended (successful)" in ended.log


# --- output, relaunch -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["ansi", "txt"])
@pytest.mark.parametrize("finished_template", ["Large values"])
def test_output_prints_the_whole_stdout_byte_for_byte(
    launcher: Launcher, bench: Bench, finished: Finished, finished_template: str, form: str
) -> None:
    job = finished.job(finished_template)
    ended = launcher.command("output", str(job), "--format", form, "--ci", "github")
    wanted = bench.stdout(job).replace("\r\n", "\n")
    assert ended.code == 0
    assert len(wanted) > 1024 * 1024
    assert ended.without_masks == (wanted if form == "ansi" else SGR.sub("", wanted))


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("finished_template", ["Large values"])
def test_a_signal_ends_the_output_at_once_also_when_nobody_reads_it(
    launcher: Launcher, finished: Finished, finished_template: str, signum: int
) -> None:
    process = launcher.terminal("output", str(finished.job(finished_template)))
    assert process.stdout is not None
    assert process.stdout.read(4096), "it has begun, and waits for the pipe to have room again"
    process.send_signal(signum)
    assert process.wait(timeout=20) == 128 + signum
    ended = launcher.end(process)
    assert len(ended.stdout) < 1024 * 1024
    assert ended.stderr == ""


@pytest.mark.parametrize("finished_template", ["Large values"])
def test_output_ends_quietly_when_its_reader_has_enough(
    launcher: Launcher, finished: Finished, finished_template: str
) -> None:
    process = launcher.terminal("output", str(finished.job(finished_template)))
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("finished_template", ["Locked"])
def test_output_that_cannot_be_written_is_an_error(
    launcher: Launcher, finished: Finished, finished_template: str
) -> None:
    command = [sys.executable, "-m", "aap_launcher", "output", str(finished.job(finished_template))]
    given = {"AAP_URL": launcher.box.url, "AAP_TOKEN": launcher.box.token}
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            command, cwd=ROOT, env=given, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 70
    assert ended.stderr == (
        "aap-launcher: the output could not be written: [Errno 28] No space left on device\n"
    )


def test_a_workflow_has_no_output_and_is_followed_instead(launcher: Launcher, bench: Bench) -> None:
    number = bench.api("POST", "workflow_job_templates/69/launch/", {}, token=bench.box.token)["id"]
    ended = launcher.command("output", str(number))
    assert ended.code == 3
    assert ended.log == "", "stdout is for the output alone"
    assert f"workflow job {number} has no output of its own" in ended.stderr
    assert f"aap-launcher follow {number}" in ended.stderr


def test_relaunch_on_the_failed_hosts_runs_only_on_them(launcher: Launcher, bench: Bench) -> None:
    job = bench.run(11, limit="web")
    ended = launcher.command("relaunch", str(job), "--hosts", "failed")
    assert ended.code == 1
    assert "Broken deploy · job" in ended.log
    again = re.search(r"^Launched +job (\d+)", ended.log, re.MULTILINE)
    assert again is not None
    assert bench.job(again[1])["limit"] == "web2"
    assert "web1" not in ended.log.partition("PLAY RECAP")[2]


@pytest.mark.parametrize("finished_template", ["Locked"])
def test_relaunch_on_failed_hosts_of_a_good_job_is_refused(
    launcher: Launcher, finished: Finished, finished_template: str
) -> None:
    ended = launcher.command("relaunch", str(finished.job(finished_template)), "--hosts", "failed")
    assert ended.code == 3
    assert "has no failed hosts" in ended.stderr


# --- help, versions, options ----------------------------------------------------------------------------

COMMANDS = ("launch", "follow", "relaunch", "cancel", "output")


def alone(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command line without any controller."""
    return warm.run(*arguments, env=variables)


def test_the_version_is_told() -> None:
    ended = alone("--version")
    assert (ended.returncode, ended.stdout) == (0, f"aap-launcher {__version__}\n")


@pytest.mark.parametrize("arguments", [(), *((command,) for command in COMMANDS)])
def test_help_is_told(arguments: tuple[str, ...]) -> None:
    ended = alone(*arguments, "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Usage: aap-launcher")
    assert max(map(len, ended.stdout.splitlines())) <= 110


def test_help_imports_neither_requests_nor_yaml() -> None:
    program = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(sorted({'requests', 'urllib3', 'yaml', 'msgspec'} & set(sys.modules)), file=sys.stderr))\n"
        "from aap_launcher.cli import main\n"
        "main(['launch', '--help'])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr.strip()) == (0, "[]")


@pytest.mark.parametrize(
    "arguments", [("launch", "--no-such-option"), ("lanch",), ("follow",), ("output", "1", "--format", "pdf")]
)
def test_a_command_line_that_cannot_be_read_exits_2_with_help_at_hand(arguments: tuple[str, ...]) -> None:
    ended = alone(*arguments)
    assert ended.returncode == 2
    assert "Error:" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("option", ["--token", "--password", "--client-key", "--credential-passwords"])
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(option: str) -> None:
    for arguments in ((option, "s3cr-3t"), (f"{option}=s3cr-3t",)):
        ended = alone("launch", "Deploy shop", *arguments)
        assert ended.returncode == 2
        assert f"AAP_{option.removeprefix('--').replace('-', '_').upper()}" in ended.stderr
        assert "s3cr-3t" not in ended.stdout + ended.stderr


def test_an_option_wins_over_the_environment(quiet_launcher: Launcher) -> None:
    ended = quiet_launcher.command("launch", "Deploy shop", "--limit", "db", "--dry-run", AAP_LIMIT="web")
    assert ended.code == 0
    assert "limit=db" in ended.log


def test_the_result_alone_is_on_standard_output_where_it_is_asked_for(launcher: Launcher) -> None:
    ended = launcher.command(
        "launch", "Locked", "--result-file", "-", "--ci", "plain", "-e", "password=hunter22"
    )
    assert ended.code == 3, ended.stderr
    result = json.loads(ended.stdout)
    assert (result["outcome"], result["exit_code"]) == ("refused", 3)
    assert "nothing was started" in ended.stderr
    assert "hunter22" not in ended.stdout.decode() + ended.stderr


# --- behaviour ------------------------------------------------------------------------------------------


def test_a_dry_run_checks_everything_and_launches_nothing(quiet_launcher: Launcher, quiet: Bench) -> None:
    before = quiet.changes()
    ended = quiet_launcher.launch("Deploy shop", dry_run="true", limit="web")
    ended.ends(0, "checked", job_id="", events="none")
    assert "everything was checked, nothing was launched" in ended.outputs["explanation"]
    assert quiet.changes() == before


def test_without_waiting_the_job_is_launched_and_left(launcher: Launcher, bench: Bench) -> None:
    ended = launcher.launch(**LASTING, wait="false")
    try:
        ended.ends(0, "launched", ended.outputs["status"], events="none")
        assert bench.status(ended.job) in {"pending", "waiting", "running"}
        assert f"aap-launcher follow {ended.job}" in ended.log
    finally:
        bench.cancel(ended.job)


@pytest.mark.parametrize("finished_template", ["Broken deploy", "Deploy shop"])
def test_result_file_and_junit_report_hold_what_they_promise(
    launcher: Launcher, finished: Finished, finished_template: str, tmp_path: Path
) -> None:
    result, junit, page = tmp_path / "result.json", tmp_path / "junit.xml", tmp_path / "summary.md"
    job = finished.job(finished_template)
    ended = launcher.command(
        "follow", str(job), "--result-file", str(result), "--junit", str(junit), AAP_SUMMARY_FILE=str(page)
    )
    document = json.loads(result.read_text(encoding="utf-8"))
    assert faults(document, SCHEMA) == []
    assert document["exit_code"] == ended.code
    assert set(document["outputs"]) == {output.name for output in OUTPUTS}
    assert document["job"]["id"] == job
    failed = {"Broken deploy": 1, "Deploy shop": 0}[finished_template]
    suite = ET.parse(junit).getroot()
    assert sum(int(one.get("failures", 0)) for one in suite.iter("testsuite")) == failed
    assert len(list(suite.iter("failure"))) == failed
    assert finished_template in page.read_text(encoding="utf-8")
    retried = [("Wait until the application answers", "app1", 1, "ok")]
    assert [(one["task"], one["host"], one["retries"], one["kind"]) for one in document["retried"]] == (
        retried if finished_template == "Deploy shop" else []
    )


def test_gitlab_gets_sections_and_a_dotenv_file(launcher: Launcher, tmp_path: Path) -> None:
    file = tmp_path / "outputs.env"
    given = {"GITLAB_CI": "true", "AAP_DOTENV": str(file), "AAP_TEMPLATE": "Deploy shop", "AAP_LIMIT": "web1"}
    ended = launcher.command("launch", **given)
    assert ended.code == 0
    assert ended.log.count("section_start:") == ended.log.count("section_end:") > 3
    pairs = dict(line.split("=", 1) for line in file.read_text().splitlines())
    assert pairs["AAP_OUTCOME"] == "successful"
    assert json.loads(pairs["AAP_ARTIFACTS"])["release"]["healthy"] is True
    assert "$" not in file.read_text()


@pytest.mark.parametrize("finished_template", ["Deploy shop"])
def test_jenkins_gets_headings_and_no_escape(
    launcher: Launcher, finished: Finished, finished_template: str
) -> None:
    ended = launcher.command(
        "follow", str(finished.job(finished_template)), JENKINS_URL="https://ci.example.com/"
    )
    assert ended.code == 0
    assert ended.log.count("PLAY RECAP") == 1, "Ansible's own banner is the heading"
    assert "\x1b" not in ended.log


@pytest.mark.parametrize("finished_template", ["Deploy shop"])
def test_every_ci_is_told_the_same_words(
    launcher: Launcher, finished: Finished, finished_template: str
) -> None:
    """What the launcher itself says does not depend on where."""
    job = str(finished.job(finished_template))
    said = {
        adapter: [
            line
            for line in SGR.sub("", launcher.command("follow", job, "--ci", adapter).log).splitlines()
            if re.match(r"(Job|successful|Attach) ", line)
        ]
        for adapter in ("plain", "github")
    }
    assert said["plain"] == said["github"]
    assert len(said["plain"]) >= 2


def test_outputs_of_a_job_are_there_before_its_end(launcher: Launcher, bench: Bench) -> None:
    process = launcher.start(launcher.environment(**LASTING))
    job = launcher.launched(process)
    early = read_outputs((launcher.folder / "GITHUB_OUTPUT").read_text())
    process.send_signal(signal.SIGTERM)
    launcher.end(process)
    assert early == {
        "job_id": job,
        "job_type": "job",
        "job_url": f"{bench.box.url}/#/jobs/playbook/{job}/output",
    }
