"""Named URLs: `NAME++ORGANIZATION`, with what an object's name needs beside it to be the only one."""

from sandbox.store.kinds import Kind
from sandbox.store.store import Record, Store

# kind: what stands behind the name; each leads on to that kind's own parts
_IN_ORGANIZATION = (
    *("teams", "inventories", "constructed_inventories", "projects", "job_templates", "labels"),
    *("workflow_job_templates", "notification_templates", "applications"),
)
_BEHIND: dict[str, tuple[tuple[str, str], ...]] = {
    **{path: (("organization", "organizations"),) for path in _IN_ORGANIZATION},  # noqa: C420 - as those below
    "hosts": (("inventory", "inventories"),),
    "groups": (("inventory", "inventories"),),
    "inventory_sources": (("inventory", "inventories"),),
    "workflow_job_template_nodes": (("workflow_job_template", "workflow_job_templates"),),
    "credentials": (("credential_type", "credential_types"), ("organization", "organizations")),
}
ALONE = frozenset({"organizations", "users", "execution_environments", "instance_groups", "instances"})
NAMED = frozenset({*_BEHIND, *ALONE, "credential_types"})


def parts(store: Store, record: Record) -> list[str]:
    if record.kind.path == "credential_types":
        return [f"{_escaped(record.name)}+{_escaped(str(record.values['kind']))}"]
    found = [_escaped(str(record.values.get("identifier") or record.name))]
    for field, path in _BEHIND.get(record.kind.path, ()):
        parent = store.find(path, record.values.get(field))
        found += parts(store, parent) if parent else [""]
    return found


def named_url(store: Store, record: Record) -> str:
    """As an answer tells it; blanks and letters of other scripts are as they are."""
    return "++".join(parts(store, record))


def _escaped(name: str) -> str:
    name = name.replace("%", "%25")
    for char in ";/?:@=&[]":
        name = name.replace(char, f"%{ord(char):02X}")
    return name.replace("+", "[+]")


def needs_more(kind: Kind, ident: str) -> bool:
    """A bare name, where the kind's names are no names without what stands behind them."""
    return kind.path in _BEHIND and "++" not in ident


def matches(store: Store, record: Record, ident: str) -> bool:
    """Characters with a meaning of their own may stand in brackets as well."""
    for char in ";/?:@=&[]":
        ident = ident.replace(f"[{char}]", f"%{ord(char):02X}") if char not in "[]" else ident
    return named_url(store, record) == ident
