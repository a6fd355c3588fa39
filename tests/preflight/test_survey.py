from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aap_launcher.controller import decode
from aap_launcher.errors import InvalidValue
from aap_launcher.inputs.variables import read_variables
from aap_launcher.models.as_written import Number, Unquoted
from aap_launcher.models.templates import Question
from aap_launcher.preflight import survey
from tests.preflight.pages import launch, page, refused

PAGE = page("survey", survey=True)
TEXT = Question("v", "text")
CHOICE = Question("v", "multiplechoice", choices=("dev", "prod", "1.10", "true"))
SEVERAL = Question("v", "multiselect", choices=("a", "b", "c,d"))


def sent(*, extra_vars: str) -> Any:
    return launch(PAGE, extra_vars=extra_vars).body["extra_vars"]


def test_a_survey_with_prompting_off_takes_its_own_variables_only() -> None:
    problem = refused(PAGE, extra_vars="version: '1.0'\nversoin: '1.0'")["versoin"]
    assert (
        "takes only its survey's variables (version, count, ratio, env, features, token, notes)"
        in problem.fault
    )
    assert problem.advice.startswith("Did you mean version?")


def test_a_survey_with_prompting_on_takes_others_too() -> None:
    prompts = page("survey", survey=True, ask_variables_on_launch=True)
    assert launch(prompts, extra_vars="version: v1\nother: 1").body["extra_vars"]["other"] == 1


def test_a_required_answer_that_is_missing_is_demanded_with_its_name_and_type() -> None:
    assert (
        refused(PAGE)["version"].fault == 'missing: the survey asks for "Version" (text, 2 to 20 characters).'
    )


def test_a_default_is_not_demanded_and_is_sent_where_the_controller_would_not_take_it() -> None:
    request = launch(PAGE, extra_vars="version: v1")
    assert request.body["extra_vars"] == {"version": "v1", "env": "dev", "features": ["a", "b"]}
    assert request.notices == (
        'env: the survey\'s default "dev" is sent',
        'features: the survey\'s default ["a", "b"] is sent',
    )


def test_a_required_password_with_a_default_is_sent_as_the_survey_shows_it() -> None:
    question = Question("token", "password", required=True, default="$encrypted$", min=20)
    prompts = replace(page("plain"), survey=(question,))
    request = launch(prompts)
    assert request.body == {"extra_vars": {"token": "$encrypted$"}}
    assert request.notices == ("token: the survey's default is sent",)
    assert request.secrets == ()


def test_a_default_that_does_not_fit_its_own_survey_is_called_so() -> None:
    prompts = replace(
        page("plain"),
        survey=(Question("env", "multiplechoice", required=True, default="qa", choices=("dev",)),),
    )
    assert refused(prompts)["env"].fault.startswith("the survey's own default does not fit: ")


def test_zero_and_false_are_defaults() -> None:
    assert survey.default_is_sent(Question("n", "integer", required=True, default=0))
    assert not survey.default_is_sent(Question("n", "integer", required=True, default=""))
    assert not survey.default_is_sent(Question("n", "integer", required=True, default=None))


def test_values_are_converted_where_nothing_is_lost() -> None:
    given = "version: 12\ncount: '3'\nratio: '0.5'\nenv: prod\nfeatures: a,c"
    assert sent(extra_vars=given) == {
        "version": "12",
        "count": 3,
        "ratio": 0.5,
        "env": "prod",
        "features": ["a", "c"],
    }


def test_key_value_lines_fit_any_survey() -> None:
    assert sent(extra_vars="version=2.10\ncount=3\nratio=1\nfeatures=b") == {
        "version": "2.10", "count": 3, "ratio": 1, "env": "dev", "features": ["b"]
    }  # fmt: skip


def test_a_version_keeps_its_zero() -> None:
    assert sent(extra_vars="version: 2.10")["version"] == "2.10"
    assert sent(extra_vars='{"version": 2.10}')["version"] == "2.10"


def test_the_recorded_bad_values_are_refused_each_with_what_is_allowed() -> None:
    problems = refused(
        PAGE,
        extra_vars='{"version": "x", "count": "many", "env": "staging", "ratio": 7, "features": ["zzz"]}',
    )
    assert {name: problem.fault for name, problem in problems.items()} == {
        "version": 'given "x", but the survey asks for "Version" (text, 2 to 20 characters).',
        "count": 'given "many", but the survey asks for "Count" (whole number, 1 to 10).',
        "ratio": 'given 7, but the survey asks for "Ratio" (number, 0 to 1).',
        "env": '"staging" is not a choice of "Environment": dev, prod.',
        "features": '"zzz" is not a choice of "Features": a, b, c.',
    }


@pytest.mark.parametrize(
    ("choice", "shown"),
    [("dev", "dev"), ("1.10", "1.10"), ("0644", "0644"), ("yes", '"yes"'), ("~", '"~"'), ("a: b", '"a: b"'), ("c,d", '"c,d"'),
     ("# x", '"# x"'), ("[a]", '"[a]"'), (" x ", '" x "'), ("é", "é"), ('say "no"', 'say "no"'), ("2024-01-31", "2024-01-31"), (3, "3")],
)  # fmt: skip
def test_a_choice_is_shown_as_it_is_to_be_written_in_yaml(choice: Any, shown: str) -> None:
    question = Question("v", "multiplechoice", choices=(choice,))
    assert survey.answer_form(question) == f"one of: {shown}"
    assert survey.answer(question, read_variables(f"v: {shown}")["v"]) == choice


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("", ""),
        (12, "12"),
        (-1, "-1"),
        (0, "0"),
        (Number("2.10"), "2.10"),
        (0.5, "0.5"),
        ("é🚀", "é🚀"),
    ],
)
def test_text_questions_take_text_and_numbers(value: object, text: str) -> None:
    assert survey.answer(TEXT, value) == text


@pytest.mark.parametrize("question", [TEXT, CHOICE, Question("v", "textarea"), Question("v", "password")])
def test_a_boolean_is_not_text_and_the_advice_is_quotes(question: Question) -> None:
    with pytest.raises(InvalidValue) as wrong:
        survey.answer(question, value=True)
    assert "quotes" in wrong.value.advice


@pytest.mark.parametrize("value", [None, [], {}, ["x"], {"a": 1}])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue):
        survey.answer(TEXT, value)


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3), ("3", 3), ("-3", -3), ("+3", 3), (3.0, 3), (Number("3.0"), 3), ("0", 0)]
)
def test_integer_questions_take_whole_numbers(value: object, number: int) -> None:
    found = survey.answer(Question("v", "integer"), value)
    assert found == number
    assert type(found) is int


@pytest.mark.parametrize(
    "value",
    [
        "",
        " 3",
        "3.0",
        "1e3",
        "0x3",
        "many",
        "٣",
        3.5,
        True,
        None,
        [3],
        float("nan"),
        float("inf"),
        "9" * 5000,
    ],
)
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="whole number"):
        survey.answer(Question("v", "integer"), value)


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3), ("0.5", 0.5), ("-.5", -0.5), ("1e-3", 0.001), ("5.", 5.0), (Number("2.10"), 2.1)],
)
def test_float_questions_take_numbers(value: object, number: float) -> None:
    assert survey.answer(Question("v", "float"), value) == number


@pytest.mark.parametrize("value", ["", "nan", "inf", "1e999", "1,5", "x", True, None, [1]])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="number"):
        survey.answer(Question("v", "float"), value)


@pytest.mark.parametrize(("value", "choice"), [("dev", "dev"), (Number("1.10"), "1.10"), ("true", "true")])
def test_one_of_the_choices(value: object, choice: str) -> None:
    assert survey.answer(CHOICE, value) == choice


@pytest.mark.parametrize("value", ["Dev", "", "dev ", ["dev"]])
def test_choices_are_exact(value: object) -> None:
    with pytest.raises(InvalidValue):
        survey.answer(CHOICE, value)


@pytest.mark.parametrize(
    ("value", "choices"),
    [
        (["a", "b"], ["a", "b"]),
        ("a", ["a"]),
        ("a, b", ["a", "b"]),
        ("c,d", ["c,d"]),
        ("a\r\nc,d\n", ["a", "c,d"]),
        ("", []),
        ([], []),
    ],
)
def test_several_choices_come_as_a_list_or_as_text(value: object, choices: list[str]) -> None:
    assert survey.answer(SEVERAL, value) == choices


@pytest.mark.parametrize("value", [["a", "x"], "a,x", [True], [["a"]], {"a": 1}, None])
def test_each_of_several_choices_is_checked(value: object) -> None:
    with pytest.raises(InvalidValue):
        survey.answer(SEVERAL, value)


@pytest.mark.parametrize(
    ("kind", "low", "high", "good", "bad"),
    [("text", 2, 3, "ab", "a"), ("text", 2, 3, "abc", "abcd"), ("password", 8, None, "12345678", "1234567"), ("textarea", None, 3, "", "abcd"),
     ("integer", 1, 10, 1, 0), ("integer", 1, 10, 10, 11), ("integer", 0, None, 0, -1), ("float", 0, 1, 0.5, 1.01)],
)  # fmt: skip
def test_bounds_are_the_surveys(
    kind: str, low: float | None, high: float | None, good: object, bad: object
) -> None:
    question = Question("v", kind, min=low, max=high)
    assert survey.answer(question, good) == good
    with pytest.raises(InvalidValue):
        survey.answer(question, bad)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Question("v", "text", min=0, max=20), "text, at most 20 characters"),
        (Question("v", "textarea", min=2), "text, at least 2 characters"),
        (Question("v", "text"), "text"),
        (Question("v", "integer", min=0), "whole number, at least 0"),
        (Question("v", "integer", min=1, max=1234567890), "whole number, 1 to 1234567890"),
        (Question("v", "float", min=0, max=0.5), "number, 0 to 0.5"),
        (CHOICE, 'one of: dev, prod, 1.10, "true"'),
        (SEVERAL, 'any of: a, b, "c,d"'),
    ],
)
def test_a_question_is_described_by_what_it_takes(question: Question, words: str) -> None:
    assert survey.answer_form(question) == words


def test_a_type_of_question_from_the_future_goes_through() -> None:
    assert survey.answer(Question("v", "date"), "2024-01-01") == "2024-01-01"


def test_a_password_is_masked_hidden_and_never_told() -> None:
    request = launch(PAGE, extra_vars="version: v1\ntoken: hunter22")
    assert request.secrets == ("hunter22",)
    assert "hunter22" not in repr(request)
    assert "token=***" in dict(request.shown)["extra_vars"]
    assert "hunter22" not in refused(PAGE, extra_vars="token: [hunter22]")["token"].fault


def test_a_password_question_with_an_innocent_name_is_hidden_as_well() -> None:
    prompts = replace(page("plain"), survey=(Question("pin", "password", max=4),))
    request = launch(prompts, extra_vars="pin: 12")
    assert request.secrets == ("12",)
    assert dict(request.shown) == {"extra_vars": "pin=***"}
    assert "98765" not in refused(prompts, extra_vars="pin: 98765")["pin"].fault


def test_a_variable_named_like_a_secret_is_hidden_in_any_question() -> None:
    prompts = replace(
        page("plain"),
        survey=(Question("api_key", "multiplechoice", choices=("x",)), Question("my_token", "text", max=3)),
    )
    problems = refused(prompts, extra_vars="api_key: hunter22\nmy_token: hunter22")
    assert "hunter22" not in "".join(problem.fault for problem in problems.values())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
kinds = st.sampled_from(["text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect"])


@given(kinds, anything, st.none() | st.integers(-5, 5).map(float), st.none() | st.integers(-5, 5).map(float))
def test_an_answer_is_what_awx_takes_or_wrong(
    kind: str, value: object, low: float | None, high: float | None
) -> None:
    question = Question("v", kind, choices=("a", "b"), min=low, max=high)
    try:
        found = survey.answer(question, value)
    except InvalidValue as wrong:
        assert wrong.fault  # noqa: PT017  # either way is right
        return
    types = {"integer": int, "float": (int, float), "multiselect": list}
    assert isinstance(found, types.get(kind, str))  # type: ignore[arg-type]
    assert not isinstance(found, bool)


# --- what was typed is what is sent ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "textarea", "password"])
@pytest.mark.parametrize("written", ["1.10", "0644", "12:30", "2024-01-31", "1e3"])
def test_a_word_without_quotes_is_text_where_the_survey_asks_for_text(kind: str, written: str) -> None:
    assert survey.answer(Question("v", kind), Unquoted(written)) == written


@pytest.mark.parametrize(("written", "value"), [("1.10", 1.1), ("+5", 5), (".5", 0.5), ("007", 7)])
def test_it_is_a_number_where_it_is_the_same_number_to_every_reader(written: str, value: float) -> None:
    assert survey.answer(Question("v", "float"), Unquoted(written, value)) == value


@pytest.mark.parametrize(("written", "value"), [("010", 8), ("0x1F", 31), ("12:30", 750), ("1_000", 1000)])
def test_a_number_to_one_reader_alone_is_refused_with_both_forms(written: str, value: int) -> None:
    with pytest.raises(InvalidValue) as wrong:
        survey.answer(Question("v", "integer"), Unquoted(written, value))
    assert wrong.value.advice == f'Write "{written}" for the text, {value} for the number.'


@pytest.mark.parametrize(
    "text", ["a: 1.10", '{"a": 1.10}', "a: {b: [x, 1.10]}", "a: 1\nb: &x 1.10\nc: *x", '{"a": [[1.10]]}']
)
def test_a_variable_that_would_arrive_otherwise_than_it_was_typed_is_refused(text: str) -> None:
    problem = next(iter(refused(page("prompts"), extra_vars=text).values()))
    assert problem.fault == "1.10 without quotes would arrive as 1.1."
    assert problem.advice == 'Write "1.10" for the text, 1.1 for the number.'


def test_a_secret_that_would_arrive_otherwise_is_refused_without_its_value() -> None:
    problem = refused(page("prompts"), extra_vars="db_password: 012345678")["db_password"]
    assert "1234" not in problem.fault + problem.advice


@pytest.mark.parametrize(
    ("value", "choice"),
    [(3, 3), ("3", 3), (Number("2.5"), 2.5), ("2.5", 2.5), (True, True), ("true", True), ("dev", "dev"), ("4", "4"), (4, "4")],
)  # fmt: skip
def test_a_choice_is_sent_in_the_type_that_the_controller_compares_with(value: Any, choice: Any) -> None:
    question = Question("v", "multiplechoice", choices=(3, 2.5, True, "dev", "4"))
    found = survey.answer(question, value)
    assert (found, type(found)) == (choice, type(choice))
    several: Any = survey.answer(replace(question, type="multiselect"), [value])
    assert (several, type(several[0])) == ([choice], type(choice))


def test_a_survey_choices_are_taken_apart_as_the_controller_does() -> None:
    row = {"variable": "v", "type": "multiplechoice", "choices": "a\r\nb\x0bc\u2028d\x85e\n \n\n"}
    assert decode._question(row).choices == ("a", "b", "c", "d", "e")
    assert decode._question({**row, "choices": ["a", 1, 2.5, True, None, {}]}).choices == ("a", 1, 2.5, True)
