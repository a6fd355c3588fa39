"""attach and detach: what belongs to a list of an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.errors import InvalidInput

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.client.kind import Kind


def attached(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`attach`."""
    name = given["related"].replace("-", "_")
    return _told(desk, desk.resource(kind).attach(given["reference"], name, *given["others"]))


def detached(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`detach`. What is detached from the inventory that it belongs to is deleted: that is asked."""
    from aap_launcher.client.links import related_list

    name = given["related"].replace("-", "_")
    deletes = related_list(desk.requests, kind, 0, name).owns
    if deletes and not given["yes"]:
        told = f"Detaching {name} from their inventory deletes them: {', '.join(given['others'])}."
        if not desk.screen.answers:
            raise InvalidInput(f"{told} Nobody is here to ask: add --yes.")
        if not desk.agreed(f"{told}\nGo on?"):
            desk.screen.say("nothing was detached.")
            return InvalidInput.exit_code
    found = desk.resource(kind).detach(given["reference"], name, *given["others"], deletes=deletes)
    return _told(desk, found)


def _told(desk: Desk, lines: Sequence[str]) -> int:
    from aap_launcher.text.visible import visible

    return desk.screen.data(f"{desk.screen.hide(visible(line))}\n" for line in lines)
