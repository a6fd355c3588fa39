"""The part of the API that a launcher, `awx` and the pollers ask for; and the bench's own controls under /bench/."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any
from urllib.parse import urlencode

from bench.controller.corpus import Shape
from bench.controller.jobs import Job, Row, Workflow
from bench.controller.stream import Plan

PAGE = 25  # rows, where none are asked for
_API = "/api/v2/"
_ASKED: tuple[str, ...] = (
    *("scm_branch", "variables", "tags", "diff_mode", "skip_tags", "job_type", "limit", "verbosity"),
    *("inventory", "credential", "execution_environment", "labels", "forks", "job_slice_count"),
    *("timeout", "instance_groups"),
)
_HOSTS = 10_000
_HOST_LISTS = (
    *(
        "created_by",
        "modified_by",
        "variable_data",
        "groups",
        "all_groups",
        "job_events",
        "job_host_summaries",
    ),
    *(
        "activity_stream",
        "inventory_sources",
        "smart_inventories",
        "ad_hoc_commands",
        "ad_hoc_command_events",
    ),
)
Query = dict[str, str]


class Api:
    """The controller's state: a plan for the next launch, the jobs, and who asked for what when."""

    def __init__(self) -> None:
        self.jobs: dict[int, Job] = {}
        self.asked: list[
            tuple[float, str, str, int]
        ] = []  # time.monotonic, method, path, bytes of the answer
        self._next: Job = self._made(Plan())

    def answer(self, method: str, path: str, query: Query, body: bytes) -> tuple[int, bytes, int]:
        """Status, body, and how many rows of events it holds."""
        for pattern, handle in _ROUTES:
            if found := pattern.fullmatch(path):
                return handle(self, method, query, body, *found.groups())
        return 404, b'{"detail":"Not found."}', 0

    def _made(self, plan: Plan) -> Job:
        number = max(self.jobs, default=99) + 1
        job = Workflow(number, plan) if plan.nodes else Job(number, plan)
        if isinstance(job, Workflow):
            self.jobs |= {node.number: node for node in job.nodes}
        self.jobs[number] = job
        return job

    # The bench's own ----------------------------------------------------------------------------------------

    def plan(self, method: str, query: Query, body: bytes) -> tuple[int, bytes, int]:
        """PUT: what the next launch makes. It is made now, so that the launch's answer does not wait for it."""
        wanted = json.loads(body)
        shape = Shape(**wanted.pop("shape", {}))
        self._next = self._made(Plan(**wanted, shape=shape))
        self.asked.clear()
        return _json({"job": self._next.number})

    def told(self, method: str, query: Query, body: bytes, number: str) -> tuple[int, bytes, int]:
        """GET: how the job went, by the machine's monotonic clock, and what was asked since its plan."""
        job = self.jobs[int(number)]
        return _json(
            {
                "runs_at": job.runs_at if job.runs_at < float("inf") else 0.0,
                "final": job.final / job.plan.speed,
                "processed": job.processed / job.plan.speed,
                "plan": asdict(job.plan),
                "asked": self.asked,
            }
        )

    # The controller's ---------------------------------------------------------------------------------------

    def template(self, method: str, query: Query, body: bytes, number: str) -> tuple[int, bytes, int]:
        return _described("POST") if method == "OPTIONS" else _json(_template())

    def templates(self, method: str, query: Query, body: bytes) -> tuple[int, bytes, int]:
        if method == "OPTIONS":
            return _described("POST")
        return _json({"count": 1, "next": None, "previous": None, "results": [_template()]})

    def launch(self, method: str, query: Query, body: bytes, number: str) -> tuple[int, bytes, int]:
        if method == "OPTIONS":
            return _described("POST")
        if method == "GET":
            return _json(_launch_page())
        job, self._next = self._next, self._next
        if job.runs_at < float("inf"):
            job = self._made(job.plan)
        job.launch()
        _status, text, rows = _json({job.type: job.number, "ignored_fields": {}, **job.detail()})
        return 201, text, rows

    def job(self, method: str, query: Query, body: bytes, kind: str, number: str) -> tuple[int, bytes, int]:
        job = self.jobs.get(int(number))
        if job is None or job.collection != kind:
            return 404, b'{"detail":"Not found."}', 0
        return _json(job.detail())

    def unified_jobs(self, method: str, query: Query, body: bytes) -> tuple[int, bytes, int]:
        found = [job for job in self.jobs.values() if job.runs_at < float("inf")]
        if "id" in query:
            found = [job for job in found if job.number == int(query["id"])]
        rows = [job.detail() for job in reversed(found)][: int(query.get("page_size", PAGE))]
        return _json({"count": len(found), "next": None, "previous": None, "results": rows})

    def nodes(self, method: str, query: Query, body: bytes, number: str) -> tuple[int, bytes, int]:
        job = self.jobs[int(number)]
        assert isinstance(job, Workflow)
        return _paged(job.rows(), query, f"{job.url}workflow_nodes/")

    def events(self, method: str, query: Query, body: bytes, number: str) -> tuple[int, bytes, int]:
        job = self.jobs[int(number)]
        stream, now = job.stream, job.now
        if "limit" in query:
            counters = stream.after(int(query.get("counter__gt", 0)), now, int(query["limit"]))
            return 200, b'{"results":' + stream.json(counters) + b"}", len(counters)
        size, page = int(query.get("page_size", PAGE)), int(query.get("page", 1))
        if "id__gt" in query:
            every = stream.since_id(int(query["id__gt"]), now)
        else:
            line = int(query.get("start_line__gte", 0))
            every = (
                stream.since_line(line, now, size * page + 1)
                if line
                else stream.after(0, now, size * page + 1)
            )
        shown = every[(page - 1) * size : page * size]
        more = len(every) > page * size
        following = {**query, "page": str(page + 1)}
        url = f"{job.url}job_events/?" + "&".join(f"{name}={value}" for name, value in following.items())
        head = json.dumps({"count": len(every), "next": url if more else None, "previous": None})[:-1]
        return 200, head.encode() + b',"results":' + stream.json(shown) + b"}", len(shown)

    def stdout(self, method: str, query: Query, body: bytes, number: str) -> tuple[int, bytes, int]:
        """As a real controller: above 1 MiB a sentence instead of the log, but in a download."""
        job = self.jobs[int(number)]
        rows = json.loads(job.stream.json(job.stream.after(0, job.now, job.plan.events)))
        text = "\n".join(row["stdout"] for row in rows if row["stdout"]).encode()
        if len(text) > 1 << 20 and "download" not in query.get("format", ""):
            text = b"Standard Output too large to display (%d bytes), only download supported" % len(text)
        return 200, text, len(rows)

    def hosts(self, method: str, query: Query, body: bytes) -> tuple[int, bytes, int]:
        if method == "OPTIONS":
            return _described("GET")
        size, page = min(int(query.get("page_size", PAGE)), 200), int(query.get("page", 1))
        every = _hosts()[int(query.get("id__gt", 0)) :]
        shown = every[(page - 1) * size : page * size]
        more = {**query, "page": str(page + 1)} if page * size < len(every) else {}
        following = f"{_API}hosts/?{urlencode(more)}" if more else None
        head = json.dumps({"count": len(every), "next": following, "previous": None})[:-1]
        return 200, head.encode() + b',"results":[' + b",".join(shown) + b"]}", len(shown)

    def fixed(self, method: str, query: Query, body: bytes, path: str) -> tuple[int, bytes, int]:
        if path == "":
            return _json(
                {"description": "AWX REST API", "current_version": _API, "available_versions": {"v2": _API}}
            )
        if path == "v2/":
            return _json(
                {name: f"{_API}{name}/" for name in ("me", "job_templates", "jobs", "unified_jobs", "hosts")}
            )
        user = {"id": 2, "type": "user", "username": "ci-bot", "is_superuser": False}
        return _json({"count": 1, "next": None, "previous": None, "results": [user]})


_Handler = Callable[..., tuple[int, bytes, int]]
_ROUTES: list[tuple[re.Pattern[str], _Handler]] = [
    (re.compile(rf"{_API}jobs/(\d+)/job_events/?"), Api.events),
    (re.compile(rf"{_API}(jobs|workflow_jobs)/(\d+)/"), Api.job),
    (re.compile(rf"{_API}workflow_jobs/(\d+)/workflow_nodes/"), Api.nodes),
    (re.compile(rf"{_API}jobs/(\d+)/stdout/"), Api.stdout),
    (re.compile(rf"{_API}job_templates/(\d+)/launch/"), Api.launch),
    (re.compile(rf"{_API}job_templates/(\d+)/"), Api.template),
    (re.compile(rf"{_API}job_templates/"), Api.templates),
    (re.compile(rf"{_API}unified_job_templates/"), Api.templates),
    (re.compile(rf"{_API}unified_jobs/?"), Api.unified_jobs),
    (re.compile(rf"{_API}hosts/"), Api.hosts),
    (re.compile(r"/api/(|v2/|v2/me/)"), Api.fixed),
    (re.compile(r"/bench/plan/"), Api.plan),
    (re.compile(r"/bench/jobs/(\d+)/"), Api.told),
]


def _json(value: Any, status: int = 200) -> tuple[int, bytes, int]:  # noqa: ANN401 - any JSON
    return status, json.dumps(value).encode(), 0


def _paged(rows: list[Row], query: Query, path: str) -> tuple[int, bytes, int]:
    size, page = min(int(query.get("page_size", PAGE)), 200), int(query.get("page", 1))
    shown = rows[(page - 1) * size : page * size]
    following = f"{path}?page={page + 1}&page_size={size}" if page * size < len(rows) else None
    status, text, _ = _json({"count": len(rows), "next": following, "previous": None, "results": shown})
    return status, text, len(shown)


def _described(method: str) -> tuple[int, bytes, int]:
    """OPTIONS: `awx` makes its command line of it."""
    fields = {
        "id": {"type": "integer", "label": "ID", "filterable": True},
        "name": {"type": "string", "label": "Name"},
    }
    return _json({"name": "", "actions": {"GET": fields, method: {}}, "types": ["job_template"]})


def _template() -> Row:
    url = f"{_API}job_templates/7/"
    return {
        "id": 7,
        "type": "job_template",
        "url": url,
        "related": {"launch": f"{url}launch/", "jobs": f"{url}jobs/"},
        "summary_fields": {
            "organization": {"id": 2, "name": "Retail"},
            "user_capabilities": {"start": True},
            "recent_jobs": [{"id": 99, "type": "job", "status": "successful"}],
        },
        "name": "Deploy",
        **{f"ask_{name}_on_launch": name == "variables" for name in _ASKED},
    }


def _launch_page() -> Row:
    return {
        "can_start_without_user_input": True,
        "passwords_needed_to_start": [],
        **{f"ask_{name}_on_launch": name == "variables" for name in _ASKED},
        "survey_enabled": False,
        "variables_needed_to_start": [],
        "credential_needed_to_start": False,
        "inventory_needed_to_start": False,
        "job_template_data": {"name": "Deploy", "id": 7, "description": ""},
        "defaults": {
            "inventory": {"name": "Shop", "id": 1},
            "limit": "",
            "extra_vars": "",
            "credentials": [],
        },
    }


@cache
def _hosts() -> Sequence[bytes]:
    """All hosts by their ids, which begin at 1, as JSON."""
    return [json.dumps(_host(number)).encode() for number in range(1, _HOSTS + 1)]


def _host(number: int) -> Row:
    """As large as a real one: 1.5 kB."""
    return {
        "id": number,
        "type": "host",
        "url": f"{_API}hosts/{number}/",
        "related": {name: f"{_API}hosts/{number}/{name}/" for name in _HOST_LISTS},
        "summary_fields": {
            "inventory": {
                "id": 1,
                "name": "Shop",
                "description": "",
                "total_hosts": _HOSTS,
                "total_groups": 12,
            },
            "groups": {"count": 2, "results": [{"id": 1, "name": "web"}, {"id": 2, "name": "retail"}]},
            "user_capabilities": {"edit": True, "delete": True},
            "recent_jobs": [],
        },
        "created": "2026-11-02T08:11:09.123456Z",
        "modified": "2026-11-02T08:11:09.123456Z",
        "name": f"web{number}.example.com",
        "description": "",
        "inventory": 1,
        "enabled": True,
        "variables": '{"ansible_host": "192.0.2.1", "role": "web"}',
    }
