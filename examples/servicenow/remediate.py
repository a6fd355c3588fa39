#!/usr/bin/env python3
"""An incident starts the remediation of its category, and is told the job's link and how it ended.

    remediate.py INC0010001 remediations.yml

Exit 0: remediated, or nothing is known for this category. 1: the job failed. 2: a wrong call. 3: the controller said
no. 4: ServiceNow said no, or has not all the notes. 5: the job runs longer than an hour, and goes on.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import yaml
from table_api import Record, ServiceNow, ServiceNowError, from_environment

from aap_launcher import Controller, LauncherError, LaunchUnknown

# `cmdb_ci` alone is the sys_id of a configuration item, which no inventory knows.
_FIELDS = ("category", "cmdb_ci.name", "priority")


class Notes:
    """The incident's work notes. One that is not taken stops nothing: the job runs, and its end is to be known."""

    def __init__(self, servicenow: ServiceNow, incident: Record) -> None:
        self.missing = 0
        self._servicenow, self._incident = servicenow, incident

    def add(self, text: str) -> None:
        """Write a note, and print it: it is the only word of the job where ServiceNow takes none."""
        print(text, flush=True)
        try:
            self._servicenow.add_work_note(self._incident, text)
        except ServiceNowError as fault:
            self.missing += 1
            print(f"remediate: {fault}", file=sys.stderr)


def remediate(incident: Record, template: str, controller: Controller, notes: Notes) -> bool:
    """Launch the template for the incident, and write down what became of it; whether it was successful.

    Nothing of the incident goes into a shell or a limit: the playbook gets it as variables, and decides.
    """
    variables = {
        "incident_number": incident.number,
        "target_host": incident.fields["cmdb_ci.name"],
        "priority": incident.fields["priority"],
    }
    try:
        run = controller.launch(template, extra_vars=variables)
    except LauncherError as error:
        started = "may have been started" if isinstance(error, LaunchUnknown) else "was not started"
        notes.add(f'Remediation "{template}" {started}: {error}')
        raise
    notes.add(f'Remediation "{template}" started: job {run.id}, {run.url}')
    try:
        result = run.wait(timeout=3600)
    except LauncherError as error:
        notes.add(f'Remediation "{template}": its end is not known: {error} Job {run.id}, {run.url}')
        raise
    note = f'Remediation "{template}" {result.outcome}: job {run.id}, {run.url}'
    notes.add("\n".join(filter(None, [note, result.explanation])))
    return result.outcome == "successful"


def templates_of(path: str) -> dict[str, str]:
    """The template of each category. Raises `ValueError` for a file that does not say so."""
    try:
        found = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as fault:
        raise ValueError(f"{path} cannot be read: {fault}") from None
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found.values()):
        raise ValueError(f"{path} is no list of categories and their templates (disk_full: Disk cleanup).")
    return {str(category): name for category, name in found.items()}


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: remediate.py INC0010001 remediations.yml", file=sys.stderr)
        return 2
    number, path = arguments
    try:
        templates = templates_of(path)
        servicenow = from_environment(os.environ)
        incident = servicenow.find("incident", number, *_FIELDS)
        template = templates.get(incident.fields["category"])
        if template is None:
            print(f"{number}: nothing is known for the category {incident.fields['category']!r}")
            return 0
        notes = Notes(servicenow, incident)
        with Controller() as controller:  # AAP_URL and AAP_TOKEN
            good = remediate(incident, template, controller, notes)
    except ValueError as fault:
        print(f"remediate: {fault}", file=sys.stderr)
        return 2
    except ServiceNowError as fault:
        print(f"remediate: {fault}", file=sys.stderr)
        return 4
    except LauncherError as fault:
        print(f"remediate: {number}: {fault}", file=sys.stderr)
        return fault.exit_code
    return 4 if notes.missing else 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
