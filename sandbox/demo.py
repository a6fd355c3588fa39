"""`make demo`: the sandbox on loopback, and the container's entry with the environment that GitHub gives it."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import sandbox
from aap_launcher.inputs.definitions import INPUTS
from sandbox.running.runner_log import RunnerLog

_OUTPUT = re.compile(r"^(?P<name>\w+)<<(?P<end>\w+)\n(?P<value>.*?)\n?^(?P=end)$", re.DOTALL | re.MULTILINE)
_ROOT = Path(__file__).resolve().parent.parent
_DEFAULTS = {"Deploy shop": {"extra_vars": "app_version: 2.4.1\ndeploy_env: staging", "limit": "web:app:db"}}


def main() -> int:
    """Run one template; the exit code is the launcher's."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("template", nargs="?", default="Deploy shop")
    parser.add_argument("--layout", default="gateway26", help="awx, aap24, gateway25, gateway26 or gateway27")
    parser.add_argument(
        "--raw", action="store_true", help="the log with GitHub's commands in it, as the runner gets it"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sandbox.start(layout=options.layout) as controller:
        given = {"url": controller.url, "token": "ci-bot-token", "template": options.template}
        given |= _DEFAULTS.get(options.template, {})
        files = {name: Path(folder, name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.touch()
        code = _launch(github_environment(given, files), raw=options.raw)
        _section("outputs ($GITHUB_OUTPUT)", _outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8")))
        _section("summary ($GITHUB_STEP_SUMMARY)", files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"))
    _section("exit code", str(code))
    return code


def github_environment(given: dict[str, str], files: dict[str, Path]) -> dict[str, str]:
    """What GitHub's runner gives a container action: every declared input, given or not, and its own variables."""
    inputs = {f"INPUT_{item.name.upper()}": given.get(item.name, item.default) for item in INPUTS}
    github = {
        "GITHUB_ACTIONS": "true",
        "CI": "true",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_SHA": "3f2c1ab0c1d2e3f405162738495a6b7c8d9e0f11",
        "GITHUB_REF_NAME": "main",
        "GITHUB_ACTOR": "octocat",
        "GITHUB_RUN_ID": "42",
    }
    own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return own | github | inputs | {name: str(path) for name, path in files.items()}


def _launch(environment: dict[str, str], *, raw: bool) -> int:
    with subprocess.Popen(
        [sys.executable, str(_ROOT / "entrypoint.py")],
        cwd=_ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout if raw else RunnerLog().show(process.stdout):
            print(line.rstrip("\n"), flush=True)
    return process.returncode


def _outputs(text: str) -> str:
    """The file's `name<<delimiter` blocks as `name = value`; a later block of a name wins, as for the runner."""
    found = {m["name"]: m["value"] for m in _OUTPUT.finditer(text)}
    return "\n".join(f"{name:<13} {value}" for name, value in found.items())


def _section(title: str, text: str) -> None:
    print(f"\n\x1b[1m--- {title} \x1b[0m{'-' * max(60 - len(title), 0)}\n{text.rstrip()}")


if __name__ == "__main__":
    sys.exit(main())
