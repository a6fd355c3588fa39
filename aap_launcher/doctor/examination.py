"""All of it, in the order in which a launch would come across it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from aap_launcher.controller import address
from aap_launcher.controller.controller import Controller
from aap_launcher.doctor.access import access
from aap_launcher.doctor.check import Check, State, failed
from aap_launcher.doctor.network import network
from aap_launcher.doctor.template import check_template
from aap_launcher.errors import InvalidInput, LauncherError, Unauthorized
from aap_launcher.inputs.definitions import BY_NAME, Inputs
from aap_launcher.models.outcomes import CIContext
from aap_launcher.models.ports import Clock

_OTHER_CERTIFICATE = (
    "Give client_cert and client_key of an authority that it trusts; whoever runs it knows which."
)


def examine(
    inputs: Inputs, connect: Callable[[], Controller], *, clock: Clock, today: datetime, context: CIContext
) -> Iterator[Check]:
    """Each check as it is made. What stands on a step that failed is not looked at."""
    try:
        place = address.parse_address(inputs.connection.url)
    except InvalidInput as error:
        yield failed("url", error)
        return
    yield Check("url", State.OK, place.site)
    broken = False
    for check in network(inputs.connection, place.origin, clock, today):
        broken = broken or check.state is State.NOT_OK
        yield check
    if broken:
        return
    try:
        controller = connect()
    except LauncherError as error:
        yield _of(error)
        return
    try:
        controller.greet()
        yield from _on(controller, inputs, clock=clock, today=today, context=context)
    except LauncherError as error:
        yield _of(error)
    finally:
        controller.close()


def _of(error: LauncherError) -> Check:
    """What ended the examination."""
    name = "credential" if isinstance(error, Unauthorized) else "controller"
    return failed(name, error, _OTHER_CERTIFICATE if "the client certificate" in str(error) else "")


def given_inputs(raw: Mapping[str, object], origins: Mapping[str, str]) -> Check:
    """What was read, and where from if it was no option; of a secret only that it is there."""
    told = [
        (f"{name} (set)" if BY_NAME[name].secret else name)
        + (f" from {origins[name]}" if name in origins else "")
        for name in raw
    ]
    return Check("given", State.OK, ", ".join(told) or "nothing")


def _on(
    controller: Controller, inputs: Inputs, *, clock: Clock, today: datetime, context: CIContext
) -> Iterator[Check]:
    kind = "behind the platform gateway" if controller.platform.gateway else "without a gateway"
    yield Check("controller", State.OK, f"{controller.describe()}, {kind}, API at {controller.platform.api}")
    yield from access(controller, controller.requests, inputs.connection, clock, today)
    if inputs.template:
        yield from check_template(controller, controller.requests, inputs, context)
    else:
        yield Check("template", State.UNKNOWN, "none was given: give one to have it looked at")
