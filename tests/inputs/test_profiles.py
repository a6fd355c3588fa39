"""Profiles, and which credential may go where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.errors import InvalidInput
from aap_launcher.inputs.profiles import Profile, Source, holds_secrets, merged, profile_names, read_profile

FILE = "config.toml"
TEXT = """
[profile.prod]
url = "https://prod.example.com"
token_command = "vault kv get -field=token 'secret/aap prod'"
verify_tls = false
request_timeout = 10

[profile.test]
url = "https://test.example.com"
username = "ana"
password = "p-w"
"""
PROD, TEST = "https://prod.example.com", "https://test.example.com"


def told(text: str, name: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        read_profile(text, name, FILE)
    return str(refused.value)


def test_a_profile_is_inputs_as_text() -> None:
    found = read_profile(TEXT, "prod", FILE)
    assert found == Profile(
        "prod",
        {"url": PROD, "verify_tls": "false", "request_timeout": "10"},
        ("vault", "kv", "get", "-field=token", "secret/aap prod"),
    )
    assert profile_names(TEXT, FILE) == ("prod", "test")


def test_a_command_may_be_a_list() -> None:
    found = read_profile('[profile.x]\ntoken_command = ["pass", "a b"]', "x", FILE)
    assert found is not None
    assert found.token_command == ("pass", "a b")


def test_the_default_may_be_missing_and_no_other() -> None:
    assert read_profile(TEXT, "default", FILE) is None
    assert told(TEXT, "prdo") == 'there is no profile "prdo" in config.toml. Did you mean "prod"?'
    assert "There are none" in told("", "prod")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[profile.x]\nurll = 'a'", 'urll  is not a setting of a profile\n        Did you mean "url"?'),
        ("[profile.x]\nurl = ''", "url  is not a text"),
        ("[profile.x]\nurl = ['a']", "url  is not a text"),
        ("[profile.x]\ntoken_command = 'a \"b'", "is not a command: no closing quotation"),
        ("[profile.x]\ntoken_command = []", "is not a command"),
        ("[profile.x]\ntoken_command = [1]", "is not a command"),
        ("[profile.x]\ntoken_command = 'a'\ntoken = 'b'", "given together with token"),
        ("[profile]\nx = 5", "is not a table"),
        ("profile = 5", "is not a table"),
        ("[x]\nurl = 'a'", '"x" means nothing here'),
        ("url = 'a'", '"url" means nothing here'),
        ("[profile.x\n", "is not TOML"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(text: str, words: str) -> None:
    assert words in told(text, "x")


def test_every_fault_is_told_at_once() -> None:
    message = told("[profile.x]\nurll = 1\ntokn = 2\nusername = []", "x")
    assert all(name in message for name in ("urll", "tokn", "username"))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("[profile.x]\ntoken = 'a'", True),
        ("[profile.x]\npassword = 'a'", True),
        ("[profile.x]\nclient_key = '-----BEGIN PRIVATE KEY-----'", True),
        ("[profile.x]\nclient_key = 'key.pem'\ntoken_command = 'a'\nusername = 'u'", False),
    ],
)
def test_a_file_holds_secrets_or_only_ways_to_them(text: str, *, secret: bool) -> None:
    assert holds_secrets(text, FILE) is secret


def test_the_first_source_wins_by_name() -> None:
    found = merged(
        [
            Source("a", {"url": PROD}),
            Source("b", {"ca_bundle": "x", "token": "t"}),
            Source("c", {"ca_bundle": "y"}),
        ]
    )
    assert found == {"url": PROD, "ca_bundle": "x", "token": "t"}


def test_a_credential_beside_another_url_is_not_sent() -> None:
    mine = Source("profile prod", {"url": PROD})
    with pytest.raises(
        InvalidInput, match=f"no credential for {PROD}: the one of the environment is for {TEST}"
    ):
        merged([mine, Source("the environment", {"url": TEST, "token": "t"})])
    kept = Source("profile prod", {"url": PROD, "token_command": "prod"})
    found = merged(
        [kept, Source("the environment", {"url": TEST, "token": "t", "username": "u", "password": "p"})]
    )
    assert found == {"url": PROD, "token_command": "prod"}


@pytest.mark.parametrize(
    "same", ["https://prod.example.com/", " https://prod.example.com", "prod.example.com"]
)
def test_one_url_in_two_spellings_is_one(same: str) -> None:
    assert merged([Source("a", {"url": PROD}), Source("b", {"url": same, "token": "t"})])["token"] == "t"


def test_a_user_name_joins_a_password_from_elsewhere_and_no_token() -> None:
    profile = Source("profile", {"url": PROD, "username": "ana"})
    assert merged([Source("env", {"password": "p"}), profile]) == {
        "url": PROD,
        "username": "ana",
        "password": "p",
    }
    login = Source("env", {"username": "bo", "password": "p"})
    assert merged([login, Source("profile", {"url": PROD, "token": "t"})]) == {
        "url": PROD,
        "username": "bo",
        "password": "p",
    }


_URLS = st.sampled_from([PROD, TEST])
_VALUES = st.fixed_dictionaries(
    {},
    optional={"url": _URLS, "token": st.just("t"), "token_command": st.just("c"), "password": st.just("p")},
)


@given(st.lists(_VALUES, min_size=1, max_size=3))
def test_no_credential_ever_goes_to_another_url(given_values: list[dict[str, str]]) -> None:
    own = [
        {
            key: f"{value} of {values['url']}" if "url" in values and key != "url" else value
            for key, value in values.items()
        }
        for values in given_values
    ]
    try:
        found = merged([Source(str(index), values) for index, values in enumerate(own)])
    except InvalidInput:
        return
    for name in ("token", "token_command", "password"):
        if " of " in found.get(name, ""):
            assert found[name].endswith(found["url"])


@pytest.mark.parametrize("text", [f"a = {'[' * 3000}{']' * 3000}", f"a = {'9' * 5000}"])
def test_a_file_that_no_reader_of_toml_can_hold_is_told(text: str) -> None:
    assert "config.toml is not TOML" in told(text, "prod")
