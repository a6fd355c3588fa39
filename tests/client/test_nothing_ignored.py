"""The promise: of names near real ones, none is dropped without a word. Sent as it is, or refused."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aap_launcher.client import fields, names, prompts, references
from aap_launcher.client.body import SURVEY, body
from aap_launcher.client.kinds import KINDS
from aap_launcher.client.query import query
from aap_launcher.client.terms import LOOKUPS, PARAMETERS
from aap_launcher.errors import InvalidInput

_KINDS = sorted(KINDS)
_EXAMPLES = settings(max_examples=150, deadline=None)


@st.composite
def near(draw: st.DrawFn, known: Sequence[str]) -> str:
    """A real name, most often with a letter lost, doubled, changed or swapped with its neighbour."""
    name = draw(st.sampled_from(known))
    at = draw(st.integers(0, max(len(name) - 2, 0)))
    letter = draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz_"))
    changed = {
        "same": name,
        "lost": name[:at] + name[at + 1 :],
        "doubled": name[: at + 1] + name[at:],
        "changed": name[:at] + letter + name[at + 1 :],
        "swapped": name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :],
        "upper": name.title(),
        "dashed": name.replace("_", "-"),
        "cut": name[: at + 1],
        "blank": f" {name}",
    }
    return changed[draw(st.sampled_from(sorted(changed)))]


def resolve(resource: str, given: Any) -> int:
    found = references.read(names.kind(resource), given, "https://aap.example.com").id
    if found is None:
        raise InvalidInput(f"there is no {given}")
    return found


@_EXAMPLES
@given(st.data())
def test_a_filter_near_a_real_one_is_asked_for_or_refused(data: st.DataObject) -> None:
    kind = names.kind(data.draw(st.sampled_from(_KINDS)))
    of = fields.shape(kind)
    known = sorted({*of.fields, *of.relations, *PARAMETERS, "search", "role_level", "pk"})
    name = data.draw(near(known))
    if data.draw(st.booleans()):
        name += "__" + data.draw(near(sorted(LOOKUPS)))
    if data.draw(st.booleans()):
        name = data.draw(st.sampled_from(["or__", "not__", "chain__"])) + name
    try:
        found = query(kind, of, [(name, "1")], {}, resolve=resolve)
    except InvalidInput:
        return
    assert len(found.terms) == 1
    key = found.terms[0][0]
    alone = name.split("__")
    meant = next(one for one in alone if one not in {"or", "not", "chain"})
    assert key in {name, f"{name}__exact"} or name.endswith("type__in")
    assert meant in {*of.fields, *of.relations, "search", "role_level", "pk"} or name == "host_filter"
    assert key not in PARAMETERS or (key, kind.name) == ("host_filter", "hosts")


@_EXAMPLES
@given(st.data())
def test_an_order_near_a_real_one_is_asked_for_or_refused(data: st.DataObject) -> None:
    kind = names.kind(data.draw(st.sampled_from(_KINDS)))
    of = fields.shape(kind)
    name = data.draw(near(sorted(of.fields)))
    try:
        found = query(kind, of, [], {}, order_by=name, resolve=resolve)
    except InvalidInput:
        return
    assert found.order == (name.strip(),)
    assert name.strip() in of.fields


@_EXAMPLES
@given(st.data())
def test_a_field_near_a_real_one_is_sent_or_refused(data: st.DataObject) -> None:
    writable = [one for one in _KINDS if fields.shape(KINDS[one]).verbs & {"edit"}]
    kind = KINDS[data.draw(st.sampled_from(writable))]
    of = fields.shape(kind)
    known = sorted({*of.fields, *kind.attach, SURVEY})
    name = data.draw(near(known))
    value: Any = data.draw(st.sampled_from(["1", 1, True, None, {}, [], {"a": 1}]))
    try:
        made = body(kind, of, {name: value}, new=False, resolve=resolve)
    except InvalidInput:
        return
    taken = {*made.fields, *made.links, *([SURVEY] if made.survey is not None else [])}
    assert taken == {name}
    assert name in known


@_EXAMPLES
@given(st.data())
def test_a_prompt_near_a_real_one_is_taken_or_refused(data: st.DataObject) -> None:
    name = data.draw(near([*prompts.NAMES, "timeout", "tags", "variables", "credential"]))
    value: Any = data.draw(st.sampled_from(["1", 1, True, {}, ["a"], {"a": 1}]))
    try:
        taken = prompts.read({name: value})
    except InvalidInput:
        return
    assert set(taken) == {name}
    assert name in prompts.NAMES


@_EXAMPLES
@given(near([name for kind in KINDS.values() for name in (kind.name, kind.singular, *kind.aliases)]))
def test_a_resource_near_a_real_one_is_that_one_or_refused(name: str) -> None:
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    try:
        kind = names.kind(name)
    except InvalidInput:
        return
    assert plain in {kind.name, kind.singular, *kind.aliases}


_ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.tuples(inner)
        | st.sets(st.integers(), max_size=2)
    ),
    max_leaves=6,
)


@_EXAMPLES
@given(st.sampled_from(_KINDS), _ODD, st.data())
def test_whatever_value_a_script_gives_is_taken_or_refused_in_words(
    name: str, value: Any, data: st.DataObject
) -> None:
    kind, of = KINDS[name], fields.shape(KINDS[name])
    field = data.draw(st.sampled_from(sorted(of.fields)))
    lookup = data.draw(st.sampled_from(["", "__in", "__icontains", "__isnull"]))
    with contextlib.suppress(InvalidInput):
        json.dumps(body(kind, of, {field: value}, new=data.draw(st.booleans()), resolve=resolve).fields)
    with contextlib.suppress(InvalidInput):
        assert all(
            isinstance(one, str)
            for _, one in query(kind, of, [], {field + lookup: value}, resolve=resolve).terms
        )
    with contextlib.suppress(InvalidInput):
        query(kind, of, [value], {}, order_by=value, resolve=resolve)
    with contextlib.suppress(InvalidInput):
        prompts.read({data.draw(st.sampled_from(prompts.NAMES)): value})
    with contextlib.suppress(InvalidInput):
        references.read(kind, value, "https://aap.example.com")


@pytest.mark.parametrize("name", _KINDS)
def test_every_row_of_the_table_holds_what_its_fields_have(name: str) -> None:
    kind, of = KINDS[name], fields.shape(KINDS[name])
    needs = {one for group in kind.needs for one in group.split("|")}
    for one in {*kind.columns, *kind.once, *kind.text, *kind.secret, *kind.owner, *needs}:
        assert one in of.fields, one
    for one in kind.once:
        assert not of.fields[one].edit or name == "inventories", one
    assert not kind.key or kind.key in of.fields
    assert all(names.foreign(one) for one in kind.attach)
    assert all(one in KINDS for one in kind.same_ids)
