"""Look-ups: where a term of a query looks, what it compares, and the controller's words for what it cannot read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.store.kinds import Field, Kind

Test = Callable[[Any], bool]
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "iexact": lambda have, want: have.lower() == want.lower(),
    "contains": lambda have, want: want in have,
    "icontains": lambda have, want: want.lower() in have.lower(),
    "startswith": lambda have, want: have.startswith(want),
    "istartswith": lambda have, want: have.lower().startswith(want.lower()),
    "endswith": lambda have, want: have.endswith(want),
    "iendswith": lambda have, want: have.lower().endswith(want.lower()),
    "regex": lambda have, want: re.search(want, have) is not None,
    "iregex": lambda have, want: re.search(want, have, re.IGNORECASE) is not None,
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda have, want: have > want,
    "gte": lambda have, want: have >= want,
    "lt": lambda have, want: have < want,
    "lte": lambda have, want: have <= want,
}
# What every object has beside its values.
LOOKUPS = frozenset({"exact", "in", "isnull", "search", *_COMPARE, *_TEXT})
_WRONG_DATE = "has an invalid format. It must be in YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ] format."


class Wrong(Exception):
    """What the controller says about a query."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.words = words
        self.status = status


@dataclass(frozen=True, slots=True)
class Path:
    """A look-up, read: the way to a value, its field, and what is compared."""

    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    field: Field | None
    lookup: str = "exact"
    many: bool = False
    """Whether its first step leads to a list."""

    @property
    def rest(self) -> "Path":
        """The way on from its first step."""
        return Path(self.names[1:], self.kinds[1:], self.field, self.lookup)


def value_test(path: Path, wanted: str) -> Test:
    lookup = path.lookup
    if lookup == "isnull":
        null = _boolean(wanted)
        return lambda have: (have is None or have == []) == null
    if lookup == "in":
        if not wanted:
            raise Wrong("cannot provide empty value for __in")
        values = [_converted(path, part) for part in wanted.split(",")]
        return lambda have: _comparable(path, have) in values
    if lookup in _TEXT:
        return _text_test(lookup, wanted)
    value = _converted(path, wanted)
    if lookup in _COMPARE:
        compare = _COMPARE[lookup]
        return lambda have: have is not None and compare(_comparable(path, have), value)
    return lambda have: _comparable(path, have) == value


def _text_test(lookup: str, wanted: str) -> Test:
    if lookup.endswith("regex"):
        try:
            re.compile(wanted)
        except re.error as error:
            raise Wrong(str(error)) from None
    compare = _TEXT[lookup]
    return lambda have: compare("" if have is None else str(have), wanted)


def _comparable(path: Path, have: Any) -> Any:
    kind = path.field.type if path.field else "id"
    if kind == "datetime" and isinstance(have, str):
        return datetime.fromisoformat(have)
    if kind == "decimal" and have is not None:
        return Decimal(str(have))
    return have


def _converted(path: Path, text: str) -> Any:
    field = path.field
    kind = field.type if field else "id"
    if text.lower() in {"none", "null"} and kind != "boolean":
        return None
    if kind == "id":
        return _key(path, text)
    if kind == "integer" or (
        kind == "choice" and field and all(isinstance(one, int) for one in field.choices)
    ):
        return _number(text, int, "must be an integer.")
    if kind == "decimal":
        return _number(text, Decimal, "must be a decimal number.")
    if kind == "datetime":
        return _date(text)
    return _boolean(text) if kind == "boolean" else text


def _key(path: Path, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        if path.lookup == "exact":
            raise Wrong(f"Invalid {path.names[-1]} id: {text}") from None
        raise Wrong(_quoted(text, "must be an integer.")) from None


def _number(text: str, kind: Callable[[str], Any], words: str) -> Any:
    try:
        return kind(text)
    except (ValueError, InvalidOperation):
        raise Wrong(_quoted(text, words)) from None


def _date(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Wrong(_quoted(text, _WRONG_DATE)) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _boolean(text: str) -> bool:
    if text.lower() in {"true", "1"}:
        return True
    if text.lower() in {"false", "0"}:
        return False
    raise Wrong(f'Unable to convert "{text}" to boolean')


def _quoted(text: str, words: str) -> str:
    return f'["\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK} value {words}"]'
