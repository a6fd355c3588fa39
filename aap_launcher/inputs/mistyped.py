"""Variables of the environment that look like an input and are none: nothing reads them, so they are told.

Only a near miss is told, by its name and never with its value: `AAP_DEPLOY_STAGE` may well be somebody's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aap_launcher.inputs.definitions import INPUTS

# What is read beside the inputs; tests/inputs/test_mistyped.py finds each that the package names.
SETTINGS = frozenset(
    {
        *("AAP_PROFILE", "AAP_WEBHOOK_KEY", "AAP_DOTENV", "AAP_DOTENV_PREFIX", "AAP_GITLAB_ANNOTATIONS"),
        *("AAP_OUTPUTS_FILE", "AAP_SUMMARY_FILE", "AAP_LAUNCHER_COMPLETE", "AAP_IMAGE"),
    }
)
_PREFIX = "AAP_"
_READ = frozenset(name for one in INPUTS for name in one.variables) | SETTINGS


def strange(environ: Mapping[str, str]) -> Sequence[str]:
    """The variables that are named as an input is, and are none: mostly there is no such."""
    return [name for name in environ if name.startswith(_PREFIX) and name not in _READ and environ[name]]


def mistyped_inputs(names: Iterable[str], outputs: Iterable[str]) -> Sequence[str]:
    """A sentence for each that was meant for an input. `outputs`: those of a launch, which later jobs of GitLab get."""
    tails = tuple(f"_{name.upper()}" for name in outputs)  # also behind a prefix of one's own
    found = ((name, _near(name)) for name in sorted(names) if not name.endswith(tails))
    return [f"{name} is set, and nothing reads it. Did you mean {near}?" for name, near in found if near]


def _near(name: str) -> str:
    """The variable that was meant, "" where the name is like none."""
    import difflib  # noqa: PLC0415 - for a strange variable alone

    word = name.removeprefix(_PREFIX)
    ours = [one for one in _READ if one.startswith(_PREFIX) and abs(len(one) - len(name)) <= 2]
    words = {one.removeprefix(_PREFIX): one for one in sorted(ours)}
    swapped = [one for one in words if sorted(one) == sorted(word)]
    close = swapped or difflib.get_close_matches(word, words, n=1, cutoff=0.8)
    return words[close[0]] if close else ""
