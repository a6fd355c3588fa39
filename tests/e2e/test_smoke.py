"""The main job, once, through the container's entry."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Launcher

pytestmark = pytest.mark.sandbox


def test_a_survey_is_answered_and_the_job_is_followed_to_its_end(launcher: Launcher) -> None:
    ended = launcher.launch("Survey deploy", extra_vars="version: 2.4.1\nenv: prod")
    assert ended.code == 0, ended.log
    assert ended.outputs["status"] == ended.outputs["outcome"] == "successful"
    assert ended.outputs["events"] == "complete"
