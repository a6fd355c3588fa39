"""Before the launch: an address that is none, TLS that is not right, proxies in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sandbox import faults
from sandbox.faults import Authority, Rule, gateway
from tests.e2e.conftest import Ended
from tests.faults.launch_rows import untouched, witness
from tests.faults.matrix import ANYTHING, Row, Stage, s

COMPLETE = r"log complete"
OURS, THEIRS = Authority(), Authority()
CLIENT_CERTIFICATE, CLIENT_KEY = OURS.client()


@contextmanager
def _with_url(_: Stage, url: str) -> Iterator[Mapping[str, str]]:
    yield {"INPUT_URL": url}


_NOTHING: dict[str, Any] = {"jobs": 0, "lost": None}
_UNTIL_THEN = r"controller back after"


def _all(fault: faults.Fault, method: str = "") -> list[Rule]:
    return [Rule(ANYTHING, fault, method, count=None)]


def _elsewhere(stage: Stage) -> list[Rule]:
    """Everything is redirected to another host."""
    return _all(faults.answer(gateway.redirect(f"{witness(stage).url}/api/")))


def _https(stage: Stage) -> list[Rule]:
    return _all(
        lambda exchange: exchange.answer(
            gateway.redirect(stage.front.url.replace("http:", "https:") + "/api/", 301)
        )
    )


def _portal(_: Stage) -> list[Rule]:
    return _all(faults.answer(gateway.redirect("https://sso.example/login")))


ADDRESS = [
    Row(
        fault="503 for 10 s at the first request",
        rules=[Rule(ANYTHING, faults.answer(gateway.NO_UPSTREAM), seconds=s(10))],
        says=_UNTIL_THEN,
    ),
    Row(
        fault="Nothing ever listens",
        exit=4,
        says=r"^aap-launcher: .*no connection to",
        **_NOTHING,
        inputs={"url": "http://127.0.0.1:9", "outage_tolerance": "20s"},
    ),
    Row(
        fault="The name never resolves",
        exit=4,
        says=r"^aap-launcher: .*the name of .* does not resolve",
        **_NOTHING,
        inputs={"url": "https://controller.invalid"},
    ),
    Row(
        fault="A log-in page, 200 and HTML, for every path",
        rules=_all(faults.answer(gateway.LOGIN)),
        exit=2,
        says=r"is not an AWX or AAP API",
        **_NOTHING,
    ),
    Row(
        fault="JSON of something else for every path",
        rules=_all(faults.answer(gateway.json(200, {"status": "ok"}))),
        exit=2,
        says=r"is not an AWX or AAP API",
        **_NOTHING,
    ),
    Row(
        fault="A redirect to https for every path",
        rules=_https,
        exit=2,
        says=r"redirects to https",
        **_NOTHING,
    ),
    Row(
        fault="A redirect to a log-in portal (SSO) for every path",
        rules=_portal,
        exit=2,
        says=r"redirects to https://sso.example, which is not followed",
        **_NOTHING,
    ),
    Row(
        fault="A redirect to another host for every path: the token does not follow",
        rules=_elsewhere,
        after=lambda stage, _: untouched(stage),
        exit=2,
        says=r"redirects to .*, which is not followed",
        **_NOTHING,
    ),
    Row(
        fault="A token that was never valid",
        inputs={"token": "no-such-token"},
        exit=3,
        says=r"The credential was not accepted",
        **_NOTHING,
    ),
    Row(
        fault="A token that has expired",
        inputs={"token": "expired-token"},
        exit=3,
        says=r"The credential was not accepted",
        **_NOTHING,
    ),
    Row(
        fault="A token that may only read",
        inputs={"token": "ci-bot-read-token"},
        exit=3,
        says=r"The token is read-only",
        **_NOTHING,
    ),
    Row(
        fault="A wrong password",
        inputs={"token": "", "username": "ci-bot", "password": "wrong-password"},
        exit=3,
        says=r"User name or password were not accepted",
        **_NOTHING,
    ),
]

# --- TLS ------------------------------------------------------------------------------------------------


def _secure(fault: str, context: object, says: str = COMPLETE, exit_code: int = 0, **inputs: str) -> Row:
    good = exit_code == 0
    return Row(
        fault=fault,
        front={"tls": context},
        inputs={"ca_bundle": OURS.pem, **inputs},
        says=says,
        exit=exit_code,
        jobs=1 if good else 0,
        lost=0 if good else None,
    )


TLS = [
    _secure("A certificate of our own authority, given as ca_bundle", OURS.server()),
    _secure(
        "A certificate of another authority", THEIRS.server(), r"is not trusted: give its own as ca_bundle", 4
    ),
    _secure("A certificate that has expired", OURS.server(expired=True), r"has expired", 4),
    _secure(
        "A certificate for another name",
        OURS.server("other.example.com"),
        r"is not for .*: use the name it was issued for",
        4,
    ),
    _secure(
        "A client certificate is required, and given",
        OURS.server(clients=OURS),
        client_cert=CLIENT_CERTIFICATE,
        client_key=CLIENT_KEY,
    ),
    _secure(
        "A client certificate is required, and none is given",
        OURS.server(clients=OURS),
        r"client_cert",
        4,
        outage_tolerance="20s",
    ),
    _secure(
        "A client certificate is required, and another authority's is given",
        OURS.server(clients=THEIRS),
        r"authority of the client certificate|did not accept the client certificate",
        4,
        client_cert=CLIENT_CERTIFICATE,
        client_key=CLIENT_KEY,
        outage_tolerance="20s",
    ),
    Row(
        fault="https is spoken to a port that speaks http",
        around=lambda stage: _with_url(stage, stage.front.url.replace("http:", "https:")),
        exit=4,
        says=r"does not speak TLS on this port",
        **_NOTHING,
    ),
]


# --- proxies --------------------------------------------------------------------------------------------

_WHO = ("proxy-user", "proxy:pa ss")
_QUOTED = "proxy-user:proxy%3Apa%20ss@"
Around = Callable[[Stage], AbstractContextManager[Mapping[str, str]]]


def _proxied(credentials: tuple[str, str] | None, sent: str = "", no_proxy: str = "") -> Around:
    @contextmanager
    def around(stage: Stage) -> Iterator[Mapping[str, str]]:
        with faults.connect_proxy(credentials) as proxy:
            stage.extra["proxy"] = proxy
            yield {"HTTPS_PROXY": proxy.url.replace("://", f"://{sent}"), "NO_PROXY": no_proxy}

    return around


@contextmanager
def _dead_proxy(_: Stage) -> Iterator[Mapping[str, str]]:
    yield {"HTTPS_PROXY": "http://127.0.0.1:9"}


def _was_used(stage: Stage, ended: Ended) -> None:
    proxy = stage.extra["proxy"]
    assert set(proxy.asked) == {f"127.0.0.1:{stage.front.port}"}
    assert not proxy.refused
    assert "pa ss" not in ended.without_masks + ended.stderr


def _was_not_used(stage: Stage, _: Ended) -> None:
    assert not stage.extra["proxy"].asked


def _behind(fault: str, around: Around, says: str = COMPLETE, exit_code: int = 0, **others: Any) -> Row:
    good = exit_code == 0
    return Row(
        fault=fault,
        front={"tls": OURS.server()},
        inputs={"ca_bundle": OURS.pem, "outage_tolerance": "20s"},
        around=around,
        says=says,
        exit=exit_code,
        jobs=1 if good else 0,
        lost=0 if good else None,
        **others,
    )


PROXIES = [
    _behind("Through a proxy (CONNECT)", _proxied(None), after=_was_used),
    _behind("Through a proxy that wants user and password", _proxied(_WHO, _QUOTED), after=_was_used),
    _behind(
        "A proxy that wants user and password, and gets none",
        _proxied(_WHO),
        r"the proxy wants other credentials \(407\)",
        4,
    ),
    _behind(
        "A proxy that gets a wrong password",
        _proxied(_WHO, "proxy-user:wrong@"),
        r"the proxy wants other credentials \(407\)",
        4,
    ),
    _behind(
        "A proxy, and NO_PROXY names the controller",
        _proxied(None, no_proxy="127.0.0.1"),
        after=_was_not_used,
    ),
    _behind("A proxy that does not answer", _dead_proxy, r"^aap-launcher: .*the proxy did not connect", 4),
]

ROWS = {"Address and credential": ADDRESS, "TLS": TLS, "Proxies": PROXIES}
