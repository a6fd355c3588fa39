"""From the process's start to the launch's POST, beside the imports that any client with click and requests must make.

All of them in turn, round after round: whatever slows the machine slows all alike.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench import plot
from bench.box import Box, controller
from bench.child import ROOT
from bench.controller.stream import Plan
from bench.peers import commands
from bench.peers.commands import Peer
from bench.results import Figure, Found, Section, shown
from bench.run import Run, run

_PLAN = Plan(events=1, gap=0.0, processing=0.0)
_IMPORTS = ("-c", "import requests, click")
_HELP = {
    "`aap-launcher --version`": ("-m", "aap_launcher", "--version"),
    "`aap-launcher --help`": ("-m", "aap_launcher", "--help"),
    "a refused value (exit 2)": ("-m", "aap_launcher", "launch", "7", "--verbosity", "loud"),
}
_LIST = "`aap-launcher hosts list`, to its first request"
_HTTP, _HTTPS, _MATRIX, _BARE = "launcher", "launcher, https", "launcher on GitHub", "launcher, no bytecode"


def measure(rounds: int) -> Found:
    """The figures of start-up."""
    seconds: dict[str, list[float]] = {}
    runs: dict[str, list[Run]] = {}
    with tempfile.TemporaryDirectory() as name, controller(Path(name)) as box:
        folder = Path(name)
        with controller(folder, tls=True) as https:
            for _ in range(rounds):
                _one_round(seconds, runs, box, https, folder)
    for name, found in runs.items():
        seconds[name] = [one.to_post for one in found]
    return _found(seconds, runs)


def _one_round(
    seconds: dict[str, list[float]], runs: dict[str, list[Run]], box: Box, https: Box, folder: Path
) -> None:
    bare = {"PYTHONPYCACHEPREFIX": str(folder / "none"), "PYTHONDONTWRITEBYTECODE": "1"}
    seconds.setdefault("imports", []).append(_seconds(_IMPORTS, {}))
    for name, arguments in _HELP.items():
        seconds.setdefault(name, []).append(_seconds(arguments, {}))
    seconds.setdefault(_LIST, []).append(_to_first_request("hosts", "list", "-o", "jsonl"))
    seconds.setdefault("imports, no bytecode", []).append(_seconds(_IMPORTS, bare))
    launch = Peer(_HTTP, commands.launcher("--ci", "plain", "--wait", "false"), {})
    matrix = Peer(_MATRIX, commands.launcher("--ci", "github", "--wait", "false"), commands.GITHUB.extra)
    loop = replace(commands.LOOP, extra={"INTERVAL": "0.2"})
    for peer, place, extra in (
        (launch, box, {}),
        (replace(launch, name=_HTTPS), https, {}),
        (matrix, box, {}),
        (replace(launch, name=_BARE), box, bare),
        (replace(commands.AWXKIT, command=_awx), box, {}),
        (loop, box, {}),
        (commands.POLLER, box, {"INTERVAL": "0.2"}),
    ):
        if peer.there:
            runs.setdefault(peer.name, []).append(run(peer, place, _PLAN, **extra))


def _awx(_url: str) -> list[str]:
    return [str(commands.AWX), "job_templates", "launch", commands.TEMPLATE, "-f", "human"]


def _seconds(arguments: tuple[str, ...], extra: Mapping[str, str]) -> float:
    environment = {"PATH": os.environ["PATH"], **extra}
    began = time.monotonic()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, check=False)
    return time.monotonic() - began


def _to_first_request(*arguments: str) -> float:
    """Until it is connected; nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        environment = {"PATH": os.environ["PATH"], "AAP_URL": url, "AAP_TOKEN": commands.TOKEN}
        began = time.monotonic()
        command = [sys.executable, "-m", "aap_launcher", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        try:
            server.accept()[0].close()
            return time.monotonic() - began
        finally:
            process.kill()
            process.wait()


def _found(seconds: dict[str, list[float]], runs: dict[str, list[Run]]) -> Found:
    middle = {name: median(values) for name, values in seconds.items()}
    floor, bare = middle["imports"], middle["imports, no bytecode"]
    ratio = {name: value / (bare if "bytecode" in name else floor) for name, value in middle.items()}
    before = {name: max(one.before_post for one in found) for name, found in runs.items()}
    rows = [
        (
            name,
            shown(value * 1000),
            shown(min(seconds[name]) * 1000),
            shown(ratio[name]),
            str(before.get(name, "")),
        )
        for name, value in middle.items()
    ]
    peers = ", ".join(
        f"{name} {ratio[name]:.2f}" for name in ("curl and jq", "awx --monitor") if name in ratio
    )
    figures = [
        Figure(
            "process start to launch POST / `python -c 'import requests, click'`", ratio[_HTTP], 1.25, peers
        ),
        Figure("the same over https", ratio[_HTTPS], 1.35, peers),
        Figure("the same on GitHub", ratio[_MATRIX], 1.25, peers),
        Figure("the same without any bytecode", ratio[_BARE], 1.3),
        Figure("`hosts list`: process start to first request", ratio[_LIST], 1.25),
        Figure("requests before the POST, template by id", before[_HTTP], 2, "curl 0, awx 6"),
        Figure("`--help`", ratio["`aap-launcher --help`"], 0.6),
        Figure("`--version`", ratio["`aap-launcher --version`"], 0.6),
        Figure("a refused value", ratio["a refused value (exit 2)"], 0.6),
    ]
    words = (
        "From the process's start to the launch's POST, or to its end where nothing is launched. The floor is what "
        "any client with click and requests must import; `no bytecode`: not even Python's own library is compiled."
    )
    head = ("command", "median ms", "best ms", "of the imports", "requests before the POST")
    bars = {name: value for name, value in ratio.items() if "bytecode" not in name}
    drawn = plot.bars("Start to launch POST, 1 = importing requests and click", bars)
    return Found(figures, [Section("Start-up", words, head, rows, {"startup.svg": drawn})])
