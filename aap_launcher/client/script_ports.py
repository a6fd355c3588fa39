"""What a script brings in from outside: time, the environment, its log; and no signals of ours."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from aap_launcher.models.notices import Notice

LOG = logging.getLogger("aap_launcher")


def script_environment() -> Mapping[str, str]:
    """The environment as it is now."""
    return dict(os.environ)


class ScriptClock:
    """Seconds that only go forward."""

    def now(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(seconds, 0.0))


class NoSignals:
    """Hears nothing: a library takes no signals over from the program that it is part of."""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Nothing is heard."""
        yield

    @contextmanager
    def finishing(self, seconds: float) -> Iterator[None]:  # noqa: ARG002 - the port's signature
        """Nothing is heard."""
        yield


def tell(notice: Notice) -> None:
    """Outages and weak settings, for the script's own log; it shows warnings where nothing else was set up."""
    LOG.log(logging.WARNING if notice.warning else logging.INFO, "%s", notice.text)
