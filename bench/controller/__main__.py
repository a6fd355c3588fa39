"""`python -m bench.controller [--port N] [--slow] [--cert FILE]`: prints its URL, then answers until it is ended."""

from __future__ import annotations

import argparse
import gc
import ssl

from bench.controller.server import Server


def main() -> None:
    """Listen."""
    parser = argparse.ArgumentParser("python -m bench.controller", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--slow", action="store_true", help="cost as much for each request and row as a real one"
    )
    parser.add_argument("--cert", help="PEM file with the key and the certificates: answer https")
    given = parser.parse_args()
    tls = None
    if given.cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(given.cert)
    server = Server(given.port, tls=tls, slow=given.slow)
    gc.freeze()
    print(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
