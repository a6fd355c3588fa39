"""The keys of a JSON object: one that is written twice is told, where Python keeps the last without a word."""

from __future__ import annotations

from aap_launcher.text.quoting import quoted


class Twice(ValueError):
    """A key stands twice in one object."""


def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object of these pairs, for `json.loads(..., object_pairs_hook=unique)`. Raises `Twice`."""
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise Twice(f"the key {quoted(name)} stands twice in one object: keep one of them")
        found[name] = value
    return found
