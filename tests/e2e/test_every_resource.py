"""Every resource from the command line: listed, counted, shown and explained, in both layouts, in one process each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import sandbox
from aap_launcher.cli.resources.lookup import RESOURCES
from aap_launcher.client.fields import shape
from aap_launcher.client.kinds import KINDS
from tests.e2e.conftest import ROOT

pytestmark = pytest.mark.sandbox
# The real command line, as often as there are lines on stdin; what each wrote, and how it ended, in between.
LOOP = """
import json, sys
from aap_launcher.cli.program import run
lines = sys.stdin.read().splitlines()
for line in lines:
    code = run(json.loads(line))
    sys.stdout.flush()
    sys.stderr.flush()
    for stream in (sys.stdout, sys.stderr):
        stream.buffer.write(f"\\x1e{code}\\x1e".encode())
        stream.buffer.flush()
"""


def ran(url: str, home: Path, lines: Sequence[Sequence[str]]) -> list[tuple[int, str, str]]:
    """(exit code, stdout, stderr) of each command line."""
    ended = subprocess.run(
        [sys.executable, "-c", LOOP],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "AAP_URL": url,
            "AAP_TOKEN": "admin-token",
            "XDG_CONFIG_HOME": str(home),
        },
        input="\n".join(map(json.dumps, lines)).encode(),
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    out, errors = (stream.decode().split("\x1e") for stream in (ended.stdout, ended.stderr))
    return [
        (int(code), text, words) for text, code, words in zip(out[::2], out[1::2], errors[::2], strict=False)
    ]


@pytest.mark.parametrize("layout", ["awx", "gateway26"])
def test_every_resource_is_listed_counted_shown_and_explained(tmp_path: Path, layout: str) -> None:
    with sandbox.start(speed=20, layout=layout) as box:
        asked = [
            [name, verb, *more]
            for name in RESOURCES
            for verb, *more in (("list", "-o", "jsonl"), ("count",), ("explain",), ("list",))
        ]
        told = ran(box.url, tmp_path, asked)
        assert len(told) == len(asked)
        first = {}
        for at, name in enumerate(RESOURCES):
            (code, rows, words), counted, explained, table = told[4 * at : 4 * at + 4]
            assert (code, words) == (0, ""), name
            ids = [json.loads(line)["id"] for line in rows.splitlines()]
            assert counted == (0, f"{len(ids)}\n", ""), name
            assert explained[0] == 0
            assert explained[1].startswith(f"{name}  (")
            assert all(f"\n{field}" in explained[1] for field in shape(KINDS[name]).fields)
            assert len(table[1].splitlines()) == (len(ids) + 1 if ids else 0), name
            assert bool(table[2]) is not bool(ids), "that there are none is told to a person"
            if ids and "get" in shape(KINDS[name]).verbs:
                first[name] = ids[0]
        assert len(first) > 15
        shown = ran(
            box.url, tmp_path, [[name, "get", str(number), "-o", "id"] for name, number in first.items()]
        )
        assert [one[:2] for one in shown] == [(0, f"{number}\n") for number in first.values()]
