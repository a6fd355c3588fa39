"""What changed between two exports, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aap_launcher.export.documents import Document

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `field`: "" for a whole object; `before`, `after`: None where there was or is nothing."""

    file: str
    field: str
    before: Any
    after: Any

    @property
    def sign(self) -> str:
        """`+` new on the controller, `-` gone there, `~` changed."""
        return "+" if self.before is None else "-" if self.after is None else "~"


def changes(before: Mapping[str, Document], now: Mapping[str, Document]) -> Iterator[Change]:
    """Every difference, by file and field."""
    for name in sorted(before.keys() | now.keys()):
        if name not in before:
            yield Change(name, "", None, now[name])
        elif name not in now:
            yield Change(name, "", before[name], None)
        else:
            yield from _inside(name, "", before[name], now[name])


def _inside(name: str, field: str, before: Any, now: Any) -> Iterator[Change]:  # noqa: ANN401 - JSON is anything
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(before.keys() | now.keys(), key=str):
            inner = f"{field}.{key}" if field else str(key)
            yield from _inside(name, inner, before.get(key, _ABSENT), now.get(key, _ABSENT))
    elif _identified(before) and _identified(now):
        one = {node["identifier"]: node for node in before}
        other = {node["identifier"]: node for node in now}
        yield from _inside(name, field, one, other)
    elif before != now:
        yield Change(name, field, None if before is _ABSENT else before, None if now is _ABSENT else now)


def _identified(value: object) -> bool:
    """Nodes of a workflow: told by their identifiers, not by their place."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(v, dict) and "identifier" in v for v in value)
    )


def drift_line(change: Change) -> str:
    """`~ job_templates/Deploy++Retail  limit: "web" -> "all"`."""
    name = change.file.removesuffix(".yml")
    if not change.field:
        return f"{change.sign} {name}"
    if change.sign == "~":
        return f"~ {name}  {change.field}: {_short(change.before)} -> {_short(change.after)}"
    return f"{change.sign} {name}  {change.field}: {_short(change.after if change.sign == '+' else change.before)}"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 100 else text[:97] + "..."
