"""The least that a script must do for a list: its pages, downloaded one after the other and thrown away.

python -m bench.peers.listed URL: URL is the list's.
"""

from __future__ import annotations

import os
import sys

import requests

PAGE = 200


def main() -> None:
    """Read page after page over one connection."""
    with requests.Session() as http:
        http.headers["Authorization"] = f"Bearer {os.environ['AAP_TOKEN']}"
        after, more = 0, True
        while more:
            query: dict[str, str | int] = {"order_by": "id", "id__gt": after, "page_size": PAGE}
            answer = http.get(sys.argv[1], params=query, timeout=60)
            answer.raise_for_status()
            page = answer.json()
            after, more = page["results"][-1]["id"], page["next"] is not None


if __name__ == "__main__":
    main()
