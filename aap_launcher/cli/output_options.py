"""How records are shown: `-o`, `--columns` and `--jq` as one value, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from aap_launcher.cli import output_formats
from aap_launcher.cli.columns import Sought
from aap_launcher.cli.jq import Expression
from aap_launcher.cli.output_formats import Form, Row
from aap_launcher.cli.screen import Screen
from aap_launcher.errors import InvalidInput
from aap_launcher.text.near import near
from aap_launcher.text.quoting import quoted
from aap_launcher.text.visible import visible

_NESTED = ("summary_fields", "related")
_SUMMARY = ("id", "name", "description")  # what summary_fields have of most objects
_SCALARS = frozenset({"id", "integer", "decimal", "boolean", "date", "datetime", "choice"})


class Shown(msgspec.Struct, frozen=True):
    """What was asked for. `name`: the field that names a record; `usual`: the columns where none were asked for."""

    form: Form
    columns: tuple[str, ...] = ()
    expression: Expression | None = None
    name: str = "name"
    usual: tuple[str, ...] = ("id", "name")

    @property
    def for_people(self) -> bool:
        """Whether it is a table, which may be cut."""
        return self.form is Form.TABLE and self.expression is None

    def many(self, screen: Screen, rows: Iterable[Row]) -> int:
        """Write a list as it comes; the exit code."""
        sought = Sought(self.columns)
        code = screen.data(self._pieces(screen, sought.watched(screen.hidden(rows))))
        return code or sought.told(screen)

    def one(self, screen: Screen, row: Row) -> int:
        """Write one record; the exit code."""
        sought = Sought(self.columns)
        (clean,) = sought.watched(screen.hidden([row]))
        return self._one(screen, clean) or sought.told(screen)

    def _one(self, screen: Screen, clean: Row) -> int:
        if self.expression is not None:
            return screen.data(self._results(screen, [clean]))
        if self.form is Form.TABLE:
            from aap_launcher.cli.tables import record

            return screen.data(record(clean, self.columns))
        columns = self.columns or (tuple(clean) if self.form is Form.TSV else ())
        return screen.data(output_formats.one(clean, self.form, columns, name=self.name))

    def _results(self, screen: Screen, rows: Iterable[Row]) -> Iterator[str]:
        """What the expression gives; a text as it is, but where a person looks at it harmless."""
        lines = self.expression.lines(rows) if self.expression is not None else iter(())
        return lines if screen.width is None else map(visible, lines)

    def _pieces(self, screen: Screen, rows: Iterable[Row]) -> Iterator[str]:
        if self.expression is not None:
            return self._results(screen, rows)
        if self.form is Form.TABLE:
            from aap_launcher.cli.tables import text_table

            return text_table(rows, self.columns or self.usual, width=screen.width)
        columns = self.columns or (self.usual if self.form is Form.TSV else ())
        return output_formats.many(rows, self.form, columns, name=self.name)


def chosen_output(
    given: Mapping[str, Any],
    *,
    name: str = "name",
    usual: Sequence[str] = ("id", "name"),
    form: Form = Form.TABLE,
) -> Shown:
    """What was asked for. Raises `InvalidInput` for what would be ignored, and for a broken expression."""
    asked = Form(given["output"]) if given.get("output") else None
    words = given.get("columns")
    columns = () if words is None else tuple(one.strip() for one in words.split(","))
    if words is not None and not all(columns):
        what = "names nothing between two commas" if any(columns) else "is empty"
        raise InvalidInput(f"--columns {what}. Name fields, with commas between.")
    if columns and asked in {Form.ID, Form.NAME}:
        raise InvalidInput(f"--columns would be ignored: -o {asked} shows nothing else.")
    if asked is Form.NAME and not name:
        raise InvalidInput("-o name: these objects have no name. Use -o id.")
    text = given.get("jq")
    if text is not None and columns:
        raise InvalidInput("--columns would be ignored: with --jq the expression says what is shown.")
    if text is not None and asked not in {None, Form.JSON, Form.JSONL}:
        raise InvalidInput(f"-o {asked} would be ignored: with --jq the expression says what is shown.")
    return Shown(asked or form, columns, Expression(text) if text is not None else None, name, tuple(usual))


def check_columns(columns: Iterable[str], fields: Iterable[str]) -> None:
    """Raises `InvalidInput` for a column that is no field, or a part of one that has none."""
    known = [*fields, *_NESTED]
    for column in columns:
        first, _, rest = column.partition(".")
        if first not in known:
            raise InvalidInput(f"--columns: there is no field {quoted(first)}. {near(first, known)}")
        field = fields.get(first) if rest and isinstance(fields, Mapping) else None
        if field is not None and field.type in _SCALARS:
            part = rest if rest in _SUMMARY else "name"
            advice = f" Write summary_fields.{first}.{part}." if field.resource else ""
            raise InvalidInput(f"--columns: {quoted(column)}: {first} has no parts.{advice}")
