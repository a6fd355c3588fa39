"""TLS: one SSLContext from PEM text or paths."""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from aap_launcher.errors import InvalidInput
from aap_launcher.inputs.parsing import Connection


def build(connection: Connection, trusted: str = "") -> ssl.SSLContext:
    """The context for every connection; `trusted` is the CA file that the environment names, if any.

    `ca_bundle` alone is trusted where it is given; otherwise the system's store, then Mozilla's list (`widen`).
    Raises `InvalidInput` naming the input that cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not connection.verify_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if bundle := connection.ca_bundle or trusted:
        _trust(context, bundle, given=bool(connection.ca_bundle))
    elif connection.verify_tls and not connection.url.lower().startswith("http:"):
        _trust_system(context)
    if connection.client_cert:
        _identify(context, connection.client_cert, connection.client_key)
    elif connection.client_key:
        raise _invalid("client_cert", "missing although client_key is given", "Give both.")
    return context


def _trust(context: ssl.SSLContext, bundle: str, *, given: bool) -> None:
    try:
        if _is_pem(bundle):
            context.load_verify_locations(cadata=_unescaped(bundle))
        elif Path(bundle).is_dir():
            context.load_verify_locations(capath=bundle)
        else:
            context.load_verify_locations(cafile=bundle)
    except (OSError, ValueError) as error:
        name = "ca_bundle" if given else "REQUESTS_CA_BUNDLE"
        raise _unusable(name, bundle, error) from None


def _trust_system(context: ssl.SSLContext) -> None:
    """Trust what the system trusts, or Mozilla's list where it has no store: reading both takes half of a start."""
    context.load_default_certs()
    folder = ssl.get_default_verify_paths().capath  # its files are read when one is looked for
    if not context.cert_store_stats()["x509_ca"] and not (folder and any(Path(folder).iterdir())):
        widen(context)


def trusted(origin: str) -> str:
    """The CA file that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names, read by requests itself; "" for none."""
    if not origin.startswith("https:"):
        return ""
    with requests.Session() as session:
        verify = session.merge_environment_settings(origin, {}, None, None, None)["verify"]
    return verify if isinstance(verify, str) else ""


def widen(context: ssl.SSLContext) -> None:
    """Trust Mozilla's list as well: for an authority that the system does not know."""
    context.load_verify_locations(cafile=DEFAULT_CA_BUNDLE_PATH)


def _identify(context: ssl.SSLContext, certificate: str, key: str) -> None:
    for name, value in (("client_cert", certificate), ("client_key", key)):
        try:
            there = not value or _is_pem(value) or Path(value).is_file()
        except (OSError, ValueError) as error:  # too long for a name, or with a NUL in it
            raise _unusable(name, value, error) from None
        if not there:
            raise _unusable(name, value, FileNotFoundError())
    try:
        with _as_file(certificate) as cert_path, _as_file(key) as key_path:
            # Without this callback OpenSSL would ask for the pass phrase on the terminal, and wait for ever.
            context.load_cert_chain(cert_path, key_path or None, password=_no_pass_phrase)
    except ssl.SSLError as error:
        if "KEY_VALUES_MISMATCH" in str(error):
            raise _invalid("client_key", "does not belong to client_cert", "Give a matching pair.") from None
        raise _unusable("client_cert or client_key", "", error) from None
    except (OSError, ValueError) as error:
        raise _unusable("client_cert or client_key", "", error) from None


def _no_pass_phrase() -> str:
    raise _invalid("client_key", "is protected by a pass phrase", "Give a key without one.")


@contextlib.contextmanager
def _as_file(value: str) -> Iterator[str]:
    """A path that OpenSSL can read; PEM text lives in memory, or for this moment in a file of our own."""
    if not value or not _is_pem(value):
        yield value
        return
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("aap-launcher")
        path = f"/proc/self/fd/{descriptor}"
    else:
        descriptor, path = tempfile.mkstemp()  # mode 0600
    try:
        with os.fdopen(os.dup(descriptor), "w", encoding="ascii", errors="replace") as file:
            file.write(_unescaped(value))
        yield path
    finally:
        os.close(descriptor)
        if not path.startswith("/proc/"):
            Path(path).unlink(missing_ok=True)


def _is_pem(value: str) -> bool:
    return "-----BEGIN" in value


def _unescaped(value: str) -> str:
    r"""PEM text whose line ends became a literal \n on the way through a CI variable, mended."""
    return value.replace("\\n", "\n") if "\n" not in value.strip() else value


def _unusable(name: str, value: str, error: Exception) -> InvalidInput:
    place = f' "{value}"' if value and not _is_pem(value) and "\n" not in value and len(value) < 300 else ""
    if isinstance(error, FileNotFoundError):
        return _invalid(name, f"{place.strip() or 'file'} does not exist", "Give PEM text or a file's path.")
    if isinstance(error, PermissionError):
        return _invalid(name, f"{place.strip() or 'file'} may not be read", "Check the file's permissions.")
    return _invalid(name, f"{place.strip() or 'value'} is not PEM", "It must begin with -----BEGIN.")


def _invalid(name: str, fault: str, advice: str) -> InvalidInput:
    return InvalidInput(f"{name}: {fault}. {advice}")
