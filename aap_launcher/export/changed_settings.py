"""What was changed in the controller's settings, category by category."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from aap_launcher.errors import LauncherError
from aap_launcher.models import shapes

if TYPE_CHECKING:
    from aap_launcher.export.reader import Reader

_CHANGED = "changed"
_OTHERS = frozenset({"all", _CHANGED})  # no categories: every setting, and every one that was changed
_STAMP = "_LAST_"  # AUTOMATION_ANALYTICS_LAST_GATHER, ...: the controller writes them itself, again and again


def settings(reader: Reader) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(category, settings that are not at their default) for each category in which there is one."""
    changed = reader.page(f"settings/{_CHANGED}/", "the changed settings")
    kept = {name for name in changed if _STAMP not in name}
    if not kept:
        return
    listed = reader.page("settings/", "the settings", [("page_size", "200")])
    slugs = sorted(shapes.text_at(row, "slug") for row in shapes.rows(listed, "results"))
    for slug in slugs:
        if slug in _OTHERS:
            continue
        found = reader.page(f"settings/{slug}/", f'the settings "{slug}"')
        if names := kept & found.keys() - _read_only(reader, slug):
            yield slug, {name: found[name] for name in names}


def _read_only(reader: Reader, slug: str) -> set[str]:
    """Those that no request changes (INSTALL_UUID); where the controller does not tell them, none."""
    try:
        return {name for name, field in reader.settings.fields(slug).items() if not field.edit}
    except LauncherError:
        return set()
