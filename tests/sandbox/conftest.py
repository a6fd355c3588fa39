"""The sandboxes for the tests, and the jobs in them."""

from collections.abc import Iterator

import pytest

import sandbox
from sandbox import Sandbox
from tests.runtimes import KEPT_RUNS
from tests.sandbox.client import Client, client_of
from tests.sandbox.jobs import Jobs, launch_all


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    """Jobs are pending long enough that a test can cancel them before they cost anything."""
    with sandbox.start(speed=20, queue_delay=10, kept_runs=KEPT_RUNS) as started:
        yield started


@pytest.fixture(scope="session")
def gateway() -> Iterator[Sandbox]:
    with sandbox.start(speed=20, queue_delay=10, layout="gateway26", kept_runs=KEPT_RUNS) as started:
        yield started


@pytest.fixture(scope="session")
def bot(box: Sandbox) -> Client:
    return client_of(box)


@pytest.fixture(scope="session")
def admin(box: Sandbox) -> Client:
    return client_of(box, "admin")


@pytest.fixture(scope="session")
def jobs(bot: Client) -> Jobs:
    return launch_all(bot)
