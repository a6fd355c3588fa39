"""The component in real pipelines."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.front_ends.controller import job
from tests.gitlab.conftest import Project

pytestmark = [pytest.mark.gitlab, pytest.mark.sandbox]

TWICE = """
stages: [deploy, verify, tell]
include:
  - local: templates/launch.yml
    inputs:
      url: $SANDBOX
      template: Deploy shop
      limit: web
      extra_vars: "app_version: 2.4.1"
      outputs_prefix: DEPLOY_
      junit: aap-junit.xml
      result_file: aap-result.json
  - COMPONENT
    inputs:
      job_name: verify
      stage: verify
      url: $SANDBOX
      template: Failing check
verify:
  allow_failure: true
tell:
  stage: tell
  needs: [aap-launch, verify]
  script:
    - echo "deployed by $DEPLOY_JOB_ID, a $DEPLOY_JOB_TYPE that ended $DEPLOY_STATUS, see $DEPLOY_JOB_URL"
    - echo "verified by $AAP_JOB_ID that ended $AAP_OUTCOME on $AAP_FAILED_HOSTS"
"""


def test_a_pipeline_launches_twice_and_a_later_job_reads_both_outputs(project: Project) -> None:
    pipeline = project.run(TWICE)
    assert pipeline.code == 0, pipeline.text
    deployed = json.loads((project.folder / "aap-result.json").read_text())
    told = pipeline.log("tell")
    assert f"deployed by {deployed['job']['id']}, a job that ended successful" in told
    assert f"see {deployed['job']['url']}" in told
    verified = told.partition("verified by ")[2].split()[0]
    assert f"verified by {verified} that ended failed on app1" in told
    assert job(project.box, verified)["status"] == "failed"
    assert "successful job" in pipeline.log("aap-launch").replace("  ", " ")


def test_the_reports_are_collected_where_gitlab_looks_for_them(project: Project) -> None:
    pipeline = project.run(TWICE, "aap-launch")
    assert pipeline.code == 0, pipeline.text
    asked = {"dotenv": "aap-outputs.env", "annotations": "aap-annotations.json"}
    assert pipeline.jobs["verify"]["artifacts"]["reports"] == asked
    assert pipeline.jobs["aap-launch"]["artifacts"]["reports"] == asked | {"junit": "aap-junit.xml"}
    assert pipeline.jobs["aap-launch"]["artifacts"]["when"] == "always"
    assert "<testsuite" in (project.folder / "aap-junit.xml").read_text()
    outputs = pipeline.artifact("aap-launch", ".gitlab-ci-reports/dotenv/aap-outputs.env").read_text()
    assert "DEPLOY_OUTCOME=successful\n" in outputs
    assert "Deploy shop" in pipeline.artifact("aap-launch", "aap-summary.md").read_text()
    links = json.loads((project.folder / "aap-annotations.json").read_text())
    assert links["aap-launcher"][0]["external_link"]["url"].startswith(project.box.url)


def test_a_failed_job_fails_the_pipeline_and_still_hands_over_its_outputs(project: Project) -> None:
    pipeline = project.run("""
include:
  - COMPONENT
    inputs: {url: $SANDBOX, template: Failing check, stage: test}
""")
    assert pipeline.code == 1, pipeline.text
    outputs = pipeline.artifact("aap-launch", ".gitlab-ci-reports/dotenv/aap-outputs.env").read_text()
    assert "AAP_OUTCOME=failed\n" in outputs
    assert "AAP_JOB_TYPE" not in outputs


def test_gitlabs_runner_has_no_artifact_to_warn_of_however_the_launch_ends(project: Project) -> None:
    """The runner warns of each pattern below `paths` and of each report that matches no file."""
    ways = ["template: Locked", "template: Locked, limit: web1", "template: Nowhere", "template: Locked, extra_vars: '['", "template: Locked, junit: aap-junit.xml, limit: web1",
            "template: Locked, wait: false", "template: Locked, dry_run: true"]  # fmt: skip
    includes = [
        f"  - COMPONENT\n    inputs: {{url: $SANDBOX, stage: test, job_name: way {at}, {way}}}\n"
        for at, way in enumerate(ways)
    ]
    for name, launch in project.jobs("include:\n" + "".join(includes)).items():
        for left in project.folder.glob("aap-*"):
            left.unlink()
        shell = launch.start()
        shell.communicate(timeout=60)
        launch.after("success" if shell.returncode == 0 else "failed")
        artifacts = launch.definition["artifacts"]
        for pattern in (*artifacts["paths"], *artifacts["reports"].values()):
            assert list(project.folder.glob(pattern)), (name, pattern)


def test_any_text_arrives_as_it_was_written(project: Project) -> None:
    hostile = {
        "quotes": """it's "quoted" `id` \\1 \\""",
        "dollars": "$HOME ${HOME} $$ $(id) %HOME% $CI_COMMIT_SHA",
        "lines": "one\n  two: {x}\n\n#three\n",
        "unicode": "ü 漢 \u202e 🚀",
    }
    include = {
        "local": "templates/launch.yml",
        "inputs": {
            "stage": "test",
            "url": "$SANDBOX",
            "template": "Everything prompted",
            "extra_vars": json.dumps(hostile),
            "limit": "web1:&~w.b\\d$",
            "verbosity": "0",
            "diff_mode": "false",
            "forks": "0",
        },
    }
    pipeline = project.run(yaml.safe_dump({"include": [include]}, allow_unicode=True))
    number = pipeline.artifact("aap-launch", ".gitlab-ci-reports/dotenv/aap-outputs.env").read_text()
    launched = job(project.box, number.partition("AAP_JOB_ID=")[2].split()[0])
    assert {name: launched["extra_vars"][name] for name in hostile} == hostile
    assert launched["limit"] == "web1:&~w.b\\d$"
    assert (launched["verbosity"], launched["diff_mode"], launched["forks"]) == (0, False, 0)


def test_variables_are_replaced_where_gitlab_users_need_them(project: Project) -> None:
    pipeline = project.run("""
variables: {SHOP_VERSION: 2.4.1}
include:
  - local: templates/launch.yml
    inputs: {url: $SANDBOX, template: Asks for variables, stage: test}
aap-launch:
  variables:
    AAP_EXTRA_VARS: "app_version: $SHOP_VERSION"
""")
    assert pipeline.code == 0, pipeline.text
    number = (project.folder / "aap-outputs.env").read_text().partition("AAP_JOB_ID=")[2].split()[0]
    assert job(project.box, number)["extra_vars"]["app_version"] == "2.4.1"


def test_one_job_launches_and_another_attaches(project: Project) -> None:
    pipeline = project.run("""
stages: [deploy, follow]
include:
  - local: templates/launch.yml
    inputs: {url: $SANDBOX, template: Locked, wait: false}
  - local: templates/launch.yml
    inputs: {url: $SANDBOX, job: $AAP_JOB_ID, job_name: follow, stage: follow}
""")
    assert pipeline.code == 0, pipeline.text
    assert "PLAY RECAP" not in pipeline.log("aap-launch")
    assert "PLAY RECAP" in pipeline.log("follow")


@pytest.mark.parametrize(
    ("inputs", "error"),
    [
        ("template: Deploy shop", "url"),
        ("url: $SANDBOX, wait: sometimes", "wait"),
        ("url: $SANDBOX, job_type: walk", "job_type"),
        ("url: $SANDBOX, verbosity: '9'", "verbosity"),
        ("url: $SANDBOX, timeout: soon", "timeout"),
        ("url: $SANDBOX, junit: elsewhere.xml", "junit"),
        ("url: $SANDBOX, outputs_prefix: 'A B'", "outputs_prefix"),
        ("url: $SANDBOX, job_name: .hidden", "job_name"),
        ("url: $SANDBOX, forks: 5", "forks"),
    ],
)
def test_a_wrong_or_missing_input_is_gitlabs_error_and_names_the_input(
    project: Project, inputs: str, error: str
) -> None:
    pipeline = project.run(f"include: [{{local: templates/launch.yml, inputs: {{{inputs}}}}}]", "--preview")
    assert pipeline.code != 0
    assert f"`{error}` input:" in pipeline.text, pipeline.text
