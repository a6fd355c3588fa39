"""Jobs: found, read, canceled; their events, hosts and output."""

from __future__ import annotations

import codecs
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import suppress
from typing import Any

from aap_launcher.controller import decode, event_pages, recent_jobs, references, refusals
from aap_launcher.controller.asking import as_object
from aap_launcher.controller.recent_jobs import Family, RecentJob
from aap_launcher.controller.references import COLLECTIONS
from aap_launcher.controller.session import Session
from aap_launcher.controller.transport import Response
from aap_launcher.controller.transport_errors import Fault
from aap_launcher.errors import Forbidden, NotFound, Refused, Unauthorized, Unreachable
from aap_launcher.models import shapes
from aap_launcher.models.events import Event
from aap_launcher.models.findings import HostSummary
from aap_launcher.models.jobs import Job, JobType, Status
from aap_launcher.models.notices import Notice
from aap_launcher.models.platform import Platform

_PREVIOUS_FAILED = re.compile(r"Previous Task Failed: (\{.*\})", re.DOTALL)
_LAST_LINES = 60
_LIST = "the list of recent jobs"
_MOST_PAGES = 1_000
_DETAILS = 100  # jobs whose own page is read where the list tells too little
_ABSENT = frozenset({404})
_SURE = 2.0  # seconds between the two answers that a job was deleted


class Jobs:
    """The runs."""

    def __init__(self, session: Session, platform: Platform) -> None:
        self._session, self._platform = session, platform
        self._page = "limit"  # counts no rows, so it is quicker; refused before AWX 19.3
        self._page_size: int | None = None  # smaller than asked for, once a page took too long

    def read(self, row: Mapping[str, Any]) -> Job:
        """A job from its JSON."""
        return decode.decoded_job(row, self._platform, self._session.address.local)

    def find(self, text: str) -> Job:
        """A job of any type. Raises `InvalidInput`, `NotFound`, `Forbidden`."""
        reference = references.job_reference(text, self._session.address.site)
        if reference.type:
            path = f"{self._platform.api}{COLLECTIONS[reference.type]}/{reference.id}/"
            answer = self._session.get(path, what=f"job {reference.id}", allow=_ABSENT)
            if answer.status != 404:
                found = self._same(self.read(as_object(answer, f"job {reference.id}")), reference.id)
                return self.again(found) if found.status.final else found
        # A sliced template's run has the address of a job, but is a workflow job: any type may answer.
        return self._by_id(reference.id or 0)

    def _by_id(self, number: int) -> Job:
        what = f"job {number}"
        body = self._session.json(
            f"{self._platform.api}unified_jobs/", {"id": number}, what=what, keys={"results"}
        )
        for row in shapes.rows(body, "results"):
            if row.get("id") == number:
                return self.again(self.read(row))
        # Approvals are left out of unified_jobs (awx#7558).
        path = f"{self._platform.api}{COLLECTIONS[JobType.WORKFLOW_APPROVAL]}/{number}/"
        return self.read(self._session.json(path, what=what, like={"id": number}))

    def at(self, location: str) -> Job:
        """The job at a path that the controller gave."""
        return self.read(self._session.json(self._session.address.local(location), what=location[:200]))

    def _same(self, job: Job, number: int | None) -> Job:
        if job.id != number:
            raise Unreachable(f"job {number}: the answer is another's, {job.label}.")
        return job

    def again(self, job: Job, *, once: bool = False) -> Job:
        """The job's fresh detail. Raises `NotFound` if it was deleted meanwhile: the controller says so twice."""
        try:
            found = self._again(job, once=once)
        except NotFound:
            self._session.clock.sleep(_SURE)
            found = self._again(job, once=once)
        before = job
        if found.status is Status.SUCCESSFUL and not (once or job.status.final):
            before = found  # a green end is read twice, but one that is known stays known
            with suppress(Refused, Unreachable):
                found = self._again(job, once=True)
        if before.status.final and found.status is not before.status:
            told = f"the controller said that {job.label} is {before.status}, and then {found.status}"
            self._session.tell(Notice(f"{told}: the later word counts", warning=True))
        return found

    def _again(self, job: Job, *, once: bool) -> Job:
        row = self._detail(job, once=once)
        if _contradicts(row):
            self._session.clock.sleep(_SURE)
            row = self._detail(job, once=once)
        if _contradicts(row):
            raise Unreachable(f"{job.label}: the controller says that it is successful and failed at once.")
        return self.read(row)

    def _detail(self, job: Job, *, once: bool) -> Mapping[str, object]:
        like = {"id": job.id, "type": job.type}
        return self._session.json(job.url, what=job.label, keys={"status"}, like=like, once=once)

    def events(self, job: Job, after: int, limit: int) -> Sequence[Event]:
        """The first events with a counter above `after`, in order, at most `limit`, with whole stdout."""
        if not job.events_url:
            return ()
        size = min(limit, self._page_size or limit, 200)
        query: MutableMapping[str, object] = {
            "order_by": "counter",
            "no_truncate": 1,
            "counter__gt": after,
            self._page: size,
        }
        what = f"the events of {job.label}"
        found: Sequence[Event] | None = None

        def usable(answer: Response) -> bool:
            nonlocal found
            found = event_pages.events(answer.body) if answer.is_json else None
            return found is not None

        try:
            answer = self._session.get(
                job.events_url, query, what=what, allow=frozenset({400}), usable=usable, once=True
            )
        finally:
            if (served := query[self._page]) != size:
                self._page_size = int(str(served))
        if answer.status == 400:
            if self._page != "limit":
                raise refusals.error(answer, what)
            self._page = "page_size"
            return self.events(job, after, limit)
        return found or ()

    def cancel(self, job: Job, timeout: float) -> bool:
        """Ask for the cancel, within `timeout` seconds. True: accepted; False: it had ended.

        Sent twice if need be: a cancel does no harm twice. AWX waits for its dispatcher before it answers, for
        seconds, so the job itself is looked at in between.
        """
        path = job.cancel_url or job.url + "cancel/"
        deadline = self._session.clock.now() + timeout
        answer: Response | None = None
        with suppress(Fault):
            answer = self._urgent_post(path, deadline)
        if answer is None or answer.status >= 500 or self._session.foreign(answer):
            seen = self._seen(job)
            if seen.status.final or (seen.canceled_on and not job.canceled_on):
                return seen.status is Status.CANCELED or not seen.status.final
            try:
                answer = self._urgent_post(path, deadline)
            except Fault as fault:
                raise Unreachable(f"the cancel of {job.label}: {fault}.") from None
        return self._accepted(job, answer)

    def _accepted(self, job: Job, answer: Response) -> bool:
        if self._session.foreign(answer):
            raise Unreachable(f"the cancel of {job.label}: {answer.status} {answer.beginning}.")
        if answer.status in {200, 202, 204}:
            return True
        # On an ended job: 405 for an administrator, 403 for the user who launched it (seen on AWX 24.6.1).
        if answer.status in {403, 405}:
            status = self._seen(job).status
            if status.final or answer.status == 405:
                return status is Status.CANCELED  # perhaps by the first try, whose answer was lost
        raise self._not_canceled(job, answer)

    def _urgent_post(self, path: str, deadline: float) -> Response:
        # Half for connecting, half for reading; a second try that comes late still gets a moment.
        return self._session.urgent(
            "POST", path, timeout=max((deadline - self._session.clock.now()) / 2, 0.5)
        )

    def _seen(self, job: Job) -> Job:
        """The job now, or as it was last known."""
        with suppress(Fault, Unreachable):
            answer = self._session.urgent("GET", job.url, timeout=1.0)
            body = refusals.json_body(answer)
            if answer.status == 200 and isinstance(body, dict) and body.get("id") == job.id:
                return self.read(body)
        return job

    def _not_canceled(self, job: Job, answer: Response) -> Refused | Unreachable:
        if answer.status >= 500:
            return Unreachable(f"the cancel of {job.label}: {answer.status} {answer.beginning}.")
        if answer.status == 403:
            return Forbidden(
                f"{job.label} was not canceled: only its launcher or an administrator of its template may."
            )
        if answer.status == 401:
            return Unauthorized(f"{job.label} was not canceled: the credential is not accepted any more.")
        return refusals.error(answer, f"the cancel of {job.label}")

    def host_summaries(self, job: Job) -> Sequence[HostSummary]:
        """The numbers of each host; empty where the job wrote no statistics or its type has none."""
        if job.type != JobType.JOB:
            return ()
        rows: list[HostSummary] = []
        for page in range(1, 1001):
            query = {"page": page, "page_size": 200, "order_by": "id"}
            body = self._session.json(
                job.url + "job_host_summaries/", query, what=f"the hosts of {job.label}"
            )
            rows += map(decode.host_summary, shapes.rows(body, "results"))
            if not body.get("next"):
                break
        return rows

    def output(self, job: Job, format_: str) -> Iterator[str]:
        """The whole standard output, `ansi` or `txt`, in pieces as they arrive. None for types without one.

        Only the download formats have no limit: others answer 200 and a sentence above 1 MiB.
        """
        if job.type in {JobType.WORKFLOW_JOB, JobType.WORKFLOW_APPROVAL}:
            return
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        query = {"format": f"{format_}_download"}
        for chunk in self._session.stream(job.url + "stdout/", query, what=f"the output of {job.label}"):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)

    def failed_update(self, job: Job) -> tuple[Job, Sequence[str]] | None:
        """The update that failed before the job began, and the last lines of its own output.

        The explanation holds JSON: Previous Task Failed: {"job_type": "project_update", "job_id": "57", ...}.
        """
        found = _PREVIOUS_FAILED.search(job.explanation)
        if not found:
            return None
        try:
            previous = json.loads(found[1])
            path = f"{self._platform.api}{COLLECTIONS[previous['job_type']]}/{int(previous['job_id'])}/"
            update = self.read(self._session.json(path, what="the update that failed"))
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError, Refused):
            return None
        try:
            lines = "".join(self.output(update, "txt")).splitlines()
        except (Refused, Unreachable):
            return update, ()
        return update, tuple(deque((line for line in lines if line.strip()), maxlen=_LAST_LINES))

    def newest(self, family: Family) -> int:
        """The id of the family's newest job, 0 where it has none."""
        query = {**family.query, "order_by": "-id", "page_size": 1}
        body = self._session.json(f"{self._platform.api}unified_jobs/", query, what=_LIST, keys={"results"})
        numbers = [row["id"] for row in shapes.rows(body, "results") if isinstance(row.get("id"), int)]
        return max(numbers, default=0)

    def recent(self, family: Family, newer_than: int) -> Sequence[RecentJob]:
        """Every job of the family with a higher id. Raises `Unreachable` where the list does not tell all.

        By id and not by time: the clock of a gateway or proxy (Date) need not be the controller's.
        """
        rows = [row for row in self._listed(family, newer_than) if family.includes(row)]
        return [self._recent(row, known=number < _DETAILS) for number, row in enumerate(rows)]

    def _recent(self, row: Mapping[str, Any], *, known: bool) -> RecentJob:
        found = recent_jobs.read_job(row, self.read(row))
        if (
            found.extra_vars is None or not found.launch_type
        ) and known:  # a list may tell less than the job's page
            job = found.job
            detail = self._session.json(job.url, what=job.label, like={"id": job.id, "type": job.type})
            found = recent_jobs.read_job({**row, **detail}, job)
        return found

    def _listed(self, family: Family, newer_than: int) -> Sequence[Mapping[str, Any]]:
        """The rows of every page, each once, the oldest first: what is new comes last and moves nothing."""
        found: dict[int, Mapping[str, Any]] = {}
        body: Mapping[str, object] = {}
        for page in range(1, _MOST_PAGES + 1):
            query = {**family.query, "id__gt": newer_than, "order_by": "id", "page_size": 200, "page": page}
            body = self._session.json(
                f"{self._platform.api}unified_jobs/", query, what=_LIST, keys={"results"}
            )
            for row in shapes.rows(body, "results"):
                if not isinstance(row.get("id"), int):
                    raise Unreachable(f"{_LIST}: a row has no id.")
                found[row["id"]] = row
            if not body.get("next"):
                break
        count = body.get("count")
        if isinstance(count, int) and len(found) < count:
            raise Unreachable(f"{_LIST}: {len(found)} came of {count}.")
        return [row for number, row in sorted(found.items()) if number > newer_than]


def _contradicts(row: Mapping[str, object]) -> bool:
    """`failed` follows from the status (AWX unified_jobs.py, `save`): beside `successful` it is no end."""
    return row.get("status") == Status.SUCCESSFUL and row.get("failed") is True
