"""Names near real ones, as fingers slip."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st


@st.composite
def near(draw: st.DrawFn, known: Sequence[str]) -> str:
    """A real name, most often with a letter lost, doubled, changed or swapped with its neighbour."""
    name = draw(st.sampled_from(known))
    at = draw(st.integers(0, max(len(name) - 2, 0)))
    letter = draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz_"))
    changed = {
        "same": name,
        "lost": name[:at] + name[at + 1 :],
        "doubled": name[: at + 1] + name[at:],
        "changed": name[:at] + letter + name[at + 1 :],
        "swapped": name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :],
        "upper": name.title(),
        "dashed": name.replace("_", "-"),
        "cut": name[: at + 1],
        "blank": f" {name}",
    }
    return changed[draw(st.sampled_from(sorted(changed)))]
