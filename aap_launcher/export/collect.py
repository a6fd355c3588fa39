"""Every object that is exported, kind by kind, with what belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aap_launcher.client.kinds import KINDS
from aap_launcher.export.changed_settings import settings
from aap_launcher.export.documents import Document, document, ordered, started
from aap_launcher.export.reader import Reader, foreign_summary, name_of, named
from aap_launcher.models import shapes
from aap_launcher.models.shapes import Row

_NOTIFIED = (
    "notification_templates_started",
    "notification_templates_success",
    "notification_templates_error",
)
# `jobtemplate`, as a role's content type has it: `job_templates`
_OF_CONTENT = {kind.singular.replace("_", ""): name for name, kind in KINDS.items()}
_EDGES = ("success_nodes", "failure_nodes", "always_nodes")
_MANAGED = "managed"  # made by the controller itself: nothing to keep


@dataclass(frozen=True, slots=True)
class Exported:
    """One object: its kind, its reference, the organization that it belongs to ("" for none), and what it holds."""

    kind: str
    reference: str
    owner: str
    document: Document


def collect(reader: Reader, kinds: Sequence[str], organization: str = "") -> Iterator[Exported]:
    """Each object; those of one organization only, where it is given."""
    for kind in kinds:
        if kind == SETTINGS:
            every = () if organization else settings(reader)
            yield from (Exported(kind, slug, "", ordered(found)) for slug, found in every)
            continue
        for row in reader.rows(kind):
            owner = _owner(reader, kind, row)
            if row.get(_MANAGED) is True or (organization and owner != organization):
                continue
            found = document(reader, kind, row)
            more = _BELOW[kind](reader, row) if kind in _BELOW else {}
            full = {key: value for key, value in more.items() if value}
            yield Exported(kind, _reference(reader, kind, row), owner, ordered(found | full))


def _owner(reader: Reader, kind: str, row: Row) -> str:
    """The organization of an object; of a schedule that of what it starts, of a source that of its inventory."""
    if kind == "organizations":
        return shapes.text_at(row, "name")
    if kind == "inventory_sources":
        row = reader.row("inventories", row.get("inventory")) or row
    if kind == "schedules" and (starts := started(row)):
        return _owner(reader, starts, reader.row(starts, row.get("unified_job_template")) or {})
    return shapes.text_at(foreign_summary(row, "organization"), "name")


def _reference(reader: Reader, kind: str, row: Row) -> str:
    if kind == "schedules":
        return f"{name_of(row)}++{shapes.text_at(foreign_summary(row, 'unified_job_template'), 'name')}"
    if kind == "inventory_sources":
        return f"{name_of(row)}++{reader.name('inventories', row.get('inventory'))}"
    return named(kind, row)


# --- what belongs to an object -----------------------------------------------------------------------------


def _job_template(reader: Reader, row: Row) -> Mapping[str, Any]:
    return {
        "survey": _survey(reader, "job_templates", row),
        "credentials": _names(reader, "credentials", summary_list(row, "credentials")),
        **_labelled(reader, "job_templates", row),
        **_attached(reader, "job_templates", row, _NOTIFIED),
    }


def _workflow(reader: Reader, row: Row) -> Mapping[str, Any]:
    number = int(row["id"])
    every = reader.rows("workflow_job_template_nodes")
    nodes = [node for node in every if node.get("workflow_job_template") == number]
    names = {node["id"]: str(node.get("identifier") or node["id"]) for node in nodes}
    return {
        "survey": _survey(reader, "workflow_job_templates", row),
        "nodes": sorted(
            (_node(reader, node, names) for node in nodes), key=lambda node: str(node.get("identifier"))
        ),
        **_labelled(reader, "workflow_job_templates", row),
        **_attached(reader, "workflow_job_templates", row, (*_NOTIFIED, "notification_templates_approvals")),
    }


def _node(reader: Reader, node: Row, names: Mapping[int, str]) -> Document:
    """A node by its identifier; edges by the identifiers they lead to."""
    number = int(node["id"])
    edges = {name: sorted(names.get(to, str(to)) for to in shapes.numbers_at(node, name)) for name in _EDGES}
    given = reader.below("workflow_job_template_nodes", number, "credentials")
    found = document(reader, "workflow_job_template_nodes", node) | {
        **edges,
        "credentials": _names(reader, "credentials", given),
    }
    return ordered({name: value for name, value in found.items() if value})


def _inventory(reader: Reader, row: Row) -> Mapping[str, Any]:
    """Hosts with their variables and groups with theirs, by the inventory's own script: two requests for any number."""
    if row.get("kind"):
        return {"input_inventories": _inputs(reader, row)}  # smart, constructed: its hosts are of others
    number, what = int(row["id"]), f'the hosts of inventory "{name_of(row)}"'
    script = reader.page(f"inventories/{number}/script/", what, [("hostvars", "1"), ("all", "1")])
    enabled = reader.page(f"inventories/{number}/script/", what, [("hostvars", "1")])
    variables, active = _hostvars(script), _hostvars(enabled)
    hosts = {
        name: ({"variables": given} if given else {}) | ({} if name in active else {"enabled": False})
        for name, given in sorted(variables.items())
    }
    groups = {
        name: {key: group[key] for key in ("hosts", "children", "vars") if group.get(key)}
        for name, group in sorted(script.items())
        if name not in {"_meta", "all"} and isinstance(group, Mapping)
    }
    return {"hosts": hosts, "groups": {name: _sorted(group) for name, group in groups.items()}}


def _inputs(reader: Reader, row: Row) -> Sequence[str]:
    if row.get("kind") != "constructed":
        return ()
    return [
        named("inventories", each)
        for each in reader.below("inventories", int(row["id"]), "input_inventories")
    ]


def _hostvars(script: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return shapes.row(shapes.row(script, "_meta"), "hostvars")


def _sorted(group: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: sorted(value, key=str) if isinstance(value, list) else value for key, value in group.items()}


def _schedule(reader: Reader, row: Row) -> Mapping[str, Any]:
    number = int(row["id"])
    return {
        "credentials": _names(reader, "credentials", reader.below("schedules", number, "credentials")),
        "labels": sorted(map(name_of, reader.below("schedules", number, "labels"))),
    }


def _project(reader: Reader, row: Row) -> Mapping[str, Any]:
    return _attached(reader, "projects", row, _NOTIFIED)


def _team(reader: Reader, row: Row) -> Mapping[str, Any]:
    """Its members, and what it may do: as the old roles tell it, and by the role definitions that are no old role."""
    number = int(row["id"])
    roles = map(_role, reader.below("teams", number, "roles"))
    return {
        "members": sorted(name_of(user, "username") for user in reader.below("teams", number, "users")),
        "roles": sorted({*roles, *_defined_roles(reader, number)}),
    }


def _defined_roles(reader: Reader, team: int) -> Iterator[str]:
    """Of those that somebody has defined; each of the controller's own stands beside an old role."""
    for row in reader.rows("role_team_assignments"):
        definition = reader.row("role_definitions", row.get("role_definition"))
        if row.get("team") != team or definition is None or definition.get(_MANAGED) is True:
            continue
        kind = _OF_CONTENT.get(shapes.text_at(row, "content_type").rpartition(".")[2])
        number = str(row.get("object_id"))
        name = reader.name(kind, int(number)) if kind and number.isdecimal() else number
        yield f"{name_of(definition)} on {KINDS[kind].singular if kind else row.get('content_type')} {name}"


def _role(role: Row) -> str:
    """`Execute on job_template Deploy shop`."""
    told = shapes.row(role, "summary_fields")
    kind, name = told.get("resource_type"), told.get("resource_name")
    return f"{role.get('name')} on {kind} {name}" if kind else str(role.get("name"))


def _survey(reader: Reader, kind: str, row: Row) -> Mapping[str, Any]:
    if not row.get("survey_enabled") and not foreign_summary(row, "survey"):
        return {}
    return reader.page(f"{kind}/{row['id']}/survey_spec/", f'the survey of "{name_of(row)}"')


def _labelled(reader: Reader, kind: str, row: Row) -> Mapping[str, Any]:
    """The labels, which the row itself tells while they are few."""
    told = foreign_summary(row, "labels")
    rows = shapes.rows(told, "results")
    if (shapes.number_at(told, "count") or 0) > len(rows):
        rows = reader.below(kind, int(row["id"]), "labels")
    return {"labels": sorted(map(name_of, rows))}


def _attached(reader: Reader, kind: str, row: Row, lists: Iterable[str]) -> Mapping[str, Any]:
    number = int(row["id"])
    names = {
        name: [named("notification_templates", each) for each in reader.below(kind, number, name)]
        for name in lists
    }
    return {name: sorted(found) for name, found in names.items() if found}


def _names(reader: Reader, kind: str, rows: Iterable[Row]) -> Sequence[str]:
    return sorted(reader.name(kind, row.get("id")) for row in rows)


def summary_list(row: Row, field: str) -> Sequence[Row]:
    """A list that a row tells whole."""
    return shapes.rows(shapes.row(row, "summary_fields"), field)


_BELOW: Mapping[str, Callable[[Reader, Row], Mapping[str, Any]]] = {
    "job_templates": _job_template,
    "workflow_job_templates": _workflow,
    "inventories": _inventory,
    "schedules": _schedule,
    "projects": _project,
    "teams": _team,
}
# In the order in which they depend on each other.
KINDS_EXPORTED = (
    "organizations",
    "role_definitions",
    "teams",
    "credential_types",
    "credentials",
    "execution_environments",
    "notification_templates",
    "projects",
    "inventories",
    "inventory_sources",
    "job_templates",
    "workflow_job_templates",
    "schedules",
)
# Of the controller as a whole, told to administrators and auditors: exported where they are asked for.
SETTINGS = "settings"
