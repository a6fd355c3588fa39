"""`field=value` words of a command line, read as the resource's fields have them; all that is wrong is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.cli.key_values import file_content, nested, pairs
from aap_launcher.errors import InvalidInput, InvalidValue, Problem

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.client.fields import Field
    from aap_launcher.client.resource import Resource


def fields_of(
    desk: Desk, resource: Resource, words: Sequence[str], *, new: bool | None = None
) -> dict[str, Any]:
    """The fields that the words give. `new`: for a create, for an edit, or for an action (None).

    Raises `InvalidInput` with everything that is wrong with them.
    """
    from aap_launcher.client.field_values import from_text

    fields = resource.shape().fields
    found: list[tuple[str, object]] = []
    problems: list[Problem] = []
    for key, text in pairs(words, str):
        field, whole = fields.get(key), file_content(str(text))
        _warn_of_secret(desk, key, str(text), field)
        # Variables are sent as the text that they are, their comments as well.
        plain = field is None or (key in resource.kind.text and whole.strip().lower() not in {"null", "none"})
        try:
            found.append((key, whole if field is None or plain else from_text(field, whole)))
        except InvalidValue as wrong:
            fault = wrong.fault.partition(":\n")[0] if key in resource.kind.secret else wrong.fault
            problems.append(Problem(key, fault, wrong.advice))
            found.append((key, whole))
    given = nested(found)
    if problems:
        others = [] if new is None else _others(resource, given, new=new)
        named = {problem.field for problem in problems}
        problems += [problem for problem in others if problem.field not in named]
        raise InvalidInput("these fields are not usable; nothing was sent.", problems)
    return given


def _others(resource: Resource, given: dict[str, Any], *, new: bool) -> Sequence[Problem]:
    """What else is wrong; nothing is asked for it."""
    from aap_launcher.client.body import request_body

    try:
        request_body(resource.kind, resource.shape(), given, new=new, resolve=lambda _resource, _reference: 1)
    except InvalidInput as wrong:
        return wrong.problems
    return ()


def _warn_of_secret(desk: Desk, key: str, text: str, field: Field | None) -> None:
    """What stands on a command line can be read by every user of the machine."""
    from aap_launcher.text.secrets import is_secret

    if not text or text.startswith("@") or (field is not None and field.type != "string"):
        return
    if is_secret(key.replace("[", "_").replace("]", "")):
        desk.screen.mask([text])
        desk.screen.say(
            f"{key} stands on the command line, where others can read it: {key}=@FILE or {key}=@- is safer."
        )
