"""YAML to plain values, from the parser's events: no Python objects, no surprises, bounded all around.

The rule: a word without quotes is read as YAML 1.1 reads it, as Ansible and the controller do, and is what the log
shows. One that would arrive otherwise than it is written (1.10, 0644, 0x1F, 1_000, 12:30, .5, 1e3, 2024-01-31) is
`Unquoted`. true, yes, on and their opposites, null and ~ are words for three values, and shown as true, false, null.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import yaml

from aap_launcher.errors import InvalidValue
from aap_launcher.inputs.blanks import VAULT, odd, odd_in
from aap_launcher.inputs.numbers import canonical
from aap_launcher.models.as_written import Unquoted
from aap_launcher.text.quoting import printable

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml where PyYAML was built with it
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_WORDS = {
    form: value
    for word, value in (
        ("yes", True),
        ("true", True),
        ("on", True),
        ("no", False),
        ("false", False),
        ("off", False),
    )
    for form in (word, word.capitalize(), word.upper())
}
_LONGEST = 300  # characters of a number
_MAY_CHANGE = frozenset(
    "0123456789+-.=<"
)  # what begins a word that is neither text nor one of the words above
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# The numbers of YAML 1.2, which YAML 1.1 reads as text; and a value of YAML 1.1 alone.
_ELSEWHERE = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|=|<<")
_NUMERIC = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "timestamp"))
_tag: Callable[[str], str] = partial(
    yaml.resolver.Resolver().resolve, yaml.ScalarNode, implicit=(True, False)
)
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str"))
_MERGE = object()


class _Mark(Protocol):
    """A place in the text, counted from 0; libyaml's and PyYAML's own are two classes."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class Misplaced(InvalidValue):
    """What is wrong, and where: `line` and `column` count from 1."""

    def __init__(self, fault: str, advice: str, mark: _Mark | None) -> None:
        super().__init__(fault, advice)
        self.line = mark.line + 1 if mark else 1
        self.column = mark.column + 1 if mark else 1


@dataclass(slots=True)
class _Open:
    """A mapping or list that has begun and not ended."""

    value: Any  # dict[str, object] or list[object]
    anchor: str | None
    size: int = 1
    key: object = None
    merged: list[dict[str, Any]] = field(default_factory=list)


def read_yaml(text: str, *, largest: int, deepest: int) -> object:
    """The value of one YAML document, None for an empty one; raises `Misplaced`.

    `largest` bounds its size with every alias expanded, in characters; `deepest` its nesting.
    """
    builder = _Builder(largest, deepest)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        context = f"{error.context}: " if error.context else ""
        advice = "Text that holds ': ' or ' #', or begins with one of * & ! % @ ` { [, needs quotes."
        raise Misplaced(f"is not valid YAML: {context}{error.problem}", advice, error.problem_mark) from None
    except yaml.YAMLError as error:  # the reader's: a character that YAML does not allow
        character = printable(str(getattr(error, "reason", "unreadable")))
        raise Misplaced(f"is not valid YAML: {character}", "Remove control characters.", None) from None
    return builder.root


class _Builder:
    """Puts events together without recursion: depth costs no stack."""

    def __init__(self, largest: int, deepest: int) -> None:
        self.root: object = None
        self._largest = largest
        self._deepest = deepest
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[object, int] | None] = {}  # None: begun and not ended
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Add what one event of the parser says."""
        match event:
            case yaml.ScalarEvent():
                value = self._scalar(event)
                if event.anchor:
                    self._refuse_second(event)
                    self._anchors[event.anchor] = (value, len(event.value) + 1)
                self._place(value, len(event.value) + 1, event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._begin(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end(event)
            case yaml.AliasEvent():
                self._place(*self._aliased(event), event)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    advice = "Give one document: remove the line that is --- alone."
                    raise Misplaced("holds several YAML documents", advice, event.start_mark)
            case _:
                pass

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        _refuse_tag(event)
        if len(self._open) >= self._deepest:
            raise Misplaced(f"is nested more than {self._deepest} levels deep", "", event.start_mark)
        if self._wants_key():
            raise Misplaced("has a list or mapping as a key", "Keys are text.", event.start_mark)
        if event.anchor:
            self._refuse_second(event)
            self._anchors[event.anchor] = None
        self._open.append(_Open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor))

    def _refuse_second(self, event: yaml.NodeEvent) -> None:
        """An anchor is set once, as PyYAML's own readers want it."""
        if event.anchor in self._anchors:
            advice = "Text that begins with & needs quotes."
            raise Misplaced("has an anchor of the same name twice", advice, event.start_mark)

    def _end(self, event: yaml.Event) -> None:
        done = self._open.pop()
        for merged in done.merged:
            for key, value in merged.items():
                done.value.setdefault(key, value)
        if done.anchor:
            self._anchors[done.anchor] = (done.value, done.size)
        self._place(done.value, done.size, event)

    def _aliased(self, event: yaml.AliasEvent) -> tuple[object, int]:
        advice = "Text that begins with * needs quotes."
        if event.anchor not in self._anchors:
            raise Misplaced("has an alias without an anchor before it", advice, event.start_mark)
        found = self._anchors[event.anchor]
        if found is None:
            raise Misplaced(
                "has an alias inside its own anchor: it would never end", advice, event.start_mark
            )
        return found

    def _wants_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _place(self, value: object, size: int, event: yaml.Event) -> None:
        if not self._open:
            self.root = value
            return
        into = self._open[-1]
        into.size += size
        if into.size > self._largest:
            raise Misplaced("grows too large when its aliases are expanded", "", event.start_mark)
        if isinstance(into.value, list):
            into.value.append(value)
        elif into.key is None:
            into.key = _key(value, into.value, event)
        else:
            _put(into, value, event)
            into.key = None

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        _refuse_tag(event)
        if not event.implicit[0] or event.tag:
            return event.value
        if event.value == "<<" and self._wants_key():
            return _MERGE
        if event.anchor and not event.value:
            advice = "Text that begins with & needs quotes."
            raise Misplaced("has an anchor with nothing after it", advice, event.start_mark)
        if event.value and odd_in(event.value[0] + event.value[-1]):
            wrong = odd(event.value[0] + event.value[-1])
            raise Misplaced(wrong.fault, wrong.advice, event.start_mark)
        try:
            return _resolve(event.value)
        except InvalidValue as wrong:
            raise Misplaced(wrong.fault, wrong.advice, event.start_mark) from None


def _resolve(text: str) -> object:
    """What an unquoted scalar is."""
    if text in _NULL:
        return None
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAY_CHANGE:
        return text
    if _NOT_FINITE.fullmatch(text):
        raise InvalidValue(
            "holds infinity or NaN, which JSON cannot carry", "Put it in quotes to send it as text."
        )
    numeric = _tag(text) in _NUMERIC
    if numeric and (number := canonical(text)) is not None:
        return number
    return Unquoted(text, _arrives(text)) if numeric or _ELSEWHERE.fullmatch(text) else text


def _arrives(text: str) -> int | float | None:
    """What the word is to PyYAML's safe loader, where that is a number that can be shown."""
    if len(text) > _LONGEST:
        return None
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, OverflowError):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    return None


def _key(value: object, into: dict[str, object], event: yaml.Event) -> object:
    if value is _MERGE:
        return value
    if not isinstance(value, str):
        kind = {bool: "a boolean", type(None): "null"}.get(type(value), "not text")
        raise Misplaced(f"has a key that is {kind}, not a name", "Put the key in quotes.", event.start_mark)
    if odd_in(value) and isinstance(event, yaml.ScalarEvent) and event.style is None:
        wrong = odd(value)
        raise Misplaced(wrong.fault, wrong.advice, event.start_mark)
    if value in into:
        raise Misplaced(f"has the key {printable(value)} twice", "Keep one of them.", event.start_mark)
    return value


def _put(into: _Open, value: object, event: yaml.Event) -> None:
    if into.key is not _MERGE:
        into.value[into.key] = value
        return
    merged: list[Any] = value if isinstance(value, list) else [value]
    if not all(isinstance(item, dict) for item in merged):
        raise Misplaced(
            "merges (<<) what is not a mapping", "Put << in quotes if it is a name.", event.start_mark
        )
    into.merged += merged


def _refuse_tag(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
    """Only plain data is read. The tag is never shown: it may be a password that was not quoted."""
    if event.tag is None or event.tag in _PLAIN_TAGS:
        return
    if event.tag in {"!vault", "!vault-encrypted"}:
        raise Misplaced("holds a value encrypted with ansible-vault (!vault)", VAULT, event.start_mark)
    advice = "Only plain data is sent. Text that begins with ! needs quotes."
    raise Misplaced("holds a YAML tag", advice, event.start_mark)
