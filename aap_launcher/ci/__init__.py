"""The CI providers: one adapter each, and the only place that writes to the log.

Foreign text is made harmless by `defuse`, then secrets are replaced by `masks`: in an `Outlet`, through which every
stream goes, stdout and stderr alike. A log that cannot be written any more is never the launcher's end.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aap_launcher.ci.adapters import context, detect, spread
    from aap_launcher.ci.base import CI
    from aap_launcher.ci.files import write
    from aap_launcher.ci.outlet import printing

__all__ = ["CI", "context", "detect", "printing", "spread", "write"]
_PLACES = {"CI": "base", "printing": "outlet", "write": "files"}
_PLACES |= dict.fromkeys(("context", "detect", "spread"), "adapters")


def __getattr__(name: str) -> object:
    """What is asked for: help needs the outlet, and no adapter nor its models."""
    if name not in _PLACES:
        raise AttributeError(name)
    return getattr(import_module(f"aap_launcher.ci.{_PLACES[name]}"), name)
