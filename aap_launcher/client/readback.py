"""Whether what was sent is what stands there: the controller drops fields without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from unicodedata import normalize

from aap_launcher.client.fields import Field, Shape
from aap_launcher.client.kind import Kind
from aap_launcher.client.records import mapping_of
from aap_launcher.errors import AnswerLost
from aap_launcher.text.quoting import quoted
from aap_launcher.text.secrets import is_secret

_HIDDEN = "$encrypted$"


def dropped(sent: Mapping[str, Any], answered: Mapping[str, Any], of: Shape, kind: Kind) -> Sequence[str]:
    """The fields that had no effect: the answer lacks them, or shows their default although another was sent.

    What is no text has one way to be written: any other value is not the one that was sent.
    """
    found = []
    for name, field in _seen(sent, of, kind):
        if name not in answered:
            if not field.detail_only and not (field.create and name in kind.once):
                found.append(name)
            continue
        value, shown = sent[name], answered[name]
        default = field.default if field.default is not None else _EMPTY.get(field.type)
        if not same(value, shown) and not _blank(value) and (field.type in _EXACT or same(default, shown)):
            found.append(name)
    return found


def made_of(
    row: Mapping[str, Any],
    name: object,
    kind: Kind,
    types: Sequence[str],
    what: str,
    *,
    number: object = None,
) -> dict[str, Any]:
    """The object that an answer shows, of this name or number where one is given.

    Raises `AnswerLost` where it shows none, or another one.
    """
    found, shown, wrong = row.get("id"), row.get(kind.key, name), ""
    if not isinstance(found, int) or isinstance(found, bool) or found <= 0:
        wrong = "names no id"
    elif number not in {None, found}:
        wrong = f"shows {found}"
    elif row.get("type") and types and row["type"] not in types:
        wrong = f"shows {quoted(str(row['type']))}"
    elif isinstance(name, str) and not same(normalize("NFKC", name), normalize("NFKC", str(shown))):
        wrong = f"shows {quoted(str(shown))}"
    if wrong:
        raise AnswerLost(
            f"{what}: the answer {wrong}; whether it took effect is not known: look before you repeat it."
        )
    return dict(row)


def otherwise(sent: Mapping[str, Any], answered: Mapping[str, Any], of: Shape, kind: Kind) -> Sequence[str]:
    """In words: texts that stand there otherwise than they were sent, as a controller may write the same anew."""
    gone = dropped(sent, answered, of, kind)
    return [
        f"{name}: {quoted(sent[name])} was sent, {quoted(answered[name])} stands there"
        for name, field in _seen(sent, of, kind)
        if field.type == "string" and name in answered and name not in gone
        if _HIDDEN not in str(answered[name]) and not same(sent[name], answered[name]) and not is_secret(name)
    ]


def _seen(sent: Mapping[str, Any], of: Shape, kind: Kind) -> Iterator[tuple[str, Field]]:
    """The fields that an answer shows as they are."""
    for name in sent:
        field = of.fields.get(name)
        if field is not None and not field.write_only and name not in kind.secret and name != "password":
            yield name, field


_EXACT = frozenset({"id", "integer", "decimal", "boolean", "choice"})


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
