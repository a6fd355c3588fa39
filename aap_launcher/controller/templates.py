"""Finding things by what people call them: templates, and the objects that prompts take."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from aap_launcher.controller import decode, references
from aap_launcher.controller.references import COLLECTIONS, Reference
from aap_launcher.controller.session import Query, Session, as_object
from aap_launcher.errors import InvalidInput, NotFound, Refused
from aap_launcher.models import Platform, Prompts, Template, TemplateType

_WANTED = {"auto": tuple(TemplateType), "job": (TemplateType.JOB,), "workflow": (TemplateType.WORKFLOW,)}
_NAMES = {TemplateType.JOB: "job template", TemplateType.WORKFLOW: "workflow job template"}
_PROMPTED = {
    "inventory": "inventories",
    "credentials": "credentials",
    "labels": "labels",
    "instance_groups": "instance_groups",
    "execution_environment": "execution_environments",
}
_ABSENT = frozenset({404})
_UNSEEN = "Without read permission it looks the same as if it did not exist."


class Templates:
    """What is launched, and what it asks for."""

    def __init__(self, session: Session, platform: Platform) -> None:
        self._session, self._platform = session, platform

    def find(self, text: str, template_type: str, organization: str) -> Template:
        """One template. Raises `InvalidInput`, `NotFound`, `Refused` (several, or of another type)."""
        reference = references.template(text, self._session.address.site)
        wanted = _WANTED[template_type]
        if reference.type and reference.type not in wanted:
            raise _other_type(text, reference.type, template_type)
        if reference.type:
            wanted = (TemplateType(reference.type),)
        found = self._by_id(reference.id, wanted) if reference.id is not None else None
        if found is None and reference.type and reference.id is not None:
            raise NotFound(f"{_NAMES[wanted[0]]} {reference.id} does not exist.")
        if found is None:
            return self._by_name(reference, wanted, organization, text)
        if organization and organization not in (found.organization, ""):
            raise Refused(f"{describe(found)} belongs to another organization than {organization}.")
        return found

    def prompts(self, template: Template) -> Prompts:
        """What the template asks for."""
        path = self.path(template)
        row = self._session.json(path + "launch/", what=describe(template))
        survey: Mapping[str, object] = {}
        if row.get("survey_enabled") is True:
            survey = self._session.json(path + "survey_spec/", what=f"the survey of {describe(template)}")
        return decode.prompts(row, survey)

    def path(self, template: Template) -> str:
        """The template's API path."""
        return f"{self._platform.api}{COLLECTIONS[template.type]}/{template.id}/"

    def find_id(self, prompt: str, text: str) -> int:
        """The id of the object that a prompt takes, by id or exact name. Raises `NotFound`, `Refused`."""
        text = text.strip()
        if number := references.number_of(text):
            return number
        if not text:
            raise InvalidInput(f"{prompt} is empty. Give a name or an id.")
        collection = _PROMPTED[prompt]
        rows = self._rows(collection, {"name": text})
        if len(rows) == 1:
            return decode.number(rows[0])
        if rows:
            told = _table(_line(row) for row in rows)
            raise Refused(f'{prompt}: several are called "{text}"; give the id:{told}')
        raise self._missing(f'{prompt} "{text}"', self._near(collection, text))

    def _by_id(self, number: int, wanted: Sequence[TemplateType]) -> Template | None:
        """The detail itself, which tells what may be started; None where there is none of this id."""
        for kind in wanted:
            what = f"{_NAMES[kind]} {number}"
            answer = self._session.get(
                f"{self._platform.api}{COLLECTIONS[kind]}/{number}/", what=what, allow=_ABSENT
            )
            if answer.status != 404:
                return decode.template(as_object(answer, what))
        return None

    def _by_name(
        self, reference: Reference, wanted: Sequence[TemplateType], organization: str, text: str
    ) -> Template:
        organization = organization or reference.organization
        rows = self._named(reference.name)
        if not rows and not reference.organization:
            name, separator, owner = references.named(reference.name)
            if separator:
                organization, rows = organization or owner, self._named(name)
        templates = [decode.template(row) for row in rows]
        fitting = [
            item for item in templates if item.type in wanted and organization in ("", item.organization)
        ]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            told = _table(describe(item) for item in fitting)
            raise Refused(
                f'Several templates are called "{reference.name}"; give organization or the id:{told}'
            )
        if templates:
            told = _table(describe(item) for item in templates)
            raise NotFound(f'No template "{text}" of this type and organization; there is:{told}')
        raise self._none(reference, wanted, text)

    def _none(self, reference: Reference, wanted: Sequence[TemplateType], text: str) -> Refused:
        other = [kind for kind in TemplateType if kind not in wanted]
        if reference.id is not None and other and (found := self._by_id(reference.id, other)):
            return Refused(f"{describe(found)} is not of the template_type given: leave template_type out.")
        near = self._near("unified_job_templates", reference.name, {"type": ",".join(TemplateType)})
        return self._missing(f'template "{text}"', near)

    def _named(self, name: str) -> list[Mapping[str, Any]]:
        rows = self._rows("unified_job_templates", {"name": name, "type": ",".join(TemplateType)})
        return [row for row in rows if row.get("type") in tuple(TemplateType)]

    def _near(self, collection: str, name: str, query: Query | None = None) -> list[str]:
        """Up to five names that resemble it, of those that this user may see."""
        query = query or {}
        rows = self._rows(collection, {**query, "name__icontains": name})
        rows = rows or self._rows(collection, {**query, "order_by": "name"})
        by_name = {str(row.get("name", "")).casefold(): _line(row) for row in rows}
        containing = [key for key in by_name if name.casefold() in key]
        close = difflib.get_close_matches(name.casefold(), by_name, n=5, cutoff=0.5)
        return [by_name[key] for key in dict.fromkeys([*containing, *close])][:5]

    def _rows(self, collection: str, query: Query) -> list[Mapping[str, Any]]:
        """The first 200 rows of a list."""
        path = f"{self._platform.api}{collection}/"
        what = f"the list of {collection}"
        results = self._session.json(path, {**query, "page_size": 200}, what=what, keys={"results"})[
            "results"
        ]
        return [row for row in results if isinstance(row, dict)] if isinstance(results, list) else []

    def _missing(self, what: str, near: Sequence[str]) -> NotFound:
        told = f" Similar:{_table(near)}" if near else ""
        return NotFound(f"There is no {what} that this user may see. {_UNSEEN}{told}")


def describe(template: Template) -> str:
    """The template in messages: job template "Deploy" (id 15, organization Retail)."""
    place = f", organization {template.organization}" if template.organization else ""
    return f'{_NAMES[template.type]} "{template.name}" (id {template.id}{place})'


def _line(row: Mapping[str, Any]) -> str:
    owner, kind = decode.owner_and_kind(row)
    if row.get("type") in tuple(TemplateType):
        kind = _NAMES[TemplateType(row["type"])]
    facts = [f"id {row.get('id')}", str(kind), f"organization {owner}" if owner else ""]
    return f'"{row.get("name")}" ({", ".join(fact for fact in facts if fact)})'


def _table(lines: Any) -> str:  # noqa: ANN401 - any iterable of text
    return "".join(f"\n  {line}" for line in lines)


def _other_type(text: str, kind: str, template_type: str) -> InvalidInput:
    kind = _NAMES[TemplateType(kind)]
    return InvalidInput(f"{text} is a {kind}, but template_type is {template_type}. Leave template_type out.")
