"""How the tests talk to a sandbox: over HTTP, as anybody would."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from sandbox import Sandbox

TIMEOUT = 120
Json = dict[str, Any]


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

    def job(self, number: int) -> Json:
        found: Json = self.get(f"jobs/{number}/")
        return found

    def finished(self, number: int) -> Json:
        """The job when it has ended and all its events are stored."""
        return self.job_when(number, lambda job: job["event_processing_finished"])

    def job_when(self, number: int, reached: Any) -> Json:
        deadline = time.monotonic() + TIMEOUT
        while not reached(job := self.job(number)):
            assert time.monotonic() < deadline, f"job {number} is still {job['status']} after {TIMEOUT} s"
            time.sleep(0.02)
        return job

    def events(self, number: int, **query: Any) -> list[Json]:
        options = {"limit": 100_000, "order_by": "counter", "no_truncate": 1, **query}
        rows: list[Json] = self.get(f"jobs/{number}/job_events/", **options)["results"]
        return rows


def client_of(box: Sandbox, user: str = "ci-bot") -> Client:
    return Client(box, f"Bearer {user}-token")


def alive(pid: int) -> bool:
    """A killed process whose new parent has not looked at it yet still has an entry, as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
