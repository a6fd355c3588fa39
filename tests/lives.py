"""What is done with each resource, as `lives.json` says: the same from Python and from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aap_launcher import Controller

TABLE = json.loads(Path(__file__).with_name("lives.json").read_text(encoding="utf-8"))
LIVES: dict[str, dict[str, Any]] = TABLE["lives"]


def build(aap: Controller) -> dict[str, int]:
    """Make the scenery; the ids of its objects and of the roles that are given."""
    ids = {}
    for resource, given in TABLE["scenery"]:
        made = aap[resource].create(**given)
        ids[made.name] = made.id
    for name, (resource, of, role) in TABLE["roles"].items():
        ids[name] = aap[resource].one(of)["summary_fields"]["object_roles"][role]["id"]
    return ids


def meant(value: Any, ids: dict[str, int]) -> Any:
    """The value with ids in the place of names in braces."""
    if isinstance(value, str) and value[:1] == "{" and value[1:-1] in ids:
        return ids[value[1:-1]]
    return {name: meant(one, ids) for name, one in value.items()} if isinstance(value, dict) else value
