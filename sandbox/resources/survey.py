"""A survey, as the controller checks it when it is posted: one word of what is wrong, at a time."""

from collections.abc import Iterator
from typing import Any

ENCRYPTED = "$encrypted$"
TYPES = ("text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float")
_CHOICES = frozenset({"multiplechoice", "multiselect"})
Survey = dict[str, Any]


def wrong(given: Survey, before: Survey) -> str:
    return next(_wrong(given, before), "")


def _wrong(given: Survey, before: Survey) -> Iterator[str]:
    if "spec" not in given:
        yield "Field 'spec' is missing from survey spec."
    spec = given.get("spec")
    if not isinstance(spec, list):
        yield f"Expected list of items for field 'spec', received {_named(spec)} type."
        return
    if not spec:
        yield "'spec' doesn't contain any items."
    for name in ("name", "description"):
        if name not in given:
            yield f"Field '{name}' is missing from survey spec."
        elif not isinstance(given[name], str):
            yield f"Expected string for field '{name}', received {_named(given[name])} type."
    seen: set[str] = set()
    for place, question in enumerate(spec):
        yield from _wrong_question(question, place, seen)
        yield from _wrong_default(question, place, before)
        seen.add(question["variable"])


def _named(value: Any) -> str:
    return "OrderedDict" if isinstance(value, dict) else type(value).__name__


def _wrong_question(question: Any, place: int, seen: set[str]) -> Iterator[str]:
    if not isinstance(question, dict):
        yield f"Survey question {place} is not a json object."
    for name in ("type", "question_name", "variable"):
        if name not in question:
            yield f"'{name}' missing from survey question {place}"
        elif not isinstance(question[name], str):
            yield f"'{name}' in survey question {place} expected to be string."
    kind, where = question["type"], f"survey question {place}"
    if kind not in TYPES:
        yield f"'{kind}' in {where} is not one of '{', '.join(TYPES)}' allowed question types."
    if question["variable"] in seen:
        yield f"'variable' '{question['variable']}' duplicated in {where}."
    yield from _wrong_required(question, where)
    for name in ("min", "max"):
        if question.get(name) is not None and not isinstance(question[name], int):
            yield f"The {name} limit in {where} expected to be integer."
    if kind in _CHOICES and "choices" not in question:
        yield f"Survey question {place} of type {kind} must specify choices."


def _wrong_required(question: Survey, where: str) -> Iterator[str]:
    if "required" not in question:
        yield f"'required' missing from {where}"
    elif not isinstance(question["required"], bool):
        yield f"'required' in {where} expected to be boolean."


def _wrong_default(question: Survey, place: int, before: Survey) -> Iterator[str]:
    default, kind = question.get("default", ""), question["type"]
    if default == ENCRYPTED:
        if kind != "password":
            words = "is a reserved keyword for password question defaults, survey question"
            yield f"{ENCRYPTED} {words} {place} is type {kind}."
        if _former(before, question["variable"]) is None:
            yield f"{ENCRYPTED} is a reserved keyword, may not be used for new default in position {place}."
    elif default != "":
        expected, named = {"integer": (int, "integer"), "float": (float, "float")}.get(kind, (str, "string"))
        if not isinstance(default, expected) and not (kind == "float" and isinstance(default, int)):
            yield f"Default value {default} in survey question {place} expected to be {named}."
        if kind in _CHOICES and not _are_choices(default, question["choices"]):
            yield "Default choice must be answered from the choices listed."


def _are_choices(default: Any, choices: Any) -> bool:
    known = choices.splitlines() if isinstance(choices, str) else [str(one) for one in choices]
    return all(one in known for one in str(default).splitlines())


def _former(before: Survey, variable: str) -> Any:
    questions = before.get("spec", ())
    return next(
        (
            one.get("default")
            for one in questions
            if one["variable"] == variable and one["type"] == "password"
        ),
        None,
    )


def stored(given: Survey, before: Survey) -> Survey:
    """With the former password where the placeholder stands for it."""
    spec = [
        {**one, "default": _former(before, one["variable"])} if one.get("default") == ENCRYPTED else one
        for one in given["spec"]
    ]
    return {"name": given["name"], "description": given["description"], "spec": spec}


def shown(survey: Survey) -> Survey:
    if not survey:
        return {}
    spec = [
        {**one, "default": ENCRYPTED} if one["type"] == "password" and one.get("default") else one
        for one in survey["spec"]
    ]
    return {"name": survey["name"], "spec": spec, "description": survey["description"]}
