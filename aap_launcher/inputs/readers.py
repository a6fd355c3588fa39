"""How each input's text is read: by the kind that its definition names, and by bounds of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aap_launcher.errors import InvalidValue
from aap_launcher.inputs import values
from aap_launcher.inputs.definitions import BY_NAME, PROMPTS
from aap_launcher.inputs.input import Input, InputKind
from aap_launcher.text.quoting import quoted

_BY_NAME_OR_ID = ("inventory", "execution_environment")
_COMMAS = ("limit", "job_tags", "skip_tags")  # one text, in which Ansible takes commas
_PEM = ("ca_bundle", "client_cert", "client_key")


def read_all(definition: Input, texts: Sequence[str], now: datetime | None = None) -> object:
    """The input's value from all that was given: lists grow in order, any other is given once."""
    if len(texts) == 1:
        return read_input(definition, texts[0], now)
    if definition.kind in (InputKind.LIST, InputKind.FILES):
        several: list[Any] = [read_input(definition, text, now) for text in texts]
        return tuple(dict.fromkeys(item for found in several for item in found))
    once = f": {quoted(','.join(texts))}" if definition.name in _COMMAS else ""
    raise InvalidValue(f"given {len(texts)} times, and it is one value", f"Give it once{once}.")


def read_input(  # noqa: PLR0911  # one return for each kind
    definition: Input, text: str, now: datetime | None = None
) -> object:
    """The input's value, or None where the text stands for absence; raises `InvalidValue`."""
    match definition.kind:
        case InputKind.BOOLEAN:
            return values.boolean(text)
        case InputKind.INTEGER:
            return values.integer(text, *definition.bounds)
        case InputKind.DURATION:
            return _duration(definition.name, text)
        case InputKind.MOMENT:
            return values.moment(text, now)
        case InputKind.LIST:
            return values.reference_list(text)
        case InputKind.FILES:
            return values.paths(text)
        case InputKind.MAPPING:
            return _passwords(text) if definition.secret else variables(text)
        case InputKind.CHOICE:
            assert definition.choice is not None  # noqa: S101  # a test holds every definition to it
            return values.choice(text, definition.choice)
        case InputKind.TEXT:
            return _text(definition, text)


def is_default(name: str, value: object) -> bool:
    """Whether the value is what the input is without it."""
    definition = BY_NAME[name]
    return bool(definition.default) and read_input(definition, definition.default) == value


def _duration(name: str, text: str) -> float:
    seconds = values.duration_seconds(text)
    if seconds == 0 and name == "timeout":
        raise InvalidValue("given 0, which would end at once", "Leave it out for no timeout.")
    if seconds == 0 and name == "request_timeout":
        raise InvalidValue("given 0: no request could be answered", "Give at least a second.")
    return seconds


def _text(definition: Input, text: str) -> object:
    if definition.name in _PEM:
        return _pem(text)
    if definition.secret:
        return _secret(definition.name, text)
    word = values.single_line(text)
    if definition.name in _BY_NAME_OR_ID:
        if not word:
            raise InvalidValue("is empty", "Give a name or an id, or drop the input.")
        return word
    return word if word or definition.section == PROMPTS else None


def _pem(text: str) -> str | None:
    """PEM text as it is, or a path."""
    return text.strip() + "\n" if "-----BEGIN" in text else values.single_line(text) or None


def _secret(name: str, text: str) -> str | None:
    """A secret without the line break that a file or `echo` leaves at its end; never shown."""
    secret = text.rstrip("\r\n")
    if name == "token":
        secret = secret.strip()
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            fault = "has characters that no token has (white space, line breaks, or letters beyond ASCII)"
            raise InvalidValue(fault, "Look how the secret was stored: copy it again.")
    elif any(character in secret for character in "\r\n\0"):
        raise InvalidValue(
            "has a line break or a NUL in it", "Look how the secret was stored: copy it again."
        )
    try:
        secret.encode(errors="surrogateescape")  # bytes of the environment pass as they are
    except UnicodeEncodeError:
        raise InvalidValue("is not valid Unicode", "Look how the secret was stored: copy it again.") from None
    return secret or None


def variables(text: str) -> dict[str, object]:
    """The variables of a text, see `inputs/variables.py`. Raises `InvalidValue`."""
    from aap_launcher.inputs.variables import read_variables  # noqa: PLC0415 - many commands are given none

    return read_variables(text)


def _passwords(text: str) -> dict[str, str]:
    """credential_passwords: every value is text; a number is the digits that were written."""
    return {name: _password(name, value) for name, value in variables(text).items()}


def _password(name: str, value: object) -> str:
    from aap_launcher.models.as_written import Number, Unquoted  # noqa: PLC0415 - see variables

    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Number | Unquoted):
        return value.text
    raise InvalidValue(f"has for {quoted(name)} what is not text", "Put the password in quotes.")
