"""Ctrl-C on a terminal: answered at once, and by what becomes of the job."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from tests.trials.signals import ROOT, Controller, serving


class Screen:
    """What a terminal shows."""

    def __init__(self, command: tuple[str, ...], url: str) -> None:
        own, theirs = pty.openpty()
        environment = {"PATH": "/usr/bin:/bin", "AAP_URL": url, "AAP_TOKEN": "t0ken-t0ken", "TERM": "dumb"}
        self.process = subprocess.Popen(
            [sys.executable, "-Es", "entrypoint.py", *command],
            cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.shown = ""
        self._own = own
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while piece := os.read(self._own, 4096):
                self.shown += piece.decode("utf-8", "replace")
        except OSError:
            return

    def until(self, condition: Callable[[], object], seconds: float = 15.0) -> float:
        """Wait; how long it took."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < seconds, self.shown
            time.sleep(0.01)
        return time.monotonic() - began


@pytest.mark.parametrize(
    ("command", "says", "canceled"),
    [
        (("launch", "7"), "what was launched is asked to cancel", True),
        (("follow", "101"), "letting go of the job, which goes on", False),
        (("follow", "101", "--on-interrupt", "cancel"), "what was launched is asked to cancel", True),
    ],
)
def test_the_first_ctrl_c_is_answered_at_once_also_while_the_controller_hangs(
    command: tuple[str, ...],
    says: str,
    canceled: bool,  # noqa: FBT001 a table's column
) -> None:
    controller = Controller(
        60.0, r"GET .*/job_events/", 6.0, exists="follow" in command, awaited=r"GET .*/job_events/"
    )
    server = serving(controller)
    screen = Screen(command, f"http://127.0.0.1:{server.server_port}")
    try:
        assert controller.seen.wait(20), screen.shown
        screen.process.send_signal(signal.SIGINT)
        assert screen.until(lambda: "Pressing Ctrl-C again changes nothing" in screen.shown) < 2.5
        screen.process.send_signal(signal.SIGINT)
        assert screen.process.wait(20) == 130
        screen.until(lambda: "job 101" in screen.shown.partition("again changes nothing")[2])
    finally:
        screen.process.kill()
        server.shutdown()
        server.server_close()
    assert says in screen.shown
    assert controller.canceled is canceled
    if not canceled:
        told = " ".join(screen.shown.split())  # the terminal's width breaks the line
        assert "job 101 goes on, since it was only followed; to stop it: aap-launcher cancel 101" in told
