"""Webhooks as GitHub, GitLab and Bitbucket send them: what counts as signed, and what comes of it."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.scene import Scene

PUSH = {"ref": "refs/heads/main", "after": "0123456789abcdef0123456789abcdef01234567"}
REFUSED = {"detail": "You do not have permission to perform this action."}
QUEUED = {"message": "Job queued."}
DUPLICATE = {"message": "Webhook previously received, aborting."}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    scene = Scene(tmp_path_factory.mktemp("scene"))
    yield scene
    scene.runs.shut_down()


@pytest.fixture
def scene(scenes: Scene) -> Scene:
    scenes.reset()
    return scenes


def asked(scene: Scene, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": "Bearer admin-token"}
    return (
        scene.app.test_client().open(f"/api/v2/{path}", method=method, json=body, headers=headers).get_json()
    )


def key_for(scene: Scene, service: str, path: str = "job_templates/62") -> str:
    asked(scene, "PATCH", f"{path}/", {"webhook_service": service})
    return str(asked(scene, "GET", f"{path}/webhook_key/")["webhook_key"])


def send(
    scene: Scene, service: str, body: Any, path: str = "job_templates/62", **headers: str
) -> tuple[int, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = scene.app.test_client().post(
        f"/api/v2/{path}/{service}/", data=body, content_type="application/json", headers=named
    )
    return answer.status_code, answer.get_json()


def signed(key: str, body: str, kind: str = "sha1") -> str:
    return f"{kind}={hmac.new(key.encode(), body.encode(), getattr(hashlib, kind)).hexdigest()}"


def test_a_signed_event_of_github_starts_a_job_that_is_found_by_its_delivery(scene: Scene) -> None:
    key, body = key_for(scene, "github"), json.dumps(PUSH)
    headers = {"X_GitHub_Event": "push", "X_GitHub_Delivery": "d-1", "X_Hub_Signature": signed(key, body)}
    assert send(scene, "github", body, **headers) == (202, QUEUED)
    [job] = asked(scene, "GET", "jobs/?webhook_guid=d-1")["results"]
    assert (job["launch_type"], job["webhook_service"]) == ("webhook", "github")
    assert job["launched_by"]["type"] == "job_template"
    told = json.loads(job["extra_vars"])
    assert told["awx_webhook_event_ref"] == told["tower_webhook_event_ref"] == PUSH["after"]
    assert told["awx_webhook_payload"] == PUSH
    assert send(scene, "github", body, **headers) == (202, DUPLICATE)
    assert asked(scene, "GET", "jobs/?webhook_guid=d-1")["count"] == 1


def test_only_the_sha1_of_github_counts_and_a_delivery_is_demanded(scene: Scene) -> None:
    key, body = key_for(scene, "github"), json.dumps(PUSH)
    for signature in (signed("wrong", body), signed(key, body, "sha256"), signed(key, body + " ")):
        assert send(scene, "github", body, X_GitHub_Delivery="d-2", X_Hub_Signature=signature) == (
            403,
            REFUSED,
        )
    assert send(scene, "github", body, X_GitHub_Delivery="d-2") == (403, REFUSED)
    assert send(scene, "github", body, X_GitHub_Delivery="d-2", X_Hub_Signature="nonsense")[0] == 500
    status, answer = send(scene, "github", body, X_Hub_Signature=signed(key, body))
    assert status == 400
    assert "webhook_guid" in answer["detail"]
    assert send(scene, "github", "[1]", X_GitHub_Delivery="d-2")[0] == 400
    assert send(scene, "github", body, "job_templates/99999", X_GitHub_Delivery="d-2") == (403, REFUSED)
    named = "job_templates/api-deploy++api-retail"
    assert send(scene, "github", body, named, X_GitHub_Delivery="d-2") == (404, {"detail": "Not found."})
    headers = {"X_GitHub_Delivery": "d-named", "X_Hub_Signature": signed(key, body)}
    assert send(scene, "github", body, named, **headers) == (202, QUEUED)


def test_a_body_that_gitlab_sends_again_is_the_same_event(scene: Scene) -> None:
    key, body = key_for(scene, "gitlab"), json.dumps({"object_kind": "push", "checkout_sha": "abc"})
    assert send(scene, "gitlab", body, X_Gitlab_Event="Push Hook", X_Gitlab_Token="wrong") == (403, REFUSED)
    assert send(scene, "gitlab", body, X_Gitlab_Event="Push Hook", X_Gitlab_Token=key) == (202, QUEUED)
    assert send(scene, "gitlab", body, X_Gitlab_Event="Push Hook", X_Gitlab_Token=key) == (202, DUPLICATE)


def test_bitbucket_is_listened_to_for_its_own_events_alone(scene: Scene) -> None:
    key, body = key_for(scene, "bitbucket_dc"), json.dumps({"changes": [{"toHash": "abc"}]})
    assert send(scene, "bitbucket_dc", "{}", X_Event_Key="diagnostics:ping") == (
        200,
        {"message": "Webhook ignored"},
    )
    event = {"X_Event_Key": "repo:refs_changed", "X_Request_Id": "b-1"}
    assert send(scene, "bitbucket_dc", body, **event) == (403, REFUSED)
    assert send(scene, "bitbucket_dc", body, **event, X_Hub_Signature=signed(key, body, "sha256")) == (
        202,
        QUEUED,
    )
    assert send(scene, "bitbucket_dc", body, **event, X_Hub_Signature=signed(key, body)) == (202, DUPLICATE)


def test_another_service_or_a_post_means_another_key_and_no_service_none(scene: Scene) -> None:
    first = key_for(scene, "github")
    assert asked(scene, "POST", "job_templates/62/webhook_key/")["webhook_key"] not in {first, ""}
    headers = {"X_GitHub_Delivery": "d-3", "X_Hub_Signature": signed(first, "{}")}
    assert send(scene, "github", "{}", **headers) == (403, REFUSED)
    assert key_for(scene, "gitlab") != first
    assert key_for(scene, "") == ""


def test_a_workflow_is_started_as_well(scene: Scene) -> None:
    key = key_for(scene, "github", "workflow_job_templates/63")
    headers = {"X_GitHub_Delivery": "w-1", "X_Hub_Signature": signed(key, "{}")}
    assert send(scene, "github", "{}", "workflow_job_templates/63", **headers) == (202, QUEUED)
    [run] = asked(scene, "GET", "workflow_jobs/?webhook_guid=w-1")["results"]
    assert run["launch_type"] == "webhook"
