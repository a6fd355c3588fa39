"""JSON that a person wrote: no key twice, no NaN, and numbers that remember how they were written."""

from __future__ import annotations

import json
from typing import NoReturn

from aap_launcher.errors import InvalidValue
from aap_launcher.inputs.numbers import json_number
from aap_launcher.text.duplicate_keys import unique


def loads(text: str) -> object:
    """The value of a JSON text. Raises `ValueError` (of a key that stands twice `Twice`), `RecursionError`."""
    try:
        return json.loads(
            text,
            object_pairs_hook=unique,
            parse_float=json_number,
            parse_int=json_number,
            parse_constant=_refuse_constant,
        )
    except InvalidValue as wrong:
        raise ValueError(f"it {wrong.fault}") from None


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"it holds {word}, which JSON cannot carry")
