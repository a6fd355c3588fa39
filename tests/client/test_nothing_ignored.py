"""The promise: of names near real ones, none is dropped without a word. Sent as it is, or refused."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aap_launcher.client import fields, kind_names, links, prompts, references
from aap_launcher.client.body import SURVEY, request_body
from aap_launcher.client.kinds import KINDS
from aap_launcher.client.query import query
from aap_launcher.client.query_terms import LOOKUPS, PARAMETERS, SINGLE
from aap_launcher.errors import InvalidInput, NotFound
from tests.near import near

_KINDS = sorted(KINDS)
_EXAMPLES = settings(max_examples=150, deadline=None)


def resolve(resource: str, given: Any) -> int:
    found = references.read_reference(kind_names.kind(resource), given, "https://aap.example.com").id
    if found is None:
        raise InvalidInput(f"there is no {given}")
    return found


@_EXAMPLES
@given(st.data())
def test_a_filter_near_a_real_one_is_asked_for_or_refused(data: st.DataObject) -> None:
    kind = kind_names.kind(data.draw(st.sampled_from(_KINDS)))
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
    kind = kind_names.kind(data.draw(st.sampled_from(_KINDS)))
    of = fields.shape(kind)
    name = data.draw(st.sampled_from(["", "-"])) + data.draw(near(sorted({*of.fields, *of.relations})))
    try:
        found = query(kind, of, [], {}, order_by=name, resolve=resolve)
    except InvalidInput:
        return
    assert found.order == (name.strip(),)
    meant = name.strip().removeprefix("-")
    assert meant in of.fields or meant in of.relations & SINGLE


@_EXAMPLES
@given(st.data())
def test_a_filter_through_another_object_near_a_real_one_is_asked_for_or_refused(data: st.DataObject) -> None:
    through = {
        name: [one for one in fields.shape(KINDS[name]).fields.values() if one.resource] for name in _KINDS
    }
    name = data.draw(st.sampled_from([one for one in _KINDS if through[one]]))
    field = data.draw(st.sampled_from(through[name]))
    there = fields.shape(kind_names.kind(field.resource))
    beyond = data.draw(near(sorted({*there.fields, *there.relations})))
    try:
        found = query(
            KINDS[name], fields.shape(KINDS[name]), [(f"{field.name}__{beyond}", "1")], {}, resolve=resolve
        )
    except InvalidInput:
        return
    assert found.terms == ((f"{field.name}__{beyond}", "1"),)
    assert beyond in {*there.fields, *there.relations, *LOOKUPS, "pk"}


@_EXAMPLES
@given(st.data())
def test_a_field_near_a_real_one_is_sent_or_refused(data: st.DataObject) -> None:
    new = data.draw(st.booleans())
    verb = "create" if new else "edit"
    writable = [one for one in _KINDS if verb in fields.shape(KINDS[one]).verbs]
    kind = KINDS[data.draw(st.sampled_from(writable))]
    of = fields.shape(kind)
    needed = {one.name: 1 for one in of.fields.values() if one.required}
    needed |= {one: 1 for group in kind.needs for one in group.split("|")[:1]}
    known = sorted({*of.fields, *kind.attach, SURVEY})
    name = data.draw(near(known))
    value: Any = data.draw(st.sampled_from(["1", 1, True, None, {}, [], {"a": 1}]))
    try:
        made = request_body(kind, of, {**(needed if new else {}), name: value}, new=new, resolve=resolve)
    except InvalidInput:
        return
    taken = {*made.fields, *made.links, *([SURVEY] if made.survey is not None else [])}
    assert taken == {*(needed if new else {}), name}
    assert name in known
    assert name not in of.fields or getattr(of.fields[name], verb)


class _Finder:
    """Finds whatever is asked for, with no links of its own."""

    def exact(self, _kind: object, _ref: object) -> int:
        return 5

    def detail(self, _kind: object, _ref: object) -> dict[str, Any]:
        return {"id": 5, "related": {}}


class _Resource:
    finder = _Finder()

    def __init__(self, name: str) -> None:
        self.kind = KINDS[name]


@_EXAMPLES
@given(st.data())
def test_a_related_list_near_a_real_one_is_that_one_or_refused(data: st.DataObject) -> None:
    kind = KINDS[data.draw(st.sampled_from(_KINDS))]
    known = sorted({*fields.shape(kind).related, *kind.attach, "labels"})
    name = data.draw(near(known))
    try:
        path, _ = links.related_path(_Resource(kind.name), 5, name)  # type: ignore[arg-type]
    except (InvalidInput, NotFound):
        return
    assert path == f"{kind.home}5/{name}/"
    assert name in known


@_EXAMPLES
@given(st.data())
def test_a_list_to_attach_to_near_a_real_one_is_that_one_or_refused(data: st.DataObject) -> None:
    kind = KINDS[data.draw(st.sampled_from(_KINDS))]
    name = data.draw(near([*kind.attach, "labels", "credentials"]))
    try:
        place = links.related_list(None, kind, 5, name)  # type: ignore[arg-type]
    except InvalidInput:
        return
    assert name in kind.attach
    assert place.path.endswith(f"/5/{name}/")


@_EXAMPLES
@given(st.data())
def test_an_action_near_a_real_one_is_that_one_or_refused(data: st.DataObject) -> None:
    kind = KINDS[data.draw(st.sampled_from([one for one in _KINDS if KINDS[one].actions]))]
    known = [one.name for one in kind.actions]
    name = data.draw(near(known))
    try:
        action = kind.action(name)
    except InvalidInput:
        return
    assert action.name in known
    assert action.name == name.replace("-", "_")


@_EXAMPLES
@given(st.data())
def test_a_prompt_near_a_real_one_is_taken_or_refused(data: st.DataObject) -> None:
    name = data.draw(near([*prompts.NAMES, "timeout", "tags", "variables", "credential"]))
    value: Any = data.draw(st.sampled_from(["1", 1, True, {}, ["a"], {"a": 1}]))
    try:
        taken = prompts.read_prompts({name: value})
    except InvalidInput:
        return
    assert set(taken) == {name}
    assert name in prompts.NAMES


@_EXAMPLES
@given(near([name for kind in KINDS.values() for name in (kind.name, kind.singular, *kind.aliases)]))
def test_a_resource_near_a_real_one_is_that_one_or_refused(name: str) -> None:
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    try:
        kind = kind_names.kind(name)
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
        json.dumps(
            request_body(kind, of, {field: value}, new=data.draw(st.booleans()), resolve=resolve).fields
        )
    with contextlib.suppress(InvalidInput):
        assert all(
            isinstance(one, str)
            for _, one in query(kind, of, [], {field + lookup: value}, resolve=resolve).terms
        )
    with contextlib.suppress(InvalidInput):
        query(kind, of, [value], {}, order_by=value, resolve=resolve)
    with contextlib.suppress(InvalidInput):
        prompts.read_prompts({data.draw(st.sampled_from(prompts.NAMES)): value})
    with contextlib.suppress(InvalidInput):
        references.read_reference(kind, value, "https://aap.example.com")


@pytest.mark.parametrize("name", _KINDS)
def test_every_row_of_the_table_holds_what_its_fields_have(name: str) -> None:
    kind, of = KINDS[name], fields.shape(KINDS[name])
    needs = {one for group in kind.needs for one in group.split("|")}
    for one in {*kind.columns, *kind.once, *kind.text, *kind.secret, *kind.owner, *needs}:
        assert one in of.fields, one
    for one in kind.once:
        assert not of.fields[one].edit or name == "inventories", one
    assert not kind.key or kind.key in of.fields
    assert all(kind_names.foreign(one) for one in kind.attach)
    assert all(one in KINDS for one in kind.same_ids)
