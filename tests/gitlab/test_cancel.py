"""A canceled pipeline cancels the job: the script and after_script, run and signalled as GitLab's runner does."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests.front_ends.controller import job, wait_for
from tests.gitlab.conftest import Job, Project, children, end

pytestmark = [pytest.mark.gitlab, pytest.mark.sandbox]

SLOW = """
include:
  - local: templates/launch.yml
    inputs: {url: $SANDBOX, template: Slow deploy, stage: test, outputs_prefix: SLOW_, on_interrupt: %s}
"""


class Running:
    """A job of a pipeline whose AAP job runs."""

    def __init__(self, project: Project, on_interrupt: str = "cancel") -> None:
        self.box = project.box
        self.job: Job = project.job(SLOW % on_interrupt, "aap-launch")
        self.shell: subprocess.Popen[bytes] = self.job.start()
        self.number = wait_for(lambda: self.job.outputs().get("SLOW_JOB_ID"), what="the launch")
        wait_for(lambda: self.status() == "running", what="the start")

    def status(self) -> str:
        return str(job(self.box, self.number)["status"])

    def ended(self) -> str:
        """Wait for the end of all that holds the log; what it was."""
        out, _ = self.shell.communicate(timeout=60)
        return out.decode()

    def kill(self) -> None:
        """End at once, as out of memory: no handler runs."""
        for number in (*children(self.shell.pid), self.shell.pid):
            os.kill(number, signal.SIGKILL)
        self.shell.communicate(timeout=60)


@pytest.fixture
def running(project: Project) -> Iterator[Running]:
    launched = Running(project)
    yield launched
    launched.job.after("canceled")
    if launched.shell.poll() is None:
        end(launched.shell.pid, signal.SIGKILL)


def test_a_launcher_that_hears_the_cancel_cancels_its_job_and_writes_the_outcome(running: Running) -> None:
    end(running.shell.pid, signal.SIGTERM)
    log = running.ended()
    assert "was asked to cancel" in log
    wait_for(lambda: running.status() == "canceled", what="the cancel")
    assert running.job.outputs()["SLOW_OUTCOME"] == "interrupted"
    assert running.job.after("canceled") == ""


def test_the_job_of_a_killed_launcher_is_canceled_afterwards_once(running: Running) -> None:
    running.kill()
    assert running.status() == "running"
    assert "was asked to cancel" in running.job.after("canceled")
    wait_for(lambda: running.status() == "canceled", what="the cancel")
    assert "has already ended (canceled)" in running.job.after("canceled")
    assert running.job.outputs()["SLOW_JOB_ID"] == running.number


def test_a_launcher_that_goes_on_ends_when_after_script_cancels_its_job(running: Running) -> None:
    # A shell executor may run after_script while the script still runs.
    assert "was asked to cancel" in running.job.after("canceled")
    assert "canceled" in running.ended()
    assert running.shell.returncode == 1


def test_a_killed_launcher_of_a_job_that_was_not_canceled_leaves_its_job(running: Running) -> None:
    running.kill()
    assert running.job.after("failed") == ""
    assert running.status() == "running"


def test_a_job_that_is_to_be_left_is_left(project: Project) -> None:
    left = Running(project, "leave")
    left.kill()
    assert left.job.after("canceled") == ""
    assert left.status() == "running"


def test_after_script_of_a_job_that_never_launched_does_nothing(project: Project) -> None:
    never = project.job(SLOW % "cancel", "aap-launch")
    assert never.after("canceled") == never.after("failed") == never.after("success") == ""
