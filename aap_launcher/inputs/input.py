"""What an input is: its name, how its text is read, who takes it, and what stands for its absence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class InputKind(StrEnum):
    """How an input's text is read."""

    TEXT = "text"
    BOOLEAN = "boolean"  # true, false, yes, no, on, off, 1, 0
    INTEGER = "integer"
    DURATION = "duration"  # 90, 90s, 15m, 1h30m
    MOMENT = "moment"  # 2026-01-31T12:00:00Z, or how long ago
    LIST = "list"  # lines, or commas, or a JSON list
    MAPPING = "mapping"  # YAML, JSON or key=value lines
    CHOICE = "choice"
    FILES = "files"  # a list of paths


class Command(StrEnum):
    """The commands that take inputs. CI runs `launch`: its job and relaunch stand for the commands of that name."""

    LAUNCH = "launch"
    FOLLOW = "follow"
    RELAUNCH = "relaunch"
    CANCEL = "cancel"
    APPROVE = "approve"
    DENY = "deny"
    OUTPUT = "output"
    DOCTOR = "doctor"


class Section(StrEnum):
    """The headings of the inputs in help and documents, in their order."""

    CONNECTION = "Connection"
    WHAT = "What to launch"
    PROMPTS = "Prompts"
    BEHAVIOUR = "Behaviour"


EVERY = frozenset(Command)
LAUNCH = frozenset({Command.LAUNCH})
STARTING = LAUNCH | {Command.RELAUNCH}
CHECKED = LAUNCH | {Command.DOCTOR}  # what a launch takes and the doctor looks at
FOLLOWING = STARTING | {Command.FOLLOW}
LARGEST = 2**31 - 1  # the controller's integer columns
_META = "input"


class Input(NamedTuple):
    """One input. `default` is the text that stands for absence of the input, "" for none."""

    name: str
    kind: InputKind
    description: str
    default: str = ""
    choice: type[StrEnum] | None = None
    secret: bool = False
    required: bool = False
    section: Section = Section.PROMPTS
    commands: frozenset[Command] = LAUNCH
    aliases: tuple[str, ...] = ()  # environment variables of the ecosystem that mean the same
    needs: str = ""  # the input without which this one would be ignored
    bounds: tuple[int, int] = (0, LARGEST)  # of an integer

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that the input takes, () where it is no choice."""
        return tuple(self.choice) if self.choice else ()

    @property
    def option(self) -> str:
        """The command line's spelling: --extra-vars."""
        return "--" + self.name.replace("_", "-")

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that are read, the first that is set wins."""
        return (f"INPUT_{self.name.upper()}", f"AAP_{self.name.upper()}", *self.aliases)


def about(
    section: Section,
    kind: InputKind,
    description: str,
    *,
    commands: frozenset[Command] = EVERY,
    choice: type[StrEnum] | None = None,
    secret: bool = False,
    required: bool = False,
    aliases: tuple[str, ...] = (),
    needs: str = "",
) -> Mapping[str, Input]:
    """The metadata that makes an input of a dataclass's field; its name and default are the field's."""
    one = Input("", kind, description, "", choice, secret, required, section, commands, aliases, needs)
    return {_META: one}


def inputs_of(owner: type[DataclassInstance]) -> Iterator[Input]:
    """The inputs among a dataclass's fields, in its order."""
    for one in fields(owner):
        if _META in one.metadata:
            default = "" if one.default is MISSING else _text(one.default, one.metadata[_META].kind)
            yield one.metadata[_META]._replace(name=one.name, default=default)


def _text(default: object, kind: InputKind) -> str:
    """A field's default as the text that would give it."""
    match default:
        case None:
            return ""
        case bool():
            return str(default).lower()
        case float() if kind is InputKind.DURATION:
            return f"{default / 60:.0f}m" if default % 60 == 0 else f"{default:.0f}s"
        case _:
            return str(default)
