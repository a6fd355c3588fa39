"""A profile's `token_command`: run, waited for with a word, and ended with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from aap_launcher.errors import InvalidInput
from aap_launcher.inputs.profiles import Profile

# Seconds of silence before each word, and before the end: a person may have to unlock something.
WAITS = (5.0, 25.0, 30.0)
_MANNERS = 0.5  # seconds for it to end by itself once it is asked to
Tell = Callable[[str], None]


def token_of(profile: Profile, tell: Tell, waits: Sequence[float] = WAITS) -> str:
    """What the profile's command prints. Raises `InvalidInput`; the command's stderr is the user's.

    Whatever breaks it off (the time is over, a signal) ends the command and its children.
    """
    command = profile.token_command
    told = f"token_command of profile {profile.name} ({command[0]} ...)"
    try:
        process = _begun(command)
    except (OSError, ValueError) as fault:
        raise InvalidInput(f"{told} cannot be run: {getattr(fault, 'strerror', None) or fault}.") from None
    try:
        output = _output(process, told, tell, waits)
    except BaseException:
        process.end()
        raise
    if process.returncode:
        raise InvalidInput(
            f"{told} failed with exit code {process.returncode}; nothing was sent to the controller."
        )
    return _token(output, told)


def _begun(command: Sequence[str]) -> _Process:
    """Begin it in a thread: signals are heard in the main one, where theirs would lose the process that just began."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(_Process, command)
        try:
            return future.result()
        except BaseException:
            if future.exception() is None:
                future.result().end()
            raise


def _output(process: _Process, told: str, tell: Tell, waits: Sequence[float]) -> bytes:
    waited, most = 0.0, sum(waits)
    for seconds in waits:
        try:
            return process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            waited += seconds
            if waited < most:
                tell(f"{told} is waited for: {waited:g} s of {most:g} s")
    raise InvalidInput(f"{told} did not end within {most:g} s, and was ended; nothing was sent.")


def _token(output: bytes, told: str) -> str:
    token = output.decode("utf-8", "replace").strip()
    if not token or len(token.split()) != 1:
        what = "nothing" if not token else "more than one word"
        raise InvalidInput(f"{told} printed {what}, where one token was expected.")
    return token


class _Process(subprocess.Popen[bytes]):
    """The command; where it has no terminal to ask at, in a session of its own, so that all of it can be ended."""

    def __init__(self, command: Sequence[str]) -> None:
        # At a terminal it has to stay in the foreground, where Ctrl-C reaches all of it anyway.
        self._apart = os.name == "posix" and not any(map(os.isatty, (0, 2)))
        super().__init__(command, stdout=subprocess.PIPE, start_new_session=self._apart)

    def end(self) -> None:
        """Ask it to end, then make it."""
        self._send(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(_MANNERS)
        self._send(getattr(signal, "SIGKILL", signal.SIGTERM))
        self.wait()
        if self.stdout is not None:
            self.stdout.close()

    def _send(self, signum: int) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signum) if self._apart else self.send_signal(signum)
