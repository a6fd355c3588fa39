"""A record: one object as the controller tells it, and nothing that asks again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aap_launcher.client.kind import Kind
from aap_launcher.errors import Unreachable


class Record(Mapping[str, Any]):
    """One object: a mapping of its fields, and `id`, `name`, `url` for the eye. No attribute asks the controller.

    JSON that the API keeps in a text (`variables`, `extra_vars`) reads as the mapping it is; `content` is what
    the controller sent. `notes` tell what else was done to make it so, or what did not become so.
    """

    __slots__ = ("_site", "content", "kind", "notes")

    def __init__(
        self,
        content: Mapping[str, Any],
        kind: Kind | None = None,
        *,
        site: str = "",
        notes: tuple[str, ...] = (),
    ) -> None:
        self.content, self.kind, self.notes, self._site = content, kind, notes, site

    @property
    def id(self) -> int:
        """The object's id. Raises `KeyError` for what has none, `Unreachable` for what is none."""
        number = self.content["id"]
        if not isinstance(number, int) or isinstance(number, bool):
            raise Unreachable(
                f"{self.type or 'an object'}: its id is no number: the answer is not the controller's."
            )
        return number

    @property
    def name(self) -> str:
        """What people call it; "" for what has no name."""
        key = self.kind.key if self.kind is not None else "name"
        return str(self.content.get(key) or self.content.get("name") or "")

    @property
    def url(self) -> str:
        """The object's address in the API."""
        path = str(self.content.get("url") or "")
        return self._site + path if path.startswith("/") else path

    @property
    def type(self) -> str:
        """The API's word for what it is: `job_template`."""
        return str(self.content.get("type") or (self.kind.singular if self.kind is not None else ""))

    def __getitem__(self, field: str) -> Any:  # noqa: ANN401 - JSON is anything
        value = self.content[field]
        if self.kind is not None and field in self.kind.text and isinstance(value, str):
            return mapping_of(value)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self.content)

    def __len__(self) -> int:
        return len(self.content)

    def __repr__(self) -> str:
        """`<job template 7 "Deploy shop">`."""
        named = self.kind is not None and not self.kind.same_ids  # of a unified list the row tells more
        what = self.kind.label if self.kind is not None and named else self.type.replace("_", " ")
        parts = [what or "record", str(self.content.get("id", ""))]
        name = f'"{self.name}"' if self.name else ""
        return f"<{' '.join(filter(None, [*parts, name]))}>"


def mapping_of(text: str) -> Any:  # noqa: ANN401 - a text that is no mapping stays one
    """The mapping that a text of JSON or YAML holds; the text itself where it holds none."""
    if not text.strip() or text.strip() == "---":
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = _yaml(text)
    return found if isinstance(found, dict) else text


def _yaml(text: str) -> object:
    import yaml  # noqa: PLC0415 - most variables are JSON

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
