"""The image's size, and what a container's start costs next to the least that any Python client must import.

python -m bench.container [ROUNDS]: needs a container engine, or root with dockerd (see tests/container/engine.py).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

from tests.container import engine as engines
from tests.container.engine import Engine

MOST_BYTES = 15_000_000
MOST_RATIO = 1.25
ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Measured:
    """`added` is in bytes, the rest in milliseconds (medians of interleaved runs)."""

    added: int
    version: float
    imports: float
    nothing: float

    @property
    def ratio(self) -> float:
        return self.version / self.imports


def measure(engine: Engine, rounds: int = ROUNDS) -> Measured:
    """One run of each in turn, so that whatever slows the machine slows all of them."""
    image = engine.image()
    commands = {
        "version": (image, "--version"),
        "imports": ("--entrypoint", "python", image, "-c", "import requests, click"),
        "nothing": ("--entrypoint", "true", image),
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(
                ["docker", "run", "--rm", "--network", "host", *command],
                env=engine.environment,
                capture_output=True,
                check=True,
            )
            if turn:  # the first warms the caches
                taken[name].append((time.perf_counter() - started) * 1000)
    added = engine.size(image) - engine.size(engine.base_image())
    return Measured(added, **{name: statistics.median(times) for name, times in taken.items()})


def main() -> int:
    """Print what was measured; 1 where it is more than promised."""
    with engines.start() as engine:
        seen = measure(engine, int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
    print(f"image adds to its base        {seen.added / 1e6:6.1f} MB   (at most {MOST_BYTES / 1e6:.0f})")
    print(f"docker run IMAGE --version    {seen.version:6.0f} ms")
    print(
        f"  import requests, click      {seen.imports:6.0f} ms   ratio {seen.ratio:.2f} (at most {MOST_RATIO})"
    )
    print(f"  true (the engine alone)     {seen.nothing:6.0f} ms")
    return int(seen.added > MOST_BYTES or seen.ratio > MOST_RATIO)


if __name__ == "__main__":
    sys.exit(main())
