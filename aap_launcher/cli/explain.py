"""`aap-launcher explain RESOURCE`: its fields, filters and verbs."""

from __future__ import annotations

from typing import Any

import click

from aap_launcher.cli import resource_options as options


@click.command(
    "explain", cls=options.ResourceCommand, short_help="Tell a resource's fields, filters and verbs."
)
@click.argument("resource")
@click.option("--live", is_flag=True, help="Ask this controller, not what was recorded of AWX 24.6.1.")
@options.connected
def command(resource: str, **given: Any) -> None:
    """Tell the fields, filters and verbs of RESOURCE (hosts, job_templates, ...)."""
    from aap_launcher.cli.resource_wiring import Desk, with_desk
    from aap_launcher.cli.resources.explaining import explained
    from aap_launcher.client.kind_names import kind

    def action(desk: Desk) -> int:
        return explained(desk, kind(resource), given)

    with_desk(given, action)
