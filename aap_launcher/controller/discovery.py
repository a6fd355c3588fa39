"""Discovery: GET /api/ tells AWX from AAP's gateway; the API root is followed, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from aap_launcher.controller import refusals
from aap_launcher.controller.retry import TEMPORARY
from aap_launcher.controller.session import Session
from aap_launcher.controller.transport import Response
from aap_launcher.errors import InvalidInput
from aap_launcher.models.platform import Platform

GATEWAY = "/api/gateway/v1/"  # below the platform's own path; tokens of AAP 2.5 and later are made there
_ANY = frozenset(range(300, 500)) - TEMPORARY


def discover(session: Session) -> Platform:
    """Find the API. Raises `InvalidInput` where url is not a controller's, `Unreachable`."""
    address = session.address
    answer = session.get(f"{address.base}/api/", what=f"GET {address.site}/api/", allow=_ANY, anonymous=True)
    root = _object(answer)
    apis = root.get("apis")
    controller = apis.get("controller") if isinstance(apis, Mapping) else None
    if address.root:
        return _given(session, answer, controller)
    if isinstance(controller, str):
        return Platform(_version(session, address.local(controller)), gateway=True, ui=address.site)
    if isinstance(apis, Mapping):
        raise _invalid(f"{address.site} is an AAP gateway without a controller", "Ask who runs the platform.")
    current = root.get("current_version")
    if isinstance(current, str):
        return Platform(_folder(address.local(current)), gateway=False, ui=address.site)
    raise _not_a_controller(session, answer)


def _given(session: Session, answer: Response, controller: object) -> Platform:
    """The API root that the user named wins, if it answers; /api/ only tells which links to make."""
    address = session.address
    gateway = isinstance(controller, str) or address.root.startswith(f"{address.base}/api/controller/")
    if address.root == f"{address.base}/api/controller/":
        return Platform(_version(session, address.root), gateway=True, ui=address.site)
    probe = session.get(address.root, what=f"GET {address.origin}{address.root}", allow=_ANY, anonymous=True)
    if probe.status == 200 and _object(probe):
        return Platform(address.root, gateway=gateway, ui=address.site)
    if isinstance(controller, str):
        raise _invalid(
            f"{address.origin}{address.root} answers {probe.status}: this is AAP 2.5 or later",
            f"Use the platform's URL: {address.site}.",
        )
    raise _not_a_controller(session, answer if 300 <= answer.status < 400 else probe)


def _version(session: Session, path: str) -> str:
    """`current_version` of the controller's own root."""
    answer = session.get(
        _folder(path), what=f"GET {session.address.origin}{path}", allow=_ANY, anonymous=True
    )
    current = _object(answer).get("current_version")
    if not isinstance(current, str):
        raise _not_a_controller(session, answer)
    return _folder(session.address.local(current))


def _not_a_controller(session: Session, answer: Response) -> InvalidInput:
    address = session.address
    asked = f"GET {address.origin}{answer.path}"
    target = answer.headers.get("Location", "") if 300 <= answer.status < 400 else ""
    if not target:
        return _invalid(
            f"{address.site} is not an AWX or AAP API: {asked} answers {answer.status}, "
            f"beginning: {answer.beginning}",
            "Give the URL that opens the platform in the browser.",
        )
    here = urlsplit(address.origin)
    try:
        parts = urlsplit(target)
    except ValueError:
        parts = urlsplit("/")
    if parts.scheme == "https" and here.scheme == "http" and parts.hostname == here.hostname:
        site = f"https://{parts.netloc}{address.base}"
        return _invalid(
            f"{address.site} redirects to https", f"Write {site}: no credential is sent over http."
        )
    place = f"{parts.scheme}://{parts.netloc}" if parts.netloc else parts.path
    return _invalid(
        f"{asked} redirects to {place}, which is not followed",
        "If a log-in portal stands in front, give the URL behind it; if the platform moved, the new one.",
    )


def _object(answer: Response) -> Mapping[str, object]:
    body = refusals.json_body(answer) if answer.status == 200 else None
    return body if isinstance(body, Mapping) else {}


def _folder(path: str) -> str:
    return path if path.endswith("/") else path + "/"


def _invalid(fault: str, advice: str) -> InvalidInput:
    return InvalidInput(f"{fault}. {advice}")
