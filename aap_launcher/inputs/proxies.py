"""The proxy that the environment names for the controller: what can never work is told before anything is asked.

Which variable counts is as in requests: that of the url's scheme before ALL_PROXY, small letters before capitals.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from aap_launcher.errors import InvalidInput, Problem

_RESERVED = {"#": "%23", "/": "%2F", "?": "%3F", "[": "%5B", "]": "%5D", "%": "%25"}


def check_proxies(environ: Mapping[str, str], url: str) -> None:
    """Raise `InvalidInput`, by the variable's name, for a proxy that cannot be used; its value is never shown."""
    parts = urlsplit(url)
    names = [f"{parts.scheme}_proxy", f"{parts.scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY"]
    name = next((name for name in names if environ.get(name, "").strip()), "")
    if not name or _bypassed(environ.get("no_proxy") or environ.get("NO_PROXY") or "", parts.hostname or ""):
        return
    if told := _fault(environ[name].strip()):
        raise InvalidInput("the proxy is not usable; nothing was sent.", [Problem(name, *told)])


def _fault(proxy: str) -> tuple[str, str] | None:
    """(what is wrong, what to change) with a proxy's URL."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", proxy)
    if scheme and scheme[1].lower().startswith("socks"):
        return "names a SOCKS proxy, which is not supported", "Give an HTTP proxy, or unset it."
    if scheme and scheme[1].lower() not in ("http", "https"):
        return f"names a proxy of the scheme {scheme[1].lower()}", "Give http://HOST:PORT."
    rest = proxy[scheme.end() :] if scheme else proxy
    login, at, place = rest.rpartition("@")
    for character, escape in _RESERVED.items():
        if at and character in re.sub("%[0-9A-Fa-f]{2}", "", login):
            return f"has {character} in its user or password", f"Write {character} as {escape}."
    try:
        parts = urlsplit(f"http://{place}")
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")  # as every name is before it is resolved
    except ValueError:  # of which UnicodeError is one
        host = None
    if not host or re.search(r"[\s\x00-\x1f]", proxy):
        return "is not the URL of a proxy", "Give http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT."
    return None


def _bypassed(no_proxy: str, host: str) -> bool:
    """Whether NO_PROXY names the host: itself, a domain above it, or a network around its address."""
    for word in filter(None, (word.strip().lower() for word in no_proxy.split(","))):
        bare = word.split(":")[0].lstrip(".") if word.count(":") == 1 else word.lstrip(".")
        if word == "*" or host == bare or host.endswith(f".{bare}") or _within(host, word):
            return True
    return False


def _within(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
