"""Launch jobs on Ansible Automation Platform and AWX, follow them live, report them whole; and reach all else there.

    from aap_launcher import Controller

The public names; `__init__.pyi` tells their types.
"""

__version__ = "0.1.0"

_ERRORS = "aap_launcher.errors"
_HOMES = {
    "Answer": "aap_launcher.client.controller",
    "Controller": "aap_launcher.client.controller",
    "Field": "aap_launcher.client.fields",
    "Record": "aap_launcher.client.records",
    "Resource": "aap_launcher.client.resource",
    "Result": "aap_launcher.client.run",
    "Run": "aap_launcher.client.run",
    "Ambiguous": _ERRORS,
    "AnswerLost": _ERRORS,
    "Conflict": _ERRORS,
    "Forbidden": _ERRORS,
    "InvalidInput": _ERRORS,
    "JobFailed": _ERRORS,
    "LaunchUnknown": _ERRORS,
    "LauncherError": _ERRORS,
    "NotFound": _ERRORS,
    "Problem": _ERRORS,
    "Refused": _ERRORS,
    "TimedOut": _ERRORS,
    "Unauthorized": _ERRORS,
    "Unreachable": _ERRORS,
}


def __getattr__(name: str) -> object:
    """A public name, imported when it is asked for: `import aap_launcher` itself costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'aap_launcher' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - see above

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*_HOMES, "__version__"]
