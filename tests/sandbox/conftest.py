"""Sandboxes for the tests, and the jobs that most of them look at: started together, since each takes seconds."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

import sandbox
from sandbox import Sandbox

TIMEOUT = 60


@dataclass
class Client:
    """Talks to one sandbox as one of its users."""

    box: Sandbox
    authorization: str | None = "Bearer ci-bot-token"
    session: requests.Session = field(default_factory=requests.Session)

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Accept": "application/json", **options.pop("headers", {})}
        if self.authorization:
            headers["Authorization"] = self.authorization
        url = f"{self.box.origin}{path}"
        return self.session.request(
            method, url, headers=headers, allow_redirects=False, timeout=30, **options
        )

    def get(self, path: str, **query: Any) -> Any:
        """JSON of a path below the API's root."""
        response = self.send("GET", f"{self.box.settings.api}/v2/{path}", params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> requests.Response:
        return self.send("POST", f"{self.box.settings.api}/v2/{path}", json=body or {})

    def launch(self, template: int, **body: Any) -> int:
        response = self.post(f"job_templates/{template}/launch/", body)
        assert response.status_code == 201, response.text
        return int(response.json()["job"])

    def job(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"jobs/{number}/")
        return found

    def finished(self, number: int) -> dict[str, Any]:
        """The job when it has ended and all its events are stored."""
        return self.job_when(number, lambda job: job["event_processing_finished"])

    def job_when(self, number: int, reached: Any) -> dict[str, Any]:
        deadline = time.monotonic() + TIMEOUT
        while not reached(job := self.job(number)):
            assert time.monotonic() < deadline, f"job {number} is still {job['status']} after {TIMEOUT} s"
            time.sleep(0.02)
        return job

    def events(self, number: int, **query: Any) -> list[dict[str, Any]]:
        options = {"limit": 100_000, "order_by": "counter", "no_truncate": 1, **query}
        rows: list[dict[str, Any]] = self.get(f"jobs/{number}/job_events/", **options)["results"]
        return rows


def client_of(box: Sandbox, user: str = "ci-bot") -> Client:
    return Client(box, f"Bearer {user}-token")


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    """Jobs are pending long enough that a test can cancel them before they cost anything."""
    with sandbox.start(speed=20, queue_delay=10) as started:
        yield started


@pytest.fixture(scope="session")
def gateway() -> Iterator[Sandbox]:
    with sandbox.start(speed=20, queue_delay=10, layout="gateway26") as started:
        yield started


@pytest.fixture(scope="session")
def bot(box: Sandbox) -> Client:
    return client_of(box)


@pytest.fixture(scope="session")
def admin(box: Sandbox) -> Client:
    return client_of(box, "admin")
