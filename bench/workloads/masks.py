"""What hiding secrets and defusing cost, a line: in this process, since nothing else would be measured with them."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable, Sequence

from aap_launcher.ci.github import GitHub
from aap_launcher.ci.masks import Masks
from aap_launcher.ci.outlet import Outlet
from aap_launcher.ci.sink import Sink
from aap_launcher.models.marks import Line
from bench.results import Figure, Found, Section, shown

_LINES = 5_000
_OPEN = 600_000
_HEAD = ("text", "masked values", "µs a line", "s")


def measure() -> Found:
    """The figures of masks."""
    chance = random.Random(14)
    plain = [
        f"ok: [web{at}.example.com] => the component was built, signed and checked {at}"
        for at in range(_LINES)
    ]
    cut = [f"Get:{at} http://deb.example.com trixie/main amd64 package-{at} ..." for at in range(_LINES)]
    secrets = [chance.randbytes(12).hex() for _ in range(100)]
    key = "\n".join(
        ["-----BEGIN KEY-----", *(chance.randbytes(24).hex() for _ in range(500)), "-----END KEY-----"]
    )
    cases: list[tuple[str, Sequence[str], list[str], float]] = [
        ("ordinary lines", plain, [], 3),
        ("ordinary lines", plain, secrets[:10], 3),
        ("ordinary lines", plain, secrets, 3),
        ('lines that end in "..." (apt)', cut, [key], 6),
    ]
    rows, figures = [], []
    for name, lines, values, target in cases:
        masks = Masks()
        count = len(masks.add(values))
        took = _seconds(lambda: [masks.hide(line) for line in lines])  # noqa: B023 - called at once
        rows.append((name, str(count), shown(took / len(lines) * 1e6), shown(took)))
        if count >= 100:
            figures.append(
                Figure(f"masks: {name}, {count} values", took / len(lines) * 1e6, target, "-", "µs a line")
            )
    took = _seconds(_open_colour)
    rows.append(
        (f"{_OPEN:,} lines under one open colour, GitHub", "0", shown(took / _OPEN * 1e6), shown(took))
    )
    figures.append(Figure("600,000 lines under one open colour", took, 1.5, "-", "s"))
    words = "In microseconds of this machine: only beside each other do they mean something elsewhere."
    return Found(figures, [Section("Masks and colours", words, _HEAD, rows)])


def _open_colour() -> None:
    sink = Sink(io.BytesIO())
    adapter = GitHub(Outlet(sink, sink), {}, colours=True)
    adapter.emit(Line("\x1b[0;33m" + "a line of a long output\n" * (_OPEN - 1)))
    adapter.close()


def _seconds(deed: Callable[[], object]) -> float:
    """The best of three."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        deed()
        times.append(time.perf_counter() - began)
    return min(times)
