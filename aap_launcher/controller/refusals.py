"""The controller's no, in words: an answer with a 4xx status becomes the error that the user reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from aap_launcher.controller.json_depth import decoded, flattened
from aap_launcher.controller.transport import Answer
from aap_launcher.errors import Forbidden, NotFound, Problem, Refused, Unauthorized

_NEEDED = {
    "variables_needed_to_start": ("extra_vars", "Answer the survey's question in extra_vars."),
    "passwords_needed_to_start": ("credential_passwords", "Give it in credential_passwords."),
    "resources_needed_to_start": (
        "template",
        "Complete the template on the controller, or give it if it is prompted for.",
    ),
}


def content(answer: Answer) -> Any:  # noqa: ANN401 - JSON is anything
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


def detail(answer: Answer) -> str:
    """The `detail` of the body, "" where there is none; the gateway's authorizer spells it `details`."""
    body = content(answer)
    if not isinstance(body, Mapping):
        return ""
    return str(body.get("detail") or body.get("details") or "")


def error(answer: Answer, what: str) -> Refused:
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


def _refused(answer: Answer, what: str) -> Refused:
    """Anything else that is not a success: a redirect, a 400 with its reasons."""
    if 300 <= answer.status < 400:
        target = answer.headers.get("Location", "nowhere").partition("?")[0]
        return Refused(f"{what}: redirected to {target} ({answer.status}), which is not followed; check url.")
    problems = tuple(_problems(content(answer)))
    told = "; ".join(": ".join(filter(None, (problem.field, problem.fault))) for problem in problems)
    said = told or answer.beginning
    return Refused(f"{what}: refused by the controller ({answer.status}): {said}", problems)


def _forbidden(answer: Answer, what: str) -> Forbidden:
    said = detail(answer)
    if "insufficient scope" in said.lower():
        return Forbidden("The token is read-only: make one with scope write.")
    if answer.method == "GET":
        return Forbidden(
            f"{what} exists, but this user may not see it: it needs a role on it (Execute to launch)."
        )
    return Forbidden(
        f"{what}: this user may not do this ({said or '403'}). Check that the user has the role Execute on "
        "the template and Use on what is given with it, and that the token's scope is write. A role granted "
        "just now may take some minutes to arrive."
    )


def _problems(body: Any, name: str = "") -> Iterator[Problem]:  # noqa: ANN401 - JSON is anything
    """Every message of a 400, whatever its shape: AWX 24.6.1 was seen to send at least six."""
    if isinstance(body, Mapping):
        for key, value in body.items():
            nameless = key in {"detail", "details", "__all__", "error", "non_field_errors"}
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
