"""A file's bytes as text, and how large what is sent may be."""

from __future__ import annotations

from aap_launcher.errors import InvalidValue

LARGEST = 5 * 1024 * 1024  # bytes; the controller's nginx refuses larger bodies (client_max_body_size 5m)


def decode(raw: bytes) -> str:
    """A file's bytes as text: UTF-8, with or without a byte order mark; raises `InvalidValue`."""
    if len(raw) > LARGEST:
        raise InvalidValue("is larger than 5 MiB, more than a controller takes", "Send less.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidValue("is UTF-16", "Save it as UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidValue(
            f"is not UTF-8: line {line} has the byte 0x{raw[error.start]:02x}", "Save it as UTF-8."
        ) from None
