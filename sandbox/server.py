"""Starts a sandbox: the server, and its end."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import waitress

from sandbox.app import create_app
from sandbox.running.runs import Runs
from sandbox.seeds import data
from sandbox.seeds.fill import filled
from sandbox.seeds.templates import TEMPLATES
from sandbox.seeds.workflow_templates import WORKFLOW_JOBS, WORKFLOWS
from sandbox.settings import Settings
from sandbox.state import State

THREADS = 16
CONNECTIONS = 1000
HOST = "127.0.0.1"
# value: (user, scope, still valid)
FIXED_TOKENS = {
    "admin-token": (data.ADMIN, "write", True),
    "ci-bot-token": (data.CI_BOT, "write", True),
    "ci-bot-read-token": (data.CI_BOT, "read", True),
    "viewer-token": (data.VIEWER, "write", True),
    "nobody-token": (data.NOBODY, "write", True),
    "approver-token": (data.APPROVER, "write", True),
    "expired-token": (data.CI_BOT, "write", False),
}


@dataclass(slots=True)
class Sandbox:
    """A sandbox that is listening."""

    settings: Settings
    state: State = field(repr=False)  # everything: its text would be endless
    runs: Runs = field(repr=False)
    _server: Any = field(repr=False)
    _closed: bool = False

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    @property
    def origin(self) -> str:
        """Scheme, host and port; the control API is below it."""
        return f"http://{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """What a launcher is given as the controller's URL."""
        return f"{self.origin}{self.settings.prefix}"

    @property
    def api(self) -> str:
        """Root of the controller's API, without a slash at the end."""
        return f"{self.origin}{self.settings.api}/v2"

    @property
    def control(self) -> str:
        return f"{self.origin}/sandbox"

    @property
    def token(self) -> str:
        """A token of the user for whom the demo is made."""
        return "ci-bot-token"

    def serve(self) -> None:
        self._server.run()

    def close(self) -> None:
        """Stops answering and kills what still runs; a second time it does nothing."""
        if self._closed:
            return
        self._closed = True
        self.runs.shut_down()
        self._server.task_dispatcher.shutdown()
        # Sockets belong to the thread that serves them, so it is that one which closes them, but not before we
        # have let go of its trigger: another's pull may have woken it already.
        pulled = threading.Event()
        self._server.trigger.pull_trigger(lambda: self._hang_up(pulled))
        pulled.set()

    def _hang_up(self, pulled: threading.Event) -> None:
        pulled.wait()
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.close()


def open_sandbox(settings: Settings, directory: Path) -> Sandbox:
    seeds = data.Seeds(templates=(*TEMPLATES, *WORKFLOW_JOBS), workflows=WORKFLOWS)
    state = State(settings=settings, store=filled(seeds), directory=directory)
    for value, (user, scope, valid) in FIXED_TOKENS.items():
        lifetime = timedelta(days=365_000 if valid else -1)
        state.new_token(user, value=value, scope=scope, lifetime=lifetime, gateway=bool(settings.gateway))
    runs = Runs(state)
    server = waitress.create_server(
        create_app(state, runs),
        host=HOST,
        port=settings.port,
        threads=THREADS,
        connection_limit=CONNECTIONS,
        ident="nginx",
        clear_untrusted_proxy_headers=True,
    )
    return Sandbox(settings, state, runs, server)


@contextmanager
def directory_for(settings: Settings) -> Iterator[Path]:
    if settings.state_dir is not None:
        settings.state_dir.mkdir(parents=True, exist_ok=True)
        yield settings.state_dir.resolve()
        return
    path = Path(tempfile.mkdtemp(prefix="sandbox-"))
    try:
        yield path
    finally:
        # A process that was killed a moment ago may still be writing there.
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def start(**settings: Any) -> Iterator[Sandbox]:
    """A sandbox in this process, on a free port; keyword arguments are those of `Settings`."""
    chosen = Settings(**settings)
    with directory_for(chosen) as directory:
        sandbox = open_sandbox(chosen, directory)
        thread = threading.Thread(target=sandbox.serve, name="sandbox", daemon=True)
        thread.start()
        try:
            yield sandbox
        finally:
            sandbox.close()
            thread.join(timeout=5)
