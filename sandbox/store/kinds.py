"""The table of kinds: what each collection of the API is called, which fields it has, what can be done with it.

`kinds.json` is derived from the OPTIONS answers of AWX 24.6.1: a field with neither `post` nor `put` is read-only.
`relations.json` says what stands behind the names of `related`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# Fields of every object which the store does not keep among the values.
STRUCTURE = frozenset({"id", "type", "url", "related", "summary_fields", "created", "modified"})
# Kinds whose objects share one sequence of ids: whatever a job can be made from.
UNIFIED = (
    "job_templates",
    "workflow_job_templates",
    "projects",
    "inventory_sources",
    "system_job_templates",
    "workflow_approval_templates",
)
# Fields that hold JSON or YAML as text, and refuse an object.
VARIABLES = frozenset({"variables", "extra_vars", "source_vars"})
_TARGETS = {
    "organization": "organizations",
    "inventory": "inventories",
    "project": "projects",
    "source_project": "projects",
    "credential": "credentials",
    "webhook_credential": "credentials",
    "source_credential": "credentials",
    "target_credential": "credentials",
    "signature_validation_credential": "credentials",
    "credential_type": "credential_types",
    "execution_environment": "execution_environments",
    "default_environment": "execution_environments",
    "user": "users",
    "created_by": "users",
    "modified_by": "users",
    "team": "teams",
    "application": "applications",
    "instance_group": "instance_groups",
    "unified_job_template": "unified_job_templates",
    "job_template": "job_templates",
    "workflow_job_template": "workflow_job_templates",
    "system_job_template": "system_job_templates",
    "inventory_source": "inventory_sources",
    "notification_template": "notification_templates",
    "role_definition": "role_definitions",
}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    post: str = ""
    """`required`, `optional`, or empty: not writable in a POST."""
    put: str = ""
    default: Any = None
    initial: Any = None
    """The value of a new object which was given none, where OPTIONS tells no default."""
    choices: tuple[Any, ...] = ()
    shown: tuple[Any, ...] = ()
    """What it may be, where that is more than may be given."""
    max_length: int | None = None
    min_value: int | None = None
    max_value: int | None = None
    filterable: bool = True
    write_only: bool = False
    detail_only: bool = False
    has_default: bool = False

    @property
    def target(self) -> str | None:
        """The kind that a foreign key leads to."""
        return _TARGETS.get(self.name) if self.type == "id" else None

    @property
    def nothing(self) -> Any:
        """What a new object has where nothing was given."""
        return self.default if self.has_default else self.initial


@dataclass(frozen=True, slots=True)
class Related:
    """One name of `related`: its path below the object, and its methods."""

    name: str
    path: str
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    path: str
    types: tuple[str, ...]
    model: str
    collection: tuple[str, ...]
    detail: tuple[str, ...]
    fields: Mapping[str, Field]
    search: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    relations: Mapping[str, str] = field(default_factory=dict)
    """What a name of `related` leads to: `by:FIELD`, `link:KIND`, `role:ROLE` (see `relations.py`)."""
    unique: tuple[str, ...] = ()
    taken: str = ""
    """The words for a name that is taken."""
    again: bool = False
    """Whether the one that has these unique values is answered with, instead of a refusal."""
    post_shown: bool = False
    """Whether OPTIONS show the POST to users who may not create."""

    @property
    def type(self) -> str:
        return self.types[0]

    @property
    def label(self) -> str:
        """The field that names an object to people."""
        return next((name for name in ("name", "username", "hostname") if name in self.fields), "")

    @property
    def table(self) -> str:
        """Where the store keeps these objects."""
        return "inventories" if self.path == "constructed_inventories" else self.path

    def writable(self, method: str) -> dict[str, Field]:
        """The fields of a POST or of a PUT (and PATCH), in the API's order."""
        return {name: one for name, one in self.fields.items() if getattr(one, method)}


def _field(name: str, row: dict[str, Any]) -> Field:
    choices, shown = tuple(row.pop("choices", ())), tuple(row.pop("shown", ()))
    row.pop("of", None)
    return Field(name=name, choices=choices, shown=shown, has_default="default" in row, **row)


def _related(name: str, row: str | dict[str, str]) -> Related:
    if isinstance(row, str):
        return Related(name, name, tuple(row.split()))
    return Related(name, row["path"], tuple(row["methods"].split()))


def _kind(path: str, row: dict[str, Any], meaning: dict[str, Any]) -> Kind:
    types = row["type"] if isinstance(row["type"], list) else [row["type"]]
    return Kind(
        path=path,
        types=tuple(types),
        model=row["model"],
        collection=tuple(row["collection"]),
        detail=tuple(row["detail"]),
        fields={name: _field(name, dict(one)) for name, one in row["fields"].items()},
        search=tuple(row.get("search", ())),
        roles=tuple(row.get("roles", ())),
        capabilities=tuple(row.get("capabilities", ())),
        related=tuple(_related(name, one) for name, one in row["related"].items()),
        relations=meaning.get("relations", {}),
        unique=tuple(meaning.get("unique", ())),
        taken=meaning.get("taken", ""),
        again=meaning.get("again", False),
        post_shown=row.get("post_shown", False),
    )


@cache
def kinds() -> Mapping[str, Kind]:
    """By the path of their collection."""
    rows = json.loads((HERE / "kinds.json").read_text(encoding="utf-8"))
    meanings = json.loads((HERE / "relations.json").read_text(encoding="utf-8"))
    return {path: _kind(path, row, meanings.get(path, {})) for path, row in rows.items()}


@cache
def kinds_by_type() -> Mapping[str, Kind]:
    """By the `type` of their objects; a type that several collections share means the first of them."""
    found: dict[str, Kind] = {}
    for kind in kinds().values():
        if len(kind.types) == 1:
            found.setdefault(kind.type, kind)
    return found
