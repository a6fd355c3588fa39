"""The inputs of the connection: where the controller is, as whom, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from aap_launcher.inputs.input import InputKind, Section, about

_connection = partial(about, Section.CONNECTION)
_secret = partial(about, Section.CONNECTION, secret=True)
_behaviour = partial(about, Section.BEHAVIOUR)
_text, _boolean, _duration = InputKind.TEXT, InputKind.BOOLEAN, InputKind.DURATION


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the controller and as whom. Durations are in seconds."""

    url: str = field(
        metadata=_connection(
            _text,
            "Where the controller is: the platform's URL (AAP 2.5 and later), the controller's (AAP 2.4, AWX), "
            "with its sub-path if it has one.",
            required=True,
            aliases=("AAP_HOSTNAME", "AAP_HOST", "CONTROLLER_HOST", "TOWER_HOST"),
        )
    )
    token: str = field(
        default="",
        repr=False,
        metadata=_secret(
            _text,
            "OAuth2 token with write scope. Give this, or username and password.",
            aliases=("CONTROLLER_OAUTH_TOKEN", "TOWER_OAUTH_TOKEN"),
        ),
    )
    username: str = field(
        default="",
        metadata=_connection(
            _text,
            "User name, with password: a short-lived token is made for the run and revoked at its end.",
            aliases=("CONTROLLER_USERNAME", "TOWER_USERNAME"),
        ),
    )
    password: str = field(
        default="",
        repr=False,
        metadata=_secret(_text, "The user's password.", aliases=("CONTROLLER_PASSWORD", "TOWER_PASSWORD")),
    )
    ca_bundle: str = field(
        default="",
        metadata=_connection(
            _text,
            "Certificate authority of the controller: PEM text, or a file's path.",
            aliases=("AAP_CACERT",),
        ),
    )
    client_cert: str = field(
        default="", metadata=_connection(_text, "Client certificate: PEM text, or a file's path.")
    )
    client_key: str = field(
        default="",
        repr=False,
        metadata=_secret(_text, "Key of the client certificate: PEM text, or a file's path."),
    )
    verify_tls: bool = field(
        default=True,
        metadata=_connection(
            _boolean,
            "Verify the controller's certificate. Turning it off warns every time.",
            aliases=("AAP_VALIDATE_CERTS", "CONTROLLER_VERIFY_SSL", "TOWER_VERIFY_SSL"),
        ),
    )
    request_timeout: float = field(
        default=25.0, metadata=_connection(_duration, "How long one request may take.")
    )
    outage_tolerance: float = field(
        default=300.0,
        metadata=_behaviour(_duration, "How long the controller may be away before the launcher gives up."),
    )
