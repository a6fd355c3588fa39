"""An outcome without secrets: what every report is made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import msgspec
from msgspec import structs

from aap_launcher.models import Outcome


class Clean(Outcome, frozen=True):
    """An outcome in which secrets are replaced; the reports accept nothing else."""


# The controller's own words, counts and addresses, which later steps must be able to use.
_KEPT = frozenset(
    {"type", "kind", "source", "url", "link", "run_url", "events_url", "cancel_url", "provider", "missing"}
    | {"host_status_counts", "outages", "on_success", "on_failure", "always"}
)
_MOST_NESTED = 64  # artifacts deeper than this are cut: no one reads them, and Python's stack ends


def hidden(outcome: Outcome, hide: Callable[[str], str]) -> Clean:
    """The outcome with `hide` applied to every text that people or playbooks wrote, artifacts included.

    A number among the artifacts that is a secret becomes text; one that JSON does not know (NaN) as well.
    """
    return Clean(**_fields(outcome, hide, 0))


def _hidden(value: object, hide: Callable[[str], str], depth: int) -> object:
    clean: object = value
    if depth > _MOST_NESTED:
        clean = "..."
    elif isinstance(value, str) and not isinstance(value, Enum):
        clean = hide(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        shown = str(value)
        clean = value if math.isfinite(value) and hide(shown) == shown else hide(shown)
    elif isinstance(value, tuple | list):
        clean = type(value)([_hidden(item, hide, depth + 1) for item in value])
    elif isinstance(value, Mapping):
        clean = {hide(str(key)): _hidden(item, hide, depth + 1) for key, item in value.items()}
    elif isinstance(value, msgspec.Struct):
        clean = type(value)(**_fields(value, hide, depth))
    return clean


def _fields(value: msgspec.Struct, hide: Callable[[str], str], depth: int) -> dict[str, Any]:
    return {
        name: text if name in _KEPT or isinstance(text, int | float) else _hidden(text, hide, depth + 1)
        for name, text in structs.asdict(value).items()
    }
