"""One playbook run, as a process of its own: `python -m sandbox.running.worker`.

The first line of stdin is the run's description, a JSON object of keyword arguments for `ansible_runner.run`.
Each event is written to stdout as one JSON line, the last line is the result. When stdin is closed, because
the run is canceled or because the sandbox is gone, everything that the playbook started is killed; the
events it had emitted until then are still written.
"""

import json
import os
import sys
import threading
from typing import Any

from sandbox.running.processes import kill_descendants


def _write(line: dict[str, Any]) -> None:
    # A reader that is gone ends this process, which is what should happen then.
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _kill_when_stdin_closes(over: threading.Event) -> None:
    sys.stdin.read()
    while not over.wait(0.05):  # again and again: the playbook may not even have been started yet
        kill_descendants(os.getpid())


def main() -> None:
    import ansible_runner  # noqa: PLC0415 - takes a while, and only this process needs it

    description = json.loads(sys.stdin.readline())
    over = threading.Event()
    threading.Thread(target=_kill_when_stdin_closes, args=(over,), daemon=True).start()

    def forward(event: dict[str, Any]) -> bool:
        _write({"event": event})
        return False  # ansible-runner then keeps no file per event

    def tell_status(status: dict[str, Any], **_: Any) -> None:
        if status["status"] == "starting":
            _write({"started": {key: status[key] for key in ("command", "env", "cwd")}})

    outcome = ansible_runner.run(event_handler=forward, status_handler=tell_status, quiet=True, **description)
    over.set()
    _write({"ended": {"status": outcome.status, "rc": outcome.rc}})


if __name__ == "__main__":
    main()
