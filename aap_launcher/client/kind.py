"""A kind: a collection of the controller's root as a row of data; the verbs are written once, elsewhere."""

from __future__ import annotations

import msgspec

from aap_launcher.client import arguments
from aap_launcher.errors import InvalidInput
from aap_launcher.text.near import near


class Action(msgspec.Struct, frozen=True):
    """Something that one object can do: POST to `path` below it (`name` + "/" where "").

    `fields`: what its body may hold. `starts`: whether the answer is a run that can be followed.
    """

    name: str
    summary: str
    path: str = ""
    fields: tuple[str, ...] = ()
    starts: bool = False


class Kind(msgspec.Struct, frozen=True):
    """One collection. `owner`: what tells objects of one name apart; the first of them is ORG in NAME++ORG."""

    name: str
    singular: str
    aliases: tuple[str, ...] = ()
    path: str = ""  # below the API root, where it is not the name
    below: str = ""  # the collection below whose objects its related lists stand, where that is another one
    key: str = "name"
    owner: tuple[str, ...] = ()
    owner_of: str = ""  # the foreign key whose object's owner is this one's as well
    actions: tuple[Action, ...] = ()
    columns: tuple[str, ...] = ("id", "name")
    needs: tuple[str, ...] = ()  # a create needs them although OPTIONS does not say so; "a|b": one of them
    lacks: tuple[str, ...] = ()  # a create does not need them although OPTIONS says so
    once: tuple[str, ...] = ()  # what a create takes and an edit does not
    text: tuple[str, ...] = ()  # JSON in a text: mappings are written as JSON, and read back
    secret: tuple[str, ...] = ()  # replaced whole by an edit, secrets inside
    attach: tuple[str, ...] = ()  # related lists that objects are attached to and detached from
    newest_first: bool = False
    same_ids: tuple[str, ...] = ()  # collections whose ids are ids of this one too

    @property
    def folder(self) -> str:
        """The collection's path below the API root, with its slash."""
        return (self.path or self.name) + "/"

    @property
    def home(self) -> str:
        """The path below which the related lists of its objects stand."""
        return f"{self.below}/" if self.below else self.folder

    @property
    def label(self) -> str:
        """One object as people name it: `job template`."""
        return self.singular.replace("_", " ")

    @property
    def a(self) -> str:
        """`a host`, `an inventory`."""
        return f"{'an' if self.label[0] in 'aeio' else 'a'} {self.label}"

    def action(self, name: str) -> Action:
        """The action of this name. Raises `InvalidInput` with the near miss."""
        arguments.checked_text("action", name)
        for action in self.actions:
            if name.replace("-", "_") == action.name:
                return action
        known = [action.name for action in self.actions]
        advice = near(name, known) if known else "There is no such thing to do with one."
        raise InvalidInput(f'{self.name} cannot "{name}". {advice}')
