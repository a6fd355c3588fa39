"""list, get, count and related: what only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.cli.options import environment
from aap_launcher.cli.output_options import Shown, check_columns, chosen_output
from aap_launcher.cli.screen import browse
from aap_launcher.errors import InvalidInput

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.client.kind import Kind
    from aap_launcher.client.records import Record
    from aap_launcher.client.resource import Resource

MOST = 100  # rows of a table on a terminal where nothing was said


def list_objects(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`list`."""
    form = _form(kind, given)
    resource = desk.resource(kind)
    check_columns(form.columns, _fields(resource, form.columns))
    terms = [*given["words"], *given["filters"]]

    def ask(at_most: int | None) -> Iterator[Record]:
        return resource.list(*terms, search=given["search"], order_by=given["order_by"], at_most=at_most)

    return _show(desk, form, given, ask, kind.name.replace("_", " "))


def list_related(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`related`."""
    from aap_launcher.client.kind_names import foreign

    target = foreign(given["related"].replace("-", "_"))
    form = _form(target or kind, given)
    resource = desk.resource(kind)
    if target is not None:
        check_columns(form.columns, _fields(desk.resource(target), form.columns))
    terms = [*given["words"], *given["filters"]]

    def ask(at_most: int | None) -> Iterator[Record]:
        return resource.related(given["reference"], given["related"], *terms, at_most=at_most)

    return _show(desk, form, given, ask, given["related"].replace("_", " "))


def got(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`get`."""
    form = _form(kind, given)
    if given["web"] and (given["output"] or given["columns"] or given["jq"]):
        raise InvalidInput("--web opens a page and shows nothing here; leave the form of output out.")
    resource = desk.resource(kind)
    check_columns(form.columns, _fields(resource, form.columns))
    found = resource.one(given["reference"])
    if given["web"]:
        return _open(desk, page(desk, found))
    return form.one(desk.screen, found.content)


def counted(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`count`."""
    found = desk.resource(kind).count(*given["words"], *given["filters"], search=given["search"])
    return desk.screen.data([f"{found}\n"])


def summed_up(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`stats`."""
    from aap_launcher.cli.signals import wall_clock
    from aap_launcher.client.stats import COLUMNS, stats
    from aap_launcher.errors import InvalidValue
    from aap_launcher.inputs.values import moment

    form = chosen_output(given, name="template", usual=COLUMNS)
    check_columns(form.columns, COLUMNS)
    try:
        since = moment(given["since"], wall_clock())
    except InvalidValue as wrong:
        raise InvalidInput(f"--since {wrong.fault}. {wrong.advice}") from None
    rows = desk.resource(kind).list(*given["words"], *given["filters"], finished__gte=since)
    seen = _Seen(rows, None)
    code = desk.show(form, stats(record.content for record in seen))
    if form.for_people and not seen.count:
        desk.screen.say(f"no {kind.name.replace('_', ' ')} that fit ended since {given['since']}.")
    return code


def page(desk: Desk, record: Record) -> str:
    """The address that opens the object in the browser."""
    from aap_launcher.cli.resources.web_addresses import address

    return address(record, desk.api.platform)


def _form(kind: Kind, given: Mapping[str, Any]) -> Shown:
    return chosen_output(given, name=kind.key, usual=kind.columns)


def _fields(resource: Resource, columns: Sequence[str]) -> Iterable[str]:
    """The fields that are known; this controller is asked only where one is missing."""
    bundled = resource.shape().fields
    if all(column.partition(".")[0] in bundled for column in columns):
        return bundled
    return {**bundled, **resource.fields()}


def _show(
    desk: Desk,
    form: Shown,
    given: Mapping[str, Any],
    ask: Callable[[int | None], Iterator[Record]],
    name: str,
) -> int:
    """Write what is asked for; a table on a terminal stops after a while, and says so."""
    if given["every"] and given["at_most"]:
        raise InvalidInput("--all and --limit do not go together.")
    cut = form.for_people and desk.screen.width is not None and not given["every"] and not given["at_most"]
    rows = ask(MOST + 1 if cut else given["at_most"])
    seen = _Seen(rows, MOST if cut else None)
    code = desk.show(form, (record.content for record in seen))
    if seen.more:
        desk.screen.say(
            f"the first {MOST} {name} are shown, and there are more: --all shows them, -o json as well."
        )
    if form.for_people and not seen.count:
        desk.screen.say(
            f"no {name} {'fit' if given['words'] or given['filters'] or given.get('search') else 'here'}."
        )
    return code


class _Seen:
    """Rows as they pass: how many there were, and whether there were more than are shown."""

    def __init__(self, rows: Iterable[Record], most: int | None) -> None:
        self._rows, self._most = rows, most
        self.count, self.more = 0, False

    def __iter__(self) -> Iterator[Record]:
        for row in self._rows:
            if self._most is not None and self.count == self._most:
                self.more = True
                return
            self.count += 1
            yield row


def _open(desk: Desk, url: str) -> int:
    if browse(url, environment()):
        desk.screen.say(f"opened {url}")
        return 0
    return desk.screen.data([f"{url}\n"])
