"""An outcome without secrets: what every report is made of."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NewType, cast

from aap_launcher.models import Outcome

Clean = NewType("Clean", Outcome)
"""An outcome in which secrets are replaced; the reports accept nothing else."""

# The controller's own words, counts and addresses, which later steps must be able to use.
_KEPT = frozenset(
    {"type", "kind", "url", "link", "run_url", "events_url", "cancel_url", "provider", "missing"}
    | {"host_status_counts", "outages", "on_success", "on_failure", "always"}
)
_MOST_NESTED = 64  # artifacts deeper than this are cut: no one reads them, and Python's stack ends


def hidden(outcome: Outcome, hide: Callable[[str], str]) -> Clean:
    """The outcome with `hide` applied to every text that people or playbooks wrote, artifacts included.

    A number among the artifacts that is a secret becomes text; one that JSON does not know (NaN) as well.
    """
    return Clean(cast("Outcome", _hidden(outcome, hide, 0)))


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
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        texts = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        changed: dict[str, Any] = {
            name: _hidden(text, hide, depth + 1)
            for name, text in texts.items()
            if name not in _KEPT and not isinstance(text, int | float)
        }
        clean = dataclasses.replace(value, **changed)
    return clean
