"""Jenkins' step with `runtime: 'docker'`: in the real image."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.container.engine import LABEL, Engine
from tests.front_ends.controller import job, wait_for
from tests.jenkins.conftest import Jenkins
from tests.jenkins.conftest import jenkins as jenkins  # noqa: PLC0414  # a fixture
from tests.jenkins.test_steps import HOSTILE, groovy

pytestmark = [pytest.mark.jenkins, pytest.mark.container, pytest.mark.sandbox]

LAUNCH = """
return aapLaunch(url: env.SANDBOX, credentialsId: 'aap-login', dockerArgs: '--network host --label %s',
    runtime: 'docker', image: '%s', %%s)
"""


@pytest.fixture
def agent(jenkins: Jenkins, engine: Engine) -> Jenkins:
    """An agent with a container engine; without docker in reach, aap-launcher on it would not help."""
    jenkins.environment = {
        name: text for name, text in engine.environment.items() if name.startswith("DOCKER")
    }
    return jenkins


def test_a_container_gets_the_inputs_and_leaves_its_files_to_the_agents_user(
    agent: Jenkins, engine: Engine
) -> None:
    variables = ", ".join(f"{name}: {groovy(text)}" for name, text in HOSTILE.items())
    build = agent.run(
        LAUNCH
        % (LABEL, engine.image())
        % f"template: 'Everything prompted', extra_vars: [{variables}], limit: 'web1', junit: 'hosts.xml'"
    )
    assert build.result == "SUCCESS", build.log
    launched = job(agent.box, build.outputs["job_id"])["extra_vars"]
    assert {name: launched[name] for name in HOSTILE} == HOSTILE
    assert "Everything prompted" in build.archived()
    assert "ci-bot-password" not in build.log
    assert (agent.workspace / "hosts.xml").stat().st_uid == agent.workspace.stat().st_uid


def test_an_aborted_build_cancels_its_job_through_dockers_client(agent: Jenkins, engine: Engine) -> None:
    process = agent.start(LAUNCH % (LABEL, engine.image()) % "template: 'Slow deploy'")
    known = wait_for(lambda: list(Path(f"{agent.workspace}@tmp").glob("*/outputs.json")), what="the step")[0]
    number = wait_for(
        lambda: known.read_text() and json.loads(known.read_text())["job_id"], what="the launch"
    )
    wait_for(lambda: job(agent.box, number)["status"] == "running", what="the start")
    (agent.workspace / "abort").write_text("TERM")
    build = agent.end(process)
    assert build.result == "ABORTED", build.log
    assert build.log.count("was asked to cancel") == 1
    wait_for(lambda: job(agent.box, number)["status"] == "canceled", what="the cancel")
    wait_for(lambda: not engine.docker("ps", "-q", "--filter", f"label={LABEL}"), what="the container's end")
