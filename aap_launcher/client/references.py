"""References: what people give to mean one object, taken apart. Nothing is asked here.

Only decimal ids ever go into a path: the controller takes anything else there for a name, DELETE included, and
a malformed one makes the next correct one fail (seen on AWX 24.6.1). Names are looked up by filters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from aap_launcher.client.kind import Kind
from aap_launcher.client.kind_names import known
from aap_launcher.errors import InvalidInput
from aap_launcher.text.quoting import quoted, whole

_LARGEST_ID = 2**31 - 1  # AWX's ids are 32-bit integers; more digits are a name
_API = re.compile(r"/v\d+/([\w-]+)/([^/?#]+)", re.ASCII)
_PAIR = re.compile(r"(?=/([A-Za-z][\w-]*)/(\d+)(?:[/?#]|$))", re.ASCII)
_RUN = re.compile(r"/jobs/([a-z][\w-]*)/(\d+)(?:[/?#]|$)", re.ASCII)
# The interfaces' own words for runs: /#/jobs/playbook/5/output, /execution/jobs/playbook/5/output.
_RUNS = {
    "playbook": "jobs",
    "workflow": "workflow_jobs",
    "project": "project_updates",
    "inventory": "inventory_updates",
    "command": "ad_hoc_commands",
    "management": "system_jobs",
}


class Reference(msgspec.Struct, frozen=True):
    """An `id`, or a `name` with perhaps the `owner` that NAME++OWNER gives. `given`: as it was written."""

    given: str
    id: int | None = None
    name: str = ""
    owner: str = ""
    address: bool = False  # an address says what it means: no name is looked up instead


def read_reference(kind: Kind, given: object, site: str) -> Reference:
    """Take a reference apart. Raises `InvalidInput` for what can mean no object of this kind."""
    if isinstance(given, bool) or given is None:
        raise _unfit(kind, given)
    if isinstance(given, int):
        return _number(kind, given)
    if isinstance(given, Mapping):
        return _record(kind, given)
    if not isinstance(given, str):
        raise _unfit(kind, given)
    text = given.strip()
    if not text:
        raise InvalidInput(f"{kind.label}: the reference is empty. Give an id or a name.")
    if not whole(text) or "\0" in text:
        raise InvalidInput(f"{kind.label}: {quoted(text)} holds what no name has. Give it as UTF-8.")
    if re.match(r"https?://|/|#/|api/", text, re.IGNORECASE):
        return _address(kind, text, site)
    if number := id_of(text):
        return Reference(text, number, text)
    return Reference(text, None, text)


def id_of(text: str) -> int | None:
    """The id that the text is, None where it is a name."""
    if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= _LARGEST_ID:
        return int(text)
    return None


def split_named_url(text: str) -> tuple[str, str] | None:
    """NAME++OWNER taken apart, `[+]` being a plus (AWX docs/named_url.md); None where there is no ++."""
    name, separator, owner = text.rpartition("++")
    return (_plain(name), _plain(owner)) if separator and name else None


def _plain(text: str) -> str:
    return re.sub(r"\[([+;/?:@=&\[\]])\]", r"\1", text)


def _number(kind: Kind, number: int) -> Reference:
    if not 0 < number <= _LARGEST_ID:
        raise InvalidInput(f"{kind.label} {number}: ids are positive numbers.")
    return Reference(str(number), number, address=True)


def _record(kind: Kind, record: Mapping[str, Any]) -> Reference:
    number, type_ = record.get("id"), str(record.get("type") or "")
    if not isinstance(number, int) or isinstance(number, bool):
        raise InvalidInput(f"{kind.label}: the object given has no id.")
    other = known(type_)
    if other is not None and not _fits(kind, other):
        raise InvalidInput(f"{kind.label}: given {type_.replace('_', ' ')} {number}, which is none.")
    return _number(kind, number)


def _address(kind: Kind, text: str, site: str) -> Reference:
    place = _place(kind, text, site)
    if found := _API.search(place if "/v" in place else ""):
        return _of_collection(kind, text, found[1], unquote(found[2]))
    for word, number in reversed(_pairs(place)):
        other = known(word)
        if other is not None and _fits(kind, other):
            return Reference(text, number, address=True)
    raise InvalidInput(f"{quoted(text)} is no address of {kind.a}. Give its id, its name or its address.")


def _pairs(place: str) -> list[tuple[str, int]]:
    """(word, id) for each object that an interface's address names, the outer ones first."""
    if run := _RUN.search(place):
        return [(_RUNS.get(run[1], run[1]), int(run[2]))]
    return [(word.replace("-", "_"), int(number)) for word, number in _PAIR.findall(place)]


def _of_collection(kind: Kind, text: str, collection: str, rest: str) -> Reference:
    other = known(collection)
    if other is None or not _fits(kind, other):
        raise InvalidInput(f"{quoted(text)} is an address of {collection}, not of {kind.a}.")
    if number := id_of(rest):
        return Reference(text, number, address=True)
    return Reference(text, None, rest)


def _place(kind: Kind, text: str, site: str) -> str:
    if not re.match(r"https?://", text, re.IGNORECASE):
        return text if text.startswith("/") else f"/{text}"
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        raise InvalidInput(f"{kind.label}: {quoted(text)} is not a URL.") from None
    here = urlsplit(site).hostname
    if host != here:
        raise InvalidInput(
            f"{kind.label}: the address is one of {host}, but url is {here}. "
            "Change one of them, or give the id alone."
        )
    return f"{parts.path}/{parts.fragment}" if parts.fragment else parts.path


def _fits(kind: Kind, other: Kind) -> bool:
    return other.name == kind.name or other.name in kind.same_ids


def _unfit(kind: Kind, given: object) -> InvalidInput:
    return InvalidInput(
        f"{kind.label}: {quoted(given)} is no reference. Give an id (7), a name, NAME++ORGANIZATION or an address."
    )
