"""explain: what a resource has, told from its table and the recorded fields, or asked of the controller."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from aap_launcher.cli.tables import text_table
from aap_launcher.text.visible import visible

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.client.fields import Field, Shape
    from aap_launcher.client.kind import Kind

_COLUMNS = ("field", "type", "in", "what it takes")
_SHOWN_CHOICES = 12


def explained(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`explain`."""
    from aap_launcher.client import fields

    live = given["live"]
    shape = desk.resource(kind).shape(live=True) if live else fields.shape(kind)
    source = (
        "this controller"
        if live
        else f"AWX {fields.recorded_version()}, as recorded; --live asks this controller"
    )
    return desk.screen.data(map(desk.screen.hide, _lines(kind, shape, source, desk.screen.width)))


def _lines(kind: Kind, shape: Shape, source: str, width: int | None) -> Iterator[str]:
    from aap_launcher.cli.resources.acting import actions
    from aap_launcher.cli.resources.verbs import verbs_of

    names = dict.fromkeys([kind.singular, *kind.aliases])
    yield f"{kind.name}  ({', '.join(names)})\n"
    heads = {
        "verbs": " ".join([*(verb.name for verb in verbs_of(kind)), *actions(kind)]),
        "named by": _reference(kind),
        "attach": " ".join(kind.attach),
        "related": " ".join(sorted(shape.related)),
        "filters": "fields below without a minus, alone or with a lookup: name__icontains=web, id__in=1,2",
        "through": " ".join(sorted(shape.relations)),
        "search": f"looks in {', '.join(shape.search)}" if shape.search else "",
    }
    for name, words in heads.items():
        if words:
            yield (
                textwrap.fill(words, width or 100, initial_indent=f"{name:<10}", subsequent_indent=" " * 10)
                + "\n"
            )
    yield f"\nfields of {source}\n(C create, E edit, ! needed, - no filter)\n\n"
    yield from text_table([_row(kind, field) for field in shape.fields.values()], _COLUMNS, width=width)


def _reference(kind: Kind) -> str:
    if not kind.key:
        return "its id"
    owner = f", NAME++{kind.owner[0].upper()}" if kind.owner else ""
    return f"id, {kind.key}{owner}, URL"


def _row(kind: Kind, field: Field) -> dict[str, str]:
    needed = field.required and field.name not in kind.lacks
    marks = [
        "C" if field.create else "",
        "E" if field.edit and field.name not in kind.once else "",
        "!" if needed or any(field.name in one.split("|") for one in kind.needs) else "",
        "" if field.filterable else "-",
    ]
    return {
        "field": field.name,
        "type": _type(field),
        "in": "".join(marks),
        "what it takes": _takes(kind, field),
    }


def _type(field: Field) -> str:
    return f"one of {field.resource}" if field.resource else "text" if field.type == "string" else field.type


def _takes(kind: Kind, field: Field) -> str:
    """What a value may be, in a few words."""
    told = []
    if field.choices and not field.read_only:
        words = ["null" if one is None else str(one) or '""' for one in field.choices]
        more = f" and {len(words) - _SHOWN_CHOICES} more" if len(words) > _SHOWN_CHOICES else ""
        told.append(" | ".join(words[:_SHOWN_CHOICES]) + more)
    if field.resource and not field.read_only:
        told.append("id or name")
    if field.name in kind.text:
        told.append("a mapping, JSON or YAML")
    if field.min_value is not None and field.min_value > -(2**31) and not (field.read_only or field.resource):
        told.append(f"from {field.min_value:g}")
    if field.max_length and not field.read_only:
        told.append(f"at most {field.max_length} characters")
    if field.default not in (None, "") and field.create:
        told.append(f"default {field.default}")
    return visible("; ".join(told))
