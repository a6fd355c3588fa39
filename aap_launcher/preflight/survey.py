"""One survey question and one answer: what the controller would say to it, said before the launch.

The rules are AWX's own (awx/main/models/mixins.py, _survey_element_validation; recorded on AWX 24.6.1):
values are typed, so 12 for a text question and "3" for an integer one are refused. Here they are converted
where nothing is lost.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

from aap_launcher.errors import InvalidValue
from aap_launcher.inputs.variables import read_variables
from aap_launcher.models.as_written import Number, Unquoted
from aap_launcher.models.templates import Choice, Question
from aap_launcher.text.quoting import joined, lines, quoted
from aap_launcher.text.secrets import is_secret

ENCRYPTED = "$encrypted$"  # stands for the survey's own password; sent back, the controller takes its default
_TEXT = ("text", "textarea", "password")
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_QUOTES = "YAML reads yes, no, on, off, true and false as booleans: put the value in quotes."


def answer(question: Question, value: object) -> object:
    """The value as this question's type wants it; raises `InvalidValue` where the controller would refuse it."""
    match question.type:
        case "text" | "textarea" | "password":
            return _sized(question, _text(question, value))
        case "integer":
            return _ranged(question, _whole(question, value))
        case "float":
            return _ranged(question, _decimal(question, value))
        case "multiplechoice":
            return _chosen(question, value)
        case "multiselect":
            return [_chosen(question, item) for item in _several(question, value)]
        case _:
            refuse_unquoted(value)
            return value


def refuse_unquoted(value: object) -> None:
    """Raise `InvalidValue` where the value, at any depth, would arrive otherwise than it is written."""
    match value:
        case Unquoted():
            raise InvalidValue(f"{value.fault}.", value.advice)
        case Mapping():
            for inner in value.values():
                refuse_unquoted(inner)
        case list():
            for inner in value:
                refuse_unquoted(inner)
        case _:
            pass


def default_is_sent(question: Question) -> bool:
    """Whether the controller would not take the survey's default by itself.

    It refuses a launch without a required answer even where there is a default, and drops the default of a
    multiselect, which it keeps as text (both seen on AWX 24.6.1). The UI sends them, and so do we.
    """
    no_default = question.default is None or question.default in ("", [])
    return not no_default and (question.required or question.type == "multiselect")


def answer_form(question: Question) -> str:
    """What the question takes: `text, 2 to 20 characters`, `one of: dev, prod`."""
    if question.type == "multiplechoice":
        return f"one of: {_words(question)}"
    if question.type == "multiselect":
        return f"any of: {_words(question)}"
    kind = {"textarea": "text", "integer": "whole number", "float": "number"}.get(
        question.type, question.type
    )
    bounds = _bounds(question)
    return f"{kind}, {bounds}" if bounds else kind


def _bounds(question: Question) -> str:
    low, high, unit = question.min, question.max, ""
    if question.type in _TEXT:
        low, unit = low or None, " characters"
    if low is not None and high is not None:
        return f"{low:.15g} to {high:.15g}{unit}"
    if low is not None:
        return f"at least {low:.15g}{unit}"
    return "" if high is None else f"at most {high:.15g}{unit}"


def _asked(question: Question) -> str:
    return f"the survey asks for {quoted(question.name or question.variable)} ({answer_form(question)})"


def _given(question: Question, value: object) -> str:
    secret = question.type == "password" or is_secret(question.variable)
    return "the value given" if secret else f"given {quoted(value)}"


def _refuse(question: Question, value: object, advice: str = "") -> InvalidValue:
    if isinstance(value, Unquoted):
        advice = value.advice
    return InvalidValue(f"{_given(question, value)}, but {_asked(question)}.", advice)


def _text(question: Question, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Number | Unquoted):
        return value.text
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise _refuse(question, value, _QUOTES if isinstance(value, bool) else "Give text.")


def _number(value: object) -> object:
    """The number that a word without quotes is to every reader: 1.10 and +5, but not 010."""
    if isinstance(value, Unquoted) and _DECIMAL.fullmatch(value.text) and float(value.text) == value.value:
        return value.value
    return value


def _whole(question: Question, value: object) -> int:
    value = _number(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise _refuse(
        question, value, "Give a whole number." if value != "" else "Leave it out, or give a number."
    )


def _decimal(question: Question, value: object) -> float:
    value = _number(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _DECIMAL.fullmatch(value) and math.isfinite(float(value)):
        return int(value) if _WHOLE.fullmatch(value) else float(value)
    raise _refuse(question, value, "Leave it out, or give a number.")


def _several(question: Question, value: object) -> list[object]:
    """A list, or text that is one choice, or choices in lines or with commas between."""
    if isinstance(value, list):
        return value
    if isinstance(value, bool | int | float) and not isinstance(value, Number):
        return [value]
    text = _text(question, value)
    if text in question.choices:
        return [text]
    several = lines(text)
    parts = several if len(several) > 1 else text.split(",")
    return [part.strip() for part in parts if part.strip()]


def _chosen(question: Question, value: object) -> Choice:
    """The choice that is meant, in its own type: the controller compares 3 with 3, and not with "3"."""
    for choice in question.choices:
        if type(choice) is type(value) and choice == value:
            return choice
    if isinstance(value, bool):
        raise _refuse(question, value, _QUOTES)
    text = _text(question, value)
    for choice in question.choices:
        if text == choice or (not isinstance(choice, str) and text in {json.dumps(choice), str(choice)}):
            return choice
    name = quoted(question.name or question.variable)
    given = "the value given" if is_secret(question.variable) else quoted(text)
    raise InvalidValue(f"{given} is not a choice of {name}: {_words(question)}.")


def _words(question: Question) -> str:
    return joined(map(_written, question.choices))


def _written(choice: Choice) -> str:
    """A choice as it is to be written in YAML: in quotes where the word alone would arrive as something else."""
    if isinstance(choice, str):
        try:
            read = read_variables(f"choice: {choice}").get("choice")
        except InvalidValue:
            read = None
        alone = read == choice or (isinstance(read, Number | Unquoted) and read.text == choice)
        if alone and "," not in choice:
            return choice
    return json.dumps(choice, ensure_ascii=False)


def _sized(question: Question, value: str) -> str:
    low, high = question.min, question.max
    if question.type == "password" and value == ENCRYPTED:
        return value
    if (low is not None and len(value) < low) or (high is not None and len(value) > high):
        raise _refuse(question, value)
    return value


def _ranged(question: Question, value: float) -> float:
    low, high = question.min, question.max
    if (low is not None and value < low) or (high is not None and value > high):
        raise _refuse(question, value)
    return value
