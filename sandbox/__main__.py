"""`python -m sandbox`: a controller in a box."""

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from sandbox.server import directory_for, open_sandbox
from sandbox.settings import LAYOUTS, Settings

DESCRIPTION = """
A controller in a box: answers like AWX or Ansible Automation Platform, over real playbooks
run by ansible-runner. It listens on this machine only and forgets everything when it ends.
"""
EPILOG = """
users and their passwords: admin/admin-password, ci-bot/ci-bot-password, viewer/viewer-password,
nobody/nobody-password, sso-user/sso-user-password (may not make tokens),
approver/approver-password (administers the organization Retail)

tokens: admin-token, ci-bot-token, ci-bot-read-token, viewer-token, nobody-token, approver-token,
expired-token

job templates, workflows, the control API under /sandbox/ and the rest are described in sandbox/README.md
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m sandbox",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="must be 127.0.0.1: this is a test bench, not a server")
    add("--port", type=int, default=0, help="0 (the default) takes any free one")
    add(
        "--layout", choices=LAYOUTS, default="awx", help="which product to answer like (default: %(default)s)"
    )
    add("--prefix", default="", metavar="PATH", help="serve everything below this path, as /some/sub/path")
    add("--speed", type=float, default=1.0, metavar="N", help="divide the controller's own delays by N")
    add("--queue-delay", type=float, default=0.15, metavar="S", help="seconds a job is pending (%(default)s)")
    add(
        "--event-delay",
        type=float,
        default=1.0,
        metavar="S",
        help="seconds between inserts of events (%(default)s)",
    )
    add(
        "--blocked-delay",
        type=float,
        default=30.0,
        metavar="S",
        help="seconds until a blocked job says why (%(default)s)",
    )
    add("--seed", type=int, default=1, help="of everything that is random (%(default)s)")
    add(
        "--state-dir",
        type=Path,
        metavar="DIR",
        help="keep the runs' files there (default: a temporary folder)",
    )
    add("--no-basic-auth", action="store_true", help="accept tokens only")
    add("--no-token-creation", action="store_true", help="refuse to make tokens")
    add("--no-limit-parameter", action="store_true", help="answer 400 to ?limit=, as old controllers do")
    add("--read-token-may-launch", action="store_true", help="as gateways did before January 2026")
    add("--verbose", action="store_true", help="log each request to stderr")
    return parser


def _settings(arguments: Sequence[str]) -> Settings:
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.host not in {"127.0.0.1", "localhost"}:
        parser.error(f"--host {given.host}: the sandbox protects nothing, so it listens on 127.0.0.1 only")
    if given.speed <= 0:
        parser.error("--speed must be more than 0")
    prefix = given.prefix.strip("/")
    return Settings(
        layout=given.layout,
        prefix=f"/{prefix}" if prefix else "",
        port=given.port,
        speed=given.speed,
        queue_delay=given.queue_delay,
        event_delay=given.event_delay,
        blocked_delay=given.blocked_delay,
        seed=given.seed,
        state_dir=given.state_dir,
        verbose=given.verbose,
        basic_auth=not given.no_basic_auth,
        token_creation=not given.no_token_creation,
        limit_parameter=not given.no_limit_parameter,
        read_token_may_launch=given.read_token_may_launch,
    )


def _leave(_number: int, _frame: object) -> NoReturn:
    """The server's loop ends on this, and that is how a sandbox is meant to end."""
    raise SystemExit


def main(arguments: Sequence[str] | None = None) -> None:
    settings = _settings(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(level=logging.INFO if settings.verbose else logging.ERROR, format="%(message)s")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    with directory_for(settings) as directory:
        sandbox = open_sandbox(settings, directory)
        print(f"sandbox listening on {sandbox.url} ({settings.layout} layout)", flush=True)  # noqa: T201 - it is the interface
        try:
            sandbox.serve()
        finally:
            sandbox.close()


if __name__ == "__main__":
    main()
