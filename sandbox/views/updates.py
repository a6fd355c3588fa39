"""Project updates."""

from flask import Blueprint, Response

from sandbox.replies import json_reply
from sandbox.shapes.updates import update_detail, update_in_list
from sandbox.store.kinds import kinds
from sandbox.views.auth import here, me
from sandbox.views.common import find_job, list_reply
from sandbox.views.jobs import readable

blueprint = Blueprint("updates", __name__)


@blueprint.get("/project_updates/")
def update_list() -> Response:
    return list_reply(
        [update_in_list(here(), job, me()) for job in readable("project_update")], kinds()["project_updates"]
    )


@blueprint.get("/project_updates/<int:number>/")
def update(number: int) -> Response:
    return json_reply(update_detail(here(), find_job(number, "project_update"), me()))
