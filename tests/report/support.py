"""Outcomes to report on: one that is whole, and any that an enemy could have shaped."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from aap_launcher.launcher.masking import hidden
from aap_launcher.models.findings import Case, Failure, Findings, HostSummary, Reason, Retried, TaskTime
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.outcomes import CIContext, Clean, Outcome, Verdict
from aap_launcher.models.templates import Template, TemplateType
from aap_launcher.models.updates import Log

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
    own="1 of 2 hosts failed.",
    next_step="aap-launcher relaunch 423 --hosts failed",
    log=Log(4019, ((8, 18), (40, 40))),
    findings=Findings(recap=True, hosts=(HostSummary("web1", ok=3, changed=1), HostSummary("web2", ok=2, failed=1, ignored=1)),
    failures=(
        Failure("web : Restart", "web2", "Unable to start shop:\nexit code 1", "failed", "Deploy", "roles/web/tasks/main.yml:7", 30),
        Failure("probe", "web2", "no answer", "ignored", "Deploy", counts=False),
    ),
    slowest=(TaskTime("db : Migrate", 63.2, "web1"),),
    retried=(Retried("Wait for the shop", "web2", 5, "ok"), Retried("Wait for the queue", "web1", 1)),
    cases=(
        Case("Deploy", "probe", "web2", "ignored", 0.5, "no answer"),
        Case("Deploy", "web : Restart", "web2", "failed", 1.25, "Unable to start shop", "fatal: [web2]", counts=True),
        Case("Deploy", "web : Restart", "web1", "changed", 1.0),
        Case("Deploy", "only on db", "web1", "skipped"),
        Case("Tidy", "ping", "web3", "unreachable", 9.0, "timed out", counts=True),
    )),
    outages=(12.5, 32.0),
    shown=(("limit", "web"), ("extra_vars", "app_version=2.4.1 db_password=***")),
    seconds=250.0,
    ci=CIContext("github", "acme/shop", "3f2c1ab9d0", "main", "ann", "https://github.com/acme/shop/actions/runs/7"),
    platform="AAP 2.6 (controller 4.7.3)",
)  # fmt: skip


_FOUND = frozenset(Findings.__struct_fields__)


def changed(outcome: Outcome, **more: Any) -> Outcome:
    """The outcome with other values, those of its findings as well."""
    found = {name: more.pop(name) for name in _FOUND & set(more)}
    return replace(outcome, findings=replace(outcome.findings, **found), **more)


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
kinds = st.sampled_from(["failed", "unreachable", "ignored", "rescued", "cleared", "handled", "unknown"])
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
hosts = st.builds(HostSummary, text, *[st.integers(0, 9)] * 8)
found = st.builds(
    Findings,
    failures=st.lists(
        st.builds(Failure, text, text, text, kinds, text, text, line=text, counts=st.booleans(), doubt=text),
        max_size=4,
    ).map(tuple),
    hosts=st.lists(hosts, max_size=4).map(tuple),
    recap=st.booleans(),
    reasons=st.lists(
        st.builds(
            Reason, st.sampled_from(["controller", "node"]), text, st.lists(text, max_size=2).map(tuple)
        ),
        max_size=3,
    ).map(tuple),
    no_host_plays=st.lists(text, max_size=2).map(tuple),
    slowest=st.lists(st.builds(TaskTime, text, st.floats(0, 1e6), text), max_size=3).map(tuple),
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
    cases=st.lists(
        st.builds(
            Case,
            text,
            text,
            text,
            st.sampled_from(["ok", "changed", "skipped"]) | kinds,
            st.floats(0, 1e6),
            text,
            text,
            st.booleans(),
            text,
        ),
        max_size=4,
    ).map(tuple),
)
outcomes = st.builds(
    Outcome,
    st.sampled_from(Verdict),
    st.integers(0, 143),
    st.none() | jobs,
    st.none() | st.builds(Template, st.integers(1, 9), st.sampled_from(TemplateType), text),
    text,
    own=text,
    log=st.builds(Log, st.integers(0, 9999), st.just(()) | st.just(((3, 5),)), st.booleans()),
    findings=found,
    next_step=st.sampled_from(["", "aap-launcher follow 423"]),
    shown=st.lists(st.tuples(st.sampled_from(["limit", "extra_vars"]), text), max_size=3).map(tuple),
    seconds=st.floats(0, 1e6),
    ci=st.builds(CIContext, text, text, text, text, text, text),
    platform=text,
    outages=st.lists(st.floats(0, 1e6), max_size=3).map(tuple),
)
