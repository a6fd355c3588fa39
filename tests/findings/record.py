"""Records what ansible-core says: every playbook of this folder, through ansible-runner, as the tests read it.

    python -m tests.findings.record VENV ...     # virtual environments, each with one ansible-core and ansible-runner

What a run wrote lies in `recorded/VERSION.jsonl`, one event a line, only the fields that are read, the playbook's name
before each. Times and folders that differ from run to run are left out.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sandbox.events.rows import EVENTS, changed, failed

HERE = Path(__file__).parent
PLAYBOOKS, RECORDED = HERE / "playbooks", HERE / "recorded"
_PLUGINS = HERE.parents[1] / "sandbox" / "project" / "connection_plugins"
_PARTS = frozenset({"included"})  # of other playbooks
_RESULTS = frozenset({"messages"})  # of these the failures alone are of interest
_DATA = ("task_path", "task_action", "ignore_errors", "res", "ok", "failures", "dark", "skipped", "ignored", "rescued", "processed")  # fmt: skip
_UNREAD = frozenset(
    {
        "invocation",
        "start",
        "end",
        "delta",
        "ansible_facts",
        "deprecations",
        "stdout_lines",
        "stderr_lines",
        "warnings",
    }
    | {"elapsed", "ansible_job_id", "results_file", "ansible_loop_var"}
)


def main(environments: list[str]) -> None:
    for environment in environments:
        version = _version(Path(environment))
        lines = [
            json.dumps({"playbook": name, **event}, ensure_ascii=False)
            for name in sorted(path.stem for path in PLAYBOOKS.glob("*.yml"))
            if name not in _PARTS
            for event in _run(Path(environment), name)
            if name not in _RESULTS or event["event"] in ("runner_on_failed", "rc")
        ]
        RECORDED.mkdir(exist_ok=True)
        (RECORDED / f"{version}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _version(environment: Path) -> str:
    ask = "import ansible.release as r; print('.'.join(r.__version__.split('.')[:2]))"
    told = subprocess.run([environment / "bin/python", "-c", ask], capture_output=True, check=True, text=True)
    return told.stdout.strip()


def _run(environment: Path, name: str) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(PLAYBOOKS, home / "project")
        shutil.copytree(_PLUGINS, home / "project" / "connection_plugins")
        (home / "inventory").mkdir()
        python = environment / "bin/python"
        hosts = "[web]\nweb1\nweb2\n[all:vars]\nansible_connection=local\n"
        (home / "inventory" / "hosts").write_text(f"{hosts}ansible_python_interpreter={python}\n")
        runner = str(environment / "bin/ansible-runner")
        done = subprocess.run(
            [runner, "run", folder, "-p", f"{name}.yml", "-i", "run", "-q"],
            env={"PATH": f"{environment / 'bin'}:/usr/bin:/bin", "HOME": folder, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "False", "ANSIBLE_DEPRECATION_WARNINGS": "False"},
            capture_output=True, check=False, timeout=600,
        )  # fmt: skip
        files = (home / "artifacts" / "run" / "job_events").glob("*.json")
        rows = sorted((json.loads(file.read_text()) for file in files), key=lambda row: row["counter"])
        for row in rows:
            if row["event"] in EVENTS:
                yield _clean(_event(row), folder, str(environment))
        yield {"event": "rc", "counter": done.returncode}


def _event(row: dict[str, Any]) -> dict[str, Any]:
    """As a controller stores it, without what nobody reads."""
    data = row.get("event_data") or {}
    kept = {key: data[key] for key in _DATA if data.get(key) not in (None, {}, "")}
    event = {
        "counter": row["counter"],
        "event": row["event"],
        "stdout": row["stdout"],
        "uuid": row["uuid"][-6:],
        "parent_uuid": (row.get("parent_uuid") or "")[-6:],
        "play": data.get("play") or "",
        "task": data.get("task") or "",
        "role": data.get("role") or "",
        "host_name": data.get("host") or "",
        "failed": failed(row["event"], data),
        "changed": changed(row["event"], data),
        "event_data": _trimmed(kept),
    }
    return {key: value for key, value in event.items() if value not in ("", False, {})}


def _trimmed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _trimmed(inner) for key, inner in value.items() if key not in _UNREAD}
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    return value[-1500:] if isinstance(value, str) else value


def _clean(event: dict[str, Any], folder: str, environment: str) -> dict[str, Any]:
    text = json.dumps(event, ensure_ascii=False)
    for path, instead in (
        (folder, "/runner"),
        (environment, "/usr"),
        (sys.base_prefix, "/usr"),
        (str(Path.home()), "/home/runner"),
    ):
        text = text.replace(path, instead)
    text = re.sub(r"ansible-tmp-[0-9.-]+", "ansible-tmp", text)
    found: dict[str, Any] = json.loads(text)
    if len(found.get("stdout", "")) > 3_000:
        found["stdout"] = found["stdout"][:2_000] + " ... " + found["stdout"][-500:]
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
