"""Creating, changing and deleting, so that what was asked for is what stands there in the end, or is told not to.

Seen on AWX 24.6.1: of two edits of one object at the same moment one is lost, both answered 200, as the whole row is
saved and there is no ETag; equal creates at the same moment make real duplicates; PATCH replaces `inputs` whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from aap_launcher.client import concurrent_edits, links
from aap_launcher.client.body import SURVEY, Body
from aap_launcher.client.fields import Shape, shape
from aap_launcher.client.finder import Finder
from aap_launcher.client.kind import Kind
from aap_launcher.client.kind_names import foreign
from aap_launcher.client.pages import Row
from aap_launcher.client.readback import dropped, made_of, otherwise, same
from aap_launcher.errors import AnswerLost, Conflict, Problem, Refused
from aap_launcher.text.words import count

if TYPE_CHECKING:
    from aap_launcher.controller.requests import Requests

_HIDDEN = "$encrypted$"  # how the controller shows a secret; sent back, the secret stays
_TRIES = 2  # how often a change that somebody else's edit undid is written
Told = tuple[Mapping[str, Any], Sequence[str]]


class Planned(msgspec.Struct, frozen=True):
    """A request that would be sent. `path`: below the API root; N stands for an id that is not known yet."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None


class Changes:
    """What changes objects of one kind."""

    def __init__(self, kind: Kind, requests: Requests, finder: Finder) -> None:
        self._kind, self._requests, self._finder = kind, requests, finder

    # --- create -------------------------------------------------------------------------------------------

    def create(self, made: Body, of: Shape, *, if_absent: bool) -> Told:
        """The new object, or with `if_absent` the one that there is, and notes."""
        if if_absent and (there := self._twins(made)):
            return self._existing(there, made)
        what = self._called(made)
        try:
            answer = self._requests.change("POST", self._kind.folder, made.fields, what=what)
        except Refused as refused:
            # Somebody may have been quicker. Which words a duplicate is refused with depends on the kind.
            if if_absent and refused.status == 400 and (there := self._twins(made)):
                return self._existing(there, made)
            raise
        except AnswerLost as lost:
            raise AnswerLost(f"{lost} Look whether it is there; create(if_absent=True) does.") from lost
        name = made.fields.get(self._kind.key)
        row = made_of(self._requests.content(answer, what), name, self._kind, of.types, what)
        self._refuse_dropped(dropped(made.fields, row, of, self._kind), row, "made")
        if if_absent:
            self._look_again(made, row)
        notes = otherwise(made.fields, row, of, self._kind)
        return row, [*notes, *self._complete(int(row["id"]), made, new=True)]

    def _twins(self, made: Body) -> Sequence[Row]:
        """Objects of the same name and owner."""
        key = self._kind.key
        if not key or key not in made.fields:
            raise Refused(f"if_absent: {self._kind.a} has no name to know it by.")
        terms = [(key, str(made.fields[key]).strip())]
        for field, value in self._owners(made.fields).items():
            terms.append((f"{field}__isnull", "true") if value is None else (field, str(value)))
        return self._finder.rows(self._kind, tuple(terms))

    def _owners(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What tells the new object from others of its name; None: it will have no such owner."""
        known = shape(self._kind).fields
        found = {}
        for field in self._kind.owner:
            if field in given:
                found[field] = given[field]
            elif (through := given.get(self._kind.owner_of)) is not None:
                above = foreign(self._kind.owner_of)
                found[field] = self._finder.detail(above, through).get(field) if above is not None else None
            elif known[field].create and "team" not in given:  # a credential gets its team's organization
                found[field] = None
        return found

    def _existing(self, there: Sequence[Row], made: Body) -> Told:
        found = self._finder.one(
            self._kind, there, self._called(made), missing=lambda: Refused("none")
        )  # several: told, none of them chosen
        row = self._finder.detail(self._kind, found["id"])
        other = [name for name, value in made.fields.items() if name in row and not same(value, row[name])]
        note = f"{self._kind.label} {row['id']} was there already; nothing was changed"
        return row, [note + (f" (other than asked for: {', '.join(other)})" if other else "")]

    def _look_again(self, made: Body, row: Mapping[str, Any]) -> None:
        """Raise `Conflict` where somebody made an equal one at the same moment."""
        others = [one for one in self._twins(made) if one["id"] != row.get("id")]
        if others:
            ids = ", ".join(str(one["id"]) for one in others)
            raise Conflict(
                f"{self._called(made)} was made twice at the same moment: {row.get('id')} by this call, {ids} by "
                "another one. The controller refuses every edit of either until one of them is renamed or deleted."
            )

    # --- update -------------------------------------------------------------------------------------------

    def update(self, before: Row, changed: Body, of: Shape) -> Told:
        """The object as it is afterwards, and notes."""
        number, what = int(before["id"]), f"{self._kind.label} {before['id']}"
        wanted = self._merged(before, changed.fields)
        sent = {name: value for name, value in wanted.items() if not self._stands(before, name, value)}
        notes: list[str] = []
        after: Mapping[str, Any] = before
        for attempt in range(_TRIES):
            if not sent:
                break
            after, lost = self._write(before, sent, of, what)
            if not lost:
                break
            notes.append(
                f"somebody else changed {', '.join(lost)} of {what} at the same moment; it was written again"
            )
            if attempt + 1 == _TRIES:
                raise Conflict(f"{what}: somebody else changed {', '.join(lost)} at the same moment, twice.")
        if not sent and not changed.links and changed.survey is None:
            notes.append(f"{what} is so already; nothing was sent")
        if sent:
            notes += otherwise(sent, after, of, self._kind)
            notes += concurrent_edits.changed(before, after, set(sent), what)
            notes += concurrent_edits.undone(self._requests, before, after, set(sent), what)
        return after, [*notes, *self._complete(number, changed, new=False)]

    def _write(self, before: Row, sent: Mapping[str, Any], of: Shape, what: str) -> tuple[Row, Sequence[str]]:
        """Write and read back: the object, and which of the fields somebody else has changed since."""
        path, lost = f"{self._kind.folder}{before['id']}/", None
        written: Row = {}
        try:
            answer = self._requests.change("PATCH", path, sent, what=what)
            shown = self._requests.content(answer, what)
            written = made_of(shown, None, self._kind, of.types, what, number=before["id"])
        except AnswerLost as fault:
            lost = fault  # what stands there tells whether it took effect
        after = dict(self._requests.read(path, what=what))
        if after.get("id") != before["id"]:
            raise AnswerLost(f"{what}: it was sent, and what is read back shows {after.get('id', 'no id')}.")
        ignored = dropped(sent, written or after, of, self._kind)
        now = {name: after[name] for name in sent if name in after and after[name] != _HIDDEN}
        stays = [name for name, value in now.items() if not same(sent[name], value)]
        if lost is not None and (stays or ignored):
            told = ", ".join(dict.fromkeys([*stays, *ignored]))
            raise AnswerLost(f"{lost} What stands there now is other than asked for: {told}.") from lost
        self._refuse_dropped(ignored, after, "changed")
        return after, [
            name for name, value in now.items() if not same((written or sent).get(name, sent[name]), value)
        ]

    def _stands(self, before: Row, name: str, value: object) -> bool:
        """Whether this value stands there already; a secret may not be seen, so it is written."""
        if name not in before or _HIDDEN in str(before[name]):
            return name in self._kind.secret and before.get(name) == value
        return same(value, before[name])

    def _merged(self, before: Row, given: Mapping[str, Any]) -> dict[str, Any]:
        """PATCH replaces `inputs` whole: the keys that are not given keep what they have, secrets unseen."""
        found = dict(given)
        for name in self._kind.secret:
            value, has = given.get(name), before.get(name)
            if isinstance(value, Mapping) and isinstance(has, Mapping):
                found[name] = {key: one for key, one in {**has, **value}.items() if one is not None}
        return found

    # --- what needs calls of its own --------------------------------------------------------------------------

    def _complete(self, number: int, given: Body, *, new: bool) -> Sequence[str]:
        """The related lists and the survey, which the controller would drop from the body; what was done."""
        try:
            return self._completed(number, given, new=new)
        except Refused as refused:
            what = f"{self._kind.label} {number} was {'made' if new else 'changed'}, but not all that belongs to it:"
            raise Refused(f"{what} {refused.message}", refused.problems, status=refused.status) from refused

    def _completed(self, number: int, given: Body, *, new: bool) -> Sequence[str]:
        notes: list[str] = []
        for name, wanted in given.links.items():
            place = links.related_list(self._requests, self._kind, number, name)
            has = () if new else [int(row["id"]) for row in self._finder.below(place.path)]
            notes += place.make_so(wanted, has)
        if given.survey is not None:
            path = f"{self._kind.folder}{number}/{SURVEY}/"
            self._requests.change(
                "POST", path, given.survey, what=f"the survey of {self._kind.label} {number}"
            )
            self._look_at_survey(path, given.survey, f"the survey of {self._kind.label} {number}")
            notes.append("the survey was set by a call of its own")
            if given.fields.get("survey_enabled") is None:
                self._turn_on(
                    f"{self._kind.folder}{number}/", f"survey_enabled of {self._kind.label} {number}"
                )
                notes.append("survey_enabled was turned on with it")
        return notes

    def _look_at_survey(self, path: str, sent: Mapping[str, Any], what: str) -> None:
        """It is answered without a body (SAW survey/post_good), so it is read back. Raises `AnswerLost`."""
        wanted, stands = _variables(sent), _variables(self._requests.read(path, what=what))
        if wanted != stands:
            told = ", ".join(map(str, stands)) or "none"
            raise AnswerLost(f"{what}: it was sent, and other questions stand there: {told}.")

    def _turn_on(self, path: str, what: str) -> None:
        answer = self._requests.change("PATCH", path, {"survey_enabled": True}, what=what)
        if self._requests.content(answer, what).get("survey_enabled") is not True:
            raise AnswerLost(f"{what}: it was sent, and is not shown as turned on.")

    def planned(self, method: str, path: str, given: Body) -> Sequence[Planned]:
        """The requests of a create, or the rest of an edit's."""
        below = path if method == "PATCH" else f"{path}N/"
        calls = [Planned(method, path, given.fields)] if given.fields or method == "POST" else []
        calls += [
            Planned("POST", f"{below}{name}/", {"id": number})
            for name, numbers in given.links.items()
            for number in numbers
        ]
        return calls + (
            [Planned("POST", f"{below}{SURVEY}/", given.survey)] if given.survey is not None else []
        )

    def planned_update(self, before: Row, changed: Body) -> Sequence[Planned]:
        """The requests of an edit, of what does not stand there already."""
        wanted = self._merged(before, changed.fields)
        sent = {name: value for name, value in wanted.items() if not self._stands(before, name, value)}
        path = f"{self._kind.folder}{before['id']}/"
        return self.planned("PATCH", path, Body(sent, changed.links, changed.survey))

    # --- words ---------------------------------------------------------------------------------------------------

    def _called(self, made: Body) -> str:
        name = made.fields.get(self._kind.key or "name")
        return f'{self._kind.label} "{name}"' if name else f"a new {self._kind.label}"

    def _refuse_dropped(self, names: Sequence[str], row: Mapping[str, Any], action: str) -> None:
        if not names:
            return
        problems = [Problem(name, "was sent, and the controller did not take it") for name in names]
        raise Refused(
            f"{self._kind.label} {row.get('id', '')} was {action}, but not as asked: "
            f"{count(len(names), 'field')} had no effect.",
            problems,
        )


def _variables(survey: Mapping[str, Any]) -> Sequence[object]:
    """The variables that a survey asks for, in their order."""
    spec = survey.get("spec")
    rows = spec if isinstance(spec, list) else []
    return [row.get("variable") for row in rows if isinstance(row, Mapping)]
