"""A profile's `token_command`: run, waited for with a word, and ended with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable

from aap_launcher.errors import InvalidInput
from aap_launcher.inputs.profiles import Profile

PATIENCE = 60  # seconds that it may take: a person may have to unlock something
_WORDS = (5, 25, 30)  # seconds of silence before each word, and before the end
_MANNERS = 0.5  # seconds for it to end by itself once it is asked to
Tell = Callable[[str], None]


def token_of(profile: Profile, tell: Tell) -> str:
    """What the profile's command prints. Raises `InvalidInput`; the command's stderr is the user's.

    Whatever breaks it off (the time is over, a signal) ends the command and its children.
    """
    command = profile.token_command
    told = f"token_command of profile {profile.name} ({command[0]} ...)"
    # A command that asks at a terminal has to stay in its foreground, where Ctrl-C reaches all of it anyway.
    apart = os.name == "posix" and not any(map(os.isatty, (0, 2)))
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=apart)
    except (OSError, ValueError) as fault:
        raise InvalidInput(f"{told} cannot be run: {getattr(fault, 'strerror', None) or fault}.") from None
    try:
        output = _output(process, told, tell)
    except BaseException:
        _end(process, apart=apart)
        raise
    if process.returncode:
        raise InvalidInput(
            f"{told} failed with exit code {process.returncode}; nothing was sent to the controller."
        )
    return _token(output, told)


def _output(process: subprocess.Popen[bytes], told: str, tell: Tell) -> bytes:
    for number, seconds in enumerate(_WORDS):
        try:
            return process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            waited = sum(_WORDS[: number + 1])
            if waited < PATIENCE:
                tell(f"{told} is waited for: {waited} s of {PATIENCE} s")
    raise InvalidInput(f"{told} did not end within {PATIENCE} s, and was ended; nothing was sent.")


def _token(output: bytes, told: str) -> str:
    token = output.decode("utf-8", "replace").strip()
    if not token or len(token.split()) != 1:
        what = "nothing" if not token else "more than one word"
        raise InvalidInput(f"{told} printed {what}, where one token was expected.")
    return token


def _end(process: subprocess.Popen[bytes], *, apart: bool) -> None:
    """Ask it to end, then make it; `apart`: with every process of its session."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGTERM) if apart else process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_MANNERS)
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL) if apart else process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
