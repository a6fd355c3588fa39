"""The log is whole: every line that ansible-runner wrote, once and in order, on every CI.

Each playbook of the sandbox is run once by real ansible; the launcher then attaches to the finished job with
each adapter. What was followed live is compared in `test_a_live_log_...`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from aap_launcher.ci.provider import PROVIDERS
from sandbox.seeds.templates import TEMPLATES
from tests.e2e.conftest import Bench, Ended, Finished, Launcher
from tests.e2e.logs import SGR, expected, job_lines

pytestmark = pytest.mark.sandbox

# One template of each playbook; the others differ in what they ask for, not in what they print.
PLAYBOOKS = {template.playbook: template.name for template in reversed(TEMPLATES) if not template.replay}
NAMES = sorted({**PLAYBOOKS, "quick.yml": "Locked", "slow_deploy.yml": "Slow deploy"}.values())


@dataclass
class Logs:
    """The log of one finished job, as each adapter writes it.

    `stdout` is ansible-runner's file, `events` the stdout of all events. ansible-runner does not write every
    line that a plugin prints between two events into its file, but makes an event of each.
    """

    stdout: str
    events: str
    ended: dict[str, Ended]


class Shelf:
    """Logs that were asked for once."""

    def __init__(self, bench: Bench, finished: Finished, folder: Path) -> None:
        self._bench, self._finished, self._folder = bench, finished, folder
        self._logs: dict[str, Logs] = {}

    def of(self, template: str) -> Logs:
        if template not in self._logs:
            job = self._finished.job(template)
            launcher = Launcher(self._bench.box, self._folder)

            def follow(adapter: str) -> Ended:
                return launcher.command("follow", str(job), "--ci", adapter, "--summary=false")

            with ThreadPoolExecutor(2) as pool:
                ended = dict(zip(PROVIDERS, pool.map(follow, PROVIDERS), strict=True))
            events = self._bench.api("GET", f"jobs/{job}/stdout/?format=ansi_download").decode()
            self._logs[template] = Logs(self._bench.stdout(job), events, ended)
        return self._logs[template]


@pytest.fixture(scope="session")
def shelf(bench: Bench, finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(bench, finished, tmp_path_factory.mktemp("shelf"))


@pytest.mark.parametrize("adapter", PROVIDERS)
@pytest.mark.parametrize("finished_template", NAMES)
def test_every_line_of_the_job_stands_in_the_log_once_and_in_order(
    shelf: Shelf, finished_template: str, adapter: str
) -> None:
    logs = shelf.of(finished_template)
    log = logs.ended[adapter].log
    missing, strange = job_lines(log, expected(logs.events, adapter), adapter)
    assert not missing
    assert not strange
    missing, _ = job_lines(log, expected(logs.stdout, adapter), adapter)
    assert not missing, "ansible-runner wrote more than its events hold"


@pytest.mark.parametrize("finished_template", ["Large log"])
def test_5_500_events_and_8_000_lines_are_all_shown(shelf: Shelf, finished_template: str) -> None:
    logs = shelf.of(finished_template)
    assert logs.stdout.count("\n") > 8_000
    assert "log complete: 5," in logs.ended["plain"].log
    assert int(logs.ended["plain"].log.rpartition("log complete: ")[2].split()[0].replace(",", "")) > 5_500


@pytest.mark.parametrize("finished_template", ["Large values"])
def test_output_above_1_mib_is_shown_and_never_the_sentence_about_its_size(
    shelf: Shelf, finished_template: str
) -> None:
    logs = shelf.of(finished_template)
    for ended in logs.ended.values():
        assert len(ended.stdout) > 1024 * 1024
        assert "too large to display" not in ended.log


@pytest.mark.parametrize("finished_template", ["Secret tasks"])
def test_what_no_log_hides_stays_hidden(shelf: Shelf, finished_template: str) -> None:
    for ended in shelf.of(finished_template).ended.values():
        assert "hunter2" not in ended.log


@pytest.mark.parametrize("adapter", PROVIDERS)
@pytest.mark.parametrize("finished_template", ["Hostile output"])
def test_no_escape_but_colours_reaches_the_log(shelf: Shelf, finished_template: str, adapter: str) -> None:
    log = SGR.sub("", shelf.of(finished_template).ended[adapter].log)
    if adapter == "gitlab":
        log = log.replace("\x1b[0K", "").replace("\r", "")  # its own section markers
    assert "\x1b" not in log
    assert "\r" not in log
