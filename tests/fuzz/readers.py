"""Every reader of what people give, over generated texts: `make fuzz` reads a million, `make test` a small sample.

A reader returns a value or says what is wrong. Where variables are read, the value is the one that a reference reader
gives (`json`, PyYAML's safe loader), or the text is refused.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import yaml

from aap_launcher.controller import references
from aap_launcher.controller.objects import COLLECTIONS
from aap_launcher.errors import InvalidInput, InvalidValue
from aap_launcher.inputs import readers, values
from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.inputs.file_text import decode
from aap_launcher.inputs.parsing import parse_inputs, read_environment
from aap_launcher.inputs.parsing import secrets as input_secrets
from aap_launcher.inputs.variables import read_variables
from aap_launcher.models.templates import Question
from aap_launcher.preflight import survey
from aap_launcher.text import secrets
from tests.fuzz.texts import text

SITE = "https://aap.example.com"
NOW = datetime(2026, 1, 31, tzinfo=UTC)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BASE = {"url": SITE, "token": "t0k3n-value", "template": "1"}
_QUESTIONS = [
    Question("a", kind, choices=("a", 1, True), min=1, max=5)
    for kind in ("text", "password", "integer", "float", "multiplechoice", "multiselect", "date")
]


def _no_files(path: str) -> bytes:
    raise FileNotFoundError(path)


READERS: dict[str, Callable[[str], object]] = {
    "boolean": values.boolean,
    "duration": values.duration_seconds,
    "moment": lambda given: values.moment(given, NOW),
    "names": values.reference_list,
    "paths": values.paths,
    "single line": values.single_line,
    "template": lambda given: references.template_reference(given, SITE),
    "job": lambda given: references.job_reference(given, SITE),
    **{
        prompt: partial(references.prompted, prompt, collection, site=SITE)
        for prompt, collection in COLLECTIONS.items()
    },
    **{f"input {one.name}": partial(readers.read_input, one, now=NOW) for one in INPUTS},
    "file": lambda given: read_variables(decode(given.encode("utf-8", "surrogatepass"))),
    "environment": lambda given: read_environment({"AAP_LIMIT": given}),
}
_BY_NAME = sorted(READERS)


def faults(given: str, source: random.Random) -> Iterator[str]:
    """What is wrong with how the text is read, in words; nothing where all is well."""
    for name in ("variables", *source.sample(_BY_NAME, 4)):
        try:
            yield from _variables(given) if name == "variables" else _quiet(READERS[name](given))
        except (InvalidValue, InvalidInput):
            continue
        except Exception as fault:  # noqa: BLE001 - that is what is looked for
            yield f"{name}: {type(fault).__name__}: {fault}"


def _quiet(_value: object) -> Iterator[str]:
    return iter(())


def _variables(given: str) -> Iterator[str]:
    """What a launch does with variables: read, refuse, answer the survey, show, mask, send."""
    found = read_variables(given)
    inputs = parse_inputs({**_BASE, "extra_vars": given}, read_file=_no_files)
    input_secrets(inputs)
    for question in _QUESTIONS:
        try:
            survey.answer(question, next(iter(found.values()), ""))
        except InvalidValue:
            continue
    secrets.for_display({"extra_vars": found})
    survey.refuse_unquoted(found)
    secrets.for_display({"extra_vars": found})
    sent = json.loads(json.dumps(found))
    try:
        wanted = _reference(given)
    except Exception as refused:  # noqa: BLE001 - the reference refuses in many ways
        yield f"variables: read as {found!r}, but the reference refuses: {refused}"
        return
    if not _same(sent, wanted):
        yield f"variables: read as {found!r}, but the reference reads {wanted!r}"


def _reference(given: str) -> object:
    body = given.removeprefix("\ufeff")
    if body.strip().startswith(("{", "[")):
        try:
            return json.loads(body)
        except ValueError:
            return yaml.load(body, Loader=_LOADER) or {}
    lines = [line.strip(" \t") for line in re.split(r"\r\n|\r|\n", body)]
    lines = [line for line in lines if line and not line.startswith("#")]
    if lines and re.match(r"[A-Za-z_][A-Za-z0-9_.-]*[ \t]*=", lines[0]):
        pairs = [line.partition("=") for line in lines]
        return {name.rstrip(" \t"): _bare(value.lstrip(" \t")) for name, _, value in pairs}
    return yaml.load(body, Loader=_LOADER) or {}


def _bare(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def _same(one: Any, other: Any) -> bool:
    """Equal, and of the same type at every depth."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other


def main() -> None:
    """Read as many texts as the first argument says, from the seed that the second gives."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
    print(f"{count:,} texts, seed {seed}", flush=True)
    source, wrong = random.Random(seed), 0
    for at in range(count):
        given = text(source)
        for fault in faults(given, source):
            wrong += 1
            print(f"{given[:200]!r}\n  {fault[:300]}")
        if wrong > 20:
            break
        if at and at % 100_000 == 0:
            print(f"{at:,} read", flush=True)
    print(f"{at + 1:,} read, {wrong} faults, seed {seed}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
