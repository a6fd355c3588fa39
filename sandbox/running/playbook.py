"""One run of `ansible-playbook` through ansible-runner, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sandbox.models import AdHocJob, Host, Job
from sandbox.running.unsafe import unsafe_yaml

ROOT = Path(__file__).parent.parent.parent
_PROMPTS = {
    "ssh_password": (r"SSH password:\s*?$", "--ask-pass"),
    "become_password": (r"BECOME password.*:\s*?$", "--ask-become-pass"),
}
_KEPT = ("HOME", "LANG", "LC_ALL", "TMPDIR", "USER")


class PlaybookRun:
    def __init__(self, job: Job, directory: Path) -> None:
        self._job = job
        self._directory = directory
        self.return_code: int | None = None
        env = directory / "env"
        env.mkdir(parents=True)
        (env / "extravars").write_text(unsafe_yaml(variables_of(job)), encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.running.worker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=_base_environment(),
            start_new_session=True,
        )
        job.process_ids = (self._process.pid,)
        self._tell(description_of(job, directory))

    def _tell(self, description: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(description) + "\n")
        self._process.stdin.flush()

    def events(self) -> Iterator[dict[str, Any]]:
        """Each as soon as it is emitted, until the playbook has ended."""
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                message = json.loads(line)
                if "event" in message:
                    yield message["event"]
                elif "started" in message:
                    self._note_start(message["started"])
                else:
                    self.return_code = message["ended"]["rc"]
        self._process.wait()

    def _note_start(self, started: dict[str, Any]) -> None:
        job = self._job
        job.job_args = json.dumps(started["command"])
        job.job_cwd = started["cwd"]
        job.job_env = {name: str(value) for name, value in started["env"].items() if name not in _KEPT}
        job.runner_stdout = str(self._directory / "artifacts" / str(job.id) / "stdout")

    def running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """The process kills everything below it as soon as its stdin is closed, and then ends."""
        assert self._process.stdin
        if not self._process.stdin.closed:
            self._process.stdin.close()


def description_of(job: Job, directory: Path) -> dict[str, Any]:
    """The keyword arguments for ansible-runner."""
    prompts = job.prompts
    passwords, options = _password_prompts(job)
    if prompts.job_type == "check" and job.kind != "project_update":
        options.append("--check")
    if prompts.diff_mode:
        options.append("--diff")
    return {
        "private_data_dir": str(directory),
        "ident": str(job.id),
        **_what(job),
        "inventory": "localhost," if job.kind == "project_update" else _inventory(job.hosts),
        "limit": (prompts.limit or None) if job.kind == "job" else None,
        "tags": prompts.job_tags or None,
        "skip_tags": prompts.skip_tags or None,
        "verbosity": prompts.verbosity or None,
        "forks": prompts.forks or None,
        "passwords": passwords,
        "cmdline": " ".join(options) or None,
        "envvars": _environment(job),
        "settings": {"pexpect_timeout": 1, "suppress_env_files": True},
    }


def _what(job: Job) -> dict[str, Any]:
    """A playbook, or one module."""
    if isinstance(job, AdHocJob):
        pattern = job.prompts.limit or "all"
        return {"module": job.module_name, "module_args": job.module_args, "host_pattern": pattern}
    return {"playbook": job.playbook}


def _password_prompts(job: Job) -> tuple[dict[str, str], list[str]]:
    """What ansible-playbook will ask for, and the options that make it ask."""
    answers = {}
    options = []
    for name, password in job.passwords.items():
        if name.startswith("vault_password"):
            vault_id = name.partition(".")[2] or "default"
            answers[rf"Vault password \({vault_id}\):\s*?$"] = password
            options.append(f"--vault-id {vault_id}@prompt")
        else:
            pattern, option = _PROMPTS[name]
            answers[pattern] = password
            options.append(option)
    return answers, options


def _inventory(hosts: tuple[Host, ...]) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for host in hosts:
        for group in host.groups or ("ungrouped",):
            groups.setdefault(group, {"hosts": {}})["hosts"][host.name] = host.variables
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    return {"all": {"children": groups, "vars": local}}


def variables_of(job: Job) -> dict[str, Any]:
    """The job's variables, and those with which a controller tells a playbook where it runs."""
    told: dict[str, Any] = {"job_id": job.id, "job_launch_type": job.launch_type}
    if job.template:
        told |= {"job_template_id": job.template.id, "job_template_name": job.template.name}
    if job.created_by:
        told |= {"user_id": job.created_by.id, "user_name": job.created_by.username}
    named = {f"{prefix}_{key}": value for prefix in ("awx", "tower") for key, value in told.items()}
    own = {"project_url": job.project.scm_url} if job.kind == "project_update" and job.project else {}
    return {**named, **own, **job.prompts.extra_vars}


def _base_environment() -> dict[str, str]:
    """Nothing of whoever started the sandbox reaches a playbook, but for what finding programs takes."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**environment, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def _environment(job: Job) -> dict[str, str]:
    return {
        "JOB_ID": str(job.id),
        "MAX_EVENT_RES": "700000",
        "ANSIBLE_FORCE_COLOR": "False" if job.kind == "project_update" else "True",
        "ANSIBLE_HOST_KEY_CHECKING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_PIPELINING": "True",
        "ANSIBLE_RETRY_FILES_ENABLED": "False",
    }
