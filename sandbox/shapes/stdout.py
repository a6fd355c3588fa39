"""The whole output of a job, put together from its stored events."""

import html as html_module
import re

from sandbox.models import Job

MAX_BYTES = 1_048_576
# As the controller does it: an escape sequence ends at the next "m", whatever kind it is.
_ESCAPES = re.compile(r"\x1b[^m]*m")


class TooLarge(Exception):
    def __init__(self, size: int) -> None:
        super().__init__(
            f"Standard Output too large to display ({size} bytes), "
            f"only download supported for sizes over {MAX_BYTES} bytes."
        )


def whole(job: Job) -> str:
    """With colours. While the job runs, rows that are not stored yet are missing from it."""
    rows = sorted(job.log.visible(), key=lambda row: row.fields["start_line"])
    texts = [row.fields["stdout"] for row in rows if row.fields["stdout"]]
    return "".join(f"{text}\n" for text in texts).replace("\r\n", "\n")


def displayed(job: Job) -> str:
    size = sum(len(row.fields["stdout"]) for row in job.log.visible())
    if size > MAX_BYTES:
        raise TooLarge(size)
    return whole(job)


def plain(text: str) -> str:
    return _ESCAPES.sub("", text)


def as_html(text: str) -> str:
    return f"<!doctype html>\n<html><body><pre>{html_module.escape(plain(text))}</pre></body></html>\n"
