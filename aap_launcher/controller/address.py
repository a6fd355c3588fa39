"""Where the controller is: what people paste as `url`, and paths that keep its sub-path."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urlsplit

import msgspec

from aap_launcher.errors import InvalidInput, Unreachable

# Pages of the user interfaces that people copy from the browser; what stands before them is the sub-path.
_UI_PAGES = frozenset({"execution", "overview", "decisions", "ui_next", "login"})
_SPACES = re.compile(r"[\s\x00-\x1f\x7f]")
# What a path or query given by a person or the controller may hold unescaped when it is sent.
_SAFE = "/%:@!$&'()*+,;=-._~[]"


class Address(msgspec.Struct, frozen=True):
    """The configured URL: `origin` + `base` is the installation, `root` the API root if one was given."""

    origin: str  # "https://aap.example.com:8443"
    base: str = ""  # the sub-path without a slash at the end, "" for none
    root: str = ""  # "/api/controller/v2/" where the user named it, with the sub-path

    @property
    def site(self) -> str:
        """The installation's URL, without a slash at the end."""
        return self.origin + self.base

    @property
    def local_host(self) -> bool:
        """Whether it is this machine."""
        return urlsplit(self.origin).hostname in {"localhost", "127.0.0.1", "::1"}

    def local(self, reference: str) -> str:
        """The path to ask for, from a `url`, `related` or `next` value of the controller.

        A value with a host keeps only its path: the credential never leaves the configured host. A controller
        behind a proxy that strips the sub-path gives paths without it, so it is put back. Raises `Unreachable`
        for a value that is no address.
        """
        try:
            parts = urlsplit(reference)
            path = parts.path if parts.path.startswith("/") else "/" + parts.path
            if self.base and not path.startswith(self.base + "/"):
                path = self.base + path
            return quote(path, safe=_SAFE) + (
                f"?{quote(parts.query, safe=_SAFE + '?')}" if parts.query else ""
            )
        except ValueError:
            told = ascii(reference[:80])
            raise Unreachable(f"the controller's answer holds {told} where an address should be.") from None


def parse_address(url: str) -> Address:
    """Take the configured URL apart. Raises `InvalidInput`, never echoing a password."""
    text = url.strip()
    if not text:
        raise _invalid("is missing", "Give the platform's or controller's URL, e.g. https://aap.example.com.")
    if _SPACES.search(text):
        raise _invalid("holds a space or a control character", "Give one URL.")
    origin, parts = _origin(text)
    base, rest = _split_path(parts.path)
    return Address(origin=origin, base=base, root=_root(base, rest))


def _origin(text: str) -> tuple[str, SplitResult]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _invalid("is not a URL", "Write it as https://aap.example.com.") from None
    if "@" in parts.netloc or re.match(r"[^/?#]*:[^/?#]*@", text):
        raise _invalid("holds a user name or password", "Give username and password as inputs of their own.")
    if "://" not in text:
        raise _invalid(f'"{text}" has no scheme', f"Write https://{text.lstrip('/')}.")
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise _invalid(f'"{text}" is not a web address', "Write it as https://aap.example.com.")
    if not _is_name(parts.hostname):
        raise _invalid(
            f'"{text}" has no host name that can be', "Look at its dots, and at a part of over 63 letters."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else ""), parts


def _is_name(host: str) -> bool:
    """Whether the name can be asked for: what the resolver's own encoding refuses, it refuses with no OSError."""
    if host.isascii():
        return ":" in host or all(0 < len(part) <= 63 for part in host.removesuffix(".").split("."))
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False


def _split_path(path: str) -> tuple[str, list[str]]:
    """The sub-path, and what follows it from `api` on."""
    segments = [segment for segment in path.split("/") if segment]
    for index, segment in enumerate(segments):
        if segment == "api":
            return _joined(segments[:index]), segments[index:]
        if segment in _UI_PAGES:
            return _joined(segments[:index]), []
    return _joined(segments), []


def _joined(segments: list[str]) -> str:
    return quote("".join("/" + segment for segment in segments), safe=_SAFE)


def _root(base: str, rest: list[str]) -> str:
    """The API root in a pasted path: api/v2, api/controller or api/controller/v2; "" for anything else."""
    match rest:
        case ["api", "controller", version, *_] if re.fullmatch(r"v\d+", version):
            return f"{base}/api/controller/{version}/"
        case ["api", "controller", *_]:
            return f"{base}/api/controller/"
        case ["api", version, *_] if re.fullmatch(r"v\d+", version):
            return f"{base}/api/{version}/"
    return ""


def _invalid(fault: str, advice: str) -> InvalidInput:
    return InvalidInput(f"url {fault}. {advice}")
