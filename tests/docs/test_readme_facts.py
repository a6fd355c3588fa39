"""What README says of other pages' figures and of the project's state is what those say."""

from __future__ import annotations

import re

from tests.runtimes import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_share_of_the_log_that_awx_shows_is_the_one_that_was_measured() -> None:
    told = re.search(r"\| the log at 20 events a second; at 500 \| (\d+) % of it; (\d+) % \|", README)
    assert told is not None
    page = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    shown = []
    for title in ("430 events at 20/s", "20,000 events at 500/s"):
        section = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
        lost = re.search(r"^\| awx --monitor \| ([\d.]+) % lost", section, re.MULTILINE)
        assert lost is not None
        shown.append(round(100 - float(lost[1])))
    assert [int(share) for share in told.groups()] == shown


def test_the_release_status_is_true() -> None:
    released = re.findall(r"^## \[?\d", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert bool(released) != ("There is no release yet" in README)
