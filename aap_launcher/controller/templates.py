"""Finding what is launched by what people call it, and what it asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aap_launcher.controller import decode, references
from aap_launcher.controller.lookup import Lookup, candidates, missing
from aap_launcher.controller.objects import reference_name, row_line
from aap_launcher.controller.references import COLLECTIONS, Reference
from aap_launcher.controller.session import Session
from aap_launcher.errors import InvalidInput, NotFound, Refused
from aap_launcher.models.platform import Platform
from aap_launcher.models.templates import Prompts, Template, TemplateType
from aap_launcher.text.quoting import quoted

_WANTED = {"auto": tuple(TemplateType), "job": (TemplateType.JOB,), "workflow": (TemplateType.WORKFLOW,)}
_NAMES = {TemplateType.JOB: "job template", TemplateType.WORKFLOW: "workflow job template"}
_LIST = "unified_job_templates"
_BOTH = {"type": ",".join(TemplateType)}


class Templates:
    """What is launched, and what it asks for."""

    def __init__(self, session: Session, platform: Platform) -> None:
        self._session, self._platform = session, platform
        self._lookup = Lookup(session, platform)

    def find(self, text: str, template_type: str, organization: str) -> Template:
        """One template. Raises `InvalidInput`, `NotFound`, `Refused` (several, or of another type)."""
        reference = references.template_reference(text, self._lookup.site)
        wanted = _WANTED[template_type]
        if reference.type and reference.type not in wanted:
            raise _other_type(text, reference.type, template_type)
        if reference.type:
            wanted = (TemplateType(reference.type),)
        seen = self._seen(reference) if reference.name else []
        found = next((item for item in seen if item.id == reference.id and item.type in wanted), None)
        if reference.id is not None and (found is None or found.may_start is None):
            found = self._by_id(reference.id, wanted)  # whose answer also says why it is not in the list
        if found is None and reference.id is not None and not reference.name:
            raise NotFound(f"{_NAMES[wanted[0]]} {reference.id} does not exist.")
        others = [item for item in seen if item.id != reference.id]
        if found is None:
            return self._of_name(reference, others, wanted, organization, text)
        if fitting := [
            item for item in others if item.type in wanted and organization in ("", item.organization)
        ]:
            told = candidates(self._pasted(item) for item in (found, *fitting))
            raise Refused(
                f"template: {quoted(text)} is the id of one and the name of another; give one of:{told}"
            )
        if organization and organization not in (found.organization, ""):
            raise Refused(f"{template_title(found)} belongs to another organization than {organization}.")
        return found

    def prompts(self, template: Template) -> Prompts:
        """What the template asks for."""
        path = self.path(template)
        row = self._session.json(path + "launch/", what=template_title(template))
        survey: Mapping[str, object] = {}
        if row.get("survey_enabled") is True:
            survey = self._session.json(
                path + "survey_spec/", what=f"the survey of {template_title(template)}"
            )
        return decode.prompts(row, survey)

    def path(self, template: Template) -> str:
        """The template's API path."""
        return self._lookup.path(COLLECTIONS[template.type], template.id)

    def _by_id(self, number: int, wanted: Sequence[TemplateType]) -> Template | None:
        """The detail itself, which tells what may be started; None where there is none of this id."""
        for kind in wanted:
            row = self._lookup.detail(COLLECTIONS[kind], number, f"{_NAMES[kind]} {number}")
            if row is not None:
                return decode.decoded_template(row)
        return None

    def _seen(self, reference: Reference) -> list[Template]:
        rows = self._lookup.meant(_LIST, reference, _BOTH)
        return [decode.decoded_template(row) for row in rows if row.get("type") in tuple(TemplateType)]

    def _of_name(
        self,
        reference: Reference,
        named: Sequence[Template],
        wanted: Sequence[TemplateType],
        organization: str,
        text: str,
    ) -> Template:
        fitting = [item for item in named if item.type in wanted and organization in ("", item.organization)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            told = candidates(self._pasted(item) for item in fitting)
            raise Refused(
                f"Several templates are called {quoted(reference.name)}; give organization, or one of:{told}"
            )
        if named:
            told = candidates(template_title(item) for item in named)
            raise NotFound(f"No template {quoted(text)} of this type and organization; there is:{told}")
        raise self._none(reference, wanted, text)

    def _pasted(self, template: Template) -> str:
        """A template's path, which names it and no other, and its words."""
        return f"{self.path(template)}  {template_title(template)}"

    def _none(self, reference: Reference, wanted: Sequence[TemplateType], text: str) -> Refused:
        other = [kind for kind in TemplateType if kind not in wanted]
        if reference.id is not None and other and (found := self._by_id(reference.id, other)):
            return Refused(
                f"{template_title(found)} is not of the template_type given: leave template_type out."
            )
        near = self._lookup.near(_LIST, reference_name(reference.name), _BOTH)
        return missing(f"template {quoted(text)}", map(row_line, near))


def template_title(template: Template) -> str:
    """The template in messages: job template "Deploy" (id 15, organization Retail)."""
    place = f", organization {template.organization}" if template.organization else ""
    return f'{_NAMES[template.type]} "{template.name}" (id {template.id}{place})'


def _other_type(text: str, kind: str, template_type: str) -> InvalidInput:
    kind = _NAMES[TemplateType(kind)]
    return InvalidInput(f"{text} is a {kind}, but template_type is {template_type}. Leave template_type out.")
