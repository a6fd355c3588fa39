"""`python -m bench [memory|startup|load ...]`: all of them by default; prints the tables of bench/README.md."""

from __future__ import annotations

import sys

from bench import load, memory, startup

PARTS = {"startup": startup.main, "memory": memory.main, "load": load.main}


def main() -> int:
    """Run the parts named, or all; 1 if a target is missed."""
    chosen = sys.argv[1:] or list(PARTS)
    if unknown := [name for name in chosen if name not in PARTS]:
        sys.exit(f"python -m bench: there is no {', '.join(unknown)}; there are {', '.join(PARTS)}")
    missed = [fault for name in chosen for fault in PARTS[name]()]
    for fault in missed:
        print(f"MISSED  {fault}")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
