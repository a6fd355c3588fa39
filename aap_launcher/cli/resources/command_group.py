"""The group of all commands: the launcher's own, and one for each resource, made when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click

# The names of all resources, so that help reads no table of them; a test compares.
RESOURCES = tuple(
    """
    activity_stream ad_hoc_commands applications constructed_inventories credential_input_sources credential_types
    credentials execution_environments groups host_metric_summary_monthly host_metrics hosts instance_groups
    instances inventories inventory_sources inventory_updates job_templates jobs labels notification_templates
    notifications organizations project_updates projects receptor_addresses role_definitions
    role_team_assignments role_user_assignments roles schedules system_job_templates system_jobs teams tokens
    unified_job_templates unified_jobs users workflow_approvals workflow_job_nodes workflow_job_template_nodes
    workflow_job_templates workflow_jobs
    """.split()  # noqa: SIM905 - forty-four names read better so
)


class CommandLookup(MutableMapping[str, click.Command]):
    """Commands by name. A resource is also found by its singular, with dashes, and by its short names."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = dict(modules)  # a command's name -> the module that has it
        self._made: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> click.Command:
        if name in self._modules:
            found: click.Command = import_module(self._modules[name]).command
            return found
        from aap_launcher.cli.resources.group import group
        from aap_launcher.client.kind_names import known

        kind = known(name.replace("-", "_").lower())
        if kind is None:
            raise KeyError(name)
        return group(kind)

    def __setitem__(self, name: str, command: click.Command) -> None:
        raise TypeError  # a command is a module or a resource

    def __delitem__(self, name: str) -> None:
        raise TypeError

    def __iter__(self) -> Iterator[str]:
        yield from self._modules
        yield from RESOURCES

    def __len__(self) -> int:
        return len(self._modules) + len(RESOURCES)


class Commands(click.Group):
    """The group whose help lists the launcher's own commands, and the resources by name alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Our own in their order, then the resources."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write both sections."""
        own = [
            (name, self.get_command(ctx, name)) for name in self.list_commands(ctx) if name not in RESOURCES
        ]
        rows = [(name, one.get_short_help_str(80)) for name, one in own if one is not None and not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
        with formatter.section("Resources (aap-launcher RESOURCE VERB; aap-launcher RESOURCE --help)"):
            formatter.write_text(" ".join(RESOURCES))
