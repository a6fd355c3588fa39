"""How each is started, and what it is given."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.child import ROOT

TEMPLATE = "7"
TOKEN = "ci-bot-token"  # of nobody: the load controller takes any
AWX = ROOT / ".venv-bench" / "bin" / "awx"
Command = Callable[[str], list[str]]  # of the controller's URL


@dataclass(frozen=True, slots=True)
class Peer:
    """Something that launches a template and shows its log."""

    name: str
    command: Command
    extra: Mapping[str, str]
    ours: bool = False

    @property
    def there(self) -> bool:
        """Whether it can be started here."""
        return shutil.which(self.command("")[0]) is not None

    def environment(self, url: str, certificates: str = "", **more: str) -> dict[str, str]:
        """What it finds in its environment."""
        plain = {"PATH": os.environ["PATH"], "AAP_URL": url, "AAP_TOKEN": TOKEN, "PYTHONHASHSEED": "0"}
        awx = {
            "CONTROLLER_HOST": url,
            "CONTROLLER_OAUTH_TOKEN": TOKEN,
            "TOWER_HOST": url,
            "TOWER_OAUTH_TOKEN": TOKEN,
        }
        trust = {"REQUESTS_CA_BUNDLE": certificates, "CURL_CA_BUNDLE": certificates} if certificates else {}
        return plain | awx | trust | dict(self.extra) | more


def launcher(*options: str) -> Command:
    """The launcher, by the module: as the container starts it."""
    return lambda _url: [sys.executable, "-m", "aap_launcher", "launch", TEMPLATE, *options]


PLAIN = Peer("launcher", launcher("--ci", "plain"), {}, ours=True)
GITHUB = Peer("launcher on GitHub", launcher("--ci", "github"), {"GITHUB_ACTIONS": "true"}, ours=True)
AWXKIT = Peer(
    "awx --monitor",
    lambda _url: [str(AWX), "job_templates", "launch", TEMPLATE, "--monitor", "-f", "human"],
    {"PYTHONUNBUFFERED": "1"},
)
LOOP = Peer("curl and jq", lambda url: [str(ROOT / "bench/peers/loop.sh"), url, TEMPLATE], {})
POLLER = Peer(
    "polling as Jenkins", lambda url: [sys.executable, "-m", "bench.peers.poller", url, TEMPLATE], {}
)
PEERS = (PLAIN, GITHUB, AWXKIT, LOOP, POLLER)


def floor(events_url: str, events: int) -> list[str]:
    """`requests` reading the pages of a finished job."""
    return [sys.executable, "-m", "bench.peers.floor", events_url, str(events)]


def curl(events_url: str, events: int, folder: Path) -> list[str]:
    """`curl` reading them over one connection."""
    query = "order_by=counter&no_truncate=1&limit=200&counter__gt="
    urls = (f'url = "{events_url}?{query}{after}"\noutput = "/dev/null"\n' for after in range(0, events, 200))
    config = folder / "curl"
    config.write_text("".join(urls))
    return ["curl", "-fsS", "-H", f"Authorization: Bearer {TOKEN}", "-K", str(config)]
