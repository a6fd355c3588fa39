from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.models.as_written import Number
from aap_launcher.text import secrets


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "db_password",
        "dbPassword",
        "DB-PASSWD",
        "mysqlrootpassword",
        "passphrase",
        "secret",
        "clientSecret",
        "vault_secret_id",
        "token",
        "GITHUB_TOKEN",
        "accesstoken",
        "api_key",
        "apikey",
        "apiKey",
        "X-API-Key",
        "private_key",
        "sshPrivateKey",
        "aws_secret_access_key",
        "credential",
        "credentials",
        "db_pass",
        "PWD",
        "tokens",
    ],
)
def test_names_that_mean_secrets(name: str) -> None:
    assert secrets.is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "version",
        "key",
        "keyboard",
        "public_key",
        "passenger",
        "compass",
        "bypass_checks",
        "tokenizer",
        "secretary",
        "password_length",
        "secret_name",
        "token_ttl",
        "secretName",
        "monkey",
        "",
        "é",
    ],
)
def test_names_that_only_look_like_it(name: str) -> None:
    assert not secrets.is_secret(name)


def test_secret_values_are_found_at_any_depth() -> None:
    variables = {
        "app": {"users": [{"name": "bob", "password": "hunter22"}], "api_key": 1234567},
        "secrets": {"deep": ["a-long-one", {"other": "another"}]},
        "pin_token": True,
        "no_token": None,
        "short_token": "abc",
        "float_token": Number("12.50"),
        "version": "2.4.1",
    }
    assert set(secrets.secret_values(variables)) == {
        "hunter22",
        "1234567",
        "a-long-one",
        "another",
        "12.50",
        "12.5",
    }


def test_each_form_in_which_a_secret_may_be_printed_is_masked() -> None:
    masks = secrets.masks(['p@ss "w/ö'])
    assert {
        'p@ss "w/ö',
        'p@ss \\"w/ö',
        'p@ss \\"w/\\u00f6',
        "p%40ss%20%22w%2F%C3%B6",
        "p%40ss+%22w%2F%C3%B6",
        "cEBzcyAidy/Dtg==",
        "cEBzcyAidy_Dtg==",
    } <= set(masks)


def test_longer_masks_come_first_so_that_no_tail_is_left() -> None:
    masks = secrets.masks(["abcd", "abcdefgh"])
    assert masks.index("abcdefgh") < masks.index("abcd")
    assert [len(mask) for mask in masks] == sorted((len(mask) for mask in masks), reverse=True)


def test_lines_of_a_key_are_masked_and_its_frame_is_not() -> None:
    masks = secrets.masks(["-----BEGIN KEY-----\nMIIEvQIBADANBg\nab\n-----END KEY-----\n"])
    assert "MIIEvQIBADANBg" in masks
    assert "ab" not in masks
    assert "-----BEGIN KEY-----" not in masks


def test_nothing_is_never_a_mask() -> None:
    assert secrets.masks([""]) == ()


@given(st.lists(st.text()))
def test_any_secret_can_be_masked(values: list[str]) -> None:
    masks = secrets.masks(values)
    assert all(masks)
    assert {secret for secret in values if secret} <= set(masks)


def test_what_is_shown_hides_secrets() -> None:
    prompts = {
        "limit": "web",
        "verbosity": 0,
        "diff_mode": False,
        "job_tags": "",
        "labels": ("a", 3),
        "extra_vars": {
            "app_version": "2.40",
            "replicas": 3,
            "on": "yes",
            "debug": True,
            "ratio": Number("0.00001"),
            "db_password": "hunter22",
            "asked": "x y",
            "db": {"token": "t0k3n", "n": 1},
            "hide_me": 5,
            "no_token": None,
        },
        "credential_passwords": {"ssh_password": "hunter22"},
    }
    assert dict(secrets.for_display(prompts, hidden=["hide_me"])) == {
        "limit": "web",
        "verbosity": "0",
        "diff_mode": "false",
        "job_tags": "",
        "labels": "a, 3",
        "extra_vars": 'app_version="2.40" replicas=3 on="yes" debug=true ratio=1e-05 db_password=*** asked="x y" db={"token": "***", "n": 1} hide_me=*** no_token=null',
        "credential_passwords": "ssh_password=***",
    }


def test_what_is_shown_is_short_and_on_one_line() -> None:
    ((_, value),) = secrets.for_display({"extra_vars": {"blob": "x" * 1000, "lines": "a\nb\x1b[2J"}})
    assert len(value) < 200
    assert value.isprintable()


def test_of_very_many_variables_a_few_are_shown() -> None:
    ((_, value),) = secrets.for_display({"extra_vars": {f"v{n}": n for n in range(1000)}})
    assert value.endswith("v29=29 and 970 more")
