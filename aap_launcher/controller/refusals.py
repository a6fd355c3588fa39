"""The controller's no, in words: an answer with a 4xx status becomes the error that the user reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from aap_launcher.controller.json_depth import decoded, flattened
from aap_launcher.controller.transport import Response
from aap_launcher.errors import Conflict, Forbidden, NotFound, Problem, Refused, Unauthorized

_NEEDED = {
    "variables_needed_to_start": ("extra_vars", "Answer the survey's question in extra_vars."),
    "passwords_needed_to_start": ("credential_passwords", "Give it in credential_passwords."),
    "resources_needed_to_start": (
        "template",
        "Complete the template on the controller, or give it if it is prompted for.",
    ),
}
# Keys of a 400 that name no field (AWX 24.6.1 was seen to send each of them).
_NAMELESS = frozenset(
    {"detail", "details", "__all__", "error", "errors", "Error", "ERROR", "msg", "non_field_errors"}
)


# What a refusal for want of a right says of itself (Django REST framework, and AWX's own access checks).
_RIGHTS = re.compile(r"(?i)permission|access|privilege|\brole|authoriz|credentials")


def json_body(answer: Response) -> Any:  # noqa: ANN401 - JSON is anything
    """The body as JSON, None where it is not.

    Half a surrogate pair is taken as it is: Ansible makes one of each byte that is not UTF-8, and it may stand
    in artifacts.
    """
    if not answer.is_json:
        return None
    try:
        return flattened(decoded(msgspec.json.decode, answer.body))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        text = answer.body.decode("utf-8", "replace")
        return flattened(json.loads(text, parse_constant=lambda _: None))
    except (ValueError, RecursionError):
        return None


def detail(answer: Response) -> str:
    """The `detail` of the body, "" where there is none; the gateway's authorizer spells it `details`."""
    body = json_body(answer)
    if not isinstance(body, Mapping):
        return ""
    return str(body.get("detail") or body.get("details") or "")


def signed(answer: Response) -> bool:
    """Whether it has the headers that the platform's services put on their answers, and proxies do not."""
    return any(name.lower().startswith("x-api-") for name in answer.headers)


def controllers_own(answer: Response, *, signed: bool) -> bool:
    """Whether the controller wrote this answer: JSON, and with its headers where it was seen to send them.

    A page is never its own, although it writes one for a path that it does not know.
    """
    if answer.status in {202, 204} and not answer.body:
        return _signed(answer) or not signed
    return isinstance(json_body(answer), Mapping | list | str) and (_signed(answer) or not signed)


_signed = signed  # for where a parameter has its name


def error(answer: Response, what: str) -> Refused:
    """The error for a status that is final; `what` is the object, as in `job template "Deploy"`."""
    match answer.status:
        case 401:
            return Unauthorized(f"The credential was not accepted ({detail(answer) or '401'}).")
        case 403:
            return _forbidden(answer, what)
        case 404:
            return NotFound(f"{what} does not exist, or this user may not see it.")
        case 413:
            return Refused(
                f"{what}: the request is too large for the proxy in front of the controller (413)."
            )
        case _:
            return _refused(answer, what)


def spoken(answer: Response, what: str) -> Refused:
    """The error of a request that is no launch: the controller's own words, field by field, with its status."""
    body = json_body(answer)
    known: dict[int, type[Refused]] = {403: Forbidden, 404: NotFound, 409: Conflict}
    if answer.status in {401, 413} or 300 <= answer.status < 400:
        told = error(answer, what)
        return type(told)(told.message, told.problems, status=answer.status, content=body)
    problems = tuple(_problems(body if answer.status != 409 else _without_jobs(body)))
    return known.get(answer.status, Refused)(
        _sentence(answer, what, body, problems), problems, status=answer.status, content=body
    )


def _sentence(  # noqa: PLR0911 - one return for each status
    answer: Response, what: str, body: object, problems: tuple[Problem, ...]
) -> str:
    said = _joined(problems)
    match answer.status:
        case 403 if "insufficient scope" in said.lower():
            return "The token is read-only: make one with scope write."
        case 403:
            return f"{what}: this user may not do this ({said or '403'})."
        case 404 if answer.method in {"POST", "OPTIONS"}:
            return f"{what}: the controller has nothing there, or this user may not see it (404)."
        case 404:
            return f"{what} does not exist, or this user may not see it."
        case 405:
            return f"{what}: the controller does not allow {answer.method} here (405)."
        case 409:
            return f"{what}: {said or 'in conflict with what is going on (409)'}{_in_use(body)}"
        case _:
            # Only the controller's own JSON is repeated: a page of HTML says nothing to a reader.
            beginning = answer.beginning if answer.is_json else f"a page that begins: {answer.beginning}"
            return f"{what}: refused by the controller ({answer.status}): {said or beginning}"


def _without_jobs(body: object) -> object:
    return (
        {key: value for key, value in body.items() if key != "active_jobs"}
        if isinstance(body, Mapping)
        else body
    )


def _in_use(body: object) -> str:
    """The jobs that a 409 names: {"active_jobs": [{"id": 278, "type": "job"}]}."""
    rows = body.get("active_jobs") if isinstance(body, Mapping) else None
    jobs = [
        f"{str(row.get('type', 'job')).replace('_', ' ')} {row.get('id')}"
        for row in rows or ()
        if isinstance(row, Mapping)
    ]
    return f" In use by {', '.join(jobs)}." if jobs else ""


def _joined(problems: tuple[Problem, ...]) -> str:
    return "; ".join(": ".join(filter(None, (problem.field, problem.fault))) for problem in problems)


def _refused(answer: Response, what: str) -> Refused:
    """Anything else that is not a success: a redirect, a 400 with its reasons."""
    if 300 <= answer.status < 400:
        target = answer.headers.get("Location", "nowhere").partition("?")[0]
        return Refused(f"{what}: redirected to {target} ({answer.status}), which is not followed; check url.")
    problems = tuple(_problems(json_body(answer)))
    said = _joined(problems) or answer.beginning
    return Refused(f"{what}: refused by the controller ({answer.status}): {said}", problems)


def _forbidden(answer: Response, what: str) -> Forbidden:
    said = detail(answer)
    if "insufficient scope" in said.lower():
        return Forbidden("The token is read-only: make one with scope write.")
    if answer.method == "GET":
        return Forbidden(
            f"{what} exists, but this user may not see it: it needs a role on it (Execute to launch)."
        )
    if said and not _RIGHTS.search(said):  # a licence, a limit of hosts, a policy: no role would help
        return Forbidden(f"{what}: the controller refuses it: {said}")
    return Forbidden(
        f"{what}: this user may not do this ({said or '403'}). Check that the user has the role Execute on "
        "the template and Use on what is given with it, and that the token's scope is write. A role granted "
        "just now may take some minutes to arrive."
    )


def _problems(body: Any, name: str = "") -> Iterator[Problem]:  # noqa: ANN401 - JSON is anything
    """Every message of a 400, whatever its shape: AWX 24.6.1 was seen to send at least six."""
    if isinstance(body, Mapping):
        for key, value in body.items():
            nameless = key in _NAMELESS
            yield from _problems(value, name if nameless else f"{name}.{key}" if name else str(key))
    elif isinstance(body, list | tuple):
        for item in body:
            yield from _problems(item, name)
    elif name in _NEEDED:
        field, advice = _NEEDED[name]
        yield Problem(field, _needed(name, str(body)), advice)
    elif body is not None:
        yield Problem(name, str(body))


def _needed(name: str, said: str) -> str:
    if name == "passwords_needed_to_start":
        return f"{said} is needed to start"
    return said
