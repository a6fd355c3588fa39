"""`--jq`, on each record."""

from __future__ import annotations

import pytest

from aap_launcher.cli.jq import Expression
from aap_launcher.errors import InvalidInput

ROWS = [{"id": 1, "name": "web\x1b[2J1", "x": [1, 2]}, {"id": 2, "name": "web2", "x": None}]


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        (".name", ["web\x1b[2J1\n", "web2\n"]),
        ("{id}", ['{"id":1}\n', '{"id":2}\n']),
        ("select(.id == 2) | .name", ["web2\n"]),
        (".x[]?", ["1\n", "2\n"]),
        ("empty", []),
        (".gone", ["null\n", "null\n"]),
    ],
)
def test_it_is_applied_to_each_record(expression: str, lines: list[str]) -> None:
    assert list(Expression(expression).lines(ROWS)) == lines


@pytest.mark.parametrize("expression", [".[", "foo", "{"])
def test_a_broken_expression_is_refused_before_there_is_a_record(expression: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Expression(expression)
    assert "--jq" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("expression", [".[].name", 'error("no")', "input", ".name | tonumber"])
def test_an_expression_that_does_not_fit_says_so_by_the_record(expression: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        list(Expression(expression).lines(ROWS))
    assert "at id 1" in str(refused.value)
