"""The least that any client of Python and requests must do: the same pages of events, downloaded and thrown away.

python -m bench.peers.floor URL EVENTS: URL is that of the job's events.
"""

from __future__ import annotations

import os
import sys

import requests

PAGE = 200


def main() -> None:
    """Read page after page over one connection."""
    url, events = sys.argv[1], int(sys.argv[2])
    with requests.Session() as http:
        http.headers["Authorization"] = f"Bearer {os.environ['AAP_TOKEN']}"
        for after in range(0, events, PAGE):
            query: dict[str, str | int] = {
                "order_by": "counter", "no_truncate": 1, "counter__gt": after, "limit": PAGE,
            }  # fmt: skip
            http.get(url, params=query, timeout=60).raise_for_status()


if __name__ == "__main__":
    main()
