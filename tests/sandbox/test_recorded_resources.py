"""What a real controller (AWX 24.6.1) answered to every kind of request about its objects, asked of the sandbox.

Each case stands for itself: it meets the scene as it was at first. A refusal must be the same word for word; of an
object that was made or changed the fields are compared that the request had, of a list its names and its links; where
the scene has other objects than the controller had, the fields that an answer has, and of OPTIONS what it says of each.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.scene import HERE, Scene

CASES: list[dict[str, Any]] = [
    case
    for file in sorted(HERE.glob("*.json"))
    if file.stem not in {"different", "left_out", "prepared"}
    for case in json.loads(file.read_text(encoding="utf-8"))
]
PREPARED: dict[str, list[list[Any]]] = json.loads((HERE / "prepared.json").read_text(encoding="utf-8"))
DIFFERENT: dict[str, str] = json.loads((HERE / "different.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"))


@pytest.mark.parametrize("name", sorted({case["name"].partition("/")[0] for case in CASES}))
def test_answers_about_objects_as_recorded(name: str, scene: Scene) -> None:
    cases = [case for case in CASES if case["name"].startswith(f"{name}/")]
    wrong = {case["name"]: words for case in cases if (words := difference(scene, case))}
    unexpected = {case: words for case, words in wrong.items() if case not in DIFFERENT}
    assert "\n".join(f"{case}: {words}" for case, words in unexpected.items()) == ""


def test_nothing_is_listed_as_different_that_is_the_same(scene: Scene) -> None:
    cases = {case["name"]: case for case in CASES}
    assert [name for name in DIFFERENT if name not in cases or not difference(scene, cases[name])] == []


def test_what_is_left_out_stands_there_once_and_is_not_replayed() -> None:
    """`left_out.json`: why the sandbox does not answer this as the controller did, and which exchanges that are."""
    left_out = json.loads((HERE / "left_out.json").read_text(encoding="utf-8"))
    names = [name for group in left_out.values() for name in group]
    assert len(names) == len(set(names))
    assert not set(names) & {case["name"] for case in CASES}
    assert len(CASES) > 8 * len(names)


def difference(scene: Scene, case: dict[str, Any]) -> str:
    scene.reset()
    response = _send(scene, _of_made(case, _prepare(scene, case["name"])))
    text = response.get_data(as_text=True)
    if response.status_code != case["status"]:
        return f"{response.status_code} instead of {case['status']}: {text[:300]} instead of {str(case.get('answer'))[:200]}"
    if case["method"] == "DELETE" or not text:
        return ""
    answer = response.get_json()
    for name, seen in (("answer", lambda: answer), ("fields", lambda: sorted(answer)), ("row_fields", lambda: row_fields(answer)), ("options", lambda: options_of(answer))):  # fmt: skip
        if name in case and seen() != case[name]:
            return f"{name}: {str(seen())[:300]} instead of {str(case[name])[:300]}"
    if "rows" in case:
        return _different_list(case, answer)
    wrong = {
        key: (answer.get(key), value)
        for key, value in case.get("values", {}).items()
        if answer.get(key) != value
    }
    if "named_url" in case and answer["related"].get("named_url") != case["named_url"]:
        wrong["named_url"] = (answer["related"].get("named_url"), case["named_url"])
    return str(wrong)[:400] if wrong else ""


def _prepare(scene: Scene, name: str) -> int:
    """What was done before, here too; the id of what was made last on the way, 0 for nothing."""
    made = 0
    for method, path, *body in [*PREPARED.get(f"{name.partition('/')[0]}/*", ()), *PREPARED.get(name, ())]:
        step = {"as": "admin", "method": method, "path": path, **({"body": body[0]} if body else {})}
        answer = _send(scene, _of_made(step, made)).get_json(silent=True)
        made = answer.get("id", made) if isinstance(answer, dict) else made
    return made


def _of_made(case: dict[str, Any], made: int) -> dict[str, Any]:
    """`$made` is the id of what was made on the way, which it has here."""
    path = case["path"].replace("$made", str(made))
    body = case.get("body")
    if isinstance(body, dict):
        body = {key: made if value == "$made" else value for key, value in body.items()}
    return {**case, "path": path, **({"body": body} if "body" in case else {})}


def row_fields(answer: dict[str, Any]) -> list[str]:
    """The fields that the rows of a list have, all of them together."""
    return sorted({name for row in answer["results"] for name in row})


def options_of(answer: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What OPTIONS says of each field that may be read and of each that may be written, in a few words."""
    return {
        method: {name: _said_of(field) for name, field in fields.items()}
        for method, fields in answer["actions"].items()
    }


def _said_of(field: dict[str, Any]) -> str:
    choices = "|".join(str(choice[0]) for choice in field.get("choices") or ())
    required = " required" if field.get("required") else ""
    return f"{field.get('type')}{required}{' ' if choices else ''}{choices}"


def _different_list(case: dict[str, Any], answer: dict[str, Any]) -> str:
    if answer["count"] != case["count"]:
        return f"{answer['count']} rows instead of {case['count']}"
    rows = [row.get("name", row.get("username", row.get("id"))) for row in answer["results"]]
    links = [answer["next"], answer["previous"]]
    if rows[: len(case["rows"])] != case["rows"]:
        return f"{rows} instead of {case['rows']}"
    return (
        ""
        if links == [case["next"], case["previous"]]
        else f"{links} instead of {case['next']} and {case['previous']}"
    )


def _send(scene: Scene, case: dict[str, Any]) -> Any:
    headers = {"Accept": "application/json", **case.get("headers", {})}
    if case["as"] and "Authorization" not in headers:
        headers["Authorization"] = f"Bearer {case['as']}-token"
    options: dict[str, Any] = {"headers": headers, "query_string": case.get("query", {})}
    if "text" in case:
        options |= {"data": case["text"], "content_type": case["content_type"]}
    elif "body" in case:
        options["json"] = _unpacked(case["body"])
    path = case["path"] if case["path"].startswith("/") else f"/api/v2/{case['path']}"
    return scene.app.test_client().open(path, method=case["method"], **options)


def _unpacked(value: Any) -> Any:
    """Long texts are written as `{"$repeat": [text, times]}`."""
    if isinstance(value, dict) and "$repeat" in value:
        text, times = value["$repeat"]
        return text * times
    return {key: _unpacked(one) for key, one in value.items()} if isinstance(value, dict) else value


assert Path(HERE).is_dir()
