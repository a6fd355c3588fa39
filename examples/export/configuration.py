#!/usr/bin/env python3
"""Turn an export into variables for infra.aap_configuration: `configuration.py DIR > configuration.yml`.

Organizations, projects, inventories with their hosts and groups, labels, and job templates with their surveys. What is
secret stands as $encrypted$ in an export and is left out here: credentials are made from your own vault.
The names are those of the collection's roles: https://github.com/redhat-cop/infra.aap_configuration/tree/devel/roles
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

# References of these fields are NAME++ORGANIZATION in an export; the collection takes the name.
REFERENCES = ("inventory", "project", "execution_environment", "credential", "webhook_credential")
LISTS = (
    "credentials",
    "labels",
    "instance_groups",
    "notification_templates_started",
    "notification_templates_success",
    "notification_templates_error",
)
SECRET = "$encrypted$"


def documents(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    """The documents of one kind, in the order of the manifest."""
    for name in json.loads((folder / "aap-export.json").read_text(encoding="utf-8"))["files"]:
        if name.startswith(f"{kind}/"):
            yield yaml.safe_load((folder / name).read_text(encoding="utf-8"))


def unread(value: Any) -> Any:
    """The value with every `{{` as `{  {`: Ansible would read it as a template, and the roles put it together again."""
    match value:
        case str():
            return value.replace("{{", "{  {")
        case dict():
            return {key: unread(inner) for key, inner in value.items()}
        case list():
            return [unread(inner) for inner in value]
        case _:
            return value


def plain(reference: str) -> str:
    """NAME of NAME++ORGANIZATION."""
    return reference.rpartition("++")[0] or reference


def named(document: dict[str, Any]) -> dict[str, Any]:
    """The document with plain names for references, and without what is secret."""
    found = {key: unread(value) for key, value in document.items() if value != SECRET}
    for key in REFERENCES:
        if isinstance(found.get(key), str):
            found[key] = plain(found[key])
    for key in LISTS:
        if key in found:
            found[key] = [plain(one) for one in found[key]]
    return found


def template(document: dict[str, Any]) -> dict[str, Any]:
    """A job template; its organization is that of its project."""
    found = named(document)
    if "survey" in found:
        found["survey_spec"] = found.pop("survey")
    return found


def inventory(document: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """An inventory, its hosts and its groups."""
    found = named(document)
    hosts, groups = found.pop("hosts", {}), found.pop("groups", {})
    owner = {"inventory": found["name"]}
    return (
        found,
        [{"name": name, **owner, **host} for name, host in hosts.items()],
        [{"name": name, **owner, **group_of(group)} for name, group in groups.items()],
    )


def group_of(group: dict[str, Any]) -> dict[str, Any]:
    """A group's hosts, children and variables, which an inventory's script calls `vars`."""
    return {{"vars": "variables"}.get(key, key): value for key, value in group.items()}


def labels(templates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The labels of templates, which the role that makes these does not make: in the organization of the project."""
    pairs = {
        (label, str(one["project"]).rpartition("++")[2])
        for one in templates
        if "++" in str(one.get("project"))
        for label in one.get("labels", ())
    }
    return [{"name": label, "organization": owner} for label, owner in sorted(pairs)]


def configuration(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The collection's variables."""
    inventories = [inventory(one) for one in documents(folder, "inventories")]
    templates = list(documents(folder, "job_templates"))
    found = {
        "aap_organizations": [named(one) for one in documents(folder, "organizations")],
        "controller_projects": [named(one) for one in documents(folder, "projects")],
        "controller_inventories": [one for one, _, _ in inventories],
        "controller_hosts": [host for _, hosts, _ in inventories for host in hosts],
        "controller_groups": [group for _, _, groups in inventories for group in groups],
        "controller_labels": labels(templates),
        "controller_templates": [template(one) for one in templates],
    }
    return {name: rows for name, rows in found.items() if rows}


if __name__ == "__main__":
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "aap-export.json").is_file():
        sys.exit("usage: configuration.py DIR, which `aap-launcher export DIR` wrote")
    try:
        made = configuration(Path(sys.argv[1]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError) as fault:
        sys.exit(f"configuration.py: this export is damaged: {fault}. Export it again.")
    yaml.safe_dump(made, sys.stdout, sort_keys=False, allow_unicode=True)
