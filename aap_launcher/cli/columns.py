"""Whether the columns that were asked for are there: one that no row has would print blank without a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from aap_launcher.cli.output_formats import Row
from aap_launcher.cli.screen import Screen
from aap_launcher.errors import InvalidInput
from aap_launcher.text.near import near
from aap_launcher.text.quoting import quoted


class Sought:
    """The columns that no row has had so far, each with the names that stood at the depth where it went astray."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._unseen: dict[str, dict[int, dict[str, None]]] = {column: {} for column in columns}
        self._rows = False

    def watched(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows as they pass."""
        for row in rows:
            self._rows = True
            if self._unseen:
                self._look(row)
            yield row

    def _look(self, row: Row) -> None:
        for column, astray in list(self._unseen.items()):
            place: object = row
            for depth, part in enumerate(column.split(".")):
                if not isinstance(place, Mapping):
                    break
                if part not in place:
                    astray.setdefault(depth, {}).update(dict.fromkeys(map(str, place)))
                    break
                place = place[part]
            else:
                del self._unseen[column]

    def told(self, screen: Screen) -> int:
        """Say which columns no row has; the exit code. A field that the rows of a list lack is no mistake, but said."""
        if not self._rows:
            return 0
        for column, astray in self._unseen.items():
            depth = max(astray, default=0)
            names = astray.get(depth, {})
            advice = near(column.split(".")[depth], names) if names else ""
            screen.say(f"--columns: nothing shown has {quoted(column)}. {advice}".rstrip())
        return InvalidInput.exit_code if any("." in column for column in self._unseen) else 0
