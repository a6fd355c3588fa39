"""What `api` does: any request, its answer to stdout, words about a refusal to stderr."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.cli.key_values import as_text, nested, pairs, read_text, typed
from aap_launcher.cli.output_formats import Form, pretty
from aap_launcher.cli.output_options import Shown, chosen_output
from aap_launcher.errors import AnswerLost, InvalidInput, Refused, Unreachable
from aap_launcher.text.headers import fault
from aap_launcher.text.quoting import quoted

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.controller.transport import Response

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a header's name (RFC 9110, 5.6.2)
_OURS = frozenset({"authorization", "cookie", "host", "content-length", "transfer-encoding", "connection"})


def requested(desk: Desk, given: Mapping[str, Any]) -> int:
    """`api`."""
    method, file = given["method"].upper(), given["file"]
    _fits(method, given)
    fields = nested([*pairs(given["texts"], as_text), *pairs(given["values"], typed)])
    headers = _headers(given["headers"])
    in_query = method in {"GET", "HEAD"} or file is not None
    body = _body(file) if file is not None else None if in_query else fields or None
    form = chosen_output(given, form=Form.JSON)
    path = _with_slash(given["path"])
    terms = _terms(fields) if in_query else []
    if given["paginate"]:
        return desk.show(form, _rows(desk, path, terms, headers))
    return _answered(desk, desk.requests.raw(method, path, terms, body, headers=headers), form, given)


def _answered(desk: Desk, answer: Response, form: Shown, given: Mapping[str, Any]) -> int:
    """Show what came back: the body to stdout, words about a refusal to stderr."""
    if 200 <= answer.status < 300 and "html" in answer.headers.get("Content-Type", ""):
        told = f"{answer.method} {answer.path}: a page that is not the controller's: {answer.beginning}"
        if answer.method in {"GET", "HEAD", "OPTIONS"}:
            raise Unreachable(told)
        raise AnswerLost(f"{told} It may have taken effect.")
    if given["include"]:
        desk.screen.raw([_head(answer)])
    code = 0 if given["silent"] else _body_shown(desk, answer, form)
    if answer.status < 300:
        return code
    desk.screen.refuse(desk.requests.refusal(answer, f"{answer.method} {answer.path}"))
    return Refused.exit_code


def _body_shown(desk: Desk, answer: Response, form: Shown) -> int:
    value = desk.requests.json(answer)
    if value is None and answer.body.strip() != b"null":
        whole = answer.body.decode("utf-8", "replace")
        return desk.screen.raw([whole]) if whole else 0
    if answer.status >= 300:
        form = Shown(Form.JSON)  # no --jq on an error
    if isinstance(value, dict):
        return form.one(desk.screen, value)
    rows = value if isinstance(value, list) and all(isinstance(row, dict) for row in value) else None
    return form.many(desk.screen, rows) if rows is not None else desk.screen.data([pretty(value) + "\n"])


def _rows(
    desk: Desk, path: str, terms: Sequence[tuple[str, str]], headers: Mapping[str, str]
) -> Iterator[Any]:
    """The rows of all pages; `next` is followed on this controller alone."""
    seen: set[str] = set()
    while path:
        answer = desk.requests.raw("GET", path, terms, headers=headers)
        page = _page(desk, answer)
        yield from page["results"]
        seen.add(answer.path)
        path, terms = page.get("next") or "", []
        if path and desk.requests.path(path) in seen:
            raise Refused(f"GET {answer.path}: its next page is one that was read before.")


def _page(desk: Desk, answer: Response) -> Mapping[str, Any]:
    if answer.status >= 300:
        raise desk.requests.refusal(answer, f"GET {answer.path}")
    value = desk.requests.json(answer)
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("results"), list)
        or not isinstance(value.get("next"), str | None)
    ):
        raise Refused(f"GET {answer.path} is not a list with pages; leave --paginate out.")
    return value


def _fits(method: str, given: Mapping[str, Any]) -> None:
    """What would be ignored is refused."""
    if given["paginate"] and method != "GET":
        raise InvalidInput(f"--paginate reads all pages of a GET, and this is a {method}.")
    if given["paginate"] and (given["include"] or given["silent"]):
        raise InvalidInput("--paginate shows the rows of all pages; leave --include and --silent out.")
    if given["silent"] and (given["jq"] or given["output"]):
        raise InvalidInput("--silent shows nothing; leave --jq and --output out.")
    if given["file"] is not None and method in {"GET", "HEAD"}:
        raise InvalidInput(f"--input gives a body, and a {method} has none.")


def _body(file: str) -> bytes:
    """The file's JSON, as it is written there."""
    from aap_launcher.inputs.exact_json import loads

    body = read_text(file)
    try:
        loads(body)
    except (ValueError, RecursionError) as fault:
        raise InvalidInput(f"--input {file} is not JSON: {fault}.") from None
    return body.encode()


def _headers(words: Iterable[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, colon, value = word.partition(":")
        if not colon or not _TOKEN.fullmatch(name.strip()):
            raise InvalidInput(f"-H {quoted(word)} is not NAME:VALUE.")
        if wrong := fault(value.strip(" \t")):
            raise InvalidInput(f"-H {name.strip()} {wrong}; nothing was sent.")
        if name.strip().lower() in _OURS:
            raise InvalidInput(
                f"-H {name.strip()}: this header is aap-launcher's own; the credential comes from AAP_TOKEN."
            )
        found[name.strip()] = value.strip()
    return found


def _terms(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A query's terms; a list gives its key several times."""
    terms = []
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict | list):
                raise InvalidInput(f"{name} is an object, which a query cannot hold.")
            terms.append((name, one if isinstance(one, str) else json.dumps(one)))
    return terms


def _with_slash(path: str) -> str:
    place, mark, query = path.partition("?")
    return f"{place}{'' if place.endswith('/') else '/'}{mark}{query}"


def _head(answer: Response) -> str:
    """The status line and the headers, as curl -i shows them."""
    lines = [f"HTTP {answer.status}", *(f"{name}: {value}" for name, value in answer.headers.items())]
    return "\n".join([*lines, "", ""])
