"""Answers to a template's survey, checked as the controller checks them."""

from typing import Any

Question = dict[str, Any]
HIDDEN = "$encrypted$"


def errors_in(survey: tuple[Question, ...], answers: dict[str, Any]) -> list[str]:
    return [error for question in survey for error in errors_in_answer(question, answers)]


def errors_in_answer(question: Question, answers: dict[str, Any]) -> list[str]:
    name = question["variable"]
    if name not in answers:
        return [f"'{name}' value missing"] if question["required"] else []
    value = answers[name]
    kind = question["type"]
    if kind == "password" and value == HIDDEN:
        return []  # keeps the default, which was checked when the survey was made
    if kind in {"text", "textarea", "password"}:
        return _text(question, value)
    if kind == "integer":
        return _number(question, value, "an integer", type(value) is int)
    if kind == "float":
        return _number(question, value, "a numeric type", type(value) in {int, float})
    return _choice(question, value)


def _text(question: Question, value: Any) -> list[str]:
    name = question["variable"]
    if not isinstance(value, str):
        return [f"Value {value} for '{name}' expected to be a string."]
    low, high = _bounds(question)
    if low is not None and len(value) < low:
        return [f"'{name}' value {value} is too small (length is {len(value)} must be at least {low})."]
    if high is not None and len(value) > high:
        return [f"'{name}' value {value} is too large (must be no more than {high})."]
    return []


def _number(question: Question, value: Any, words: str, fits: bool) -> list[str]:  # noqa: FBT001 - private
    name = question["variable"]
    if not fits:
        return [f"Value {value} for '{name}' expected to be {words}."]
    low, high = _bounds(question)
    if low is not None and value < low:
        return [f"'{name}' value {value} is too small (must be at least {low})."]
    if high is not None and value > high:
        return [f"'{name}' value {value} is too large (must be no more than {high})."]
    return []


def _choice(question: Question, value: Any) -> list[str]:
    name = question["variable"]
    choices = question["choices"]
    if isinstance(choices, str):
        choices = [line for line in choices.splitlines() if line.strip()]
    if question["type"] == "multiselect" and not isinstance(value, list):
        return [f"'{name}' value is expected to be a list."]
    given = value if question["type"] == "multiselect" else [value]
    return [
        f"Value {one} for '{name}' expected to be one of {choices}." for one in given if one not in choices
    ]


def _bounds(question: Question) -> tuple[int | None, int | None]:
    low, high = question.get("min"), question.get("max")
    return (None if low in {"", None} else low, None if high in {"", None} else high)


def defaults(survey: tuple[Question, ...]) -> dict[str, Any]:
    """The defaults which are valid answers; the others are dropped without a word."""
    found = {}
    for question in survey:
        default = question.get("default")
        if default is not None and not errors_in_answer(question, {question["variable"]: default}):
            found[question["variable"]] = default
    return found


def without_placeholders(survey: tuple[Question, ...], answers: dict[str, Any]) -> dict[str, Any]:
    secret = secret_names(survey)
    return {name: value for name, value in answers.items() if not (name in secret and value == HIDDEN)}


def secret_names(survey: tuple[Question, ...]) -> frozenset[str]:
    return frozenset(question["variable"] for question in survey if question["type"] == "password")
