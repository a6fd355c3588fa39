"""An adapter on a stream in memory."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

from aap_launcher.ci import CI, detect
from aap_launcher.models.marks import Mark


class Terminal(io.BytesIO):
    def isatty(self) -> bool:
        return True


def adapter(
    name: str, environ: Mapping[str, str] | None = None, stream: io.BytesIO | None = None
) -> tuple[CI, io.BytesIO]:
    stream = stream or io.BytesIO()
    return detect(environ or {}, override=name, stream=stream, wall_clock=lambda: 1_700_000_000.9), stream


def written(
    name: str, marks: Iterable[Mark], environ: Mapping[str, str] | None = None, secrets: Iterable[str] = ()
) -> bytes:
    """All that an adapter writes for these marks."""
    ci, stream = adapter(name, environ)
    ci.mask(secrets)
    for mark in marks:
        ci.emit(mark)
    ci.close()
    return stream.getvalue()
