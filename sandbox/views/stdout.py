"""`stdout/` in all its formats. It chooses the form of its errors by itself, unlike every other view."""

import base64
from typing import Any

from flask import Blueprint, Response, request

from sandbox.models import Job
from sandbox.replies import Refused, empty, html, json_reply
from sandbox.shapes import stdout
from sandbox.views.auth import require_credential
from sandbox.views.common import find_job
from sandbox.views.negotiation import accepts

blueprint = Blueprint("stdout", __name__)
_TEXT = "text/plain; charset=utf-8"
_CODES = {401: "not_authenticated", 403: "permission_denied", 404: "not_found"}
_ACCEPTABLE = {
    "txt": ("text/plain",),
    "ansi": ("text/plain",),
    "txt_download": ("text/plain",),
    "ansi_download": ("text/plain",),
    "json": ("application/json",),
    "html": ("text/html",),
    "api": ("text/html",),
}


@blueprint.get("/jobs/<int:number>/stdout/")
def job_stdout(number: int) -> Response:
    return _reply(number, "job")


@blueprint.get("/project_updates/<int:number>/stdout/")
def update_stdout(number: int) -> Response:
    return _reply(number, "project_update")


@blueprint.get("/ad_hoc_commands/<int:number>/stdout/")
def ad_hoc_stdout(number: int) -> Response:
    return _reply(number, "ad_hoc_command")


@blueprint.get("/inventory_updates/<int:number>/stdout/")
def inventory_update_stdout(number: int) -> Response:
    return _reply(number, "inventory_update")


def format_asked() -> str:
    if "format" in request.args:
        return request.args["format"]
    if accepts(request, "application/json"):
        return "json"
    return "txt" if accepts(request, "text/plain") else "api"


def _reply(number: int, kind: str) -> Response:
    wanted = format_asked()
    if wanted not in _ACCEPTABLE:
        return html("<!doctype html>\n<title>Job Stdout</title>\n", 404)
    if not any(accepts(request, one) for one in _ACCEPTABLE[wanted]):
        return html("<!doctype html>\n<title>Job Stdout</title>\n", 406)
    try:
        require_credential()
        return _formatted(find_job(number, kind), wanted)
    except Refused as refusal:
        return error_reply(refusal, wanted)


def error_reply(refusal: Refused, wanted: str) -> Response:
    """In the text formats an error is the text of a Python object."""
    if wanted not in {"txt", "ansi", "txt_download", "ansi_download"}:
        raise refusal
    detail = refusal.body["detail"]
    shown = (
        repr(detail)
        if refusal.status == 401
        else f"ErrorDetail(string={detail!r}, code={_CODES[refusal.status]!r})"
    )
    return Response(f"{{'detail': {shown}}}", refusal.status, content_type=_TEXT)


def _formatted(job: Job, wanted: str) -> Response:
    if wanted.endswith("_download"):
        return _download(job, wanted.removesuffix("_download"))
    try:
        text = stdout.displayed(job)
    except stdout.TooLarge as too_large:
        text = str(too_large)
    if wanted == "json":
        return json_reply(_window(text))
    if wanted in {"html", "api"}:
        return html(stdout.as_html(text))
    if not text:
        return empty(200)
    return Response(stdout.plain(text) if wanted == "txt" else text, content_type=_TEXT)


def _download(job: Job, form: str) -> Response:
    text = stdout.whole(job)
    response = Response(stdout.plain(text) if form == "txt" else text, content_type="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="job_{job.id}.txt"'
    return response


def _window(text: str) -> dict[str, Any]:
    lines = text.splitlines(keepends=True)
    count = len(lines)
    start = min(_number("start_line", 0), count)
    end = min(_number("end_line", count), count)
    content = "".join(lines[start:end])
    if request.args.get("content_encoding") == "base64":
        content = base64.b64encode(content.encode()).decode()
    return {"range": {"start": start, "end": end, "absolute_end": count}, "content": content}


def _number(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdigit() else otherwise
