"""What must not be seen: names that mean secrets, the forms a secret may show up in, values for display."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from urllib.parse import quote, quote_plus

from aap_launcher.models.numbers import Number
from aap_launcher.text.quoting import printable

HIDDEN = "***"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET = re.compile(
    r"(?:^|_)(?:pass|pwd|pw|credentials?|creds)(?:_|$)"
    r"|(?:password|passwd|passphrase|passcode|secret|token|apikey)s?(?:_|$)"
    r"|(?:^|_)(?:api|private|access|secret|ssh|encryption|signing|license)_?keys?(?:_|$)"
)
_ABOUT = re.compile(
    r"_(?:name|names|file|path|dir|length|size|type|policy|ttl|expiry|count|enabled|required)$"
)
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "~"))
_SHORTEST = 4  # masking shorter values of mere variables would blot out the log
_LONGEST_SHOWN, _MOST_SHOWN = 80, 30  # characters of a value; variables


def is_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret: db_password, apiToken; but not password_length."""
    words = "_".join(_WORD.findall(name)).lower()
    return bool(_SECRET.search(words)) and not _ABOUT.search(words)


def secret_values(variables: Mapping[str, object]) -> Iterator[str]:
    """Values of variables that are named like secrets, at any depth; below such a name everything is one."""
    for text in _below(variables, secret=False):
        if len(text) >= _SHORTEST:
            yield text


def _below(value: object, *, secret: bool) -> Iterator[str]:
    match value:
        case Mapping():
            for key, inner in value.items():
                yield from _below(inner, secret=secret or is_secret(str(key)))
        case list() | tuple():
            for inner in value:
                yield from _below(inner, secret=secret)
        case _ if secret and value is not None and not isinstance(value, bool):
            yield value.text if isinstance(value, Number) else str(value)
        case _:
            pass


def masks(secrets: Iterable[str]) -> tuple[str, ...]:
    """Each secret and the forms it may be printed in, the longest first so that none leaves a tail behind.

    Forms: base64, URL-quoted, JSON-escaped, and the lines of a secret of several lines.
    """
    found = {form for secret in secrets if secret for form in _forms(secret)}
    return tuple(sorted(found, key=lambda form: (-len(form), form)))


def _forms(secret: str) -> Iterator[str]:
    yield secret
    raw = secret.encode(errors="surrogateescape")
    if len(secret) >= _SHORTEST:
        yield base64.b64encode(raw).decode()
        yield base64.urlsafe_b64encode(raw).decode()
    yield from (quote(raw, safe=""), quote(raw), quote_plus(raw))
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    for line in secret.splitlines():
        if len(line.strip()) >= 2 * _SHORTEST and not line.startswith("-----"):
            yield line.strip()


def shown(prompts: Mapping[str, object], hidden: Collection[str] = ()) -> tuple[tuple[str, str], ...]:
    """(input, value) pairs for display; secrets, and the variables in `hidden`, are replaced by ***."""
    return tuple((name, _display(name, value, hidden)) for name, value in prompts.items())


def _display(name: str, value: object, hidden: Collection[str]) -> str:
    if name == "credential_passwords" and isinstance(value, Mapping):
        return " ".join(f"{printable(key)}={HIDDEN}" for key in value)
    if isinstance(value, Mapping):
        few = islice(value.items(), _MOST_SHOWN)
        told = [f"{printable(key)}={_variable(key, inner, hidden)}" for key, inner in few]
        more = [f"and {len(value) - _MOST_SHOWN} more"] if len(value) > _MOST_SHOWN else []
        return " ".join(told + more)
    if isinstance(value, list | tuple):
        return ", ".join(printable(str(item)) for item in value)
    return _clipped(json.dumps(value) if isinstance(value, bool) else str(value))


def _variable(key: str, value: object, hidden: Collection[str]) -> str:
    if key in hidden:
        return HIDDEN
    blotted = _blotted(value, secret=is_secret(key))
    if isinstance(blotted, str) and blotted and not re.search(r"\s", blotted) and not _like_a_value(blotted):
        return _clipped(blotted)
    return _clipped(json.dumps(blotted, ensure_ascii=False, default=str))


def _like_a_value(text: str) -> bool:
    """Whether text without quotes could be taken for a number, a boolean or null."""
    if text.lower() in _WORDS:
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True


def _blotted(value: object, *, secret: bool) -> object:
    match value:
        case Mapping():
            return {
                key: _blotted(inner, secret=secret or is_secret(str(key))) for key, inner in value.items()
            }
        case list() | tuple():
            return [_blotted(inner, secret=secret) for inner in value]
        case bool() | None:
            return value
        case _:
            return HIDDEN if secret else value


def _clipped(text: str) -> str:
    return printable(text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "...")
