"""`make trials`: every seed of every kind, and what came of them, kept in results.json for docs/reliability.md."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.trials import launches, pages, signals
from tests.trials.trial import Trial

RESULTS = Path(__file__).with_name("results.json")
KINDS: dict[str, tuple[Trial, int]] = {
    "Launches whose answer, job or list is lost, late, foreign or doubted": (launches.trial, 1000),
    "Pages, proxies, broken answers and silence in the place of any answer": (pages.trial, 500),
    "Signals in every phase, the first 300 ms and stalled readers included": (signals.trial, 500),
}
WRONGS = ("doubled", "foreign", "orphaned", "hung", "exit", "lost")


def main() -> None:
    """Run them all, print and write what came of them."""
    results = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, (trial, count) in KINDS.items():
            began = time.monotonic()
            found = dict(enumerate(pool.map(trial, range(count), chunksize=10)))
            told = Counter(wrong.partition(" ")[0] for wrongs in found.values() for wrong in wrongs)
            results[name] = {"trials": count, **{wrong: told[wrong] for wrong in WRONGS}}
            print(f"{name}: {results[name]} in {time.monotonic() - began:.0f} s")  # noqa: T201
            for seed, wrongs in found.items():
                if wrongs:
                    print(f"  seed {seed}: {', '.join(wrongs)}")  # noqa: T201
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    sys.exit(any(result[wrong] for result in results.values() for wrong in WRONGS))


if __name__ == "__main__":
    main()
