"""What HTTP can carry as the value of a header, so that nothing is sent that nobody could read."""

from __future__ import annotations


def fault(value: str) -> str:
    """What keeps the value out of a header, in words; "" for nothing.

    Bytes beyond ASCII have no agreed meaning there (RFC 9110, 5.5), and blanks around a value are dropped on the way.
    """
    if "\r" in value or "\n" in value:
        return "has a line break in it"
    if not value.isascii():
        return "has letters beyond ASCII in it, which no HTTP header can hold"
    if not value.isprintable():
        return "has a control character in it"
    return "has a blank at its beginning or end" if value != value.strip() else ""
