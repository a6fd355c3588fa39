"""How the tests are shared out between workers, and that no luck decides them."""

from __future__ import annotations

import gc
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# `make test` draws the same examples each time; `make random` draws new ones and keeps what it finds.
# How long it takes to draw one is the machine's affair.
_STEADY: dict[str, Any] = {
    "deadline": None,
    "print_blob": True,
    "suppress_health_check": [HealthCheck.too_slow],
}
settings.register_profile("steady", derandomize=True, **_STEADY)
settings.register_profile("quick", max_examples=20, derandomize=True, **_STEADY)  # of `make quick`
settings.register_profile("random", max_examples=500, **_STEADY)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# Started by nohup or in a script's background, we would hand on signals that are ignored to every process under test.
for _number in (signal.SIGHUP, signal.SIGINT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL if _number == signal.SIGHUP else signal.default_int_handler)


# Seven thousand tests are collected, and none of them is garbage (pytest_collection_finish turns it on again).
gc.disable()

# What this machine trusts besides is no affair of a test's.
for _name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
    os.environ.pop(_name, None)


# Where real seconds decide, so that a crowded machine can be the reason of a failure: these alone get a second try.
TIMED = {
    "cli": "a process is broken off, and has to end within seconds",
    "client": "runs are followed and waited for in real seconds",
    "container": "signals reach a container within the runner's 7.5 s and 2.5 s",
    "controller": "silent and dripping answers are waited for, each second told",
    "doctor": "steps towards a controller have 5 s each",
    "e2e": "signals have 2 s, timeouts 4 to 9 s",
    "examples": "a stand-in answers within the example's patience",
    "faults": "outages and deadlines last real seconds, some at ten times the speed",
    "front_ends": "a canceled step has 10 s to cancel in",
    "gitlab": "a canceled job has seconds to cancel in",
    "guide": "a webhook's job has 15 s to show up",
    "jenkins": "an aborted build has seconds to cancel in",
    "load": "many launchers at once are paced by real time",
    "sandbox": "jobs are canceled while they run",
    "trials": "signals come at chosen milliseconds",
}


# Rooms whose tests mostly wait for processes begin first, the longest before all; what only computes fills the gaps.
WAITING = (
    "container",
    "faults",
    "guide",
    "e2e",
    "jenkins",
    "gitlab",
    "front_ends",
    "trials",
    "secrets",
    "sandbox",
    "packages",
    "client",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: WAITING.index(room) if (room := _room(item)) in WAITING else len(WAITING))


def pytest_collection_finish() -> None:
    """What was collected need not be looked at again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The second try (AAP_SECOND_TRY, in .ci/run) is for tests that time decides, and for no other.

    The fault matrix lives on a clock ten times as fast, so the other workers step back for it.
    """
    if os.environ.get("PYTEST_XDIST_WORKER") and _room(item) != "faults" and os.nice(0) == 0:
        os.nice(5)
    if os.environ.get("AAP_SECOND_TRY") and _room(item) not in TIMED:
        pytest.fail("no time decides this test, so it gets no second try: it fails", pytrace=False)


def _room(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).parts[0]


# Each worker would build the image, or launch the twenty jobs that the tests of the sandbox look at.
TOGETHER = ("tests/container/", "tests/sandbox/test_(bench|recorded|running).py")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each file to one worker, in our order; files that share what costs much (see `TOGETHER`) all to one."""
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # by the number of tests, long files of few would end alone
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class Scheduling(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return next(
                (all_of for all_of in TOGETHER if re.match(all_of, nodeid)), super()._split_scope(nodeid)
            )

    return Scheduling(config, log)
