"""What may be chosen when a sandbox is started."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Layout = Literal["awx", "aap24", "gateway25", "gateway26", "gateway27"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

_VERSIONS: dict[Layout, str] = {
    "awx": "24.6.1",
    "aap24": "4.5.12",
    "gateway25": "4.6.15",
    "gateway26": "4.7.3",
    "gateway27": "4.8.0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Delays are in seconds as on a quiet AWX; `speed` divides them all."""

    layout: Layout = "awx"
    prefix: str = ""
    port: int = 0
    speed: float = 1.0
    queue_delay: float = 0.15
    event_delay: float = 1.0
    blocked_delay: float = 30.0
    seed: int = 1
    state_dir: Path | None = None
    kept_runs: tuple[Path, ...] = ()
    """Where finished runs are found, to be emitted again instead of run again; new ones are kept in the first."""
    verbose: bool = False
    basic_auth: bool = True
    token_creation: bool = True
    limit_parameter: bool = True
    """Controllers older than AWX 19.3 take `limit` for a field of events, and refuse it."""
    read_token_may_launch: bool = False
    """Gateways of before January 2026 did not look at a token's scope."""

    @property
    def gateway(self) -> str | None:
        """The platform version of a gateway layout, such as 2.6."""
        if not self.layout.startswith("gateway"):
            return None
        return f"2.{self.layout[-1]}"

    @property
    def api(self) -> str:
        """The path of the controller's own root document."""
        return f"{self.prefix}/api/controller" if self.gateway else f"{self.prefix}/api"

    @property
    def controller_version(self) -> str:
        return _VERSIONS[self.layout]

    @property
    def product_name(self) -> str:
        return "AWX" if self.layout == "awx" else "Red Hat Ansible Automation Platform"

    def scaled(self, seconds: float) -> float:
        return seconds / self.speed
