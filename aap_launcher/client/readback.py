"""Whether what was sent is what stands there: the controller drops fields without a word."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aap_launcher.client.fields import Shape
from aap_launcher.client.kind import Kind
from aap_launcher.client.records import mapping_of

_HIDDEN = "$encrypted$"


def dropped(sent: Mapping[str, Any], answered: Mapping[str, Any], of: Shape, kind: Kind) -> Sequence[str]:
    """The fields that had no effect: the answer lacks them, or shows their default although another was sent.

    Any other difference is the controller's way of writing the same: a name trimmed, a time in UTC.
    """
    found = []
    for name, value in sent.items():
        field = of.fields.get(name)
        if field is None or field.write_only or name in kind.secret or name == "password":
            continue
        if name not in answered:
            if not field.detail_only and not (field.create and name in kind.once):
                found.append(name)
            continue
        default = field.default if field.default is not None else _EMPTY.get(field.type)
        if not same(value, answered[name]) and same(default, answered[name]) and not _blank(value):
            found.append(name)
    return found


_EMPTY: Mapping[str, object] = {"string": "", "boolean": False, "id": None, "json": {}, "list": []}


def same(one: object, other: object) -> bool:
    """Whether two values are the same to the controller, however they are written."""
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str):
        return one.strip() == other.strip() or _texts_agree(one, other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(
            other[key] == _HIDDEN or same(value, other[key]) for key, value in one.items()
        )
    if isinstance(one, Mapping) or isinstance(other, Mapping):
        return _plain(one) == _plain(other)
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return _blank(one) and _blank(other) and not isinstance(one, bool) and not isinstance(other, bool)
    return _number(one) is not None and _number(one) == _number(other)


def _texts_agree(one: str, other: str) -> bool:
    """Two texts that hold the same variables."""
    first, second = mapping_of(one), mapping_of(other)
    return isinstance(first, dict) and first == second


def _plain(value: object) -> object:
    found = mapping_of(value) if isinstance(value, str) else value
    return json.loads(json.dumps(found, default=str))


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None


def _blank(value: object) -> bool:
    return not value and not isinstance(value, bool | int | float)
