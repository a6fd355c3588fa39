"""Recurrence rules: what the controller refuses of them, and the next moments that they mean."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

_START = re.compile(r"DTSTART(?:;TZID=(?P<zone>[^:;]+))?:(?P<at>\d{8}T\d{6})(?P<utc>Z?)")
_NO_ZONE = "rrule parsing failed validation: A valid TZID must be provided (e.g., America/New_York)"
_STEPS = {"MINUTELY": "minutes", "HOURLY": "hours", "DAILY": "days", "WEEKLY": "weeks"}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FAR = 50_000
_NO_START = "Valid DTSTART required in rrule. Value should start with: DTSTART:YYYYMMDDTHHMMSSZ"
_NO_RULE = "One or more rule required in rrule."


def wrong(text: str | None) -> list[str]:
    """The controller's words, up to three of them; empty when the rule is taken."""
    if text is None:
        return [
            _NO_START,
            _NO_RULE,
            "rrule parsing failed validation: A DTSTART field needs to be in the rrule",
        ]
    words = _wrong_start(text)
    rules = re.findall(r"(?:^|[^X])(RULE:[^\s]*)", text.replace("EXRULE:", "EXCLUDED:"))
    if not rules:
        words.append(_NO_RULE)
    for name in ("EXDATE", "RDATE"):
        if name in text:
            words.append(f"{name} not allowed in rrule.")
    for rule in rules:
        words += _wrong_rule(rule)
    if not _START.search(text) or not words:
        words += _unreadable(text)
    return words


def _wrong_start(text: str) -> list[str]:
    words = []
    found = re.findall(r"DTSTART[^\s]*", text)
    match = _START.search(text)
    if not found:
        words.append(_NO_START)
    elif len(found) > 1:
        words.append("Multiple DTSTART is not supported.")
    elif match and not match["utc"] and not match["zone"]:
        words.append("DTSTART cannot be a naive datetime.  Specify ;TZINFO= or YYYYMMDDTHHMMSSZZ.")
        words.append(_NO_ZONE)
    return words


def _wrong_rule(rule: str) -> list[str]:
    words = []
    if "INTERVAL" not in rule:
        words.append(f"INTERVAL required in rrule: {rule}")
    if "SECONDLY" in rule:
        words.append(f"SECONDLY is not supported: {rule}")
    if re.search(r"BYDAY=[^;]*\d", rule):
        words.append(f"BYDAY with numeric prefix not supported: {rule}")
    if "COUNT=" in rule and "UNTIL=" in rule:
        words.append(f"RRULE may not contain both COUNT and UNTIL: {rule}")
    count = re.search(r"COUNT=(\d+)", rule)
    if count and int(count[1]) > 999:
        words.append(f"COUNT > 999 is unsupported: {rule}")
    return words


def _unreadable(text: str) -> list[str]:
    match = _START.search(text)
    if "DTSTART" not in text.upper():
        if "RULE" in text.upper():
            return [_NO_ZONE]
        return ["rrule parsing failed validation: not enough values to unpack (expected 2, got 1)"]
    if match and match["zone"] and match["zone"] not in available_timezones():
        return [_NO_ZONE]
    day = re.search(r"BYDAY=([^;\s]*)", text)
    if day and any(one not in _DAYS for one in day[1].split(",")):
        return [f"rrule parsing failed validation: invalid 'BYDAY': {day[1]}"]
    if "FREQ=" not in text:
        return [
            "rrule parsing failed validation: rrule.__init__() missing 1 required positional argument: 'freq'"
        ]
    return []


def zone_of(text: str) -> str:
    match = _START.search(text)
    return (match["zone"] if match and match["zone"] else "UTC") or "UTC"


def until_of(text: str) -> str:
    found = re.search(r"UNTIL=(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)", text)
    return f"{found[1]}-{found[2]}-{found[3]}T{found[4]}:{found[5]}:{found[6]}" if found else ""


def occurrences(text: str, after: datetime, limit: int) -> list[datetime]:
    """The first moments of the first rule that are not before a moment, in the rule's own zone."""
    match = _START.search(text)
    if match is None:
        return []
    zone: Any = ZoneInfo(zone_of(text))
    start = datetime.strptime(match["at"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC if match["utc"] else zone)
    rule = re.search(r"RRULE:([^\s]*)", text)
    parts = {
        key: value for key, _, value in (part.partition("=") for part in (rule[1] if rule else "").split(";"))
    }
    count = int(parts.get("COUNT", _FAR))
    until = _until(parts.get("UNTIL", ""))
    found: list[datetime] = []
    for number, moment in enumerate(_moments(start, parts)):
        if number >= count or (until and moment > until) or len(found) >= limit:
            break
        if moment >= after and _exists(moment):
            found.append(moment)
    return found


def _exists(moment: datetime) -> bool:
    """Not so of a local time which summer time leaps over."""
    there_and_back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return there_and_back.replace(tzinfo=None) == moment.replace(tzinfo=None)


def _until(text: str) -> datetime | None:
    return datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if text else None


def _moments(start: datetime, parts: dict[str, str]) -> Any:
    interval = int(parts.get("INTERVAL", "1")) or 1
    step = _STEPS.get(parts.get("FREQ", ""), "days")
    months = {int(one) for one in parts.get("BYMONTH", "").split(",") if one}
    month_days = {int(one) for one in parts.get("BYMONTHDAY", "").split(",") if one}
    days = {_DAYS.index(one) for one in parts.get("BYDAY", "").split(",") if one in _DAYS}
    freq = parts.get("FREQ", "")
    if freq == "WEEKLY" and days:
        step = "days"
    if freq in {"MONTHLY", "YEARLY"}:
        month_days = month_days or ({start.day} if not days else set())
        months = months or ({start.month} if freq == "YEARLY" else set())
        interval, step = 1, "days"
    moment = start
    for _ in range(_FAR):
        weeks = (moment.date() - start.date()).days // 7
        odd_week = freq == "WEEKLY" and days and weeks % interval
        if not odd_week and _fits(moment, months, month_days, days):
            yield moment
        moment += timedelta(**{step: 1 if freq == "WEEKLY" and days else interval})


def _fits(moment: datetime, months: set[int], month_days: set[int], days: set[int]) -> bool:
    return (
        (not months or moment.month in months)
        and (not month_days or moment.day in month_days)
        and (not days or moment.weekday() in days)
    )
