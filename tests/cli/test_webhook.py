"""`webhook send`, and what else starts something: what a header cannot hold, and answers that are lost."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.controller.conftest import AWX_ROOT, HEADERS, ME
from tests.fuzz.commands import Ended, Exchange, Said, home, ran, replaying

_NAMED = "GET /api/v2/unified_job_templates/?or__id=7&or__name=7&type=job_template%2Cworkflow_job_template&page_size=200"
HOOK = "POST /api/v2/job_templates/7/github/"
QUEUED = Said(202, HEADERS, b'{"message": "Job queued."}')
ERROR = Said(500, HEADERS, b'{"detail": "A server error has occurred."}')


def controller(**answers: Sequence[Said]) -> Exchange:
    there: dict[str, Sequence[Said]] = {
        "GET /api/": [_json(AWX_ROOT)],
        "GET /api/v2/me/": [_json(ME)],
        **answers,
    }
    return Exchange(defaultdict(list, {key: list(said) for key, said in there.items()}))


def _json(body: Any, status: int = 200) -> Said:
    return Said(status, HEADERS, json.dumps(body).encode())


def sent(there: Exchange, folder: Path, *arguments: str, **environ: str) -> Ended:
    given = {"AAP_URL": "https://aap.example.com", "AAP_WEBHOOK_KEY": "k3y"} | environ
    with replaying(there):
        return ran(["webhook", "send", "7", *arguments], home(folder) | given)


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("--delivery-id", "a\r\nX-Evil: 1", "a line break"),
        ("--delivery-id", "caf\u00e9", "beyond ASCII"),
        ("--delivery-id", "\u20ac", "beyond ASCII"),
        ("--delivery-id", "a\x00b", "control character"),
        ("--delivery-id", " a", "a blank at its beginning or end"),
        ("--delivery-id", "", "is empty"),
        ("--event", "push\n", "a line break"),
        ("--event", "", "is empty"),
        ("--ref", "caf\udce9", "not valid Unicode"),
        ("--commit", "caf\udce9", "not valid Unicode"),
    ],
)
def test_what_no_header_can_hold_is_refused_by_the_options_name_and_nothing_is_sent(
    option: str, text: str, words: str, tmp_path: Path
) -> None:
    there = controller()
    ended = sent(there, tmp_path, option, text)
    assert (ended.code, there.asked) == (2, []), ended.told
    assert option in ended.err
    assert words in ended.err


@pytest.mark.parametrize("key", ["caf\udce9-s3cret", "s3cret\nmore", "s3cret more", "s3cret\u20ac"])
def test_a_webhook_key_that_is_none_is_refused_and_not_shown(key: str, tmp_path: Path) -> None:
    there = controller()
    ended = sent(there, tmp_path, "--service", "gitlab", AAP_WEBHOOK_KEY=key)
    assert (ended.code, there.asked) == (2, []), ended.told
    assert "AAP_WEBHOOK_KEY has characters that no webhook key has" in ended.err
    assert "s3cret" not in ended.err


@pytest.mark.parametrize("header", ["X-A: \u20ac", "X-A: a\r\nX-B: b", "X A: b", ": b", "X-\u00e9: b"])
def test_a_header_of_api_that_cannot_be_sent_is_refused(header: str, tmp_path: Path) -> None:
    there = controller()
    with replaying(there):
        ended = ran(
            ["api", "GET", "hosts/", "-H", header],
            home(tmp_path) | {"AAP_URL": "https://aap.example.com", "AAP_TOKEN": "t0k3n-of-ci"},
        )
    assert (ended.code, there.asked) == (2, []), ended.told
    assert "-H" in ended.err


def test_a_delivery_that_is_always_answered_500_keeps_to_the_tolerance_and_is_unknown(tmp_path: Path) -> None:
    """It was silent for 41 s, sent three times, and ended with 4."""
    there = controller(**{HOOK: [ERROR]})
    ended = sent(there, tmp_path, "--delivery-id", "d-1", "--outage-tolerance", "3s")
    assert ended.code == 6, ended.told
    assert there.asked.count(HOOK) == 1, "the next would have to be ten seconds later"
    assert "delivery d-1 was sent once, and whether it started a job could not be settled" in ended.err
    assert "--delivery-id d-1" in ended.err


def test_a_lost_delivery_is_sent_again_with_a_word_for_as_long_as_an_outage_may_last(tmp_path: Path) -> None:
    there = controller(**{HOOK: [ERROR]})
    ended = sent(there, tmp_path, "--outage-tolerance", "75s")
    assert ended.code == 6, ended.told
    assert there.asked.count(HOOK) == 4, "at 0, 10, 40 and 70 s"
    assert "controller away" in ended.err
    assert "retrying for up to 75 s" in ended.err


def test_a_delivery_that_was_lost_once_is_no_failure(tmp_path: Path) -> None:
    there = controller(**{HOOK: [ERROR, QUEUED]})
    ended = sent(there, tmp_path)
    assert ended.code == 0, ended.told
    assert there.asked.count(HOOK) == 2
    assert "controller back after 10 s" in ended.err


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_of_a_delivery_is_no_outage(status: int, tmp_path: Path) -> None:
    moved = Said(status, {"Content-Type": "text/html", "Location": "https://sso.example.com/"}, b"moved")
    there = controller(**{HOOK: [moved]})
    ended = sent(there, tmp_path)
    assert ended.code == 6, ended.told
    assert there.asked.count(HOOK) == 1
    assert f"{status} moved" in ended.err
    assert "controller away" not in ended.err


@pytest.mark.parametrize(
    "answer", [ERROR, _json({"id": "five"}, 201), _json([1], 201), _json({"id": 5, "url": 7}, 201)]
)
def test_a_bulk_launch_whose_answer_is_lost_is_unknown_and_not_sent_again(
    answer: Said, tmp_path: Path
) -> None:
    told = {"user_capabilities": {"start": True}}
    template = {"id": 7, "type": "job_template", "name": "Deploy", "summary_fields": told}
    bulk = "POST /api/v2/bulk/job_launch/"
    there = controller(
        **{
            "GET /api/v2/job_templates/7/launch/": [_json({})],
            bulk: [answer],
        }
    )
    there.said[_NAMED] = [_json({"results": [template]})]
    (tmp_path / "many.yml").write_text("- template: 7\n", encoding="utf-8")
    with replaying(there):
        ended = ran(
            ["bulk", "launch", str(tmp_path / "many.yml")],
            home(tmp_path) | {"AAP_URL": "https://aap.example.com", "AAP_TOKEN": "t0k3n-of-ci"},
        )
    assert ended.code == 6, ended.told + str(there.asked)
    assert there.asked.count(bulk) == 1
    assert "not launched twice" in ended.err


def test_a_relaunch_of_a_resource_whose_answer_is_lost_is_unknown(tmp_path: Path) -> None:
    there = controller(
        **{"GET /api/v2/projects/7/": [_json({"id": 7})], "POST /api/v2/projects/7/update/": [ERROR]}
    )
    there.said["GET /api/v2/projects/?name=7&page_size=25"] = [_json({"results": []})]
    with replaying(there):
        ended = ran(
            ["projects", "update", "7"],
            home(tmp_path) | {"AAP_URL": "https://aap.example.com", "AAP_TOKEN": "t0k3n-of-ci"},
        )
    assert ended.code == 6, ended.told + str(there.asked)
