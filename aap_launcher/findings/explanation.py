"""The findings in a few plain sentences, the same in the log's verdict, the outputs and the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from aap_launcher.models import FailedTask, Failure, Findings, Reason
from aap_launcher.text.words import count, listed, one_line

_TASKS = 3


def explanation(findings: Findings) -> str:
    """Why a run did not succeed, the root cause first; "" where nothing has to be explained."""
    tasks = findings.errors
    lines = [*reason_lines(findings.reasons)]
    lines += [f"{headline(task)}: {said(task.first, 300)}" for task in tasks[:_TASKS]]
    lines += [f"and {count(len(tasks) - _TASKS, 'more failed task')}"] if len(tasks) > _TASKS else []
    return "\n".join(lines)


def reason_lines(reasons: Iterable[Reason], *, quoted: bool = True) -> Iterator[str]:
    """The reasons beside the failed tasks; what is quoted in them is indented."""
    for reason in reasons:
        yield reason.text
        yield from (f"  {line}" for line in (reason.quoted if quoted else ()))


def headline(task: FailedTask) -> str:
    """`TASK [web : Restart service] failed on web2`."""
    hosts = listed(task.hosts, 5)
    if task.first.kind == "unreachable":
        return f"{hosts} unreachable for {task.first.where}"
    return f"{task.first.where} failed on {hosts}"


def said(failure: Failure, most: int = 500) -> str:
    """Its reason in one line of at most so many characters, and what is not certain of it."""
    return one_line(failure.said, most) + (f" ({failure.doubt})" if failure.doubt else "")


def no_host(plays: Sequence[str], limit: str = "") -> str:
    """That plays matched no host, and which; "" where none did."""
    if not plays:
        return ""
    names = listed([f'"{name}"' for name in plays], 5)
    what = f"play {names}" if len(plays) == 1 else f"plays {names}"
    within = f' (limit "{one_line(limit)}")' if limit else ""
    rest = "nothing was done in it" if len(plays) == 1 else "nothing was done in them"
    return f"no host matched {what}{within}: {rest}, and the controller calls that successful"
