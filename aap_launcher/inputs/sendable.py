"""What cannot be sent as it is written, or would not be kept as it is: each with its place in the value.

PostgreSQL keeps no NUL, neither in text nor in JSON (a controller answers 500 or 400), and nothing keeps half of a
surrogate pair. A word without quotes that a reader would change is `Unquoted`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aap_launcher.errors import InvalidValue, Problem
from aap_launcher.models.as_written import Unquoted
from aap_launcher.text.quoting import printable, quoted, whole
from aap_launcher.text.secrets import is_secret


def faults(
    value: object, place: str = "", *, secret: bool = False, unquoted: bool = True
) -> Iterator[Problem]:
    """Everything in the value that would not arrive as it is; raises `RecursionError` for one without an end.

    `secret`: nothing of it may be shown. `unquoted`: whether words that a reader would change are a fault here.
    """
    match value:
        case Mapping():
            for key, inner in value.items():
                below = ".".join(filter(None, (place, printable(str(key)))))
                yield from _key(key, below)
                hidden = secret or is_secret(str(key))
                yield from faults(inner, below, secret=hidden, unquoted=unquoted)
        case list() | tuple():
            for at, inner in enumerate(value):
                yield from faults(inner, f"{place}[{at}]", secret=secret, unquoted=unquoted)
        case str():
            yield from _text(value, place)
        case Unquoted() if unquoted:
            unseen = "a value without quotes would not arrive as it is written", "Put it in quotes."
            yield Problem(place, *(unseen if secret else (value.fault, value.advice)))
        case _:
            pass


def refuse_unsendable(value: object, *, secret: bool = False, unquoted: bool = True) -> None:
    """Raise `InvalidValue` for the first fault, with its place."""
    for found in faults(value, secret=secret, unquoted=unquoted):
        raise InvalidValue(f"{found.field}: {found.fault}" if found.field else found.fault, found.advice)


def _key(key: object, place: str) -> Iterator[Problem]:
    if isinstance(key, str):
        yield from _text(key, place)
    else:
        yield Problem(place, f"has the key {quoted(key)}, which is no text", "Names are texts.")


def _text(text: str, place: str) -> Iterator[Problem]:
    if "\0" in text:
        yield Problem(
            place, "holds a NUL, which no controller can keep", "Look for \\u0000 or \\0, and take it out."
        )
    elif not whole(text):
        advice = "Look for \\ud800 to \\udfff, and write the whole character."
        yield Problem(place, "holds half of a surrogate pair, which is no character", advice)
