"""Decompression in pieces of bounded size: 245 kB of gzip can be 6.7 GB."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

_PIECE = 1 << 20  # bytes of one piece, decompressed
_GZIP = 16 + zlib.MAX_WBITS


def decompressed(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The pieces as they were before Content-Encoding. Raises `ValueError` where it cannot be undone."""
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        yield from pieces
    elif name in {"gzip", "x-gzip"}:
        yield from _unzipped(pieces)
    else:
        raise ValueError(f"an encoding that was not asked for: {name[:40]!r}")


def _unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    inflate, began = zlib.decompressobj(_GZIP), False
    try:
        for piece in pieces:
            data = piece
            while data:
                if inflate.eof:
                    if not data.strip(b"\0"):  # padding
                        break
                    inflate = zlib.decompressobj(_GZIP)
                began = True
                out = inflate.decompress(data, _PIECE)
                data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
                if out:
                    yield out
        if rest := inflate.flush():
            yield rest
    except zlib.error as error:
        raise ValueError(f"not gzip: {error}") from None
    if began and not inflate.eof:
        raise ValueError("the gzip stream broke off")
