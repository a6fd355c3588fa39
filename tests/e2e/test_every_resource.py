"""Every resource from the command line: listed, counted, shown and explained, in both layouts, in one process each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sandbox
from aap_launcher.cli.resources.command_group import RESOURCES
from aap_launcher.client.fields import shape
from aap_launcher.client.kinds import KINDS
from tests.e2e.shell import Shell

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize("layout", ["awx", "gateway26"])
def test_every_resource_is_listed_counted_shown_and_explained(tmp_path: Path, layout: str) -> None:
    with sandbox.start(speed=20, layout=layout) as box, Shell(box.url, tmp_path) as shell:
        asked = [
            [name, verb, *more]
            for name in RESOURCES
            for verb, *more in (("list", "-o", "jsonl"), ("count",), ("explain",), ("list",))
        ]
        told = [shell(*line) for line in asked]
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
        for name, number in first.items():
            assert shell(name, "get", str(number), "-o", "id")[:2] == (0, f"{number}\n")
