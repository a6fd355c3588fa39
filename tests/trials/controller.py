"""A controller small enough to be made anew for each trial: over a real socket, on the trial's own clock."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

API = "/api/v2/"
_LAUNCH = API + "job_templates/7/launch/"
ME, OTHER = 5, 6  # the launcher's account, and somebody else's
_HEADERS = {"Content-Type": "application/json", "X-API-Node": "awx-1", "X-API-Product-Name": "AWX"}
_HEADERS["X-API-Product-Version"] = "24.6.1"


class Clock:
    """Real seconds for sockets; a sleep is over at once, and has lasted all the same."""

    def __init__(self) -> None:
        self._slept = 0.0

    def now(self) -> float:
        return time.monotonic() + self._slept

    def sleep(self, seconds: float) -> None:
        self._slept += max(seconds, 0.0)


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    body: Any


@dataclass
class Made:
    """A job, who made it, and when it shows up in lists."""

    id: int
    ours: bool
    began: float
    visible: float
    fields: dict[str, Any] = field(default_factory=dict)


Answer = bytes | None  # None: the connection ends without one
Hook = Callable[[Request], "Answer | bool"]  # False: nothing of its own, the ordinary course of things


def http(status: int, body: Any = b"", *, headers: Mapping[str, str] | None = None) -> bytes:
    """An answer on the wire; the controller's own unless other headers are given."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(data)}"]
    lines += [f"{name}: {value}" for name, value in (_HEADERS if headers is None else headers).items()]
    return "\r\n".join([*lines, "", ""]).encode() + data


def page(status: int, text: str = "<html>proxy</html>", **headers: str) -> bytes:
    """The same from something in between."""
    return http(status, text.encode(), headers={"Content-Type": "text/html", **headers})


class Controller:
    """One template, its jobs, and a hook that may answer in the controller's place."""

    def __init__(
        self, clock: Clock, hook: Hook, *, variables: bool, cap: int = 200, status: str = "successful"
    ) -> None:
        self.clock, self.hook, self.variables, self.cap, self.status = clock, hook, variables, cap, status
        self.jobs: list[Made] = []
        self.later: list[tuple[float, Callable[[], object]]] = []  # what is still on its way
        self.canceled: set[int] = set()
        self.spared: Callable[[dict[str, Any]], dict[str, Any]] = lambda row: (
            row
        )  # what a list tells of a job
        self.duration, self.events = 3.0, 12
        self._lock = threading.RLock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._listener.close()

    def make(self, body: Mapping[str, Any], *, ours: bool, lag: float = 0.0, **fields: Any) -> Made:
        """A job as a launch with this body makes it."""
        now = self.clock.now()
        made = Made(
            101 + len(self.jobs), ours, now, now + lag, {"extra_vars": body.get("extra_vars", {}), **fields}
        )
        self.jobs.append(made)
        return made

    def row(self, made: Made) -> dict[str, Any]:
        ended = self.clock.now() - made.began >= self.duration
        status = self.status if ended else "running"
        status = "canceled" if made.id in self.canceled else status
        over = status != "running"
        url = f"{API}jobs/{made.id}/"
        row = {
            "id": made.id, "type": "job", "url": url, "name": "Deploy", "status": status, "elapsed": 1.0,
            "related": {"job_events": url + "job_events/", "cancel": url + "cancel/"},
            "unified_job_template": 7, "launch_type": "manual", "event_processing_finished": over,
            "launched_by": {"id": ME, "type": "user"}, "finished": "2026-01-01T00:00:00Z" if over else None,
            "job_explanation": "", "artifacts": {}, **made.fields,
        }  # fmt: skip
        return row | {"extra_vars": json.dumps(row["extra_vars"])}

    # --- the wire -----------------------------------------------------------------------------------

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        reader = link.makefile("rb")
        with link, reader, contextlib.suppress(OSError, ValueError):
            while line := reader.readline():
                method, target, _ = line.decode().split(" ", 2)
                length = 0
                while (header := reader.readline().strip()) != b"":
                    name, _, value = header.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                body = json.loads(reader.read(length) or b"{}")
                parts = urlsplit(target)
                answer = self._answer(Request(method, parts.path, dict(parse_qsl(parts.query)), body))
                if answer is None:
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                link.sendall(answer)
                if answer.endswith(CUT):
                    return

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            for due in [entry for entry in self.later if entry[0] <= self.clock.now()]:
                self.later.remove(due)
                due[1]()
            answer = self.hook(request)
            return self.honest(request) if isinstance(answer, bool) else answer

    # --- the ordinary course of things --------------------------------------------------------------

    def honest(self, request: Request) -> bytes:
        """What the controller does and says."""
        if request.path == API + "unified_jobs/":
            return self._list(request.query)
        if request.path == _LAUNCH and request.method == "POST":
            return self.launched(self.make(request.body, ours=True))
        fixed = {
            "/api/": {"current_version": API},
            API + "me/": {"results": [{"id": ME, "username": "ci"}]},
            API + "job_templates/7/": {"id": 7, "type": "job_template", "name": "Deploy"},
            _LAUNCH: {"ask_variables_on_launch": self.variables, "passwords_needed_to_start": []},
        }
        if request.path in fixed:
            return http(200, fixed[request.path])
        made = next((made for made in self.jobs if request.path.startswith(f"{API}jobs/{made.id}/")), None)
        return http(404, {"detail": "Not found."}) if made is None else self._job(made, request)

    def launched(self, made: Made) -> bytes:
        """The answer to the launch."""
        row = {**self.row(made), "job": made.id, "ignored_fields": {}}
        return http(201, row, headers={**_HEADERS, "Location": row["url"]})

    def _job(self, made: Made, request: Request) -> bytes:
        if request.path.endswith("/job_events/"):
            after = int(request.query.get("counter__gt", 0))
            return http(200, {"results": [_event(n) for n in range(after + 1, self.events + 1)][: self.cap]})
        if request.path.endswith("/cancel/"):
            self.canceled.add(made.id)
            return http(202)
        return http(200, self.row(made))

    def _list(self, query: Mapping[str, str]) -> bytes:
        after = int(query.get("id__gt", 0))
        rows = [made for made in self.jobs if made.id > after and made.visible <= self.clock.now()]
        rows.sort(key=lambda made: made.id, reverse=query.get("order_by", "").startswith("-"))
        size, number = min(int(query.get("page_size", 25)), self.cap), int(query.get("page", 1))
        shown = rows[size * (number - 1) : size * number]
        more = f"{API}unified_jobs/?page={number + 1}" if size * number < len(rows) else None
        return http(
            200,
            {"count": len(rows), "next": more, "results": [self.spared(self.row(made)) for made in shown]},
        )


CUT = b"\0CUT\0"


def cut(answer: bytes, share: float) -> bytes:
    """The answer breaks off, and the connection ends; a share of the body still comes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    longer = head.replace(b"Content-Length: ", b"Content-Length: 9")
    return longer + b"\r\n\r\n" + body[: int(len(body) * share)] + CUT


def _event(counter: int) -> dict[str, Any]:
    return {
        "counter": counter,
        "event": "runner_on_ok",
        "stdout": f"line {counter}.",
        "host_name": "web",
        "task": "t",
    }
