"""create, edit and delete: what changes something, checked before, told after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.cli.key_values import objects, read_text, refuse_changed
from aap_launcher.cli.output_formats import encoded, pretty
from aap_launcher.cli.output_options import Shown, check_columns, chosen_output
from aap_launcher.cli.resources.field_words import fields_of
from aap_launcher.errors import InvalidInput, LauncherError
from aap_launcher.text.quoting import quoted

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.client.changes import Planned
    from aap_launcher.client.kind import Kind
    from aap_launcher.client.records import Record
    from aap_launcher.client.resource import Resource

# Secrets that are told when they are made, and afterwards no more.
_ONCE = {"tokens": ("token", "refresh_token"), "applications": ("client_secret",)}
_PATIENCE = 300.0  # seconds that `delete --wait` waits for an inventory
_LATER = ("inventories/", "constructed_inventories/")  # answered 202: gone only after a while
# What the controller deletes along with an object (seen on AWX 24.6.1).
_ALONG: Mapping[str, str] = {
    "organizations": "its teams, inventories, credentials, labels, notification templates, applications and "
    "execution environments",
    "inventories": "its hosts, groups and sources",
    "groups": "its place in the inventory; its hosts stay",
    "applications": "its tokens",
    "workflow_job_templates": "its nodes",
}


def created(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`create`."""
    form = chosen_output(given, name=kind.key, usual=kind.columns)
    resource = desk.resource(kind)
    check_columns(form.columns, resource.shape().fields)
    bodies = _bodies(desk, resource, given)
    if given["dry_run"]:
        plans = [plan for body in bodies for plan in resource.planned_create(**body)]
        return _planned(desk, form, plans)
    if len(bodies) > 1:
        for body in bodies:  # all are checked before the first is sent
            resource.planned_create(**body)
    made: list[Record] = []
    try:
        for body in bodies:
            made.append(resource.create(if_absent=given["if_absent"], **body))
            _notes(desk, made[-1])
    except LauncherError:
        if len(bodies) > 1:
            desk.screen.say(f"{len(made)} of {len(bodies)} were made; the next one was not.")
            _made(desk, form, made, single=False)
        raise
    return _made(desk, form, made, single=len(bodies) == 1)


def edited(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`edit`."""
    form = chosen_output(given, name=kind.key, usual=kind.columns)
    resource = desk.resource(kind)
    check_columns(form.columns, resource.shape().fields)
    bodies = _bodies(desk, resource, given)
    if len(bodies) != 1:
        raise InvalidInput(f"{given['file']} holds {len(bodies)} objects, and one is edited.")
    if not bodies[0]:
        raise InvalidInput("nothing to change was given. Write field=value, or -f FILE.")
    if given["dry_run"]:
        return _planned(desk, form, resource.planned_update(given["reference"], **bodies[0]))
    before = resource.one(given["reference"])
    after = resource.update(before.id, **bodies[0])
    _notes(desk, after)
    if not form.for_people:
        return _said(form.one(desk.screen, after.content))
    return desk.screen.data(map(desk.screen.hide, _changed(before, after, bodies[0])))


def deleted(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`delete`."""
    if not given["yes"] and not desk.screen.answers:
        raise InvalidInput("nobody is here to ask whether this shall be deleted: add --yes.")
    resource = desk.resource(kind)
    found = [
        record for one in given["references"] if (record := _there(desk, resource, one, given)) is not None
    ]
    unique = list({record.id: record for record in found}.values())
    if not unique:
        return 0
    if not given["yes"] and not desk.agreed(_question(kind, unique)):
        desk.screen.say("nothing was deleted.")
        return InvalidInput.exit_code
    wait = _PATIENCE if given["wait"] else None
    failed = [error for record in unique if (error := _delete(desk, resource, record, wait)) is not None]
    return failed[0].exit_code if failed else 0


def _delete(desk: Desk, resource: Resource, record: Record, wait: float | None) -> LauncherError | None:
    """Delete one; one that cannot be deleted does not keep the others."""
    try:
        resource.delete(record, wait=wait)
    except LauncherError as error:
        if error.exit_code >= 128:
            raise
        desk.screen.refuse(error)
        return error
    later = resource.kind.folder in _LATER and wait is None
    desk.screen.data(
        [f"{'is being deleted' if later else 'deleted'}  {object_title(resource.kind, record)}\n"]
    )
    return None


def _there(desk: Desk, resource: Resource, reference: str, given: Mapping[str, Any]) -> Record | None:
    from aap_launcher.errors import NotFound

    try:
        return resource.one(reference)
    except NotFound:
        if not given["missing_ok"]:
            raise
        desk.screen.say(f"there is no {resource.kind.label} {quoted(reference)}; nothing to delete.")
        return None


def _question(kind: Kind, records: Sequence[Record]) -> str:
    along = f"\nWith each goes {_ALONG[kind.name]}." if kind.name in _ALONG else ""
    names = "\n".join(f"  {object_title(kind, record)}" for record in records)
    return f"This deletes:\n{names}{along}\nGo on?"


def _bodies(desk: Desk, resource: Resource, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields of each object that is meant: those of a file, and over them the words."""
    typed = fields_of(desk, resource, given["words"], new="reference" not in given)
    if given["file"] is None:
        return [typed]
    name = _name(given["file"])
    rows = objects(read_text(given["file"]), name)
    refuse_changed(rows, name, resource.kind.secret)
    return [row | typed for row in rows]


def _name(file: str) -> str:
    return "stdin" if file == "-" else file


def object_title(kind: Kind, record: Record) -> str:
    """`host 5 "web1" · inventory Shop`."""
    from aap_launcher.text.quoting import printable

    parts = [f"{kind.label} {record.id}" + (f" {quoted(record.name)}" if record.name else "")]
    summary = record.content.get("summary_fields")
    for field in kind.owner:
        owner = summary.get(field) if isinstance(summary, Mapping) else None
        if isinstance(owner, Mapping) and owner.get("name"):
            parts.append(f"{field.replace('_', ' ')} {printable(str(owner['name']))}")
    return " · ".join(parts)


def _made(desk: Desk, form: Shown, made: Sequence[Record], *, single: bool) -> int:
    if form.for_people and not form.columns:
        return desk.screen.data(desk.screen.hide(line) for one in made for line in _told(one))
    if single:
        return _said(form.one(desk.screen, made[0].content))
    return _said(form.many(desk.screen, [one.content for one in made]))


def _said(code: int) -> int:
    """The exit code of what was done: a column that it has not is told, and undoes nothing."""
    return 0 if code == InvalidInput.exit_code else code


def _told(record: Record) -> Iterator[str]:
    """The new object in a line, and what the controller tells this once and never again."""
    yield f"{object_title(record.kind, record) if record.kind else record.id}  {record.url}\n"
    for name in _ONCE.get(record.kind.name if record.kind else "", ()):
        value = record.content.get(name)
        if isinstance(value, str) and value and "$encrypted$" not in value:
            yield f"  {name}  {value}\n"


def _changed(before: Record, after: Record, given: Mapping[str, Any]) -> Iterator[str]:
    """What is other than before, field by field."""
    kind = after.kind
    names = [name for name in given if before.content.get(name) != after.content.get(name)]
    yield f"{object_title(kind, after) if kind else after.id}  {'changed' if names else 'as it was'}\n"
    for name in names:
        yield f"  {name}  {_short(before.content.get(name))} -> {_short(after.content.get(name))}\n"


def _short(value: object) -> str:
    from aap_launcher.text.visible import visible
    from aap_launcher.text.words import shortened

    return shortened(visible(encoded(value)), 80)


def _notes(desk: Desk, record: Record) -> None:
    for note in record.notes:
        desk.screen.say(note)


def _planned(desk: Desk, form: Shown, plans: Sequence[Planned]) -> int:
    """The requests that would be sent, secrets hidden."""
    from aap_launcher.text.secrets import HIDDEN, is_secret

    def clean(value: object, *, secret: bool = False) -> object:
        if isinstance(value, Mapping):
            return {key: clean(one, secret=secret or is_secret(str(key))) for key, one in value.items()}
        return HIDDEN if secret and isinstance(value, str) and value else value

    rows = [
        {"method": plan.method, "path": desk.requests.path(plan.path), "body": clean(plan.body)}
        for plan in plans
    ]
    if not form.for_people:
        return form.many(desk.screen, rows)
    if not rows:
        desk.screen.say("nothing would be sent: it is so already.")
    return desk.screen.data(
        desk.screen.hide(f"{row['method']} {row['path']}\n{pretty(row['body'])}\n") for row in rows
    )
