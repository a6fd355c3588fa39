"""A load controller in a process of its own, and its controls."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import trustme

from bench.child import ROOT
from bench.controller.corpus import Shape
from bench.controller.stream import Plan


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that the controller answered: when, which, and how many bytes."""

    when: float
    method: str
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Told:
    """How a job went, by the machine's monotonic clock, and what was asked from its plan on."""

    runs_at: float
    final_at: float
    processed_at: float
    plan: Plan
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """One controller: what clients are given, and where its controls are."""

    url: str
    certificates: str = ""  # the file of its CA, where it answers https

    def plan(self, plan: Plan) -> int:
        """What the next launch makes; its id."""
        number: int = self._control("PUT", "plan/", json.dumps(asdict(plan)).encode())["job"]
        return number

    def told(self, job: int) -> Told:
        """How that job went."""
        row = self._control("GET", f"jobs/{job}/")
        wanted = row["plan"]
        return Told(
            runs_at=row["runs_at"],
            final_at=row["runs_at"] + row["final"],
            processed_at=row["runs_at"] + row["processed"],
            plan=Plan(**{**wanted, "shape": Shape(**wanted["shape"])}),
            asked=tuple(Asked(*one) for one in row["asked"]),
        )

    def events(self, job: int) -> str:
        """The URL of the job's events."""
        return f"{self.url}/api/v2/jobs/{job}/job_events/"

    def _control(self, method: str, path: str, body: bytes | None = None) -> Any:  # noqa: ANN401 - JSON
        context = None
        if self.certificates:
            context = ssl.create_default_context(cafile=self.certificates)
        request = urllib.request.Request(f"{self.url}/bench/{path}", body, method=method)
        with urllib.request.urlopen(request, timeout=120, context=context) as answer:
            return json.load(answer)


@contextmanager
def controller(folder: Path, *, slow: bool = False, tls: bool = False) -> Iterator[Box]:
    """Start one; `folder` is where its certificates may lie."""
    command = [sys.executable, "-m", "bench.controller", *(["--slow"] if slow else [])]
    certificates = ""
    if tls:
        authority, certificates = trustme.CA(), str(folder / "ca.pem")
        authority.cert_pem.write_to_path(certificates)
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
        command += ["--cert", str(folder / "server.pem")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Box(process.stdout.readline().strip(), certificates)
        finally:
            process.terminate()
