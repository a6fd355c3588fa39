"""The sandbox as the tests of the front ends look at it: what was launched, with what, and how it ended."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from sandbox import Sandbox


def job(box: Sandbox, number: str | int) -> Any:
    """A job as the API shows it; `extra_vars` decoded."""
    request = urllib.request.Request(
        f"{box.api}/jobs/{number}/", headers={"Authorization": f"Bearer {box.token}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        found = json.load(answer)
    found["extra_vars"] = json.loads(found["extra_vars"] or "{}")
    return found


def wait_for(condition: Callable[[], Any], seconds: float = 40, what: str = "it") -> Any:
    """Poll a condition of the real world; its value once it is true."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"{what} did not happen in {seconds} s"
        time.sleep(0.05)
    return value
