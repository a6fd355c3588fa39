"""A controller in a box: the API that a launcher touches, over real playbooks run by ansible-runner."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.server import Sandbox, start

__all__ = ["Sandbox", "start"]


def __getattr__(name: str) -> Any:
    """Imported when it is asked for: the process of every playbook is of this package too, and serves nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'sandbox' has no attribute {name!r}")
    return getattr(import_module("sandbox.server"), name)
