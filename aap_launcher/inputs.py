"""Inputs: text from the outside becomes frozen values; every fault is named at once, nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the controller and as whom. Durations are in seconds."""

    url: str
    token: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    ca_bundle: str = ""
    client_cert: str = ""
    client_key: str = field(default="", repr=False)
    verify_tls: bool = True
    request_timeout: float = 25.0
    outage_tolerance: float = 300.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that was asked for. `prompts` holds only what was given: 0, False and "" are values."""

    connection: Connection
    template: str = ""
    template_type: str = "auto"
    organization: str = ""
    job: str = ""
    relaunch: str = ""
    relaunch_hosts: str = "all"
    prompts: Mapping[str, object] = field(default_factory=dict, repr=False)
    wait: bool = True
    timeout: float | None = None
    on_timeout: str = "cancel"
    on_interrupt: str = "cancel"
    approvals: str = "wait"
    on_no_hosts: str = "warn"
    group_by: str = "task"
    show: str = "all"
    annotations: bool = True
    summary: bool = True
    ci_vars: bool = False
    dry_run: bool = False
    junit: str = ""
    result_file: str = ""
    notices: tuple[str, ...] = ()
