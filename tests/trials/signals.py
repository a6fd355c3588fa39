"""Signals in every phase, drawn by the seed: the real process as the image starts it, its first 300 ms included.

`python -m tests.trials.signals 500` runs them alone. A trial tells what went wrong: hung, exit, orphaned, doubled,
foreign (a job canceled that was only followed), lost (a traceback in the place of words).
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
API = "/api/v2/"
JOB = f"{API}jobs/101/"
LONGEST = 20.0  # seconds until a process is called hung: it has 10, this machine is used by others as well
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What the controller is asked, in its order: a phase begins with each.
ASKED = (
    r"GET /api/$", r"GET .*/job_templates/7/$", r"GET .*/launch/$", r"POST .*/launch/$",
    r"GET .*/jobs/101/$", r"GET .*/job_events/", r"POST .*/cancel/$",
)  # fmt: skip


@dataclass
class Controller:
    """One template, one job; it notes what it is asked and may take its time over one kind of request."""

    seconds: float  # how long the job runs
    slow: str  # the requests that take `held` seconds
    held: float
    exists: bool = False  # the job was launched elsewhere
    launches: int = 0
    canceled: bool = False
    began: float = field(default_factory=time.monotonic)
    asked: list[str] = field(default_factory=list)
    seen: threading.Event = field(default_factory=threading.Event)
    awaited: str = "nothing"

    def status(self) -> str:
        if self.canceled:
            return "canceled"
        return "successful" if time.monotonic() - self.began >= self.seconds else "running"

    def row(self) -> dict[str, Any]:
        status = self.status()
        return {
            "id": 101, "type": "job", "url": JOB, "name": "Deploy", "status": status, "elapsed": 1.0, "artifacts": {},
            "related": {"job_events": JOB + "job_events/", "cancel": JOB + "cancel/"}, "unified_job_template": 7,
            "event_processing_finished": status != "running", "launch_type": "manual", "job_explanation": "",
            "launched_by": {"id": 5, "type": "user"}, "extra_vars": "{}",
        }  # fmt: skip

    def answer(self, request: str, query: str) -> tuple[int, Any]:
        self.asked.append(request)
        if re.search(self.awaited, request):
            self.seen.set()
        if re.search(self.slow, request):
            time.sleep(self.held)
        match request.split(" "):
            case ["POST", path] if path.endswith("/launch/"):
                self.launches, self.began = self.launches + 1, time.monotonic()
                return 201, {**self.row(), "job": 101, "ignored_fields": {}}
            case ["POST", path] if path.endswith("/cancel/"):
                self.canceled = self.canceled or self.status() == "running"
                return (202, {}) if self.canceled else (405, {})
            case ["GET", path] if path.endswith("/job_events/"):
                after = int((re.search(r"counter__gt=(\d+)", query) or [0, 0])[1])
                now = (
                    400 if self.status() != "running" else min(400, int(60 * (time.monotonic() - self.began)))
                )
                return 200, {"results": [_event(n) for n in range(after + 1, min(now, after + 200) + 1)]}
            case ["GET", path] if path == JOB:
                return 200, self.row()
            case _:
                return 200, self.fixed(request.partition(" ")[2])

    def fixed(self, path: str) -> dict[str, Any]:
        pages: dict[str, dict[str, Any]] = {
            "/api/": {"current_version": API},
            API + "me/": {"count": 1, "results": [{"id": 5, "username": "ci"}]},
            API + "job_templates/7/": {"id": 7, "type": "job_template", "name": "Deploy"},
            API + "job_templates/7/launch/": {
                "ask_variables_on_launch": True,
                "passwords_needed_to_start": [],
            },
        }
        found = (
            {"count": 1, "results": [self.row()]}
            if path == API + "unified_jobs/" and (self.launches or self.exists)
            else None
        )
        return found or pages.get(path, {"count": 0, "results": []})


def _event(counter: int) -> dict[str, Any]:
    return {
        "counter": counter,
        "event": "verbose",
        "stdout": "x" * 300,
        "uuid": str(counter),
        "event_data": {},
    }


def serving(controller: Controller) -> ThreadingHTTPServer:
    """The controller on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path, _, query = self.path.partition("?")
            status, body = controller.answer(f"{self.command} {path}", query)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.send_header("X-API-Node", "awx-1")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def trial(seed: int) -> list[str]:
    """One process, one signal or several; what went wrong."""
    dice = random.Random(seed)
    early = seed % 2 == 0
    phase = dice.choice(ASKED)
    seconds = dice.choice((0.2, 60.0, 60.0))
    controller = Controller(seconds, dice.choice(("nothing", phase)), dice.uniform(0, 0.4), awaited=phase)
    server = serving(controller)
    follow = controller.exists = dice.random() < 0.25
    arguments = ("follow", "101") if follow else ("launch", "7")
    environment = {
        "PATH": "/usr/bin:/bin", "AAP_URL": f"http://127.0.0.1:{server.server_port}", "AAP_TOKEN": "t0ken-t0ken",
        "AAP_OUTAGE_TOLERANCE": "5s", "GITLAB_CI": dice.choice(("", "true")),
        "AAP_DOTENV": os.devnull,
    }  # fmt: skip
    read = dice.random() < 0.7
    with tempfile.TemporaryFile() as log, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            ["/usr/bin/env", "--block-signal=INT,TERM,HUP", sys.executable, "-Es", "entrypoint.py", *arguments],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stderr=errors,
            stdout=log if read else subprocess.PIPE,
        )  # fmt: skip
        try:
            wait(process, controller, dice, early=early)
            sent = strike(process, dice)
            return judged(process, controller, sent, follow=follow, files=(log, errors))
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
            server.shutdown()
            server.server_close()


def wait(
    process: subprocess.Popen[bytes], controller: Controller, dice: random.Random, *, early: bool
) -> None:
    """Until the moment that the seed has drawn; `env` has become Python by then, with its signals blocked."""
    blocked, caught = "SigBlk:\t0000000000004003", re.compile(r"SigCgt:\t[0-9a-f]*[4-7c-f]..[2367abef]")
    while process.poll() is None:
        state = Path(f"/proc/{process.pid}/status").read_text()
        if blocked in state or caught.search(state):
            break
    if early:
        time.sleep(dice.uniform(0, 0.3))
    else:
        controller.seen.wait(6.0)
        time.sleep(dice.choice((0.0, dice.uniform(0, 0.3))))


def strike(process: subprocess.Popen[bytes], dice: random.Random) -> list[int]:
    """Send a signal, and sometimes more of them; [] where the process had ended already."""
    sent: list[int] = []
    for _ in range(dice.choice((1, 1, 2, 4))):
        if process.poll() is not None:
            break
        sent.append(dice.choice(NUMBERS))
        process.send_signal(sent[-1])
        time.sleep(dice.uniform(0, 0.2))
    return sent


def judged(
    process: subprocess.Popen[bytes],
    controller: Controller,
    sent: list[int],
    *,
    follow: bool,
    files: tuple[Any, Any],
) -> list[str]:
    """What is wrong with how it ended."""
    try:
        code = process.wait(LONGEST)
    except subprocess.TimeoutExpired:
        return ["hung"]
    said = ""
    for file in files:
        file.seek(0)
        said += file.read().decode("utf-8", "replace")
    made = follow or controller.launches > 0
    wrong = []
    if not sent and code != 0:
        return [f"exit {code} before any signal: the trial itself is wrong"]
    # Of those that wait together, while Python starts, the kernel hands out the one with the lowest number first.
    if code not in [128 + number for number in sent] and not (
        code == 0 and made and controller.status() in ("successful", "running")
    ):
        wrong.append(f"exit {code} for the signals {sent}")
    if code == 0 and controller.status() == "running":
        wrong.append("exit 0 of a job that runs")
    if controller.launches > 1:
        wrong.append("doubled")
    if follow and controller.canceled:
        wrong.append("foreign job canceled")
    told = process.stdout is not None or "aap-launcher cancel" in said or "aap-launcher follow" in said
    if not follow and made and code and controller.status() == "running" and not told:
        wrong.append("orphaned")
    if "Traceback" in said or "internal fault" in said:
        wrong.append("lost its words: a traceback")
    return wrong


def main() -> None:
    """Run the trials that are asked for; what went wrong, by seed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = {seed: wrong for seed, wrong in enumerate(pool.map(trial, range(count))) if wrong}
    for seed, wrong in found.items():
        print(f"seed {seed}: {', '.join(wrong)}")  # noqa: T201
    print(f"{count} signals, {len(found)} wrong, in {time.monotonic() - began:.0f} s")  # noqa: T201
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
