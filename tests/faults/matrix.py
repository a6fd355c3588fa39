"""One row of the matrix: a fault, what is done meanwhile, and what must come of it, through the real process."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import sandbox
from sandbox import Sandbox, faults
from sandbox.faults import Front, Rule
from tests.e2e.conftest import Bench, Ended, Launcher, wait_for
from tests.e2e.logs import SGR, expected
from tests.faults.quick import SPEED
from tests.runtimes import KEPT_RUNS

AT_ONCE = 12  # rows under way: they mostly wait
_LIMIT = 100.0  # seconds for one row

# What is asked of the controller, as the rules name it.
LAUNCH = r"/launch/$"
RECENT = r"/unified_jobs/\?"
JOB = r"/jobs/\d+/$"
EVENTS = r"/job_events/"
FOLLOWING = r"/jobs/\d+/"
ANYTHING = r""


def s(seconds: float) -> float:
    """So many of the launcher's seconds, in ours."""
    return seconds / SPEED


@dataclass
class Stage:
    """What a row's `during` can see and do while the launcher runs."""

    box: Sandbox
    front: Front
    launcher: Launcher
    process: subprocess.Popen[bytes] | None = None
    ended_at: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def bench(self) -> Bench:
        return Bench(self.box)

    @property
    def running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process

    def asked(self, path: str, method: str = "GET", times: int = 1) -> None:
        """Wait until the launcher has asked this often."""

        def enough() -> bool:
            found = [
                one for one in self.front.requests if one.method == method and re.search(path, one.target)
            ]
            return len(found) >= times or self.running.poll() is not None

        wait_for(enough, 60, f"{method} {path}")

    def job(self) -> int:
        """Wait for the job; its id."""
        wait_for(lambda: self.front.launched or self.running.poll() is not None, 60, "the launch")
        assert self.front.launched, self.launcher.end(self.running).log
        return self.front.launched[0]

    def follows(self) -> int:
        """Wait until the running job is followed; its id."""
        job = self.job()
        self.asked(EVENTS)
        return job

    def signal(self, signum: int = signal.SIGINT) -> None:
        self.running.send_signal(signum)


Rules = Callable[[Stage], Iterable[Rule]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault, and what it must come to. Durations in `rules` are the controller's; `s()` makes the launcher's."""

    fault: str
    says: str  # a regular expression; the line in which it is found is what the user read
    rules: Sequence[Rule] | Rules = ()
    exit: int = 0
    jobs: int = 1
    lost: int | None = 0  # lines of the job that the log lacks; None: the log ended before the job
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)  # of the environment
    arguments: Sequence[str] | Callable[[Stage], Sequence[str]] = ()  # another command than `launch`
    during: Callable[[Stage], None] | None = None
    around: Callable[[Stage], AbstractContextManager[Mapping[str, str]]] | None = (
        None  # yields more variables
    )
    after: Callable[[Stage, Ended], None] | None = None
    front: Mapping[str, Any] = field(default_factory=dict)
    real_time: bool = False
    in_order: bool = True
    layout: str = "gateway26"
    others: str = ""  # what other launchers do

    @property
    def name(self) -> str:
        return re.sub(r"[^\w]+", "-", self.fault).strip("-")


@dataclass(frozen=True)
class Result:
    """A line of the table."""

    row: Row
    survived: str
    lost: str
    jobs: str
    exit: str
    read: str


_SURVIVED = {
    0: "yes",
    1: "yes",
    2: "nothing sent",
    3: "refused, told",
    4: "no, told",
    5: "timed out, told",
    6: "unknown, told",
}


class Boxes:
    """Sandboxes that rows share, one for each layout."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._boxes: dict[str, Future[Sandbox]] = {}
        self._pool = ThreadPoolExecutor(2)

    def get(self, layout: str) -> Sandbox:
        if layout not in self._boxes:
            self._boxes[layout] = self._pool.submit(self._start, layout)
        return self._boxes[layout].result()

    def _start(self, layout: str) -> Sandbox:
        """Its recording is made before anybody waits for it."""
        box = self._stack.enter_context(sandbox.start(speed=10, layout=layout, kept_runs=KEPT_RUNS))
        Bench(box).run(41, extra_vars={"events": 1})
        return box

    def close(self) -> None:
        self._stack.close()
        self._pool.shutdown()


class Matrix:
    """Runs the chosen rows beside each other, in their order, and keeps what came of them."""

    def __init__(self, folder: Path, chosen: Sequence[Row]) -> None:
        self._folder = folder
        self._chosen = chosen
        self._boxes = Boxes()
        self._pool = ThreadPoolExecutor(AT_ONCE, "row")
        self._futures: dict[str, Future[Result]] = {}

    def result(self, row: Row) -> Result:
        """What came of a row; while it is waited for, the rows after it are under way."""
        at = self._chosen.index(row)
        for following in self._chosen[at : at + 2 * AT_ONCE]:
            if following.name not in self._futures:
                self._futures[following.name] = self._pool.submit(self._play, following)
        return self._futures[row.name].result()

    @property
    def results(self) -> dict[str, Result]:
        """What came of the rows that held."""
        done = {name: future for name, future in self._futures.items() if future.done()}
        return {name: future.result() for name, future in done.items() if not future.exception()}

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._boxes.close()

    def _play(self, row: Row) -> Result:
        folder = Path(mkdtemp(dir=self._folder))
        with ExitStack() as stack:
            box = self._boxes.get(row.layout)
            stage = Stage(box, None, Launcher(box, folder))  # type: ignore[arg-type]
            rules = row.rules(stage) if callable(row.rules) else row.rules
            stage.front = stack.enter_context(faults.front(box, *rules, **row.front))
            more = stack.enter_context(row.around(stage) if row.around else nullcontext({}))
            stack.callback(_clean_up, stage)
            ended = _run(row, stage, more)
            result = _judged(row, stage, ended)
            if row.after is not None:
                row.after(stage, ended)
            return result


def _clean_up(stage: Stage) -> None:
    if stage.process is not None and stage.process.poll() is None:
        stage.process.kill()
        stage.process.communicate()
    for number in stage.front.launched:
        job = stage.box.state.jobs.get(number)
        if job is not None and job.active:
            stage.box.runs.cancel(job)


def _run(row: Row, stage: Stage, more: Mapping[str, str]) -> Ended:
    inputs = {
        "url": stage.front.url,
        "template": "Replay",
        "extra_vars": json.dumps({"events": 60, "rate": 20}),
        **({} if row.real_time else {"request_timeout": "250s"}),  # our own machine may be slow
        **row.inputs,
    }
    environment = {**stage.launcher.environment(**inputs), **row.variables, **more}
    program = ("entrypoint.py",) if row.real_time else ("-m", "tests.faults.quick")
    arguments = row.arguments(stage) if callable(row.arguments) else row.arguments
    stage.process = stage.launcher.start(environment, *arguments, program=program)
    if row.during is not None:
        row.during(stage)
    ended = stage.launcher.end(stage.process, _LIMIT)
    stage.ended_at = time.monotonic()
    return ended


def _judged(row: Row, stage: Stage, ended: Ended) -> Result:
    told = f"\n--- {row.fault}: exit {ended.code}, jobs {stage.front.launched}\n{ended.log}\n{ended.stderr}"
    assert ended.code == row.exit, told
    assert not stage.front.unused, f"the fault did not happen{told}"
    assert "Traceback (most recent call last)" not in ended.log + ended.stderr, told
    made = [
        number
        for number in stage.front.launched
        if any(one == number for one in stage.box.state.jobs) or row.exit
    ]
    assert len(made) == row.jobs, told
    _check_outputs(row, stage, ended, told)
    lost = _lost(row, stage, ended, told)
    assert lost == row.lost, told
    line = next((line for line in _lines(ended) if re.search(row.says, line)), None)
    assert line is not None, f"nothing says {row.says!r}{told}"
    return Result(
        row,
        survived="stopped" if ended.code > 128 else _SURVIVED[ended.code],
        lost="-" if lost is None else str(lost),
        jobs=str(len(made)),
        exit=str(ended.code),
        read=_plain(line, stage),
    )


def _check_outputs(row: Row, stage: Stage, ended: Ended, told: str) -> None:
    for name, value in row.outputs.items():
        assert re.fullmatch(value, ended.outputs[name]), f"{name} is {ended.outputs[name]!r}{told}"
    if ended.code in (0, 1) and not row.arguments:
        job = stage.box.state.jobs[int(ended.job)]
        assert ended.outputs["status"] == job.status, told
        assert (ended.code == 0) == (job.status == "successful"), told
        assert int(ended.job) in stage.front.launched or "job" in row.inputs, told
    if row.lost == 0 and "events" not in row.outputs:
        assert ended.outputs["events"] == "complete", told
    assert stage.box.token not in ended.without_masks + ended.stderr + ended.summary, told


def _lost(row: Row, stage: Stage, ended: Ended, told: str) -> int | None:
    """Lines of the job that the log lacks; none may stand there twice or out of order."""
    if row.lost is None:
        return None
    stdout = stage.bench.api("GET", f"jobs/{ended.job}/stdout/?format=ansi_download").decode()
    wanted = [line for line in expected(stdout, "github") if line.strip()]
    known = set(wanted)
    shown = [line for line in map(_restored, ended.log.split("\n")) if line in known]
    assert not Counter(shown) - Counter(wanted), f"shown twice: {Counter(shown) - Counter(wanted)}{told}"
    missing = Counter(wanted) - Counter(shown)
    if row.in_order and not missing:
        assert shown == wanted, told
    return missing.total()


def _restored(line: str) -> str:
    """GitHub: a blank was put where a command would have begun."""
    return re.sub(r"^(\s*:) (?=:)", r"\1", re.sub(r"## (?=\[)", "##", line))


def _lines(ended: Ended) -> list[str]:
    """What the runner's log shows: an annotation's message, and no other command."""
    log: list[str] = []
    for line in ended.without_masks.split("\n"):
        command, _, message = line.removeprefix("::").partition("::")
        if not line.startswith("::"):
            log.append(line)
        elif command.partition(" ")[0] in ("error", "warning", "notice"):
            log += message.replace("%0A", "\n").replace("%25", "%").split("\n")
    return [SGR.sub("", line) for line in [*log, *ended.stderr.split("\n")]]


def _plain(line: str, stage: Stage) -> str:
    """The line as it would be anywhere: no port, no number, no second of this run."""
    text = " ".join(line.split())
    mine = [str(number) for number in stage.front.launched[:1]]
    text = re.sub(_A_JOB, lambda found: found[1] + ("423" if found[2] in mine else "424"), text)
    for pattern, instead in _EVERYWHERE:
        text = re.sub(pattern, instead, text)
    return text


_A_JOB = r"(\bjob |follow |cancel |playbook/|workflow/)(\d+)\b"
_EVERYWHERE = (
    (r" while TASK \[.*\] was running", ""),
    (r"(https?)://127\.0\.0\.1:\d+", r"\1://aap.example.com"),
    (r"(127\.0\.0\.1|localhost):\d+", "aap.example.com"),
    (r"\b\d+ min( \d+ s)?\b|\b\d+(\.\d+)? s\b", "N s"),
    (r" \(tried \d+ times in N s\)", ""),
    (r"/\S+/(?=aap\b)", ""),
)
