"""A controller on requests-mock, a clock whose sleep is instant, and signals that remember."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests_mock as rm

from aap_launcher.controller.connect import connect
from aap_launcher.controller.controller import Controller
from aap_launcher.inputs.parsing import Connection
from aap_launcher.models.notices import Notice
from tests.fakes import trusting_nobody

HOST = "https://aap.example.com"
HEADERS = {
    "Content-Type": "application/json",
    "X-API-Node": "awx-1",
    "X-API-Product-Name": "AWX",
    "X-API-Product-Version": "24.6.1",
    "Date": "Sun, 22 Nov 2026 17:50:22 GMT",
}
AWX_ROOT = {
    "description": "AWX REST API",
    "current_version": "/api/v2/",
    "available_versions": {"v2": "/api/v2/"},
}
GATEWAY_ROOT = {
    "description": "AAP gateway REST API",
    "apis": {"gateway": "/api/gateway/", "controller": "/api/controller/"},
}
CONTROLLER_ROOT = {"description": "AWX REST API", "current_version": "/api/controller/v2/"}
ME = {"count": 1, "results": [{"id": 2, "username": "ci-bot"}]}


class FakeClock:
    def __init__(self) -> None:
        self.time = 100.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


class FakeSignals:
    def __init__(self) -> None:
        self.heard: list[str] = []

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        self.heard.append("listening")
        yield

    @contextlib.contextmanager
    def finishing(self, seconds: float) -> Iterator[None]:
        self.heard.append(f"finishing {seconds:g}")
        yield


@dataclass
class World:
    """Everything that a test can look at."""

    http: Any
    clock: FakeClock = field(default_factory=FakeClock)
    signals: FakeSignals = field(default_factory=FakeSignals)
    told: list[Notice] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)
    traced: list[str] = field(default_factory=list)
    host: str = HOST

    def json(self, method: str, path: str, *bodies: Any, status: int = 200, **headers: Any) -> Any:
        answers = [
            {"json": body, "status_code": status, "headers": {**HEADERS, **headers}} for body in bodies
        ]
        return self.http.register_uri(
            method, self.host + path, answers or [{"status_code": status, "headers": HEADERS}]
        )

    def answers(self, method: str, path: str, *answers: dict[str, Any]) -> Any:
        return self.http.register_uri(method, self.host + path, list(answers))

    def awx(self) -> None:
        self.json("GET", "/api/", AWX_ROOT)
        self.json("GET", "/api/v2/me/", ME)

    def gateway(self) -> None:
        self.json("GET", "/api/", GATEWAY_ROOT)
        self.json("GET", "/api/controller/", CONTROLLER_ROOT)
        self.json("GET", "/api/controller/v2/me/", ME)

    def connect(self, url: str = HOST, **inputs: Any) -> Controller:
        inputs = {"token": "t0ken", **inputs}
        return connect(
            Controller,
            Connection(url, **inputs),
            clock=self.clock,
            signals=self.signals,
            tell=self.told.append,
            mask=self.masked.append,
            trace=self.traced.append,
        )

    def paths(self, method: str | None = None) -> list[str]:
        return [r.path for r in self.http.request_history if method in (None, r.method)]

    @property
    def words(self) -> str:
        return "\n".join(notice.text for notice in self.told)


def ok(body: Any, **headers: str) -> dict[str, Any]:
    return {"json": body, "headers": {**HEADERS, **headers}}


@pytest.fixture
def world() -> Iterator[World]:
    with trusting_nobody(), rm.Mocker(case_sensitive=True) as http:
        yield World(http)


@pytest.fixture
def awx(world: World) -> Callable[..., Controller]:
    world.awx()
    return world.connect


def job_row(number: int = 5, kind: str = "job", **over: Any) -> dict[str, Any]:
    """A job's detail, trimmed from AWX 24.6.1's."""
    collection = f"{kind}s"
    url = f"/api/v2/{collection}/{number}/"
    events = "job_events" if kind == "job" else "events"
    return {
        "id": number,
        "type": kind,
        "url": url,
        "related": {events: f"{url}{events}/", "cancel": f"{url}cancel/"},
        "summary_fields": {
            "unified_job_template": {"id": 12, "name": "Deploy"},
            "project": {"name": "Shop"},
            "inventory": {"name": "web"},
            "execution_environment": {"name": "ee-supported"},
        },
        "name": "Deploy",
        "status": "running",
        "created": "2026-11-22T17:50:23.2Z",
        "started": None,
        "finished": None,
        "canceled_on": None,
        "elapsed": 1.5,
        "job_explanation": "",
        "result_traceback": "",
        "event_processing_finished": False,
        "host_status_counts": None,
        "artifacts": {},
        "launch_type": "manual",
        "launched_by": {"id": 2, "name": "ci-bot", "type": "user"},
        "unified_job_template": 12,
        "extra_vars": "{}",
        "limit": "",
        **over,
    }


def template_row(
    number: int = 12, name: str = "Deploy", kind: str = "job_template", org: str = "Retail"
) -> dict[str, Any]:
    return {
        "id": number,
        "type": kind,
        "name": name,
        "summary_fields": {"organization": {"id": 2, "name": org}, "user_capabilities": {"start": True}},
    }


def page(*rows: Any) -> dict[str, Any]:
    return {"count": len(rows), "next": None, "previous": None, "results": list(rows)}
