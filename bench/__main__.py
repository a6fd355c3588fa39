"""`python -m bench [--quick] [PART ...]`: measure, show; without --quick what was found goes to docs/performance.md.

A part that is named alone is measured anew, and the page keeps what the last run found of the others.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from bench import page
from bench.results import Found
from bench.workloads import burst, crowd, listing, live, masks, shapes, startup

# A part by its name: quick or not -> what it found.
PARTS: dict[str, Callable[[bool], Found]] = {
    "startup": lambda quick: startup.measure(2 if quick else 12),
    "live": lambda quick: live.measure(1 if quick else 3, quick=quick),
    "burst": lambda quick: burst.measure(1 if quick else 5, quick=quick),
    "crowd": lambda quick: crowd.measure(quick=quick),
    "shapes": lambda _quick: shapes.measure(),
    "listing": lambda quick: listing.measure(1 if quick else 5),
    "masks": lambda _quick: masks.measure(),
}
_QUICK = ("startup", "live", "burst", "masks")


def main() -> None:
    """Measure the parts named, or all."""
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute, for a look: nothing is written")
    parser.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)}")
    given = parser.parse_args()
    if unknown := [name for name in given.part if name not in PARTS]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(PARTS)}")
    found: dict[str, Found] = {}
    for name in given.part or (_QUICK if given.quick else PARTS):
        began = time.monotonic()
        found[name] = PARTS[name](given.quick)
        print(f"{name}: measured in {time.monotonic() - began:.0f} s", flush=True)
    page.show(list(found.values()))
    if not given.quick:
        page.write(found, list(PARTS))


if __name__ == "__main__":
    main()
