"""A certificate authority of our own, for every way in which TLS goes wrong."""

import ssl
from datetime import UTC, datetime, timedelta

import trustme


class Authority:
    """Whoever trusts `pem` trusts what it issues."""

    def __init__(self) -> None:
        self._ca = trustme.CA()

    @property
    def pem(self) -> str:
        return self._ca.cert_pem.bytes().decode()

    def server(
        self, *names: str, expired: bool = False, clients: "Authority | None" = None
    ) -> ssl.SSLContext:
        """A server's side for these names; `clients`: who must have issued the certificate of a client."""
        end = datetime.now(UTC) - timedelta(days=1) if expired else None
        certificate = self._ca.issue_cert(*(names or ("127.0.0.1", "localhost")), not_after=end)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        if clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            clients._ca.configure_trust(context)  # noqa: SLF001 - it is one of us
        return context

    def client(self, name: str = "ci.example.com") -> tuple[str, str]:
        """A client's certificate and key, as PEM text."""
        issued = self._ca.issue_cert(name)
        return issued.cert_chain_pems[0].bytes().decode(), issued.private_key_pem.bytes().decode()
