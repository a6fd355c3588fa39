"""The verbs as data: what each is called, takes and calls. Written once for every resource."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
import msgspec

from aap_launcher.cli import resource_options as options
from aap_launcher.cli.resource_options import Decorator

if TYPE_CHECKING:
    from aap_launcher.client.fields import Shape
    from aap_launcher.client.kind import Kind

_ROOM = "aap_launcher.cli.resources"


class Verb(msgspec.Struct, frozen=True):
    """One verb. `summary` speaks of {name} (hosts) and {label} (host); `run`: module and function that do it."""

    name: str
    summary: str
    run: str
    takes: tuple[Decorator, ...] = ()
    offline: bool = False  # it asks no controller
    fits: Callable[[Kind, Shape], bool] = lambda _kind, _shape: True
    words: str = ""  # what help says besides

    def does(self) -> Callable[..., int]:
        """The function, imported now."""
        module, _, name = self.run.partition(":")
        found: Callable[..., int] = getattr(import_module(f"{_ROOM}.{module}"), name)
        return found


def _can(verb: str) -> Callable[[Kind, Shape], bool]:
    return lambda _kind, shape: verb in shape.verbs


def _option(*names: str, **how: Any) -> Decorator:
    return click.option(*names, **how)


def _reference(command: Any) -> Any:
    return click.argument("reference", metavar="REFERENCE")(command)


def _references(command: Any) -> Any:
    return click.argument("references", metavar="REFERENCE...", nargs=-1, required=True)(command)


def _list(command: Any) -> Any:
    return click.argument("related", metavar="LIST")(command)


def _others(command: Any) -> Any:
    return click.argument("others", metavar="OTHER...", nargs=-1, required=True)(command)


def _file(command: Any) -> Any:
    return click.argument("file", metavar="FILE")(command)


def _filters(command: Any) -> Any:
    command = click.argument("words", metavar="[FIELD=VALUE]...", nargs=-1)(command)
    return click.option(
        "--filter",
        "filters",
        multiple=True,
        metavar="FIELD=VALUE",
        help="The same: name__icontains=web, or__id=7.",
    )(command)


def _fields(command: Any) -> Any:
    command = click.argument("words", metavar="[FIELD=VALUE]...", nargs=-1)(command)
    return click.option(
        "-f", "--file", "file", metavar="FILE", default=None, help="Fields from YAML or JSON; - is stdin."
    )(command)


_SEARCH = _option("--search", metavar="TEXT", default=None, help="What the controller finds by this text.")
_ORDER = _option(
    "--order-by", metavar="FIELDS", default=None, help="Sort by fields, -field the other way round."
)
_LIMIT = _option(
    "--limit", "at_most", type=click.IntRange(min=1), metavar="N", default=None, help="At most so many."
)
_ALL = _option("--all", "every", is_flag=True, help="All of them: on a terminal a table shows the first 100.")
_SINCE = _option(
    "--since",
    metavar="TIME",
    default="7d",
    show_default=True,
    help="Those that ended since: 2026-01-31, 7d, 12h.",
)
_WEB = _option("--web", is_flag=True, help="Open its page in the browser.")
_DRY = _option("--dry-run", is_flag=True, help="Show the requests, send nothing that changes anything.")
_YES = _option("-y", "--yes", is_flag=True, help="Ask nothing; needed where nobody can answer.")
_WAIT = _option("--wait", is_flag=True, help="Wait until it is gone; an inventory takes a while.")
_MISSING = _option("--missing-ok", is_flag=True, help="It is no error if there is none.")
_ABSENT = _option("--if-absent", is_flag=True, help="Leave one of the same name and owner as it is.")
_LIVE = _option("--live", is_flag=True, help="Ask this controller, not what was recorded of AWX 24.6.1.")
_FORM = _option(
    "--format", "form", type=click.Choice(["csv", "jsonl", "ini"]), default=None, help="What FILE is."
)
_INTO = _option(
    "-i", "--inventory", metavar="INVENTORY", required=True, help="The inventory that the hosts belong to."
)
_SHOWN = options.output()
_CONNECTED = options.connected

VERBS: tuple[Verb, ...] = (
    Verb(
        "list",
        "List {name}.",
        "reading:list_objects",
        (_filters, _SEARCH, _ORDER, _LIMIT, _ALL, _SHOWN, _CONNECTED),
        fits=_can("list"),
        words="Filters are the API's: name=web1, name__icontains=web, inventory=Shop, not__enabled=true.",
    ),
    Verb("get", "Show one {label}.", "reading:got", (_reference, _WEB, _SHOWN, _CONNECTED), fits=_can("get")),
    Verb(
        "count",
        "How many {name} there are.",
        "reading:counted",
        (_filters, _SEARCH, _CONNECTED),
        fits=_can("list"),
    ),
    Verb(
        "stats",
        "How {name} went: counts, durations and failure rate by template.",
        "reading:summed_up",
        (_filters, _SINCE, _SHOWN, _CONNECTED),
        fits=lambda kind, _shape: kind.name in {"jobs", "workflow_jobs", "unified_jobs"},
        words="Seconds are of successful ones: half of them took `median` or less, nearly all `p95`.",
    ),
    Verb(
        "related",
        "List what belongs to one {label}.",
        "reading:list_related",
        (_reference, _list, _filters, _LIMIT, _ALL, _SHOWN, _CONNECTED),
        fits=_can("get"),
    ),
    Verb(
        "create",
        "Make a new {label}.",
        "changing:created",
        (_fields, _ABSENT, _DRY, _SHOWN, _CONNECTED),
        fits=_can("create"),
        words="field=@FILE is what stands in the file, field[key]=x one value of many. A file may hold several.",
    ),
    Verb(
        "import",
        "Make or change the {name} of a file: CSV, JSON lines or INI.",
        "importing:imported",
        (_file, _INTO, _FORM, _DRY, _CONNECTED),
        fits=lambda kind, _shape: kind.name == "hosts",
        words="What FILE (- is stdin) does not say stays as it is: other hosts, other variables. A CSV column that is "
        "no field of a host is a variable, as text. Run it again to go on where it ended.",
    ),
    Verb(
        "edit",
        "Change one {label}, and tell what changed.",
        "changing:edited",
        (_reference, _fields, _DRY, _SHOWN, _CONNECTED),
        fits=_can("edit"),
        words="The controller has no locks: what somebody else changed meanwhile is told, not prevented.",
    ),
    Verb(
        "delete",
        "Delete {name}.",
        "changing:deleted",
        (_references, _YES, _MISSING, _WAIT, _CONNECTED),
        fits=_can("delete"),
    ),
    Verb(
        "attach",
        "Attach others to a list of one {label}.",
        "linking:attached",
        (_reference, _list, _others, _CONNECTED),
        fits=lambda kind, _shape: bool(kind.attach),
    ),
    Verb(
        "detach",
        "Detach others from a list of one {label}.",
        "linking:detached",
        (_reference, _list, _others, _YES, _CONNECTED),
        fits=lambda kind, _shape: bool(kind.attach),
    ),
    Verb(
        "explain",
        "Tell the fields, filters and verbs of {name}.",
        "explaining:explained",
        (_LIVE, _CONNECTED),
        offline=True,
    ),
)
BY_NAME = {verb.name: verb for verb in VERBS}


def verbs_of(kind: Kind) -> tuple[Verb, ...]:
    """The verbs that a kind has, in their order."""
    from aap_launcher.client.fields import shape

    return tuple(verb for verb in VERBS if verb.fits(kind, shape(kind)))
