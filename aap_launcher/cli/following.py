"""Attaching to a run that another command started, by the connection that this command was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.inputs.input import Command


def follow_address(job: str, given: Mapping[str, Any], **more: Any) -> None:
    """Attach to the job at this address. `given`: the command's options, of which it takes its own; `more` of them."""
    from aap_launcher.cli.wiring import run_launcher

    names = {one.name for one in INPUTS if Command.FOLLOW in one.commands}
    taken = {name: value for name, value in given.items() if name in names}
    run_launcher(
        Command.FOLLOW,
        {**taken, **more, "job": job, "profile": given["profile"]},
        ci=given.get("ci"),
        debug=given["debug"],
    )
