"""Polls as the Jenkins plugin for Ansible Tower does: the job and its events every three seconds, by row id.

A re-implementation of its requests with nothing of its own to compute; it ends with the job's status.
python -m bench.peers.poller URL TEMPLATE
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import requests

INTERVAL = float(os.environ.get("INTERVAL", "3"))


def main() -> int:
    """Launch, poll, print."""
    site, template = sys.argv[1:]
    with requests.Session() as http:
        http.headers["Authorization"] = f"Bearer {os.environ['AAP_TOKEN']}"
        http.get(f"{site}/api/v2/job_templates/{template}/", timeout=60).raise_for_status()
        launched = http.post(f"{site}/api/v2/job_templates/{template}/launch/", json={}, timeout=60).json()
        newest, status = 0, "pending"
        while status in {"new", "pending", "waiting", "running"}:
            time.sleep(INTERVAL)
            status = http.get(f"{site}{launched['url']}", timeout=60).json()["status"]
            newest = _print_new(http, site, launched["url"], newest)
    return status != "successful"


def _print_new(http: requests.Session, site: str, url: str, newest: int) -> int:
    path = f"{url}job_events/?id__gt={newest}"
    while path:
        page: dict[str, Any] = http.get(f"{site}{path}", timeout=60).json()
        for event in page["results"]:
            newest = max(newest, event["id"])
            if event["stdout"]:
                print(event["stdout"], flush=True)
        path = page["next"] or ""
    return newest


if __name__ == "__main__":
    sys.exit(main())
