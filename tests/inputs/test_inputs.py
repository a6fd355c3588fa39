from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.errors import InvalidInput, Problem
from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.inputs.input import InputKind
from aap_launcher.inputs.parsing import Inputs, parse_inputs, read_environment, secrets
from aap_launcher.text.secrets import for_display

BASE = {"url": "https://aap.example.com", "token": "t0k3n-value", "template": "Deploy shop"}


def inputs(**given: str) -> Inputs:
    return parse_inputs({**BASE, **given})


def problems(raw: dict[str, str], **more: Any) -> dict[str, Problem]:
    with pytest.raises(InvalidInput) as error:
        parse_inputs(raw, **more)
    assert error.value.exit_code == 2
    return {problem.field: problem for problem in error.value.problems}


def wrong(**given: str) -> dict[str, Problem]:
    return problems({**BASE, **given})


def files(**named: bytes) -> Any:
    def read(path: str) -> bytes:
        try:
            return named[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    return read


# --- the environment ------------------------------------------------------------------------------------


def test_githubs_name_wins_over_ours_and_ours_over_the_ecosystems() -> None:
    environ = {
        "CONTROLLER_HOST": "c",
        "AAP_URL": "b",
        "INPUT_URL": "a",
        "INPUT_TOKEN": "",
        "CONTROLLER_OAUTH_TOKEN": "t",
    }
    assert read_environment(environ) == {"url": "a", "token": "t"}


def test_an_empty_variable_was_not_given() -> None:
    assert read_environment({"INPUT_LIMIT": "", "AAP_LIMIT": ""}) == {}


@pytest.mark.parametrize("quotes", ['""', "''"])
def test_two_quotes_alone_are_the_empty_string(quotes: str) -> None:
    assert read_environment({"INPUT_LIMIT": quotes}) == {"limit": ""}


def test_every_input_can_be_given_by_each_of_its_variables() -> None:
    for definition in INPUTS:
        for variable in definition.variables:
            assert read_environment({variable: "x"})[definition.name] == "x"


# --- what is launched -----------------------------------------------------------------------------------


def test_the_least_that_is_needed_has_the_contracts_defaults() -> None:
    found = inputs()
    assert found.prompts == {}
    assert found.notices == ()
    for definition in INPUTS:
        owner = found.connection if hasattr(found.connection, definition.name) else found
        if not definition.default or not hasattr(owner, definition.name):
            continue
        again = inputs(**{definition.name: definition.default})
        assert again == found, definition.name


def test_everything_missing_is_named_at_once() -> None:
    assert set(problems({})) == {"url", "token", "template"}


def test_a_wrong_input_is_not_called_missing_too() -> None:
    assert set(problems({"url": "a\x00b", "token": "ä", "template": "\x00"})) == {"url", "token", "template"}


@pytest.mark.parametrize("name", ["template", "job", "relaunch"])
def test_one_target_is_enough(name: str) -> None:
    raw = {"url": "https://x", "token": "t", name: "42"}
    assert getattr(parse_inputs(raw), name) == "42"


def test_two_targets_are_one_too_many() -> None:
    assert "given together with job or relaunch" in wrong(job="1", relaunch="2")["template"].fault


def test_attaching_to_a_job_takes_no_prompts() -> None:
    raw = {
        "url": "https://x",
        "token": "t",
        "job": "42",
        "limit": "",
        "verbosity": "0",
        "credential_passwords": "a: b",
        "timeout": "5m",
    }
    assert set(problems(raw)) == {"limit", "verbosity", "credential_passwords"}


def test_a_relaunch_takes_hosts_and_passwords_and_nothing_else() -> None:
    raw = {
        "url": "https://x",
        "token": "t",
        "relaunch": "42",
        "relaunch_hosts": "failed",
        "credential_passwords": "ssh_password: x",
    }
    assert parse_inputs(raw).relaunch_hosts == "failed"
    assert set(problems({**raw, "extra_vars": "a: 1"})) == {"extra_vars"}


def test_relaunch_hosts_without_relaunch_would_be_ignored() -> None:
    assert "without relaunch" in wrong(relaunch_hosts="failed")["relaunch_hosts"].fault
    assert inputs(relaunch_hosts="all").template == "Deploy shop"


def test_an_unknown_input_is_refused() -> None:
    assert "not an input" in wrong(limits="web1")["limits"].fault


# --- the connection -------------------------------------------------------------------------------------


def test_username_and_password_stand_for_a_token() -> None:
    found = parse_inputs({"url": "https://x", "username": "bob", "password": "hunter2\n", "template": "1"})
    assert (found.connection.username, found.connection.password) == ("bob", "hunter2")


@pytest.mark.parametrize(("given", "missing"), [("username", "password"), ("password", "username")])
def test_half_a_login_names_the_other_half(given: str, missing: str) -> None:
    assert set(problems({"url": "https://x", given: "x", "template": "1"})) == {missing}


def test_a_token_wins_over_a_password_and_says_so() -> None:
    found = inputs(username="bob", password="hunter2")
    assert found.connection.username == ""
    assert found.connection.password == ""
    assert "the token is used" in found.notices[0]


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "tökén", "a\x00b"])
def test_a_token_that_no_header_can_carry_is_refused_and_not_shown(token: str) -> None:
    problem = wrong(token=token)["token"]
    assert token not in problem.fault + problem.advice


def test_a_line_break_at_the_end_of_a_token_is_an_accident() -> None:
    assert inputs(token=" abc\r\n").connection.token == "abc"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("aap.example.com", "https://aap.example.com"),
        (" https://h:8443/awx/ ", "https://h:8443/awx/"),
        ("https://[::1]:443", "https://[::1]:443"),
    ],
)
def test_urls_keep_their_path_and_get_a_scheme(given: str, url: str) -> None:
    assert inputs(url=given).connection.url == url


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x",
        "https://",
        "https://[::1",
        "https://a b",
        "https://x:port",
        "https://bob:hunter2@x",
        "https:///path",
        "file:///etc/passwd",
        "javascript://x",
    ],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    problem = wrong(url=url)["url"]
    assert "hunter2" not in problem.fault + problem.advice


def test_long_requests_are_allowed_and_pointed_out() -> None:
    found = inputs(request_timeout="60")
    assert found.connection.request_timeout == 60
    assert "25 s" in found.notices[0]


def test_pem_text_keeps_its_lines_and_a_path_stays_one() -> None:
    pem = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----"
    assert inputs(ca_bundle=pem).connection.ca_bundle == pem + "\n"
    assert inputs(ca_bundle="/etc/ca.pem").connection.ca_bundle == "/etc/ca.pem"


def test_a_key_needs_its_certificate() -> None:
    assert set(wrong(client_key="key.pem")) == {"client_cert"}


def test_a_password_with_a_line_break_inside_is_refused_and_not_shown() -> None:
    raw = {"url": "https://x", "template": "1", "username": "bob", "password": "hunter2\nhunter3"}
    problem = problems(raw)["password"]
    assert "line break" in problem.fault
    assert "hunter" not in problem.fault + problem.advice


# --- prompts --------------------------------------------------------------------------------------------


def test_every_prompt_in_its_type() -> None:
    found = inputs(
        extra_vars="a: 1",
        limit="web:&prod",
        inventory="Production",
        credentials="Machine, 7",
        credential_passwords='{"ssh_password": 1234, "vault_password.dev": "0x", "become_password": 1.50}',
        job_tags="a,b",
        skip_tags="",
        job_type="CHECK",
        verbosity="0",
        diff_mode="false",
        scm_branch="feature/ü",
        execution_environment="3",
        labels='["a,b"]',
        forks="0",
        job_slice_count="1",
        job_timeout="0",
        instance_groups="",
    ).prompts
    assert found == {
        "extra_vars": {"a": 1},
        "limit": "web:&prod",
        "inventory": "Production",
        "credentials": ("Machine", "7"),
        "credential_passwords": {
            "ssh_password": "1234",
            "vault_password.dev": "0x",
            "become_password": "1.50",
        },
        "job_tags": "a,b",
        "skip_tags": "",
        "job_type": "check",
        "verbosity": 0,
        "diff_mode": False,
        "scm_branch": "feature/ü",
        "execution_environment": "3",
        "labels": ("a,b",),
        "forks": 0,
        "job_slice_count": 1,
        "job_timeout": 0,
        "instance_groups": (),
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("verbosity", "6"), ("verbosity", "-1"), ("verbosity", ""), ("forks", "-1"), ("forks", "2147483648"), ("job_slice_count", "0"),
        ("job_timeout", "-1"), ("job_timeout", "5m"), ("timeout", "0"), ("timeout", ""), ("request_timeout", "0s"), ("wait", ""),
        ("job_type", ""), ("job_type", "scan"), ("limit", "web1\nweb2"), ("limit", "  "), ("job_tags", "a\x00"), ("scm_branch", "\x1b[31m"),
        ("inventory", ""), ("execution_environment", ""), ("labels", "[1"), ("credential_passwords", "a: [1]"), ("credential_passwords", "a: yes"),
        ("credential_passwords", "a: null"), ("template_type", "playbook"), ("junit", "a\x00"), ("diff_mode", "maybe"),
    ],
)  # fmt: skip
def test_values_that_the_controller_would_refuse_or_misread_are_refused(name: str, text: str) -> None:
    assert set(wrong(**{name: text})) == {name}


def test_all_problems_come_at_once_and_read_well() -> None:
    with pytest.raises(InvalidInput) as error:
        inputs(verbosity="high", wait="maybe", extra_vars="a: b: c")
    assert str(error.value).splitlines() == [
        "3 inputs are not usable; nothing was sent to the controller.",
        '  verbosity   given "high", not a whole number',
        "              Give a whole number, from 0 to 5.",
        '  wait        given "maybe", not a boolean',
        "              Give true or false (also yes, no, on, off, 1, 0).",
        "  extra_vars  is not valid YAML: mapping values are not allowed in this context (line 1, column 5):",
        "                a: b: c",
        "                    ^",
        "              Text that holds ': ' or ' #', or begins with one of * & ! % @ ` { [, needs quotes.",
    ]


def test_zero_outage_tolerance_is_a_value() -> None:
    assert inputs(outage_tolerance="0").connection.outage_tolerance == 0


# --- files ----------------------------------------------------------------------------------------------


def test_later_files_win_and_extra_vars_win_over_all() -> None:
    read = files(a=b"\xef\xbb\xbfx: 1\ny: {a: 1}\nz: 1", b=b'{"y": {"b": 2}, "z": 2}')
    found = parse_inputs({**BASE, "extra_vars_file": "a,b", "extra_vars": "z: 3"}, read_file=read)
    assert found.prompts == {"extra_vars": {"x": 1, "y": {"b": 2}, "z": 3}}


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (FileNotFoundError(2, "No such file"), "vars.yml does not exist"),
        (IsADirectoryError(21, "x"), "vars.yml is a directory"),
        (PermissionError(13, "x"), "vars.yml may not be read"),
        (OSError(5, "Input/output error"), "vars.yml cannot be read: Input/output error"),
        (ValueError("embedded null byte"), "vars.yml cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(error: Exception, fault: str) -> None:
    def read(_: str) -> bytes:
        raise error

    assert fault in problems({**BASE, "extra_vars_file": "vars.yml"}, read_file=read)["extra_vars_file"].fault


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"\xff\xfea", "UTF-16"), (b"a: \xe9", "not UTF-8"), (b"- a", "not variables"), (b"a: b: c", "line 1")],
)
def test_a_file_with_something_else_in_it_is_named(content: bytes, fault: str) -> None:
    problem = problems({**BASE, "extra_vars_file": "vars.yml"}, read_file=files(**{"vars.yml": content}))
    assert problem["extra_vars_file"].fault.startswith("vars.yml ")
    assert fault in problem["extra_vars_file"].fault


def test_real_files_are_read_by_default(tmp_path: Path) -> None:
    (tmp_path / "vars.yml").write_text("a: ü", encoding="utf-8")
    assert parse_inputs({**BASE, "extra_vars_file": str(tmp_path / "vars.yml")}).prompts == {
        "extra_vars": {"a": "ü"}
    }
    assert "is a directory" in wrong(extra_vars_file=str(tmp_path))["extra_vars_file"].fault


# --- secrets --------------------------------------------------------------------------------------------


def test_every_secret_is_known_for_masking() -> None:
    found = parse_inputs(
        {
            "url": "https://x",
            "username": "bob",
            "password": "pw!",
            "template": "1",
            "client_cert": "c.pem",
            "client_key": "-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----",
            "credential_passwords": "ssh_password: abc",
            "extra_vars": "db: {password: hunter22}\nversion: 2.4.1",
        }
    )
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----\n"
    assert set(secrets(found)) == {"pw!", "abc", "hunter22", key, base64.b64encode(b"bob:pw!").decode()}


def test_a_keys_path_is_no_secret() -> None:
    assert "/etc/key.pem" not in secrets(inputs(client_cert="c.pem", client_key="/etc/key.pem"))


def test_secrets_stand_in_no_repr() -> None:
    found = inputs(extra_vars="db_password: hunter22", credential_passwords="ssh_password: hunter22")
    assert "hunter22" not in repr(found)
    assert "t0k3n" not in repr(found)


def test_what_is_shown_has_its_secrets_hidden() -> None:
    found = inputs(limit="web", extra_vars="app_version: 2.4.1\ndb_password: hunter22")
    assert for_display(found.prompts) == (
        ("limit", "web"),
        ("extra_vars", "app_version=2.4.1 db_password=***"),
    )


# --- anything at all ------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from([definition.name for definition in INPUTS]), st.text(), max_size=8))
def test_no_text_breaks_the_parser(raw: dict[str, str]) -> None:
    try:
        found = parse_inputs({**BASE, **raw}, read_file=files())
    except InvalidInput as error:
        told = str(error)
        for definition in INPUTS:
            if (
                definition.secret
                and definition.kind is InputKind.TEXT
                and len(raw.get(definition.name, "")) > 20
            ):
                assert raw[definition.name] not in told
    else:
        secrets(found)
        for_display(found.prompts)


@given(st.dictionaries(st.text(), st.text()))
def test_no_environment_breaks_the_reader(environ: dict[str, str]) -> None:
    assert isinstance(read_environment(environ), dict)
