"""The near miss of a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable

from aap_launcher.text.quoting import joined, one_of


def near(name: str, known: Iterable[str]) -> str:
    """`Did you mean "limit"?`, or the names that there are."""
    import difflib  # noqa: PLC0415 - for a mistake alone

    names = list(dict.fromkeys(known))
    lower = {one.lower(): one for one in names}
    found = difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.6)
    quotes = [f'"{lower[one]}"' for one in found]
    if found:
        return f"Did you mean {one_of(quotes)}?"
    return f"There are: {joined(sorted(names), 40)}." if names else "There are none."
