r"""Host names as they may be pasted as a `limit`: each means this one host and no other.

A limit is a pattern (ansible-core, lib/ansible/inventory/manager.py): `*`, `[1:3]`, `~`, `!`, `&`, `@`, commas,
colons and blanks act in it, so a host that is called `web*` would stand for all of them. Such a name is written as a
regular expression that matches it alone: `~web\x2a\Z`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv6Address

# What no pattern can tell from a group that every inventory has.
_EVERYBODY = frozenset({"all", "ungrouped"})
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
NOBODY = "~(?!)"  # no name matches: where an empty limit would mean everybody


def as_limit(names: Iterable[str]) -> str:
    """The hosts as a limit; "" only where there are none."""
    given = [name for name in names if name]
    return ",".join(map(_exactly, addressable(given))) or (NOBODY if given else "")


def addressable(names: Iterable[str]) -> list[str]:
    """The names that a limit can tell from everybody."""
    return [name for name in names if name not in _EVERYBODY]


def is_plain(name: str) -> bool:
    """Whether a limit reads the name as it stands."""
    return (bool(_PLAIN.fullmatch(name)) and name not in _EVERYBODY) or _is_ipv6(name)


def _exactly(name: str) -> str:
    if is_plain(name):
        return name
    return "~" + "".join(one if one.isascii() and one.isalnum() else _escape(one) for one in name) + r"\Z"


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_ipv6(name: str) -> bool:
    try:
        return ":" in name and bool(IPv6Address(name)) and "%" not in name
    except ValueError:
        return False
