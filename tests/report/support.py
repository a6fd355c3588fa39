"""Outcomes to report on: one that is whole, and any that an enemy could have shaped."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec.structs import replace

from aap_launcher.models import (
    Case,
    CIContext,
    Failure,
    HostSummary,
    Job,
    Log,
    Outcome,
    Retried,
    Status,
    TaskTime,
    Template,
    TemplateType,
    Verdict,
)
from aap_launcher.report import Clean, hidden

JOB = Job(
    423,
    "job",
    "Deploy shop",
    Status.FAILED,
    "/api/v2/jobs/423/",
    elapsed=242.125,
    started="2026-01-01T10:00:00.123456Z",
    artifacts={"version": "2.4.1", "urls": ["https://shop.example.com"]},
    launched_by="ci-bot",
    template="Deploy shop",
    project="Shop",
    scm_revision="3f2c1ab9d0",
    link="https://aap.example.com/execution/jobs/playbook/423/output",
)
OUTCOME = Outcome(
    Verdict.FAILED,
    1,
    JOB,
    Template(15, TemplateType.JOB, "Deploy shop", "Retail"),
    explanation="1 of 2 hosts failed.",
    log=Log(4019, ((8, 18), (40, 40))),
    hosts=(HostSummary("web1", ok=3, changed=1), HostSummary("web2", ok=2, failed=1, ignored=1)),
    failures=(
        Failure("web : Restart", "web2", "Unable to start shop:\nexit code 1", "failed", "Deploy", "roles/web/tasks/main.yml:7", 30),
        Failure("probe", "web2", "no answer", "ignored", "Deploy"),
    ),
    slowest=(TaskTime("db : Migrate", 63.2, "web1"),),
    retried=(Retried("Wait for the shop", "web2", 5, "ok"), Retried("Wait for the queue", "web1", 1)),
    outages=(12.5, 32.0),
    cases=(
        Case("Deploy", "probe", "web2", "ignored", 0.5, "no answer"),
        Case("Deploy", "web : Restart", "web2", "failed", 1.25, "Unable to start shop", "fatal: [web2]"),
        Case("Deploy", "web : Restart", "web1", "changed", 1.0),
        Case("Deploy", "only on db", "web1", "skipped"),
        Case("Tidy", "ping", "web3", "unreachable", 9.0, "timed out"),
    ),
    shown=(("limit", "web"), ("extra_vars", "app_version=2.4.1 db_password=***")),
    seconds=250.0,
    ci=CIContext("github", "acme/shop", "3f2c1ab9d0", "main", "ann", "https://github.com/acme/shop/actions/runs/7"),
    platform="AAP 2.6 (controller 4.7.3)",
)  # fmt: skip


def clean(outcome: Outcome) -> Clean:
    return hidden(outcome, lambda text: text)


FRAGMENTS = (
    "<b>", "</details>", "<!--", "-->", "<script>x</script>", "<img src=x>", "&lt;", "&#60;", "`", "``", "```", "~~~", "|", "\\|",
    "\\", "[a](https://evil.example)", "![a](https://evil.example)", "[a]: https://evil.example", "[a][b]", "<https://evil.example>",
    "https://evil.example", "www.evil.example", "a@evil.example", "@admin", "#12", "**", "__", "_", "*", "~~", "# ", "- ",
    "1. ", "> ", "---", "===", "\n", "\n\n", "\r", "\t", "    ", "</pre>", "<pre>", ":tada:", "$x$", "\x1b[31m", "\0", "\u202e",
    "\ud800", "\uffff", "]]>", "漢", " ",
)  # fmt: skip
text = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=8).map("".join)
kinds = st.sampled_from(["failed", "unreachable", "ignored", "rescued"])
jobs = st.builds(
    replace,
    st.just(JOB),
    name=text,
    template=text,
    type=st.sampled_from(["job", "workflow_job"]),
    status=st.sampled_from(Status),
    traceback=text,
    launched_by=text,
    project=text,
    scm_revision=text,
    artifacts=st.dictionaries(text, text | st.integers() | st.lists(text, max_size=2), max_size=3),
    link=st.sampled_from(["https://aap.example.com/423", "javascript:alert(1)", "", "https://x/>) <b>"])
    | text,
    started=text,
)
outcomes = st.builds(
    Outcome,
    st.sampled_from(Verdict),
    st.integers(0, 143),
    st.none() | jobs,
    st.none() | st.builds(Template, st.integers(1, 9), st.sampled_from(TemplateType), text),
    text,
    st.builds(Log, st.integers(0, 9999), st.just(()) | st.just(((3, 5),)), st.booleans()),
    st.lists(st.builds(HostSummary, text, *[st.integers(0, 9)] * 7), max_size=4).map(tuple),
    st.lists(st.builds(Failure, text, text, text, kinds, text, text), max_size=4).map(tuple),
    st.lists(st.builds(TaskTime, text, st.floats(0, 1e6), text), max_size=3).map(tuple),
    st.lists(
        st.builds(
            Case,
            text,
            text,
            text,
            st.sampled_from(["ok", "changed", "skipped"]) | kinds,
            st.floats(0, 1e6),
            text,
            text,
        ),
        max_size=4,
    ).map(tuple),
    st.lists(st.tuples(st.sampled_from(["limit", "extra_vars"]), text), max_size=3).map(tuple),
    st.floats(0, 1e6),
    st.builds(CIContext, text, text, text, text, text, text),
    text,
    retried=st.lists(
        st.builds(
            Retried,
            text,
            text,
            st.integers(1, 1_000),
            st.sampled_from(["", "ok", "changed", "skipped"]) | kinds,
            text,
        ),
        max_size=3,
    ).map(tuple),
    outages=st.lists(st.floats(0, 1e6), max_size=3).map(tuple),
)
