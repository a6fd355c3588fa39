#!/usr/bin/env python3
"""Fetch the AAP token from a secret store with the CI job's own identity: no long-lived secret stands in the CI.

    store_token.py vault https://vault.example.com ROLE secret/data/ci/aap token
    store_token.py azure https://NAME.vault.azure.net TENANT_ID CLIENT_ID SECRET_NAME

The CI proves who it is by a short-lived JWT: on GitHub it is asked for (`permissions: {id-token: write}`), elsewhere it
stands in STORE_ID_TOKEN (GitLab's `id_tokens`, Jenkins' OpenID Connect provider). STORE_AUDIENCE is what it is for, by
default the store's address. The token alone goes to stdout, so this is also a profile's `token_command`.

Exit 0: the token was printed. 2: called wrongly. 3: the store or the CI said no. 4: it could not be reached.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import requests

_LOGIN = os.environ.get("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com")


class Refused(Exception):
    """The CI or the store said no; the message holds no secret."""


def ask(method: str, url: str, *, what: str, **named: Any) -> dict[str, Any]:
    """The JSON object that a request is answered with; no redirect is followed with a secret in the request."""
    answer = requests.request(method, url, timeout=25, allow_redirects=False, **named)
    try:
        body = answer.json()
    except ValueError:
        body = {}
    if answer.status_code != 200 or not isinstance(body, dict):
        said = body.get("errors") or body.get("error_description") or body.get("error") or body.get("message")
        raise Refused(f"{what}: {answer.status_code}{f', {said}' if said else ''}")
    return body


def id_token(environ: Mapping[str, str], audience: str) -> str:
    """The CI job's JWT. Raises `Refused` where the CI gives none."""
    if environ.get("STORE_ID_TOKEN"):
        return environ["STORE_ID_TOKEN"]
    url, bearer = environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"), environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    if not url or not bearer:
        raise Refused(
            "this CI job has no identity: permissions {id-token: write} on GitHub, else STORE_ID_TOKEN"
        )
    headers = {"Authorization": f"Bearer {bearer}"}
    answer = ask(
        "GET", f"{url}&audience={quote(audience, safe='')}", what="GitHub's identity", headers=headers
    )
    return str(answer["value"])


def vault(environ: Mapping[str, str], url: str, role: str, path: str, field: str) -> str:
    """HashiCorp Vault or OpenBao: the auth method `jwt` (VAULT_AUTH_PATH), then a secret of a KV engine."""
    jwt = id_token(environ, environ.get("STORE_AUDIENCE") or url)
    login = f"{url}/v1/auth/{environ.get('VAULT_AUTH_PATH', 'jwt')}/login"
    auth = ask("POST", login, what=f"the login to {url} as {role}", json={"role": role, "jwt": jwt})
    headers = {"X-Vault-Token": auth["auth"]["client_token"], "X-Vault-Request": "true"}
    found = ask("GET", f"{url}/v1/{path}", what=f"the secret {path}", headers=headers)["data"]
    found = found["data"] if isinstance(found.get("data"), dict) else found  # version 2 of the engine
    if field not in found:
        raise Refused(f"the secret {path} has no field {field}")
    return str(found[field])


def azure(environ: Mapping[str, str], url: str, tenant: str, client: str, name: str) -> str:
    """Azure Key Vault: an application with a federated credential, then one secret."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": id_token(environ, environ.get("STORE_AUDIENCE") or "api://AzureADTokenExchange"),
        "scope": "https://vault.azure.net/.default",
    }
    token = ask("POST", f"{_LOGIN}/{tenant}/oauth2/v2.0/token", what=f"the login of {client}", data=form)
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    secret = f"{url}/secrets/{quote(name, safe='')}?api-version=7.4"
    return str(ask("GET", secret, what=f"the secret {name}", headers=headers)["value"])


STORES: dict[str, tuple[Callable[..., str], int]] = {"vault": (vault, 4), "azure": (azure, 4)}


def main(arguments: list[str]) -> int:
    store, count = STORES.get(arguments[0] if arguments else "", (None, -1))
    if store is None or len(arguments) != count + 1:
        print(__doc__, file=sys.stderr)
        return 2
    url = arguments[1].rstrip("/")
    if urlsplit(url).scheme != "https" and urlsplit(url).hostname not in {"127.0.0.1", "localhost"}:
        print(f"store_token: {url} is not https", file=sys.stderr)
        return 2
    try:
        print(store(os.environ, url, *arguments[2:]))
    except Refused as no:
        print(f"store_token: {no}", file=sys.stderr)
        return 3
    except (KeyError, TypeError, AttributeError) as fault:
        print(f"store_token: the answer was not as expected: {type(fault).__name__}", file=sys.stderr)
        return 3
    except requests.RequestException as fault:
        print(f"store_token: not reached: {type(fault).__name__}", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
