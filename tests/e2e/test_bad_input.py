"""What bad input gets: refused before anything is sent that changes the controller, exit 2 or 3, in plain words.

All by the real process against a sandbox in which nothing else happens, so that its request log tells the truth.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Bench, Ended, Launcher

pytestmark = pytest.mark.sandbox

TOKEN = {"token": "ci-bot-token"}
LAUNCH = {"template": "Everything prompted"}


def refused(ended: Ended, code: int, words: tuple[str, ...], quiet: Bench, before: list[str]) -> None:
    """One plain message with these words; nothing was changed on the controller."""
    ended.ends(code, {2: "invalid", 3: "refused"}[code], job_id="", events="none")
    for word in words:
        assert word in ended.words
    assert quiet.changes() == before
    assert ended.log.count("::error title=aap-launcher") == 1
    assert "\naap-launcher:" not in ended.log, (
        "the runner shows the annotation in the log: no line says the same"
    )
    assert "\x1b[31maap-launcher:" not in ended.log
    sentences = [line.strip() for line in ended.outputs["explanation"].splitlines() if len(line) > 30]
    assert len(sentences) == len(set(sentences)), "nothing is said twice"
    assert ended.stderr == ""


INVALID: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "no url": ({"url": ""}, ("url", "is missing")),
    "no template": ({"template": ""}, ("template", "is missing", "Give a template to launch")),
    "no credential": ({"token": ""}, ("token", "is missing", "username and password")),
    "username alone": ({"token": "", "username": "ci-bot"}, ("password is missing",)),
    "everything at once": (
        {"url": "", "token": "", "template": "", "forks": "many"},
        ("4 inputs are not usable", "url", "token", "template", "forks"),
    ),
    "url with a user": (
        {"url": "https://ci:secret-in-url@aap.example.com"},
        ("holds a user name or password",),
    ),
    "url of another kind": ({"url": "ftp://aap.example.com"}, ('the scheme "ftp", not https',)),
    "url with blanks": ({"url": "https://aap example.com"}, ("url", "is not a URL")),
    "extra_vars a list": ({"extra_vars": "[1, 2]"}, ("extra_vars", "holds a list, not variables")),
    "extra_vars broken JSON": ({"extra_vars": '{"a": 1,\n "b": [}'}, ("extra_vars", "line 2")),
    "extra_vars broken YAML": ({"extra_vars": "a: 1\nb: [1, 2\nc: 3"}, ("extra_vars", "line")),
    "extra_vars JSON with comments": (
        {"extra_vars": '{\n  "replicas": 3 /* per zone */,\n  "debug": true // for now\n}'},
        ("is not valid JSON: it has a comment (line 2, column 17)",),
    ),
    "extra_vars indented with no-break spaces": (
        {"extra_vars": "app:\n\u00a0\u00a0version: 2\nregion: eu"},
        ("has U+00A0 (NO-BREAK SPACE) where a space should be (line 2, column 1)",),
    ),
    "extra_vars indented with a tab": (
        {"extra_vars": "app:\n\tversion: 2"},
        ("line 2 is indented with a tab",),
    ),
    "extra_vars a vault file": (
        {"extra_vars": "$ANSIBLE_VAULT;1.1;AES256\n33643863\n"},
        ("is encrypted with ansible-vault",),
    ),
    "extra_vars with half a surrogate": (
        {"extra_vars": '{"password": "\\ud800abcd"}'},
        ("half of a surrogate pair",),
    ),
    "extra_vars twice the same": ({"extra_vars": "a: 1\na: 2"}, ("extra_vars", "twice")),
    "unknown choice": ({"show": "some"}, ('show "some" is not one of: all, changed, failed',)),
    "unknown job type": ({"job_type": "scan"}, ("job_type", "run, check")),
    "negative forks": ({"forks": "-1"}, ("forks", "at least 0")),
    "forks no number": ({"forks": "ten"}, ("forks", "not a whole number")),
    "verbosity 6": ({"verbosity": "6"}, ("verbosity", "from 0 to 5")),
    "timeout negative": ({"timeout": "-5m"}, ("timeout", "not a duration")),
    "timeout zero": ({"timeout": "0"}, ("timeout", "would end at once")),
    "timeout nonsense": ({"timeout": "soon"}, ("timeout", "not a duration")),
    "boolean nonsense": ({"diff_mode": "perhaps"}, ("diff_mode", "not a boolean")),
    "control characters": ({"limit": "web\x1b[2J"}, ("limit", "control character U+001B")),
    "no such file": ({"extra_vars_file": "no/such/file.yml"}, ("extra_vars_file", "does not exist")),
    "a folder as file": ({"extra_vars_file": "tests"}, ("extra_vars_file", "is a directory")),
    "junit nowhere": ({"junit": "no/such/folder/report.xml"}, ("junit", "there is no folder")),
    "template and job": ({"job": "1"}, ("template", "given together with job")),
    "key without certificate": ({"client_key": "/tmp/key.pem"}, ("client_cert is missing",)),
    "job of another controller": (
        {"template": "", "job": "https://other.example.com/#/jobs/playbook/1"},
        ("other.example.com",),
    ),
}


@pytest.mark.parametrize("case", INVALID)
def test_an_unusable_input_is_invalid(quiet_launcher: Launcher, quiet: Bench, case: str) -> None:
    given, words = INVALID[case]
    before = quiet.changes()
    ended = quiet_launcher.end(quiet_launcher.start(quiet_launcher.environment(**{**LAUNCH, **given})))
    refused(ended, 2, words, quiet, before)
    assert "secret-in-url" not in ended.log


def test_a_file_that_is_not_utf_8_is_invalid(quiet_launcher: Launcher, quiet: Bench, tmp_path: Path) -> None:
    file = tmp_path / "vars.yml"
    file.write_bytes("name: Grüße".encode("latin-1"))
    before = quiet.changes()
    refused(quiet_launcher.launch("Locked", extra_vars_file=str(file)), 2, ("not UTF-8",), quiet, before)


REFUSED: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "unknown template": (
        {"template": "Deploy shopp"},
        ('no template "Deploy shopp"', '"Deploy shop" (id 10, job template, organization Retail)'),
    ),
    "unknown id": ({"template": "4711"}, ('no template "4711"',)),
    "ambiguous name": (
        {"template": "Duplicate"},
        ("Several templates", "id 29, organization Retail", "id 30, organization Platform"),
    ),
    "wrong organization": ({"template": "Locked", "organization": "Platform"}, ("Locked", "Retail")),
    "wrong token": ({"token": "no-such-token"}, ("credential was not accepted",)),
    "expired token": ({"token": "expired-token"}, ("credential was not accepted", "expired")),
    "wrong password": (
        {"token": "", "username": "ci-bot", "password": "wrong-password"},
        ("User name or password were not accepted",),
    ),
    "no permission to launch": ({"token": "viewer-token"}, ("lacks the Execute role", "nothing was started")),
    "no permission to see": ({"template": "Admins only"}, ("no template", "may see")),
    "survey answer out of range": (
        {"template": "Survey deploy", "extra_vars": "version: 2.4.1\ncount: 11"},
        ("count", "11", "1 to 10"),
    ),
    "inventory missing": ({"template": "Needs inventory"}, ("inventory", "missing")),
    "inventory nowhere": ({"template": "No inventory"}, ("inventory", "cannot run")),
    "passwords missing": (
        {"template": "Needs passwords"},
        ("ssh_password", "become_password", "vault_password.dev"),
    ),
    "unknown inventory": ({"inventory": "Shpo"}, ("inventory", '"Shpo"', '"Shop" (id 1')),
    "unknown label": ({"labels": "ci,nigthly"}, ("labels", '"nigthly"', '"nightly"')),
    "job that is not there": ({"template": "", "job": "99999"}, ("99999", "does not exist")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_controller_would_not_do_is_refused_before_it_is_asked(
    quiet_launcher: Launcher, quiet: Bench, case: str
) -> None:
    given, words = REFUSED[case]
    before = quiet.changes()
    ended = quiet_launcher.end(quiet_launcher.start(quiet_launcher.environment(**{**LAUNCH, **given})))
    if "password" in given:  # a token was asked for, and not made
        before = [*before, *(one for one in quiet.changes()[len(before) :] if one.endswith("/tokens/"))]
    refused(ended, 3, words, quiet, before)


def test_a_read_only_token_is_told_as_such(quiet_launcher: Launcher, quiet: Bench) -> None:
    """The controller does not tell the scope of a token; only its no to the POST does."""
    jobs = quiet.control("GET", "jobs/")
    ended = quiet_launcher.launch("Locked", token="ci-bot-read-token")
    ended.ends(3, "refused", job_id="", events="none")
    assert "scope" in ended.words
    assert quiet.control("GET", "jobs/") == jobs


class _Page(BaseHTTPRequestHandler):
    """A web server that is no controller: its answer depends on the port's own `kind`."""

    def do_GET(self) -> None:
        kind, port = self.server.kind, self.server.server_port  # type: ignore[attr-defined]
        location = {
            "redirect": f"https://127.0.0.1:{port}/api/",
            "portal": "https://sso.example.com/",
        }
        self.send_response(301 if kind in location else 200)
        if kind in location:
            self.send_header("Location", location[kind])
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html><title>Welcome to the intranet</title></html>")

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        server.kind = request.param  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("html", ("is not an AWX or AAP API", "Welcome to the intranet")),
        ("redirect", ("redirects to https", "https://127.0.0.1")),
        ("portal", ("redirects to https://sso.example.com", "not followed")),
    ],
    indirect=["page"],
)
def test_a_url_that_is_no_controller_is_invalid(
    quiet_launcher: Launcher, quiet: Bench, page: str, words: tuple[str, ...]
) -> None:
    before = quiet.changes()
    refused(quiet_launcher.launch("Locked", url=page), 2, words, quiet, before)


def test_a_tls_port_spoken_to_without_tls_or_the_reverse_is_told(quiet_launcher: Launcher) -> None:
    """https where http answers: the wrong scheme, and not an outage of five minutes."""
    port = quiet_launcher.box.port
    ended = quiet_launcher.launch("Locked", url=f"https://127.0.0.1:{port}", outage_tolerance="2s")
    ended.ends(4, "unreachable", job_id="", events="none")
    assert "TLS" in ended.words


def test_the_json_result_tells_of_a_refusal_too(quiet_launcher: Launcher, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    ended = quiet_launcher.launch("Locked", limit="web1", result_file=str(file))
    assert ended.code == 3
    written = json.loads(file.read_text(encoding="utf-8"))
    assert (written["outcome"], written["exit_code"], written["job"]) == ("refused", 3, None)
