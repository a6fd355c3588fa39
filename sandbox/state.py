"""Everything the controller remembers, in memory, behind one lock."""

import secrets
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sandbox.events.eventlog import CallbackWorkers, EventLog
from sandbox.events.plan import Plan
from sandbox.links import Links
from sandbox.models import Job, Template, Token, User, Workflow, WorkflowJob, now
from sandbox.settings import Settings
from sandbox.store.catalog import Catalog
from sandbox.store.store import Store

REQUESTS_KEPT = 10_000
# Kinds of runs for which a plan can be made.
PLANNED = frozenset({"job", "workflow_job"})
AnyJob = TypeVar("AnyJob", bound=Job)


@dataclass(frozen=True, slots=True)
class Served:
    """One request that was answered."""

    method: str
    path: str
    query: str
    status: int
    seconds: float
    at: datetime


@dataclass(slots=True)
class State:
    settings: Settings
    store: Store
    directory: Path
    lock: threading.RLock = field(default_factory=threading.RLock)
    tokens: dict[int, Token] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    changed_settings: dict[str, Any] = field(default_factory=dict)
    platform_applications: dict[int, dict[str, Any]] = field(default_factory=dict)  # the gateway's own
    next_plans: deque[Plan] = field(default_factory=deque)
    served: deque[Served] = field(default_factory=lambda: deque(maxlen=REQUESTS_KEPT))
    served_by_path: Counter[str] = field(default_factory=Counter)
    catalog: Catalog = field(init=False)
    _last_job_id: int = 0
    _last_node_id: int = 0
    _last_token_id: int = 0

    def __post_init__(self) -> None:
        self.catalog = Catalog(self.store)

    @property
    def links(self) -> Links:
        return Links(f"{self.settings.api}/v2")

    def callback_workers(self, job_id: int) -> CallbackWorkers:
        period = self.settings.scaled(self.settings.event_delay)
        return CallbackWorkers(period, seed=self.settings.seed * 1_000_003 + job_id)

    def new_job(self, *, kind: str, **values: Any) -> Job:
        return self.add_job(Job, kind=kind, **values)

    def add_job(self, make: type[AnyJob], *, kind: str, **values: Any) -> AnyJob:
        with self.lock:
            self._last_job_id += 1
            number = self._last_job_id
            plan = self.next_plans.popleft() if kind in PLANNED and self.next_plans else Plan()
            log = EventLog(self.callback_workers(number), plan)
            job = make(id=number, kind=kind, log=log, plan=plan, **values)
            self.jobs[number] = job
            return job

    def new_node_ids(self, count: int) -> int:
        """The first of as many ids of workflow nodes."""
        with self.lock:
            self._last_node_id += count
            return self._last_node_id - count + 1

    def jobs_of(self, template: Template) -> list[Job]:
        with self.lock:
            return [job for job in self.jobs.values() if _is(job.template, template) and job.kind == "job"]

    def workflow_jobs(self, template: Workflow | Template) -> list[WorkflowJob]:
        """The runs of a workflow, or those of a job template in slices."""
        with self.lock:
            runs = [job for job in self.jobs.values() if isinstance(job, WorkflowJob)]
        return [run for run in runs if _is(run.workflow, template) or _is(run.template, template)]

    def delete_job(self, job: Job) -> None:
        with self.lock:
            self.jobs.pop(job.id, None)

    def find_job(self, number: int, kind: str = "job") -> Job | None:
        job = self.jobs.get(number)
        return job if job and job.kind == kind else None

    def new_token(
        self,
        user: User,
        *,
        scope: str = "write",
        description: str = "",
        value: str | None = None,
        lifetime: timedelta = timedelta(days=365_000),
        gateway: bool = False,
    ) -> Token:
        with self.lock:
            self._last_token_id += 1
            token = Token(
                id=self._last_token_id,
                value=value or secrets.token_urlsafe(22)[:30],
                user=user,
                scope=scope,
                description=description,
                expires=now() + lifetime,
                gateway=gateway,
            )
            self.tokens[token.id] = token
            return token

    def token_with(self, value: str) -> Token | None:
        with self.lock:
            found = (t for t in self.tokens.values() if t.value == value and t.expires > now())
            return next(found, None)

    def remember(self, request: Served) -> None:
        with self.lock:
            self.served.append(request)
            self.served_by_path[f"{request.method} {request.path}"] += 1

    @contextmanager
    def changing(self, job: Job) -> Iterator[Job]:
        """Several fields of a job change at once; readers see all of them or none."""
        with self.lock:
            yield job


def _is(one: Workflow | Template | None, other: Workflow | Template) -> bool:
    """Whether they are one template, at whatever time."""
    return one is not None and type(one) is type(other) and one.id == other.id
