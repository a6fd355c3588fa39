"""ServiceNow's Table API, as far as the examples need it: find a record by its number, add a work note to it.

A record is read by its number and written by its sys_id. Reads are repeated while the instance is away or asks to
wait (429). A write is repeated only where it was refused unread, by 429 or because the OAuth token had ended (they last
half an hour): a work note that was sent twice stands there twice.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests

_NUMBER = re.compile(r"[A-Z]{2,10}[0-9]{4,15}")
_UNAUTHORIZED, _TOO_MANY = 401, 429
_AGAIN = frozenset({_TOO_MANY, 500, 502, 503, 504})
_TRIES = 4
_LONGEST_WAIT = 60.0  # seconds


class ServiceNowError(Exception):
    """ServiceNow did not do what it was asked; the message says what, to which record, and what to do."""


@dataclass(frozen=True)
class Record:
    """One record: its table, its sys_id, the fields that were asked for, and ServiceNow's time of the answer."""

    table: str
    sys_id: str
    number: str
    fields: Mapping[str, str]
    read_at: datetime


class ServiceNow:
    """An instance. Basic authentication, or OAuth where `client_id` is given (grant type password)."""

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        *,
        client_id: str = "",
        client_secret: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if urlsplit(url).scheme != "https" and urlsplit(url).hostname not in {"127.0.0.1", "localhost"}:
            raise ServiceNowError(f"{url} is not https: the password would be readable on its way.")
        self._url = url.rstrip("/")
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers["Accept"] = "application/json"
        self._form: Mapping[str, str] = {}
        if client_id:
            form = {"client_id": client_id, "client_secret": client_secret, "grant_type": "password"}
            self._form = {**form, "username": username, "password": password}
            self._sign_in()
        else:
            self._session.auth = (username, password)

    def find(self, table: str, number: str, *fields: str) -> Record:
        """The record of this number. Raises `ServiceNowError` where there is none, or more than one.

        A field that refers to another record holds its sys_id; `cmdb_ci.name` is the name of that record.
        """
        if not _NUMBER.fullmatch(number):  # it goes into a query, where ^ and = mean something
            raise ServiceNowError(f"{number!r} is no number of a record (INC0010001, CHG0030001).")
        query = {
            "sysparm_query": f"number={number}",
            "sysparm_fields": ",".join(("sys_id", "number", *fields)),
            "sysparm_exclude_reference_link": "true",
            "sysparm_limit": "2",
        }
        answer = self._get(f"/api/now/table/{table}", query, what=number)
        rows = _result(answer, number)
        found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        if len(found) != 1 or found[0].get("number") != number or not found[0].get("sys_id"):
            many = "several records" if len(found) > 1 else "no record"
            raise ServiceNowError(
                f"ServiceNow has {many} {number} in {table} that this user may read. "
                "Look at the number, and at the user's roles."
            )
        values = {name: str(found[0].get(name) or "") for name in fields}
        return Record(table, str(found[0]["sys_id"]), number, values, _date(answer))

    def add_work_note(self, record: Record, text: str) -> None:
        """Add a work note. Raises `ServiceNowError`; then it may stand there all the same."""
        path = f"/api/now/table/{record.table}/{record.sys_id}"
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._asked("PATCH", path, {"sysparm_fields": "sys_id"}, {"work_notes": text})
            except requests.RequestException as fault:
                raise ServiceNowError(
                    f"the work note of {record.number} may not have been written: {type(fault).__name__}."
                ) from fault
            if answer.status_code != _TOO_MANY or attempt == _TRIES:
                break
            self._sleep(_wait(answer, attempt))
        _result(answer, record.number)

    def _get(self, path: str, query: Mapping[str, str], *, what: str) -> requests.Response:
        for attempt in range(1, _TRIES + 1):
            answer = None
            try:
                answer = self._asked("GET", path, query)
            except requests.RequestException as fault:
                if attempt == _TRIES:
                    told = f"ServiceNow could not be asked for {what}: {type(fault).__name__}."
                    raise ServiceNowError(told) from fault
            if answer is not None and (answer.status_code not in _AGAIN or attempt == _TRIES):
                return answer
            self._sleep(_wait(answer, attempt))
        raise AssertionError  # the last attempt returned or raised

    def _asked(
        self, method: str, path: str, query: Mapping[str, str], body: object = None
    ) -> requests.Response:
        """The answer; with OAuth a 401 is asked again with a new token, once."""
        for last in (not self._form, True):
            answer = self._session.request(
                method, self._url + path, params=query, json=body, timeout=25, allow_redirects=False
            )
            if answer.status_code != _UNAUTHORIZED or last:
                break
            self._sign_in()
        return answer

    def _sign_in(self) -> None:
        """Get an OAuth token and use it from now on."""
        try:
            answer = requests.post(
                f"{self._url}/oauth_token.do", data=self._form, timeout=25, allow_redirects=False
            )
            token = answer.json()["access_token"]
        except (requests.RequestException, ValueError, KeyError, TypeError) as fault:
            raise ServiceNowError(
                "ServiceNow gave no OAuth token: look at the client id, its secret, and the user."
            ) from fault
        self._session.headers["Authorization"] = f"Bearer {token}"


def _wait(answer: requests.Response | None, attempt: int) -> float:
    """Seconds until the next attempt."""
    after = "" if answer is None else answer.headers.get("Retry-After", "")
    return min(float(after) if after.isdecimal() and after.isascii() else 2.0**attempt, _LONGEST_WAIT)


def _result(answer: requests.Response, what: str) -> object:
    """The `result` of an answer. Raises `ServiceNowError` with ServiceNow's own words where there is none."""
    try:
        body = answer.json()
        if answer.ok and "result" in body:
            return body["result"]
        said = body["error"]["message"]
    except (ValueError, KeyError, TypeError):
        said = "the answer is not the Table API's (a hibernating instance, or a login page?)"
    advice = {401: " Look at the user and the password.", 403: " The user lacks a role for this table."}
    raise ServiceNowError(
        f"ServiceNow did not answer for {what}: {answer.status_code}, {said}.{advice.get(answer.status_code, '')}"
    )


def _date(answer: requests.Response) -> datetime:
    """ServiceNow's own time: a change window is a matter of its clock, not of this machine's."""
    try:
        return parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.now(UTC)


def from_environment(environ: Mapping[str, str]) -> ServiceNow:
    """The instance that SERVICENOW_URL, _USERNAME, _PASSWORD (and _CLIENT_ID, _CLIENT_SECRET) name."""
    missing = [name for name in ("URL", "USERNAME", "PASSWORD") if not environ.get(f"SERVICENOW_{name}")]
    if missing:
        raise ServiceNowError(f"set {', '.join(f'SERVICENOW_{name}' for name in missing)}")
    return ServiceNow(
        environ["SERVICENOW_URL"],
        environ["SERVICENOW_USERNAME"],
        environ["SERVICENOW_PASSWORD"],
        client_id=environ.get("SERVICENOW_CLIENT_ID", ""),
        client_secret=environ.get("SERVICENOW_CLIENT_SECRET", ""),
    )
