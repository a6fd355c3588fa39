"""A controller made of answers, and the launcher in this process against it: the whole way, from HTTP to the files.

Only time (a clock that jumps), signals and the sockets are stood in for; everything else is the real thing.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests_mock

from aap_launcher import ci
from aap_launcher.controller.connect import connect
from aap_launcher.controller.controller import Controller
from aap_launcher.errors import LauncherError
from aap_launcher.inputs.parsing import parse_inputs
from aap_launcher.launcher import main as launcher
from aap_launcher.models.outcomes import Outcome
from tests.fakes import FakeClock, FakeSignals, trusting_nobody

URL = "https://aap.example.com"
HEADERS = {
    "Content-Type": "application/json",
    "X-API-Product-Name": "AWX",
    "X-API-Product-Version": "24.6.1",
    "Date": "Sun, 22 Nov 2026 17:50:22 GMT",
}
SURVEY = {
    "spec": [
        {"variable": "version", "type": "text", "question_name": "Version", "required": True, "default": "1", "min": 0, "max": 20},
        {"variable": "count", "type": "integer", "question_name": "Count", "required": True, "default": 2, "min": 1, "max": 10},
        {"variable": "ratio", "type": "float", "question_name": "Ratio", "required": True, "default": 0.5, "min": 0, "max": 1},
        {"variable": "env", "type": "multiplechoice", "question_name": "Env", "required": True, "default": "dev", "choices": ["dev", "prod"]},
        {"variable": "parts", "type": "multiselect", "question_name": "Parts", "default": "a\nb", "choices": "a\nb\nc"},
    ]
}  # fmt: skip
_ASKED = ("variables", "limit", "inventory", "credential", "labels", "tags")


def event(counter: int, kind: str = "runner_on_ok", **others: Any) -> dict[str, Any]:
    """One row of job_events/, trimmed from AWX 24.6.1's."""
    return {
        "id": counter, "type": "job_event", "counter": counter, "event": kind, "uuid": f"u{counter}", "parent_uuid": "",
        "created": "2026-11-22T17:50:23.2Z", "stdout": f"line {counter}", "host_name": "web1", "play": "Deploy",
        "task": "Restart", "role": "web", "failed": False, "changed": False, "event_data": {}, **others,
    }  # fmt: skip


EVENTS = [
    event(1, "playbook_on_start", stdout="", task="", role="", host_name=""),
    event(2, "playbook_on_play_start", stdout="\r\nPLAY [Deploy] ****", task="", role="", host_name="", uuid="play"),
    event(3, "playbook_on_task_start", stdout="\r\nTASK [web : Restart] ****", host_name="", uuid="task"),
    event(4, "runner_on_start", stdout="", parent_uuid="task"),
    event(5, "runner_on_ok", stdout="ok: [web1]", parent_uuid="task", event_data={"duration": 1.5, "res": {"msg": "fine"}}),
    event(6, "runner_item_on_failed", stdout="failed: [web2]", parent_uuid="task", host_name="web2", failed=True,
          event_data={"res": {"msg": "no", "item": 1}}),
    event(7, "runner_on_failed", stdout="fatal: [web2]: FAILED!", parent_uuid="task", host_name="web2", failed=True,
          event_data={"duration": 2, "task_path": "/runner/project/a.yml:3", "res": {"msg": "non-zero return code", "rc": 1, "stderr": "no", "results": [{"failed": True, "item": "a", "msg": "x"}]}}),
    event(8, "error", stdout="ERROR! it went wrong\nOrigin: /a.yml", task="", host_name=""),
    event(9, "playbook_on_stats", stdout="\r\nPLAY RECAP ****", task="", host_name="",
          event_data={"processed": {"web1": 1, "web2": 1}, "ok": {"web1": 1}, "failures": {"web2": 1}, "changed": {}}),
]  # fmt: skip


@dataclass
class Answer:
    """What one request gets: a JSON value, or bytes as they are."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    @property
    def content(self) -> bytes:
        return self.raw if self.raw is not None else json.dumps(self.body).encode()


Answers = dict[str, list[Answer]]
"""METHOD and path -> answers one after the other; the last is repeated."""


@dataclass
class Site:
    """The answers, and what was asked."""

    answers: Answers
    asked: list[str] = field(default_factory=list)
    pages: bool = True  # events are read by their cursor; else each request gets all of them
    bodies: list[bytes] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Inside, requests get these answers."""
        with trusting_nobody(), requests_mock.Mocker() as http:
            http.register_uri(requests_mock.ANY, requests_mock.ANY, content=self._answer)
            yield

    def _answer(self, request: Any, context: Any) -> bytes:
        parts = urlsplit(request.url)
        self.asked.append(f"{request.method} {parts.path}")
        assert request.url.startswith(URL + "/"), f"the credential went to {request.url}"
        assert len(self.asked) < 3000, f"asked without end: {self.asked[-5:]}"
        if request.body:
            self.bodies.append(request.body)
        answers = self.answers.get(self.asked[-1], [Answer({"detail": "Not found."}, 404)])
        if "id" in parse_qs(parts.query):
            answers = answers[-1:]  # by its number the job is found from the start: it may be attached to
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        context.status_code = answer.status
        context.headers.update(HEADERS | answer.headers)
        if self.pages and parts.path.endswith("/job_events/") and answer.raw is None:
            return self._page(answer, int(parse_qs(parts.query).get("counter__gt", ["0"])[0]))
        return answer.content

    @staticmethod
    def _page(answer: Answer, after: int) -> bytes:
        rows = answer.body["results"]
        return json.dumps({"results": [row for row in rows if row["counter"] > after][:200]}).encode()


def answers(**job: Any) -> Answers:
    """A controller with one template, whose job fails; `job` are fields of the job's detail at its end."""
    template = {
        "id": 12, "type": "job_template", "name": "Deploy",
        "summary_fields": {"organization": {"id": 2, "name": "Retail"}, "user_capabilities": {"start": True}},
    }  # fmt: skip
    running = job_row()
    ended = (
        job_row(
            status="failed", finished="2026-11-22T17:51:00Z", event_processing_finished=True, elapsed=37.5
        )
        | job
    )
    prompts = {f"ask_{name}_on_launch": True for name in _ASKED}
    found = {
        "GET /api/": {"current_version": "/api/v2/", "available_versions": {"v2": "/api/v2/"}},
        "GET /api/v2/me/": {"results": [{"id": 2, "username": "ci-bot"}]},
        "POST /api/v2/tokens/": ({"id": 9, "token": "made-token", "scope": "write"}, 201),
        "DELETE /api/v2/tokens/9/": ({}, 204),
        "GET /api/v2/unified_job_templates/": {"results": [template]},
        "GET /api/v2/job_templates/12/": template,
        "GET /api/v2/job_templates/12/launch/": {
            **prompts, "survey_enabled": True, "passwords_needed_to_start": [], "inventory_needed_to_start": False,
            "defaults": {"inventory": {"id": 1, "name": "Shop"}},
        },
        "GET /api/v2/job_templates/12/survey_spec/": SURVEY,
        "GET /api/v2/inventories/": {"results": [{"id": 4, "name": "Shop", "type": "inventory"}]},
        "POST /api/v2/job_templates/12/launch/": ({**job_row(status="pending"), "ignored_fields": {}}, 201),
        "GET /api/v2/jobs/5/job_events/": {"results": EVENTS},
        "POST /api/v2/jobs/5/cancel/": ({}, 202),
        "GET /api/v2/jobs/5/relaunch/": {"passwords_needed_to_start": [], "retry_counts": {"all": 2, "failed": 1}},
        "POST /api/v2/jobs/5/relaunch/": (job_row(status="pending"), 201),
        "GET /api/v2/project_updates/57/": {"id": 57, "type": "project_update", "name": "Shop", "status": "failed"},
        "GET /api/v2/project_updates/57/stdout/": {"content": "fatal: no such branch"},
    }  # fmt: skip
    made = {
        path: [Answer(*body) if isinstance(body, tuple) else Answer(body)] for path, body in found.items()
    }
    # The newest before a launch is none, so what the launch names is new.
    made["GET /api/v2/unified_jobs/"] = [Answer({"results": []}), Answer({"results": [job_row()]})]
    made["GET /api/v2/jobs/5/"] = [Answer(running), Answer(running), Answer(ended)]
    return made


def workflow_answers(names: tuple[str, str, str] = ("build", "gate", "deploy"), **job: Any) -> Answers:
    """A controller whose template 12 is a workflow: a job, an approval that was denied, and a node that is skipped."""
    found = answers()
    url = "/api/v2/workflow_jobs/7/"
    build, gate, deploy = names
    running = job_row(id=7, type="workflow_job", url=url, related={"cancel": url + "cancel/"})
    ended = running | {"status": "failed", "finished": "2026-11-22T17:51:00Z", "elapsed": 37.5} | job
    template = {**found["GET /api/v2/job_templates/12/"][0].body, "type": "workflow_job_template"}
    approval = {
        "id": 6, "type": "workflow_approval", "name": gate, "status": "failed", "url": "/api/v2/workflow_approvals/6/", "elapsed": 3.5,
        "started": "2026-11-22T17:50:40Z", "finished": "2026-11-22T17:50:44Z", "can_approve_or_deny": False, "timed_out": False,
        "summary_fields": {"approved_or_denied_by": {"username": deploy}, "workflow_approval_template": {"timeout": 9}},
    }  # fmt: skip
    nodes = [
        {"id": 1, "identifier": build, "do_not_run": False, "success_nodes": [2], "failure_nodes": [], "always_nodes": [],
         "unified_job_template": 3, "summary_fields": {"job": {"id": 5, "type": "job", "name": build, "status": "failed", "elapsed": 3}}},
        {"id": 2, "identifier": gate, "do_not_run": False, "success_nodes": [3], "failure_nodes": [], "always_nodes": [],
         "unified_job_template": 4, "summary_fields": {"job": {"id": 6, "type": "workflow_approval", "name": gate, "status": "failed", "elapsed": 3}}},
        {"id": 3, "identifier": deploy, "do_not_run": True, "success_nodes": [], "failure_nodes": [], "always_nodes": [],
         "unified_job_template": 5, "summary_fields": {"unified_job_template": {"name": deploy, "unified_job_type": "job"}}},
    ]  # fmt: skip
    workflow = "GET /api/v2/workflow_job_templates/12/"
    return found | {
        "GET /api/v2/unified_job_templates/": [Answer({"results": [template]})],
        "GET /api/v2/job_templates/12/": [Answer({"detail": "Not found."}, 404)],
        workflow: [Answer(template)],
        workflow + "launch/": found["GET /api/v2/job_templates/12/launch/"],
        workflow + "survey_spec/": found["GET /api/v2/job_templates/12/survey_spec/"],
        "POST /api/v2/workflow_job_templates/12/launch/": [Answer({**running, "status": "pending"}, 201)],
        "GET " + url: [Answer(running), Answer(running), Answer(running), Answer(ended)],
        "GET " + url + "workflow_nodes/": [Answer({"results": nodes, "next": None})],
        "POST " + url + "cancel/": [Answer({}, 202)],
        "GET /api/v2/workflow_approvals/6/": [Answer(approval)],
    }


def job_row(**changes: Any) -> dict[str, Any]:
    """A job's detail, trimmed from AWX 24.6.1's."""
    url = "/api/v2/jobs/5/"
    return {
        "id": 5, "type": "job", "url": url, "related": {"job_events": url + "job_events/", "cancel": url + "cancel/"},
        "summary_fields": {
            "unified_job_template": {"id": 12, "name": "Deploy"}, "project": {"name": "Shop"}, "inventory": {"name": "web"},
            "execution_environment": {"name": "ee"}, "labels": {"results": [{"id": 1}]}, "credentials": [{"id": 3}],
        },
        "name": "Deploy", "status": "running", "created": "2026-11-22T17:50:23.2Z", "started": None, "finished": None,
        "canceled_on": None, "elapsed": 1.5, "job_explanation": "", "result_traceback": "",
        "event_processing_finished": False, "host_status_counts": None, "artifacts": {}, "launch_type": "manual",
        "launched_by": {"id": 2, "name": "ci-bot", "type": "user"}, "unified_job_template": 12, "extra_vars": "{}",
        "limit": "", "scm_revision": "3f2c1ab", "scm_branch": "", **changes,
    }  # fmt: skip


@dataclass
class Ended:
    """How a run ended, and everything that it wrote."""

    outcome: Outcome
    stdout: bytes
    files: dict[str, bytes]

    @property
    def log(self) -> str:
        return self.stdout.decode("utf-8")

    def text(self, name: str) -> str:
        return self.files.get(name, b"").decode("utf-8")


class _Terminal(io.BytesIO):
    def isatty(self) -> bool:
        return True


def run(
    site: Site,
    raw: Mapping[str, str],
    *,
    provider: str = "github",
    folder: Any = None,
    terminal: bool = False,
    trace: Callable[[str], None] | None = None,
) -> Ended:
    """Launch, attach or relaunch as `raw` says; `folder` (a Path) is where the CI's files and the reports go."""
    stream = _Terminal() if terminal else io.BytesIO()
    environ = ci_files(folder) if folder is not None else {}
    adapter = ci.detect(environ, stream=stream, wall_clock=lambda: 1_700_000_000.5, override=provider)
    written: dict[str, bytes] = {}
    clock = FakeClock()
    tools = launcher.Tools(
        connect=partial(connect, Controller),
        ci=adapter,
        clock=clock,
        signals=FakeSignals(),
        write=lambda path, text: written.__setitem__(path, text.encode("utf-8")),
        context=ci.context({}),
        version="0",
        trace=trace,
    )
    with site.serving():
        try:
            inputs = parse_inputs({"url": URL, **raw})
        except LauncherError as error:
            outcome = launcher.refuse_to_start(error, tools)
        else:
            outcome = launcher.launch(inputs, tools)
    if folder is not None:
        written |= {path.name: path.read_bytes() for path in folder.iterdir()}
    return Ended(outcome, stream.getvalue(), written)


def ci_files(folder: Any) -> dict[str, str]:
    """The variables by which each CI names its files."""
    names = {
        "GITHUB_OUTPUT": "outputs", "GITHUB_STEP_SUMMARY": "summary", "AAP_SUMMARY_FILE": "summary", "AAP_DOTENV": "dotenv",
        "AAP_GITLAB_ANNOTATIONS": "annotations.json", "AAP_OUTPUTS_FILE": "outputs.json",
    }  # fmt: skip
    return {name: str(folder / file) for name, file in names.items()}
