"""The image of the unmodified Dockerfile: what is in it, what is not, and that nothing more is needed to run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aap_launcher import __version__
from tests.container.engine import Engine

pytestmark = pytest.mark.container

NO_ROOM = ("--user", "1001:1001", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")


def test_it_says_its_version_as_root_and_as_anybody_on_a_read_only_file_system(engine: Engine) -> None:
    assert engine.run("--version") == f"aap-launcher {__version__}"
    assert engine.run("--version", options=NO_ROOM) == f"aap-launcher {__version__}"


def test_a_shell_in_it_finds_the_command(engine: Engine) -> None:
    """GitLab and Jenkins start the image with a shell of their own."""
    assert engine.run("-c", "aap-launcher --version", entrypoint="sh") == f"aap-launcher {__version__}"


def test_it_adds_at_most_15_megabytes_to_its_base(engine: Engine) -> None:
    assert engine.size(engine.image()) - engine.size(engine.base_image()) <= 15_000_000


def test_it_holds_nothing_that_installs_or_compiles(engine: Engine) -> None:
    script = "import importlib.util, shutil; print([n for n in ('pip', 'wheel', 'ensurepip.pip') if '.' not in n and importlib.util.find_spec(n)], [n for n in ('pip', 'pip3', 'uv', 'gcc', 'cc', 'ld', 'make') if shutil.which(n)])"
    assert engine.run("-c", script, entrypoint="python") == "[] []"
    assert engine.run(
        "-c", "ls -A /root /tmp /var/tmp; ls -d /build 2>/dev/null; :", entrypoint="sh"
    ).split() == ["/root:", "/tmp:", "/var/tmp:"]


def test_it_holds_only_what_the_launcher_runs_on(engine: Engine) -> None:
    script = "cd /opt/aap-launcher; find . -type f ! -name '*.pyc' ! -path './aap_launcher/*'; ls /opt/venv/lib/python3*/site-packages | grep dist-info"
    found = engine.run("-c", script, entrypoint="sh").split()
    names = sorted(name.split("-")[0] for name in found if name.endswith(".dist-info"))
    assert sorted(set(found) - {name for name in found if name.endswith(".dist-info")}) == [
        "./aap-launcher",
        "./entrypoint.py",
    ]
    locked = Path(__file__).parents[2].joinpath("requirements/runtime.txt").read_text().splitlines()
    assert names == sorted(line.split("==")[0].replace("-", "_") for line in locked if "==" in line)


def test_all_that_a_launch_imports_is_compiled_already(engine: Engine) -> None:
    script = """
import sys
sys.path.insert(0, "/opt/aap-launcher")
import encodings.idna, click, msgspec, requests, yaml
import aap_launcher.cli.wiring, aap_launcher.cli.launch
from pathlib import Path
print([name for name, module in sorted(sys.modules.items()) if name != "__main__"
       and (spec := module.__spec__) and (spec.origin or "").endswith(".py") and not Path(spec.cached).exists()])
"""
    assert engine.run("-EsW", "error", "-c", script, entrypoint="python", options=NO_ROOM) == "[]"


def test_labels_tell_what_it_is(engine: Engine) -> None:
    labels = json.loads(
        engine.docker("image", "inspect", "--format", "{{json .Config.Labels}}", engine.image())
    )
    assert labels["org.opencontainers.image.title"] == "aap-launcher"
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert "org.opencontainers.image.description" in labels


def test_python_itself_is_process_1_and_root_as_github_asks(engine: Engine) -> None:
    config = json.loads(engine.docker("image", "inspect", "--format", "{{json .Config}}", engine.image()))
    assert config["Entrypoint"][:2] == ["/usr/bin/env", "--block-signal=INT,TERM,HUP"], "which becomes Python"
    assert config["Entrypoint"][2].endswith("/python")
    assert not config.get("User")
