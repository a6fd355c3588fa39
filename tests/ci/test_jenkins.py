"""What the library step reads: the outputs as one JSON object of texts."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ci.support import adapter


def test_the_outputs_file_is_whole_after_every_write_and_ascii(tmp_path: Path) -> None:
    path = tmp_path / "outputs.json"
    ci, _ = adapter("jenkins", {"AAP_OUTPUTS_FILE": str(path)})
    ci.set_outputs({"job_id": "423"})
    assert json.loads(path.read_bytes()) == {"job_id": "423"}
    ci.set_outputs({"explanation": 'two\nlines "é" \u2028\ud800'})
    assert path.read_bytes().isascii()
    assert json.loads(path.read_bytes()) == {"job_id": "423", "explanation": 'two\nlines "é" \u2028\ud800'}


def test_without_a_file_no_outputs_are_written() -> None:
    ci, stream = adapter("jenkins")
    ci.set_outputs({"job_id": "423"})
    assert stream.getvalue() == b""


def test_an_outputs_file_that_cannot_be_written_is_a_warning() -> None:
    ci, stream = adapter("jenkins", {"AAP_OUTPUTS_FILE": "/nowhere/x"})
    ci.set_outputs({"job_id": "423"})
    assert b"the outputs could not be written: /nowhere/x" in stream.getvalue()
