"""The launcher's process without its imports: forked from one that has done them, at a tenth of the cost.

It is a process as every other: its own id, signals, environment, streams and exit; only the interpreter's start and the
imports are not done again, and its modules are not taken apart at the end. Both have tests of their own, which start it whole (tests/cli/test_process.py, tests/trials,
tests/container), and so does every test that looks at the process table.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import inspect
import json
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tests.runtimes import ROOT

# What the interpreter reads as it starts; a process that is given one of them is started whole.
_INTERPRETERS = ("PYTHON", "LC_", "LANG")
_PR_SET_CHILD_SUBREAPER = 36
_MOST_BYTES = 1 << 20
# "entrypoint.py" or "-m", and the module.
_PROGRAMS = (["entrypoint.py"], ["-m", "aap_launcher"], ["-m", "tests.faults.quick"])


def run(
    *arguments: str, env: Mapping[str, str], stdin: str = "", seconds: float = 120, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """The command line to its end, with nothing of our own environment."""
    command = [sys.executable, "-m", "aap_launcher", *arguments]
    pipe = subprocess.PIPE
    with Launched(command, cwd=cwd, env=dict(env), stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            out, said = process.communicate(stdin.encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out.decode(), said.decode())


class Launched(subprocess.Popen[Any]):
    """`subprocess.Popen` of the launcher, warm where that makes no difference."""

    def _execute_child(self, *given: Any) -> None:
        start = getattr(subprocess.Popen, "_execute_child")  # noqa: B009 - typeshed does not know it
        named = dict(zip(list(inspect.signature(start).parameters)[1:], given, strict=True))
        if not _warm(named):
            start(self, *given)
            return
        ends = [named["p2cread"], named["c2pwrite"], named["errwrite"]]
        streams = [end if end != -1 else number for number, end in enumerate(ends)]
        wanted = {name: named[name] for name in ("args", "env", "start_new_session")}
        self.pid = _server().fork({**wanted, "cwd": str(named["cwd"])}, streams)
        setattr(self, "_child_created", True)  # noqa: B010
        pipes = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        getattr(self, "_close_pipe_fds")(*(named[name] for name in pipes))  # noqa: B009


def _warm(named: Mapping[str, Any]) -> bool:
    """Whether there is nothing special about the process."""
    args, environ = list(named["args"]), named["env"]
    ours = args[0] == sys.executable and any(args[1 : 1 + len(each)] == each for each in _PROGRAMS)
    bare = environ is not None and not any(name.startswith(_INTERPRETERS) for name in environ)
    # The other programs are found only from our folder.
    found = named["cwd"] == ROOT or args[1:3] == ["-m", "aap_launcher"]
    return sys.platform == "linux" and ours and bare and found


class _Server:
    """The process that has imported the launcher; what it forks is adopted by this one, as a child."""

    def __init__(self) -> None:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._lock = threading.Lock()
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]},
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
        )
        theirs.close()
        atexit.register(self._close)

    def fork(self, wanted: Mapping[str, Any], streams: Sequence[int]) -> int:
        """Start one; its process id."""
        with self._lock:
            socket.send_fds(self._ours, [json.dumps(wanted).encode()], streams)
            return int(self._ours.recv(100))

    def _close(self) -> None:
        self._ours.close()
        self._process.wait()


_started: list[_Server] = []
_starting = threading.Lock()


def _server() -> _Server:
    with _starting:
        if not _started:
            _started.append(_Server())
        return _started[0]


def _serve(requests: socket.socket) -> dict[str, Any] | None:
    """Answer requests until nobody is left to ask, which is None; in the process that was asked for, what it shall do."""
    while True:
        message, streams, _, _ = socket.recv_fds(requests, _MOST_BYTES, 3)
        if not message:
            return None
        reading, writing = os.pipe()
        if (between := os.fork()) == 0:
            if (forked := os.fork()) != 0:
                os.write(writing, str(forked).encode())
                os._exit(0)
            requests.close()
            os.close(reading)
            os.close(writing)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            wanted: dict[str, Any] = json.loads(message)
            return wanted
        os.close(writing)
        for stream in streams:
            os.close(stream)
        os.waitpid(between, 0)  # then it is adopted, and can be waited for
        with os.fdopen(reading, "rb") as told:
            requests.send(told.read())


def _become(wanted: Mapping[str, Any]) -> None:
    if wanted["start_new_session"]:
        os.setsid()
    os.environ.clear()
    os.environ.update(wanted["env"])
    os.chdir(wanted["cwd"])
    _, program, *arguments = wanted["args"]
    try:
        if program == "-m":
            sys.argv = arguments
            runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
        else:
            sys.argv = [program, *arguments]
            runpy.run_path(program, run_name="__main__")
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        _leave(end.code or 0)


def _leave(code: int) -> NoReturn:
    """End as the interpreter does, but for the taking apart of every module, which would copy all that is shared."""
    getattr(threading, "_shutdown")()  # noqa: B009
    getattr(atexit, "_run_exitfuncs")()  # noqa: B009
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _main() -> None:
    requests = socket.socket(fileno=os.dup(0))
    os.dup2(1, 0)
    for module in pkgutil.walk_packages([str(ROOT / "aap_launcher")], "aap_launcher."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in ("encodings.idna", "tests.faults"):
        importlib.import_module(name)
    gc.freeze()
    wanted = _serve(requests)
    if wanted is not None:
        _become(wanted)
        _leave(0)


if __name__ == "__main__":
    _main()
