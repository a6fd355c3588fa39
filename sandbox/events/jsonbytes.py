"""JSON as the controller writes it: compact, UTF-8, with the two line separators of JavaScript escaped."""

from typing import Any

import msgspec


def encode(value: Any) -> bytes:
    return (
        msgspec.json.encode(value).replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
    )


def storable(value: Any) -> Any:
    """A value without what its database cannot keep: NUL characters and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode(errors="replace").decode()
    if isinstance(value, dict):
        return {storable(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value
