"""`host_filter`: look-ups joined by `and`, `or` and parentheses: `name=web1 or (groups__name=db and enabled=true)`."""

import re
from collections.abc import Callable, Iterator

Terms = Callable[[Callable[[str, str], bool]], bool]
_TOKEN = re.compile(r"""\s*(\(|\)|\band\b|\bor\b|[\w]+=(?:"[^"]*"|[^\s()]+))""")


class Unreadable(ValueError):
    pass


def parse(text: str) -> Terms:
    """A function that says whether the whole holds, given one that says it of a look-up and its value."""
    tokens = list(_tokens(text))
    terms = _either(tokens)
    if tokens:
        raise Unreadable(text)
    return terms


def lookups(text: str) -> list[tuple[str, str]]:
    found = (token.partition("=") for token in _tokens(text) if "=" in token)
    return [(name, value.strip('"')) for name, _, value in found]


def _tokens(text: str) -> Iterator[str]:
    place = 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise Unreadable(text)
        yield match[1]
        place = match.end()


def _either(tokens: list[str]) -> Terms:
    parts = [_all(tokens)]
    while tokens and tokens[0] == "or":
        tokens.pop(0)
        parts.append(_all(tokens))
    return lambda holds: any(part(holds) for part in parts)


def _all(tokens: list[str]) -> Terms:
    parts = [_one(tokens)]
    while tokens and tokens[0] == "and":
        tokens.pop(0)
        parts.append(_one(tokens))
    return lambda holds: all(part(holds) for part in parts)


def _one(tokens: list[str]) -> Terms:
    if not tokens:
        raise Unreadable
    token = tokens.pop(0)
    if token == "(":
        inner = _either(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise Unreadable
        return inner
    if "=" not in token:
        raise Unreadable
    name, _, value = token.partition("=")
    return lambda holds: holds(name, value.strip('"'))
