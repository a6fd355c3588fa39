"""How the tests are shared out between workers, and that no luck decides them."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import settings

# `make test` draws the same examples each time; `make random` draws new ones and keeps what it finds.
settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("random", max_examples=500, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each file to one worker; the container's files all to one, or each worker would build the image."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class Scheduling(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            folder = "tests/container/"
            return folder if nodeid.startswith(folder) else super()._split_scope(nodeid)

    return Scheduling(config, log)
