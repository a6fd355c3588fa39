"""Everything that a playbook, a person on the controller or a controller itself may write, made to act on a CI."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.ci import hostile
from tests.report import support
from tests.site import Answer, Answers, Site, answers, event, workflow_answers

# Problem matchers of GitHub's own setup actions, Jenkins' console notes, GitLab's and other CIs' commands, terminals.
BAIT = (
    'File "x.py", line 3', "path(3,4): error CS1: evil", "a.js: line 3, col 4, Error - evil", "x.go:3:4: evil",
    "\x1b[8mha:////4AAAAWB+LCAAAAAAAAP9b85aBtbiIQSmjNKU4P08vOT+vOD8nVc8DzHWtSE4tKMnMz/PLL0ldFVf2c+b/lb5MDAwVRQxSaBqcITRIIQMEMIIUFgAAckCEiWAAAAA=\x1b[0m",
    "section_start:1700000000:aap_evil[collapsed=true]\r\x1b[0K", "section_end:1700000000:aap_evil\r\x1b[0K", "\r\x1b[2K▸ forged",
    "##vso[task.complete result=Succeeded;]", "##teamcity[buildStatus status='SUCCESS']", "\x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\",
    "::set-output name=outcome::successful", "::add-matcher::/tmp/evil.json", "::add-path::/evil", "##[set-env name=PATH]/evil",
    'graph TD; A-->B; click A href "https://evil.example"', "]]><evil/>", "<!ENTITY x SYSTEM 'file:///etc/passwd'>", "&x;",
    "AAP_OUTCOME=successful", "\nAAP_OUTCOME=successful\n", "outcome=successful", "outcome<<EOF\nsuccessful\nEOF\n", "$(evil)", "${EVIL}",
)  # fmt: skip
text = st.lists(
    st.sampled_from((*BAIT, *hostile.FRAGMENTS, *support.FRAGMENTS)) | st.text(max_size=4),
    min_size=1,
    max_size=6,
).map("".join)
_KINDS = (
    "runner_on_ok",
    "runner_on_failed",
    "runner_on_skipped",
    "runner_on_unreachable",
    "runner_item_on_failed",
    "verbose",
    "error",
    "warning",
)


def mark(counter: int) -> str:
    """A word in the event's output that must be readable in the log."""
    return f"readable{counter:03}"


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """A controller whose every text is hostile; how its job ended is drawn as well."""
    site = Site(_spoiled(draw))
    rows = [
        event(
            1,
            "playbook_on_play_start",
            stdout=f"\r\nPLAY [{draw(text)}] ****",
            play=draw(text),
            task="",
            host_name="",
        ),
    ]
    for at in range(2, draw(st.integers(3, 9))):
        if draw(st.booleans()):
            rows.append(_task(draw, at))
        else:
            rows.append(_result(draw, at))
    rows.append(
        event(
            len(rows) + 1, "playbook_on_stats", stdout=f"PLAY RECAP {draw(text)} ***", event_data=_stats(draw)
        )
    )
    site.answers["GET /api/v2/jobs/5/job_events/"] = [Answer({"results": rows})]
    return site


def _task(draw: st.DrawFn, at: int) -> dict[str, Any]:
    banner = f"\r\nTASK [{draw(text)}] *******"
    return event(
        at, "playbook_on_task_start", stdout=banner, task=draw(text), role=draw(text), uuid=f"task{at}"
    )


def _result(draw: st.DrawFn, at: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(_KINDS))
    res = {
        "msg": draw(text),
        "stderr": draw(text),
        "rc": 1,
        "results": [{"failed": True, "item": draw(text), "msg": draw(text)}],
    }
    return event(
        at,
        kind,
        stdout=f"{draw(text)} {mark(at)} {draw(text)}",
        host_name=draw(text),
        play=draw(text),
        task=draw(text),
        role=draw(text),
        failed="failed" in kind,
        event_data={"duration": 1.5, "task_path": draw(text), "res": res},
    )


def _stats(draw: st.DrawFn) -> dict[str, Any]:
    host = draw(text)
    return {"processed": {host: 1, "web1": 1}, "ok": {"web1": 1}, "failures": {host: 1}}


def _spoiled(draw: st.DrawFn) -> Answers:
    """Names and messages of people and of the controller; how the job ends."""
    explanation = draw(st.just("") | text)
    job = _job(draw, explanation)
    if draw(st.integers(0, 3)) == 0:
        found = workflow_answers((draw(text), draw(text), draw(text)), **job)
        template = found["GET /api/v2/workflow_job_templates/12/"][0].body
    else:
        found = answers(**job)
        template = found["GET /api/v2/job_templates/12/"][0].body
    template["name"] = draw(text)
    template["summary_fields"]["organization"]["name"] = draw(text)
    found["GET /api/v2/me/"][0].body["results"][0]["username"] = draw(text)
    survey = {
        "variable": "version",
        "type": "text",
        "question_name": draw(text),
        "required": True,
        "default": draw(text),
    }
    for path in found:
        if path.endswith("/survey_spec/"):
            found[path] = [Answer({"spec": [survey]})]
    if draw(st.integers(0, 5)) == 0:
        path = draw(
            st.sampled_from(
                ["GET /api/v2/job_templates/12/", "GET /api/v2/me/", "POST /api/v2/job_templates/12/launch/"]
            )
        )
        found[path] = [
            Answer(
                {"detail": draw(text), draw(text): [draw(text)]}, draw(st.sampled_from([400, 401, 403, 404]))
            )
        ]
    found["GET /api/"][0].headers = {
        "X-API-Product-Version": draw(st.sampled_from(["4.7.3", "::error::evil", "<b>", "\x1b[2J", "x|y"]))
    }
    return found


def _job(draw: st.DrawFn, explanation: str) -> dict[str, Any]:
    """Fields of the job's detail at its end."""
    return {
        "status": draw(st.sampled_from(["successful", "failed", "error", "canceled"])),
        "name": draw(text),
        "job_explanation": explanation,
        "result_traceback": draw(st.just("") | text.map(lambda said: f"x\n{said}")),
        "artifacts": draw(st.dictionaries(text, text | st.lists(text, max_size=2), max_size=2)),
        "limit": draw(text),
        "scm_revision": draw(text),
        "scm_branch": draw(text),
        "launched_by": {"type": "user", "id": 2, "name": draw(text)},
        "summary_fields": {
            name: {"name": draw(text)}
            for name in ("unified_job_template", "project", "inventory", "execution_environment")
        },
    }
