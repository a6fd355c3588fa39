"""Recorded event streams of AWX 24.6.1 (tests/render/data, only the fields that are read), and a plain view of marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from aap_launcher.findings.job import Tally
from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.marks import Annotation, GroupEnd, GroupStart, Line, Mark, Progress, Tone
from aap_launcher.models.updates import Finished, JobUpdate, Log, Logged, StatusChanged
from aap_launcher.render.job import Renderer, Style
from aap_launcher.text.words import without_escapes

DATA = Path(__file__).parent / "data"
GOLDEN = Path(__file__).parent / "golden"

JOB = Job(
    423, "job", "Deploy shop", Status.RUNNING, "/api/v2/jobs/423/", events_url="/api/v2/jobs/423/job_events/"
)

# How each recorded job ended: status, elapsed, job_explanation, host_status_counts.
ENDINGS: dict[str, tuple[Status, float, str, dict[str, int] | None]] = {
    "mixed": (Status.FAILED, 24.6, "", {"changed": 4, "dark": 1}),
    "fail": (Status.FAILED, 11.2, "", {"failures": 5}),
    "loop": (Status.SUCCESSFUL, 15.1, "", {"ok": 2}),
    "nolog": (Status.SUCCESSFUL, 12.0, "", {"changed": 5}),
    "inject": (Status.SUCCESSFUL, 5.2, "", {"changed": 1}),
    "role": (Status.SUCCESSFUL, 6.4, "", {"changed": 1}),
    "check": (Status.SUCCESSFUL, 4.4, "", {"changed": 1}),
    "broken_playbook": (Status.FAILED, 1.2, "", None),
    "no_hosts": (Status.SUCCESSFUL, 1.3, "", {}),
    "timeout": (Status.FAILED, 7.3, "Job terminated due to timeout", None),
    "update": (Status.FAILED, 1.4, "", None),
}


def events(name: str) -> list[Event]:
    lines = (DATA / f"{name}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Event) for line in lines]


def ended(name: str, received: int) -> Finished:
    status, elapsed, explanation, counts = ENDINGS[name]
    job = replace(JOB, status=status, elapsed=elapsed, explanation=explanation, host_status_counts=counts)
    return Finished(job, Log(received))


def updates(name: str) -> Iterator[JobUpdate]:
    rows = events(name)
    yield StatusChanged(JOB, 2.0)
    yield from map(Logged, rows)
    yield ended(name, len(rows))


def render(stream: Iterable[JobUpdate], style: Style | None = None) -> list[Mark]:
    tally = Tally()
    renderer = Renderer(tally, style)
    marks: list[Mark] = []
    for update in stream:
        tally.add(update)
        marks += renderer.marks(update)
    return [*marks, *renderer.close()]


def view(marks: Iterable[Mark]) -> str:
    """The marks as a reader of the log sees them; what stands in a group is indented by a bar."""
    out: list[str] = []
    bar = ""
    for mark in marks:
        match mark:
            case GroupStart(title):
                out.append(f"> {title}")
                bar = "| "
            case GroupEnd():
                bar = ""
            case Line(text, Tone.OUTPUT):
                out += [f"{bar}{line}" for line in without_escapes(text).split("\n")]
            case Line(text, tone, label):
                first, *more = text.split("\n")
                out += [f"{bar}{label:<10} {first}   [{tone}]", *(f"{bar}{'':<10} {line}" for line in more)]
            case Annotation(level, title, message):
                out.append(f"@{level} {title} @@ " + message.replace("\n", " // "))
            case Progress(text):
                out.append(f"~ {text}")
    return "\n".join(out) + "\n"
