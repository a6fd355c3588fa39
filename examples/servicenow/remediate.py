#!/usr/bin/env python3
"""An incident starts the remediation of its category, and is told the job's link and how it ended.

    remediate.py INC0010001 remediations.yml

Exit 0: remediated, or nothing is known for this category. 1: the job failed. 3, 4: the controller or ServiceNow
said no.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import yaml
from table_api import Record, ServiceNow, ServiceNowError, from_environment

from aap_launcher import Controller, LauncherError

_FIELDS = ("category", "cmdb_ci", "priority", "short_description")


def remediate(incident: Record, template: str, controller: Controller, servicenow: ServiceNow) -> bool:
    """Launch the template for the incident, and write down what became of it; whether it was successful.

    Nothing of the incident goes into a shell or a limit: the playbook gets it as variables, and decides.
    """
    variables = {
        "incident_number": incident.number,
        "target_host": incident.fields["cmdb_ci"],
        "priority": incident.fields["priority"],
    }
    try:
        run = controller.launch(template, extra_vars=variables)
    except LauncherError as error:
        servicenow.add_work_note(incident, f'Remediation "{template}" was not started: {error}')
        raise
    servicenow.add_work_note(incident, f'Remediation "{template}" started: job {run.id}, {run.url}')
    result = run.wait(timeout=3600)
    note = f'Remediation "{template}" {result.outcome}: job {run.id}, {run.url}'
    servicenow.add_work_note(incident, "\n".join(filter(None, [note, result.explanation])))
    return result.outcome == "successful"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: remediate.py INC0010001 remediations.yml", file=sys.stderr)
        return 2
    number, path = arguments
    templates: dict[str, str] = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    try:
        servicenow = from_environment(os.environ)
        incident = servicenow.find("incident", number, *_FIELDS)
        template = templates.get(incident.fields["category"])
        if template is None:
            print(f"{number}: nothing is known for the category {incident.fields['category']!r}")
            return 0
        with Controller() as controller:  # AAP_URL and AAP_TOKEN
            return 0 if remediate(incident, template, controller, servicenow) else 1
    except ServiceNowError as fault:
        print(f"remediate: {fault}", file=sys.stderr)
        return 4
    except LauncherError as fault:
        print(f"remediate: {number}: {fault}", file=sys.stderr)
        return fault.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
