from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
import requests

from aap_launcher.controller.controller import Controller
from aap_launcher.errors import Forbidden, Interrupted, NotFound, Refused, Unauthorized, Unreachable
from aap_launcher.models.jobs import Job, Status
from tests.controller.conftest import HEADERS, ME, World, job_row, ok, page

JOB = "/api/v2/jobs/5/"
EVENTS = JOB + "job_events/"
Connect = Callable[..., Controller]


def following(world: World, awx: Connect, **inputs: Any) -> tuple[Controller, Job]:
    world.json("GET", JOB, job_row())
    controller = awx(**inputs)
    job = controller.find_job("jobs/5")
    world.clock.slept.clear()
    world.told.clear()
    return controller, job


def down(status: int, text: str = "", **headers: str) -> dict[str, Any]:
    return {"status_code": status, "text": text, "headers": {"Content-Type": "text/plain", **headers}}


def test_an_outage_is_told_at_its_start_and_at_its_end(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    away = down(503, "no healthy upstream")
    world.answers("GET", JOB, away, away, away, ok(job_row(status="successful")))
    assert controller.job(job).status is Status.SUCCESSFUL
    first, last = world.told
    assert first.text == "controller away: 503 no healthy upstream; retrying for up to 5 min"
    assert last.text.startswith("controller back after")
    assert [notice.outage > 0 for notice in world.told] == [False, True]
    assert 0 < world.clock.slept[0] <= 0.5 < world.clock.slept[2] <= 2


def test_a_long_outage_is_told_each_half_minute_and_ends_as_unreachable(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    world.answers("GET", JOB, down(502, "<html>Bad Gateway"))
    with pytest.raises(Unreachable, match=r"job 5: 502 .*Bad Gateway \(tried \d+ times in 5 min\)"):
        controller.job(job)
    assert 8 <= len(world.told) <= 11
    assert sum(world.clock.slept) == pytest.approx(300, abs=1)


@pytest.mark.parametrize("fault", [requests.ConnectionError, requests.ReadTimeout, requests.ConnectTimeout])
def test_a_lost_connection_is_an_outage_like_any_other(world: World, awx: Connect, fault: Any) -> None:
    controller, job = following(world, awx)
    world.answers("GET", JOB, {"exc": fault}, {"exc": fault}, ok(job_row(elapsed=9)))
    assert controller.job(job).elapsed == 9


def test_a_kept_connection_that_died_is_replaced_without_a_word(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    world.answers("GET", JOB, {"exc": requests.ConnectionError}, ok(job_row()))
    controller.job(job)
    assert world.told == []
    assert world.clock.slept == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("3600", 60),
        ("Sun, 22 Nov 2026 17:50:52 GMT", 30),
        ("Sun, 22 Nov 2026 17:00:00 GMT", 0.5),
        ("0", 0.5),
    ],
)
def test_retry_after_is_obeyed_up_to_a_minute(world: World, awx: Connect, value: str, seconds: float) -> None:
    controller, job = following(world, awx)
    busy = down(429, Date="Sun, 22 Nov 2026 17:50:22 GMT", **{"Retry-After": value})
    world.answers("GET", JOB, busy, ok(job_row()))
    controller.job(job)
    assert sum(world.clock.slept) == pytest.approx(seconds)


@pytest.mark.parametrize("value", ["soon", "-5", "٣", "1e999", "Sun, 99 Nov 2026", ""])
def test_a_retry_after_that_makes_no_sense_is_ignored(world: World, awx: Connect, value: str) -> None:
    controller, job = following(world, awx)
    answer = down(429)
    answer["headers"]["Retry-After"] = value.encode("utf-8").decode("latin-1")
    world.answers("GET", JOB, answer, ok(job_row()))
    controller.job(job)
    assert world.clock.slept[0] <= 0.5


def test_an_internal_error_at_first_is_asked_again_only_a_few_times(world: World, awx: Connect) -> None:
    asked = world.answers("GET", "/api/v2/me/", down(500, "Server Error (500)"))
    with pytest.raises(Unreachable, match="500 internal server error"):
        awx().greet()
    assert asked.call_count == 5


def test_an_internal_error_is_outlived_once_there_is_a_job_to_follow(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    world.answers("GET", JOB, *[down(500, "Server Error (500)")] * 8, ok(job_row()))
    assert controller.job(job).id == job.id


@pytest.mark.parametrize(
    ("status", "error"), [(403, Forbidden), (404, NotFound), (400, Refused), (405, Refused)]
)
def test_a_no_is_final_at_once(world: World, awx: Connect, status: int, error: type[Exception]) -> None:
    controller, job = following(world, awx)
    asked = world.json("GET", JOB, {"detail": "No."}, status=status)
    with pytest.raises(error):
        controller.job(job)
    assert asked.call_count == (2 if status == 404 else 1), (
        "that a job was deleted is believed the second time"
    )


@pytest.mark.parametrize("status", [302, 401, 404, 405, 408])
def test_a_page_in_the_controllers_place_is_an_outage_and_no_verdict(
    world: World, awx: Connect, status: int
) -> None:
    controller, job = following(world, awx)
    world.answers("GET", JOB, down(status, "<html>default backend</html>"), ok(job_row(elapsed=2)))
    assert controller.job(job).elapsed == 2


def test_another_jobs_page_is_an_outage_and_no_verdict(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    others = [ok(job_row(6, status="failed")), ok(job_row(5, "workflow_job", status="failed"))]
    world.answers("GET", JOB, *others, ok(job_row(elapsed=2)))
    assert controller.job(job).elapsed == 2


def test_the_log_is_asked_for_once_and_its_trouble_is_the_followers(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    asked = world.answers("GET", EVENTS, down(503, "no healthy upstream"))
    with pytest.raises(Unreachable, match="no healthy upstream"):
        controller.events(job, 0)
    assert (asked.call_count, world.clock.slept, world.told) == (1, [], [])


def test_a_403_without_a_reason_is_the_gateways_trouble(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    world.answers("GET", JOB, down(403), down(403, "<html>"), ok(job_row(elapsed=2)))
    assert controller.job(job).elapsed == 2


def test_a_403_without_a_reason_does_not_last_for_ever(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    world.answers("GET", JOB, down(403))
    with pytest.raises(Forbidden, match="403 without a reason"):
        controller.job(job)
    assert sum(world.clock.slept) == pytest.approx(60, abs=1)


def test_a_stale_jwt_is_not_the_users_fault(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    stale = {"json": {"detail": "JWT has expired"}, "status_code": 401, "headers": HEADERS}
    world.answers("GET", JOB, stale, ok(job_row(elapsed=2)))
    assert controller.job(job).elapsed == 2


def test_a_credential_that_is_refused_first_is_wrong(world: World) -> None:
    world.awx()
    world.json("GET", "/api/v2/me/", {"detail": "Authentication credentials were not provided."}, status=401)
    with pytest.raises(Unauthorized, match="Make one under Users > Tokens"):
        world.connect().greet()
    assert world.clock.slept == []


def test_the_hint_behind_a_gateway_names_the_platforms_tokens(world: World) -> None:
    world.gateway()
    world.json("GET", "/api/controller/v2/me/", {"detail": "no"}, status=401)
    with pytest.raises(Unauthorized, match=r"AAP 2.7 takes no controller tokens"):
        world.connect().greet()


def test_a_credential_refused_later_is_tried_for_half_a_minute(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    world.json("GET", JOB, {"detail": "Authentication credentials were not provided."}, status=401)
    with pytest.raises(Unauthorized, match="revoked"):
        controller.job(job)
    assert sum(world.clock.slept) == pytest.approx(30, abs=1)


def test_a_host_name_that_is_wrong_does_not_hang_for_the_whole_tolerance(world: World) -> None:
    from urllib3.connection import HTTPSConnection
    from urllib3.exceptions import NameResolutionError

    unknown = NameResolutionError("nowhere", HTTPSConnection("nowhere"), OSError())  # type: ignore[arg-type]
    world.answers("GET", "/api/", {"exc": requests.ConnectionError(unknown)})
    with pytest.raises(Unreachable, match=r"the name of aap\.example\.com does not resolve"):
        world.connect()
    assert sum(world.clock.slept) == pytest.approx(4, abs=1)


def test_a_port_that_drops_packets_at_first_contact_does_not_hang_for_the_whole_tolerance(
    world: World,
) -> None:
    """A wrong port behind a firewall looks like a controller that is away: once it has answered, it is one."""
    world.answers("GET", "/api/", {"exc": requests.ConnectTimeout})
    with pytest.raises(Unreachable, match=r"no connection to aap\.example\.com within 5 s"):
        world.connect()
    assert sum(world.clock.slept) == pytest.approx(4, abs=1)


def test_a_certificate_that_is_not_trusted_is_not_tried_again(world: World) -> None:
    words = "[SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer certificate"
    world.answers("GET", "/api/", {"exc": requests.exceptions.SSLError(words)})
    with pytest.raises(Unreachable, match="give its own as ca_bundle"):
        world.connect()
    assert world.clock.slept == []


def test_a_signal_ends_a_wait_and_a_read(world: World, awx: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    controller, job = following(world, awx)
    asked = world.answers("GET", JOB, down(503))

    def interrupted() -> contextlib.AbstractContextManager[None]:
        raise Interrupted(15)

    monkeypatch.setattr(world.signals, "listening", interrupted)
    with pytest.raises(Interrupted):
        controller.job(job)
    assert asked.call_count == 0


def test_events_are_asked_for_by_counter_whole_and_in_order(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    asked = world.json("GET", EVENTS, {"results": [{"counter": 8, "event": "verbose", "stdout": "é"}]})
    assert [(e.counter, e.stdout) for e in controller.events(job, 7)] == [(8, "é")]
    assert asked.last_request.query == "order_by=counter&no_truncate=1&counter__gt=7&limit=200"


def test_a_controller_that_does_not_know_limit_is_asked_by_page_size_for_good(
    world: World, awx: Connect
) -> None:
    controller, job = following(world, awx)
    no_field = {
        "json": {"detail": "JobEvent has no field named 'limit'"},
        "status_code": 400,
        "headers": HEADERS,
    }
    asked = world.answers("GET", EVENTS, no_field, ok(page()), ok(page()))
    controller.events(job, 0)
    controller.events(job, 0)
    assert ["page_size" in request.qs for request in asked.request_history] == [False, True, True]


def test_pages_become_smaller_where_they_take_too_long(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    slow = down(504, "upstream request timeout")
    asked = world.answers("GET", EVENTS, slow, {"exc": requests.ReadTimeout}, ok(page()))
    for _ in range(2):
        with pytest.raises(Unreachable):
            controller.events(job, 0)
    controller.events(job, 0)
    controller.events(job, 0)
    assert [request.qs["limit"] for request in asked.request_history] == [["200"], ["100"], ["50"], ["50"]]


def test_an_event_with_nulls_or_half_a_surrogate_pair_is_read_and_a_broken_one_left_out(
    world: World, awx: Connect
) -> None:
    controller, job = following(world, awx)
    body = (
        b'{"results":[{"counter":1,"event":"verbose","stdout":"a\\ud83d","host_name":null,"event_data":{"x":1}},'
        b'{"counter":"two","event":null},{"counter":3,"event":"verbose","stdout":"\\ud83d\\ude00"}]}'
    )
    world.answers("GET", EVENTS, {"content": body, "headers": HEADERS})
    assert [(e.counter, e.stdout) for e in controller.events(job, 0)] == [(1, "a?"), (3, "😀")]


def test_the_trace_shows_neither_names_nor_credentials(world: World, awx: Connect) -> None:
    controller = awx(token="s3cret-token")
    world.json("GET", "/api/v2/inventories/", page({"id": 3, "name": "pa55word"}))
    controller.find_object("inventory", "pa55word")
    assert world.traced[-1].startswith("GET /api/v2/inventories/?name=...&page_size=200 200 ")
    assert not any("s3cret" in line or "pa55" in line for line in world.traced)


def test_a_netrc_does_not_replace_the_token(
    world: World, awx: Connect, tmp_path: Any, monkeypatch: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine aap.example.com login me password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    awx().greet()
    assert world.http.request_history[0].headers.get("Authorization") is None
    assert world.http.request_history[1].headers["Authorization"] == "Bearer t0ken"


def test_near_a_kill_no_request_and_no_outage_lasts_longer_than_what_remains(
    world: World, awx: Connect
) -> None:
    controller, job = following(world, awx)
    asked = world.answers("GET", JOB, down(503))
    controller.hurry(world.clock.now() + 8)
    with pytest.raises(Unreachable):
        controller.job(job)
    assert sum(world.clock.slept) == pytest.approx(8, abs=0.2)
    assert asked.request_history[0].timeout == (5.0, 8.0)


def test_an_outage_that_begins_with_a_silent_request_ends_when_the_time_is_over(
    world: World, awx: Connect
) -> None:
    """The request takes all that remains; a spell as long again would begin after it."""
    controller, job = following(world, awx)

    def silent(request: Any, _: object) -> None:
        world.clock.time += request.timeout[1]
        raise requests.ReadTimeout

    world.answers("GET", JOB, {"text": silent})
    until = world.clock.now() + 8
    controller.hurry(until)
    with pytest.raises(Unreachable):
        controller.job(job)
    assert world.clock.now() == pytest.approx(until, abs=0.6)


@pytest.mark.parametrize(
    "body", ["", "<html>default backend - 404</html>", '{"message": "no Route matched"}']
)
def test_a_404_of_something_in_between_is_no_verdict_on_the_credential(world: World, body: str) -> None:
    world.awx()
    kind = "application/json" if body.startswith("{") else "text/html"
    nowhere = {"status_code": 404, "text": body, "headers": {"Content-Type": kind}}
    world.answers("GET", "/api/v2/me/", nowhere, nowhere, ok(ME))
    controller = world.connect()
    controller.greet()
    assert controller.username == "ci-bot"
