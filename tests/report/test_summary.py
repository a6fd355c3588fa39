from __future__ import annotations

import html
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from aap_launcher.models.findings import Failure, HostSummary, Retried, TaskTime
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.outcomes import Outcome, Verdict
from aap_launcher.models.updates import Log
from aap_launcher.report import summary
from tests.report.support import JOB, OUTCOME, changed, clean, outcomes

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {"<details>", "</details>", "<summary>", "</summary>", "<pre>", "</pre>"}


def tokens(page: str) -> list[Token]:
    flat: list[Token] = []
    for token in GITHUB.parse(page):
        flat += [token, *(token.children or [])]
    return flat


@settings(max_examples=min(120, settings().max_examples))
@given(outcomes)
def test_no_foreign_text_is_markup(outcome: Outcome) -> None:
    page = summary(clean(outcome))
    seen = tokens(page)
    kinds = Counter(token.type for token in seen)
    assert kinds["heading_open"] == 1
    assert (
        not kinds["image"]
        + kinds["em_open"]
        + kinds["s_open"]
        + kinds["fence"]
        + kinds["code_block"]
        + kinds["hr"]
    )
    assert (
        not kinds["bullet_list_open"]
        + kinds["ordered_list_open"]
        + kinds["blockquote_open"]
        + kinds["html_inline"]
    )
    links = [str(token.attrGet("href")) for token in seen if token.type == "link_open"]
    known = {outcome.ci.run_url, outcome.job.link if outcome.job else ""}
    assert len(links) <= len([address for address in known if address.startswith(("http://", "https://"))])
    for token in seen:
        if token.type == "html_block":
            assert set(re.findall(r"<[^>]*>", token.content)) <= OURS
            assert "<!--" not in token.content
        if token.type == "text":
            assert not re.search(r"[@#]\w", token.content)
    opened = Counter(
        tag for token in seen if token.type == "html_block" for tag in re.findall(r"<[^>]*>", token.content)
    )
    assert opened["<details>"] == opened["</details>"]
    assert opened["<pre>"] == opened["</pre>"]


@settings(max_examples=min(40, settings().max_examples))
@given(outcomes)
def test_a_table_has_the_same_columns_in_each_row(outcome: Outcome) -> None:
    rows = GITHUB.render(summary(clean(outcome))).split("<tr>")[1:]
    assert {len(re.findall("<t[hd][ >]", row)) for row in rows} <= {8, 4, 3}
    assert len(rows) >= len(outcome.findings.hosts) + len(outcome.findings.retried)


def test_a_page_for_a_failed_run() -> None:
    page = summary(clean(OUTCOME))
    assert page.startswith(
        "### ❌ Deploy shop failed · "
        "[job 423](<https://aap.example.com/execution/jobs/playbook/423/output>) · 4 min 02 s\n\n"
        "launched by `ci-bot` for [`acme/shop@3f2c1ab`](<https://github.com/acme/shop/actions/runs/7>) "
        "on AAP 2.6 (controller 4.7.3) from project `Shop @ 3f2c1ab` · limit `web` · "
        "extra_vars `app_version=2.4.1 db_password=***`\n\n"
        "1 of 2 hosts failed.\n\n"
        "**`TASK [web : Restart]`** failed on `web2`\n\n`Unable to start shop:`\n\n"
    )
    assert "1 ignored failure: not an error\n" in page
    assert page.index("`web2` | 2 |") < page.index("`web1` | 3 | 1 |")
    assert "`db : Migrate`" in page
    assert (
        "<details><summary>retried tasks</summary>\n\n"
        "| task | host | retries | ended |\n| --- | ---: | ---: | ---: |\n"
        "| `Wait for the shop` | `web2` | 5 | ok |\n| `Wait for the queue` | `web1` | 1 | no result |\n\n</details>"
    ) in page
    assert "shop.example.com" in page
    assert page.endswith(
        "log incomplete: 12 of 4,031 events missing · the controller was away 2 times, 44 s in all"
        " · run it again: `aap-launcher relaunch 423 --hosts failed`\n"
    )


def test_without_a_job_nobody_is_said_to_have_launched_one() -> None:
    ci = replace(OUTCOME.ci, actor="octocat")
    for verdict in (Verdict.CHECKED, Verdict.REFUSED, Verdict.UNKNOWN):
        page = summary(clean(replace(OUTCOME, verdict=verdict, job=None, ci=ci)))
        assert "\n\nby `octocat` for [`acme/shop@3f2c1ab`]" in page
        assert "launched by" not in page


def test_names_and_messages_are_shown_as_they_are() -> None:
    name = "a|b `c` <d> [e](f) @g #1 1. *h*"
    job = replace(JOB, template=name)
    outcome = changed(
        OUTCOME,
        job=job,
        hosts=(HostSummary(name, failed=1),),
        failures=(Failure(name, name, f"{name}\n{name}"),),
    )
    shown = html.unescape(re.sub("<[^>]*>", "", GITHUB.render(summary(clean(outcome))))).replace("\u2060", "")
    assert shown.count(name) == 7  # title, task, host, message open and twice folded, table


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(Verdict.REFUSED, 3, own='"limit" is not prompted for.'), ["⛔ aap-launcher refused", "limit"]),
        (changed(OUTCOME, verdict=Verdict.TIMED_OUT, job=replace(JOB, status=Status.RUNNING), next_step="aap-launcher follow 423"),
         ["⌛ Deploy shop timed out", "attach again: `aap-launcher follow 423`"]),
        (changed(OUTCOME, job=replace(JOB, type="workflow_job")), ["run it again: `aap-launcher relaunch 423 --hosts failed`"]),
        (changed(OUTCOME, log=Log(4031)), ["log complete: 4,031 events"]),
        (changed(OUTCOME, log=Log(4031, settled=False)), ["log perhaps incomplete: 4,031 events"]),
        (changed(OUTCOME, failures=(), job=replace(JOB, traceback="Traceback:\n  boom")), ["the controller's traceback", "boom"]),
    ],
)  # fmt: skip
def test_what_is_told(outcome: Outcome, words: list[str]) -> None:
    page = summary(clean(outcome))
    assert [word for word in words if word not in page] == []


def test_each_line_of_the_explanation_stands_on_a_line_of_its_own() -> None:
    why = "gone could not run: its template was deleted\nNo error handling paths found\\"
    page = summary(clean(changed(OUTCOME, failures=(), own=why)))
    assert "<p>gone could not run: its template was deleted<br />\nNo error handling paths found\\</p>" in (
        GITHUB.render(page)
    )


def test_several_failures_that_count_for_nothing_are_not_errors() -> None:
    page = summary(clean(changed(OUTCOME, hosts=(HostSummary("a", ignored=1, rescued=1),))))
    assert "1 ignored failure, 1 rescued failure: not errors\n" in page


def test_a_retried_task_of_a_workflow_stands_with_its_node() -> None:
    retried = (Retried("Wait", "web1", 1_200, "failed", "release > deploy"),)
    page = summary(clean(changed(OUTCOME, retried=retried, outages=(90.0,))))
    assert "| `release > deploy > Wait` | `web1` | 1,200 | failed |" in page
    assert "the controller was away for 1 min 30 s" in page


def test_more_retried_tasks_than_are_kept_are_called_the_most_retried() -> None:
    retried = tuple(Retried("Wait", f"web{n}", 2, "ok") for n in range(20))
    assert "the 20 most retried tasks" in summary(clean(changed(OUTCOME, retried=retried)))


def test_a_good_run_says_no_more_than_needed() -> None:
    job = Job(7, "job", "x", Status.SUCCESSFUL, "/", elapsed=3, link="https://x/7")
    assert summary(clean(Outcome(Verdict.SUCCESSFUL, 0, job, log=Log(12)))) == (
        "### ✅ x successful · [job 7](<https://x/7>) · 3 s\n\nlaunched\n\nlog complete: 12 events\n"
    )


def test_one_task_that_fails_on_many_hosts_is_told_once() -> None:
    failures = tuple(Failure("web : Restart", f"web{n}", "the same") for n in range(40))
    page = summary(clean(changed(OUTCOME, failures=failures)))
    assert page.count("web : Restart") == page.count("the same") == 1
    assert "`web9` and 30 more" in page


def test_a_huge_run_gives_up_what_is_worth_least_and_says_so() -> None:
    nasty = "&<|`" * 10_000
    outcome = changed(
        OUTCOME,
        job=replace(JOB, artifacts={"a": nasty * 9}, traceback=nasty),
        hosts=tuple(HostSummary(f"{n}{nasty}", failed=1) for n in range(5_000)),
        failures=tuple(Failure(f"{n}{nasty}", nasty, f"{n}{nasty}\n{nasty}") for n in range(1_000)),
        slowest=tuple(TaskTime(f"{n}{nasty}", 3.0, nasty) for n in range(10)),
        retried=tuple(Retried(f"{n}{nasty}", nasty, 9, "ok") for n in range(20)),
        shown=tuple((f"i{n}", nasty) for n in range(100)),
        own=nasty,
    )
    page = summary(clean(outcome))
    assert len(page.encode()) <= 1_000_000
    assert "Shortened to fit" in page
    assert "artifacts" not in page
    assert "retried" not in page
    assert "more failed tasks" in page
    assert page.count("<details>") == page.count("</details>")
