"""What must not be seen: names that mean secrets, the forms a secret may show up in, values for display."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from urllib.parse import quote, quote_plus

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
_PERCENT = re.compile(r"%[0-9A-F]{2}")
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # importing html takes a millisecond
# What writers of JSON escape although they need not: Go; Ruby and PHP; .NET.
_CAUTIOUS = tuple(map(re.compile, (r"[<>&]", r"[<>&']", r"[<>&'`+]|\\\"")))
_HEX = re.compile(r"\\u[0-9a-f]{4}")
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
            yield from _written(value)
        case _:
            pass


def _written(value: object) -> Iterator[str]:
    """A value in every way in which it is written on its way: a number as typed and as JSON sends it."""
    yield str(value)
    if isinstance(value, float):
        yield _typed(value)
    if isinstance(value, int | float) and math.isfinite(value):
        yield json.dumps(value)
        if value == int(value):
            yield str(int(value))


def _typed(value: float) -> str:
    """How a number was typed, where it remembers (`models.Number`); "" elsewhere."""
    return str(getattr(value, "text", ""))


def masks(secrets: Iterable[str]) -> tuple[str, ...]:
    """Each secret and the forms it may be printed in, the longest first so that none leaves a tail behind."""
    found = {form for secret in secrets if secret for form in _forms(secret) if form}
    return tuple(sorted(found, key=lambda form: (-len(form), form)))


def secret_lines(secret: str) -> list[str]:
    """The lines of a secret of several lines that are secret themselves: not a brace, nor the frame of a key."""
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) == 1 and lines[0] == secret:
        return []
    return [line for line in lines if len(line) >= _SHORTEST and not line.startswith("-----")]


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode(errors="surrogatepass")
    for text in (secret, secret.strip(), *secret_lines(secret)):
        yield text
        yield " ".join(text.split())  # as a title or a message on one line shows it
        yield printable(text)
        yield from _in_json(text)
        yield from _in_xml(text)
        yield from (
            repr(text)[1:-1],
            repr(text.encode(errors="surrogatepass"))[2:-1],
            text.replace("'", "''"),
            text.replace("'", "'\\''"),
        )  # Python, YAML, shells
    if len(secret) >= _SHORTEST:
        yield from _in_base64(raw)
        yield from (raw.hex(), raw.hex().upper())
    for quoted in _in_urls(raw):
        yield quoted
        yield _PERCENT.sub(lambda found: found[0].lower(), quoted)


def _in_xml(text: str) -> Iterator[str]:
    """In XML and HTML, as text and as an attribute's value: quotation marks by name, by number, or as they are."""
    inner = text.translate(_MARKUP)
    double = inner.replace('"', "&quot;")
    yield from (inner, double, double.replace("'", "&apos;"), double.replace("'", "&#x27;"))
    yield inner.replace('"', "&#34;").replace("'", "&#39;")
    yield double.replace("'", "&#39;")


def _in_urls(raw: bytes) -> Iterator[str]:
    """As Python, JavaScript and Java quote it for a URL or a form."""
    yield from (quote(raw, safe=""), quote(raw), quote_plus(raw))
    yield quote(raw, safe="!'()*")
    yield quote_plus(raw, safe="*").replace("~", "%7E")


def _in_json(text: str) -> Iterator[str]:
    """Inside of a JSON text, however cautious its writer was; and inside of one that stands in another."""
    for inner in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        for one in (inner, *(unneeded.sub(_escaped, inner) for unneeded in _CAUTIOUS)):
            for written in (one, _HEX.sub(lambda found: found[0][:2] + found[0][2:].upper(), one)):
                yield written
                yield written.replace("/", "\\/")
        yield json.dumps(inner)[1:-1]


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0][-1]):04x}"


def _in_base64(raw: bytes) -> Iterator[str]:
    """Alone, with the newline of `echo`, padded or not; and inside of a longer text, at each of three places."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for whole in (raw, raw + b"\n"):
            yield encode(whole).decode()
            yield encode(whole).decode().rstrip("=")
        if len(raw) >= 2 * _SHORTEST:
            for before in range(3):
                inside = encode(bytes(before) + raw).decode()
                # A character that other bytes have a part in is left out.
                yield inside[(0, 2, 3)[before] : len(inside) - (0, 3, 2)[(before + len(raw)) % 3]]


def for_display(prompts: Mapping[str, object], hidden: Collection[str] = ()) -> tuple[tuple[str, str], ...]:
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
