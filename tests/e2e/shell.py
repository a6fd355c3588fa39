"""The real command line in one process for many lines, as a terminal's user types them one after the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import IO, Self

from tests.e2e.conftest import ROOT

_SECONDS = 120  # for one line
_END = b"\x1e"
_LOOP = """
import json, sys
from aap_launcher.cli.program import run
for line in iter(sys.stdin.readline, ""):
    code = run(json.loads(line))
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        stream.buffer.write(f"\\x1e{code}\\x1e".encode())
        stream.buffer.flush()
"""


class Shell:
    """`shell("hosts", "list")`: (exit code, stdout, stderr) of one command line, as the administrator."""

    def __init__(self, url: str, home: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LOOP],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "AAP_URL": url,
                "AAP_TOKEN": "admin-token",
                "XDG_CONFIG_HOME": str(home),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def __call__(self, *line: str) -> tuple[int, str, str]:
        process = self._process
        assert process.stdin
        assert process.stdout
        assert process.stderr
        late = Timer(_SECONDS, process.kill)
        late.start()
        try:
            process.stdin.write(json.dumps(line).encode() + b"\n")
            process.stdin.flush()
            code, text = _read(process.stdout)
            _, words = _read(process.stderr)
        finally:
            late.cancel()
        return int(code), text, words


def _read(stream: IO[bytes]) -> tuple[str, str]:
    """What was written, up to the exit code after it; that first."""
    parts = []
    for _ in range(2):
        found = bytearray()
        while (byte := stream.read(1)) not in {_END, b""}:
            found += byte
        assert byte, f"the process ended: {found.decode()}"
        parts.append(found.decode())
    return parts[1], parts[0]
