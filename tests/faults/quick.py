"""The container's entry with a clock on which ten seconds pass in one: everything else is the real process.

`FAULTS_NO_NAMES` names a file; while it exists, no name resolves.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

from aap_launcher.cli import container, resource_wiring, wiring
from aap_launcher.cli.signals import SystemClock

SPEED = 10.0


class QuickClock(SystemClock):
    """Hurries."""

    def now(self) -> float:
        return super().now() * SPEED

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / SPEED)


def main() -> None:
    for module in (wiring, resource_wiring):
        setattr(module, "SystemClock", QuickClock)  # noqa: B010 - the name is not exported
    nameless = Path(os.environ.get("FAULTS_NO_NAMES", "/nonexistent"))
    resolve = socket.getaddrinfo

    def getaddrinfo(*given: Any, **named: Any) -> Any:
        if nameless.exists():
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(*given, **named)

    socket.getaddrinfo = getaddrinfo
    container()


if __name__ == "__main__":
    main()
