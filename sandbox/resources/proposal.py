"""An object as a request would make it: what the rules of its kind look at."""

from dataclasses import dataclass
from typing import Any

from sandbox.store.store import Record, Store

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """An object as it would be."""

    store: Store
    values: Values
    """All of its fields; a rule may mend them."""
    old: Record | None
    """The object as it is, if there is one."""
    given: Values
    """The fields that the request has."""
