"""Each command's good answers, recorded once from the sandbox; and the command again on answers that are not as good.

The real command line in this process: only the sockets, the time that it sleeps and its streams are stood in for.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import requests
import requests_mock

from aap_launcher.cli import process, program
from tests.controller.conftest import HEADERS
from tests.fakes import trusting_nobody


@dataclass(frozen=True)
class Said:
    """What a controller answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        """Its JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass
class Exchange:
    """The answers to what was asked, one after the other; the last is repeated."""

    said: dict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))
    asked: list[str] = field(default_factory=list)

    def again(self) -> Exchange:
        """The same answers from the beginning."""
        return Exchange(defaultdict(list, {key: list(answers) for key, answers in self.said.items()}))


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        return f"exit {self.code}\n{self.out}\n{self.err}"


@contextmanager
def recording(kept: Exchange) -> Iterator[None]:
    """Inside, requests are answered by whom they are for, and what is answered is kept."""

    def answer(request: Any, context: Any) -> bytes:
        with requests.Session() as session, real():
            session.trust_env = False
            reply = session.request(
                request.method, request.url, data=request.body, headers=dict(request.headers), timeout=30, allow_redirects=False
            )  # fmt: skip
        headers = {name: value for name, value in reply.headers.items() if name.lower() not in _HOP}
        kept.said[key(request)].append(Said(reply.status_code, headers, reply.content))
        return _given(kept.said[key(request)][-1], context)

    with _answering(answer) as real:
        yield


@contextmanager
def replaying(kept: Exchange) -> Iterator[None]:
    """Inside, requests get the answers that are kept, and others a 404 as the controller writes it."""
    none = Said(404, HEADERS, b'{"detail": "Not found."}')

    def answer(request: Any, context: Any) -> bytes:
        kept.asked.append(key(request))
        assert len(kept.asked) < 2000, f"asked without end: {kept.asked[-3:]}"
        answers = kept.said.get(key(request)) or [none]
        return _given(answers.pop(0) if len(answers) > 1 else answers[0], context)

    with _answering(answer):
        yield


_HOP = {"connection", "content-length", "content-encoding", "transfer-encoding", "server"}


@contextmanager
def _answering(answer: Any) -> Iterator[Any]:
    with trusting_nobody(), requests_mock.Mocker() as http:
        http.register_uri(requests_mock.ANY, requests_mock.ANY, content=answer)

        @contextmanager
        def real() -> Iterator[None]:
            http.stop()
            try:
                yield
            finally:
                http.start()

        yield real


def _given(said: Said, context: Any) -> bytes:
    context.status_code = said.status
    context.headers.update(said.headers)
    return said.body


def key(request: Any) -> str:
    """METHOD, path and query."""
    parts = urlsplit(request.url)
    return f"{request.method} {parts.path}" + (f"?{parts.query}" if parts.query else "")


def ran(arguments: Sequence[str], environ: Mapping[str, str], stdin: str = "") -> Ended:
    """Run the command line in this process."""
    out, err = io.BytesIO(), io.BytesIO()
    streams = (io.TextIOWrapper(out), io.TextIOWrapper(err), io.TextIOWrapper(io.BytesIO(stdin.encode())))
    before = {number: signal.getsignal(number) for number in (*process.STOPS, signal.SIGALRM)}
    passed = 0.0
    now = time.monotonic

    def sleep(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    with (
        mock.patch.dict(os.environ, environ, clear=True),
        mock.patch.multiple(sys, stdout=streams[0], stderr=streams[1], stdin=streams[2]),
        mock.patch.multiple(time, sleep=sleep, monotonic=lambda: now() + passed),
    ):
        try:
            code = program.run(list(arguments))
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    return Ended(code, *(one.getvalue().decode("utf-8", "replace") for one in (out, err)))


def home(folder: Path) -> dict[str, str]:
    """The environment of a user whose configuration is in this folder."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
