"""The engine, the image and the sandbox, once for all container tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import sandbox
from sandbox import Sandbox
from tests.container import engine as engines
from tests.container.engine import Engine
from tests.container.runner import Ended, Step
from tests.runtimes import KEPT_RUNS


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with engines.start() as running:
        running.image()
        yield running


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS) as running:
        yield running


@pytest.fixture
def step(engine: Engine, tmp_path: Path) -> Step:
    return Step(engine, tmp_path)


@pytest.fixture
def launch(step: Step, box: Sandbox) -> Callable[..., Ended]:
    """Launch a template as a step of a workflow, to its end."""

    def run(
        template: str, *, variables: dict[str, str] | None = None, options: tuple[str, ...] = (), **given: str
    ) -> Ended:
        inputs = {"url": box.url, "token": box.token, "template": template} | given
        return step.end(step.start(inputs, variables=variables, options=options))

    return run
