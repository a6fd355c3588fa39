"""`aap-launcher webhook`: start a template by its webhook, and set the webhook up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from aap_launcher.cli import resource_options as options

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.client.webhooks import Delivery
    from aap_launcher.models.jobs import Job

SERVICES = ("github", "gitlab", "bitbucket_dc")
_SHOWS_UP = 15.0  # seconds in which the job of a delivery is looked for


@click.group("webhook", short_help="Start a template by its webhook, or set the webhook up.")
def command() -> None:
    """Start a template by its webhook, or set the webhook up."""


@command.command("send", cls=options.ResourceCommand, short_help="Start a template as a push would.")
@click.argument("template")
@click.option("--service", type=click.Choice(SERVICES), default="github", show_default=True)
@click.option("--event", metavar="NAME", default=None, help="The event; a push by default.")
@click.option("--ref", metavar="REF", default="refs/heads/main", show_default=True)
@click.option("--commit", metavar="SHA", default="0" * 40, help="What was pushed.")
@click.option(
    "--payload", metavar="FILE", default=None, help="The body, byte for byte, from a file or stdin (-)."
)
@click.option(
    "--delivery-id", metavar="ID", default=None, help="Sent twice, it starts one job; by default a new one."
)
@click.option("--workflow", is_flag=True, help="TEMPLATE is the id of a workflow job template.")
@click.option("--follow", is_flag=True, help="Follow the job that it starts; needs a token that may read it.")
@options.connected
def send_webhook(**given: Any) -> None:
    """Start TEMPLATE by its webhook, signed with the key in AAP_WEBHOOK_KEY; no token is needed for its id.

    The controller starts a job for each delivery once, so what was lost on the way is sent again. Its survey is
    not asked: a required question stays empty. With a token TEMPLATE may be a name, and the job is found.
    """
    from aap_launcher.cli.resource_wiring import with_desk

    with_desk(given, lambda desk: _sent(desk, given))


@command.command(
    "setup", cls=options.ResourceCommand, short_help="Turn a template's webhook on, show URL and key."
)
@click.argument("template")
@click.option("--service", type=click.Choice(SERVICES), required=True)
@click.option("--workflow", is_flag=True, help="TEMPLATE is a workflow job template.")
@click.option("--rotate", is_flag=True, help="Make a new key; the old one is refused at once.")
@options.connected
def setup(**given: Any) -> None:
    """Turn the webhook of TEMPLATE on for a service. Its key goes to stdout, what to paste where to stderr."""
    from aap_launcher.cli.resource_wiring import with_desk

    with_desk(given, lambda desk: _set_up(desk, given))


def _sent(desk: Desk, given: dict[str, Any]) -> int:
    from aap_launcher.client import webhooks

    delivery = _delivery(desk, given)
    desk.screen.mask([delivery.key])
    desk.anonymous = not _has_credential(desk)
    path = _path(desk, given)
    started = webhooks.deliver(desk.requests, path, delivery)
    desk.screen.say(
        f"delivery {delivery.number}: " + ("a job is queued" if started else "it came before; nothing new")
    )
    if desk.anonymous:
        return 0
    job = _job(desk, delivery)
    if job is None:
        desk.screen.say(
            f"its job does not show up; look for it with: aap-launcher jobs list webhook_guid={delivery.guid}"
        )
        return 0
    desk.screen.data([f"{job.label} {job.link}\n"])
    if given["follow"]:
        from aap_launcher.cli.following import follow_address

        desk.afterwards = partial(follow_address, job.url, given)  # a webhook made it: a signal lets go of it
    return 0


def _delivery(desk: Desk, given: dict[str, Any]) -> Delivery:
    import sys
    import uuid
    from pathlib import Path

    from aap_launcher.client.webhooks import EVENTS, Delivery, Service, payload
    from aap_launcher.errors import InvalidInput

    _check(given)
    key, service = _key(), Service(given["service"])
    number = str(uuid.uuid4()) if given["delivery_id"] is None else given["delivery_id"]
    if given["follow"] and not _has_credential(desk):
        raise InvalidInput("--follow needs a token that may read the job: AAP_TOKEN.")
    if given["payload"] is None:
        body = payload(service, ref=given["ref"], commit=given["commit"], number=number)
    elif given["payload"] == "-":
        body = sys.stdin.buffer.read()
    else:
        try:
            body = Path(given["payload"]).read_bytes()
        except OSError as fault:
            raise InvalidInput(f"--payload {given['payload']}: {fault.strerror}") from None
    return Delivery(service, given["event"] or EVENTS[service], number, body, key)


def _check(given: dict[str, Any]) -> None:
    """Refuse what a header or a payload cannot hold. Raises `InvalidInput` that names the option."""
    from aap_launcher.errors import InvalidInput, Problem
    from aap_launcher.text.headers import fault
    from aap_launcher.text.quoting import whole

    names = {"delivery_id": "--delivery-id", "event": "--event"}
    found = {option: given[name] for name, option in names.items() if given[name] is not None}
    told = {option: fault(text) or ("" if text else "is empty") for option, text in found.items()}
    told |= {
        f"--{name}": "is not valid Unicode" for name in ("ref", "commit") if not whole(given[name])
    }  # in a header or signed: what is sent is what was typed
    problems = [Problem(option, wrong) for option, wrong in told.items() if wrong]
    if problems:
        raise InvalidInput("the delivery is not usable; nothing was sent.", problems)


def _key() -> str:
    """The template's key. Raises `InvalidInput`, which does not show it."""
    from aap_launcher.cli.options import environment
    from aap_launcher.errors import InvalidInput

    key = environment().get("AAP_WEBHOOK_KEY", "").strip()
    if not key:
        raise InvalidInput(
            "AAP_WEBHOOK_KEY is missing: the template's webhook key (aap-launcher webhook setup shows it)."
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidInput(
            "AAP_WEBHOOK_KEY has characters that no webhook key has (white space, line breaks, or letters beyond "
            "ASCII); nothing was sent. Look how the secret was stored: copy it again."
        )
    return key


def _has_credential(desk: Desk) -> bool:
    raw = desk.raw()
    return bool(raw.get("token") or raw.get("username"))


def _path(desk: Desk, given: dict[str, Any]) -> str:
    """`job_templates/7/`. Raises `InvalidInput` for a name that nobody may look up."""
    from aap_launcher.client.finder import Finder
    from aap_launcher.client.kinds import KINDS
    from aap_launcher.errors import InvalidInput

    kind = KINDS["workflow_job_templates" if given["workflow"] else "job_templates"]
    if given["template"].isdecimal():
        return f"{kind.folder}{given['template']}/"
    if desk.anonymous:
        raise InvalidInput(
            f'"{given["template"]}" cannot be looked up without a token. Give the id, or AAP_TOKEN.'
        )
    return f"{kind.folder}{Finder(desk.requests).exact(kind, given['template'])}/"


def _job(desk: Desk, delivery: Delivery) -> Job | None:
    """The job of the delivery, once it shows up."""
    from aap_launcher.client.finder import rows_of

    until = desk.clock.now() + _SHOWS_UP
    while True:
        for kind in ("jobs", "workflow_jobs"):
            query = (("webhook_guid", delivery.guid), ("webhook_service", str(delivery.service)))
            what = "the job of the delivery"
            rows = rows_of(desk.requests.read(f"{kind}/", query, what=what), what)
            if ours := [row for row in rows if row.get("webhook_guid") == delivery.guid]:
                return desk.controller.find_job(str(ours[0].get("url")))
        if desk.clock.now() >= until:
            return None
        desk.clock.sleep(1.0)


def _set_up(desk: Desk, given: dict[str, Any]) -> int:
    from aap_launcher.client.kinds import KINDS
    from aap_launcher.errors import AnswerLost, Unreachable

    kind = KINDS["workflow_job_templates" if given["workflow"] else "job_templates"]
    resource, service = desk.resource(kind), given["service"]
    before = resource.one(given["template"])
    if before.content.get("webhook_service") != service:
        resource.update(before.id, webhook_service=service)
        old = before.content.get("webhook_service")
        desk.screen.say(
            f"the webhook is that of {service} now" + (f", not of {old}: it has a new key" if old else "")
        )
    path, what = f"{kind.folder}{before.id}/webhook_key/", "the webhook's key"
    made = desk.requests.change("POST", path, {}, what=what) if given["rotate"] else None
    key = desk.requests.read(path, what=what).get("webhook_key")
    if made is not None and desk.requests.content(made, what).get("webhook_key") != key:
        raise AnswerLost(f"{what}: it was to be a new one, and the answer shows another than is read back.")
    if not isinstance(key, str) or not key:
        raise Unreachable(f"{what}: the answer holds none.")
    receiver = f"{desk.requests.origin}{desk.requests.path(f'{kind.folder}{before.id}/{service}/')}"
    desk.screen.say(f"payload URL: {receiver}")
    desk.screen.say(
        "content type: application/json; secret: the line on stdout; events: those that are to start a job"
    )
    return desk.screen.data([f"{key}\n"])
