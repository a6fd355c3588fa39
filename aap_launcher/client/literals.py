"""Values of an INI inventory's host line, as Ansible reads them: a Python literal where it is one, else the text.

0644 is a text there, 8080 a number. A literal that would arrive otherwise than it is written is refused.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

from aap_launcher.errors import InvalidValue
from aap_launcher.inputs.numbers import canonical
from aap_launcher.text.quoting import printable


def literal(text: str) -> object:
    """The value. Raises `InvalidValue` for a number in another spelling than it arrives in, or a key twice."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text
    value = list(value) if isinstance(value, tuple) else value
    if not _json_able(value):
        return text
    for node in ast.walk(ast.parse(text.strip(), mode="eval")):
        _refuse_changed(node, text.strip())
    return value


def _refuse_changed(node: ast.AST, text: str) -> None:
    number = isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    if isinstance(node, ast.Constant) and number and not isinstance(node.value, bool):
        written = ast.get_source_segment(text, node) or text
        if canonical(written) is None:
            quotes = f"'\"{written}\"'" if written == text else f'"{written}"'
            raise InvalidValue(
                f"{printable(written)} would arrive as {node.value!r}",
                f"Write {quotes} for the text, {node.value!r} for the number.",
            )
    if isinstance(node, ast.Dict) and (twice := list(_twice(node))):
        raise InvalidValue(f"has the key {printable(twice[0])} twice", "Keep one of them.")


def _twice(node: ast.Dict) -> Iterator[str]:
    seen: set[str] = set()
    for key in node.keys:
        name = ast.dump(key) if key is not None else ""
        if name in seen and isinstance(key, ast.Constant):
            yield str(key.value)
        seen.add(name)


def _json_able(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        return False
    return True
