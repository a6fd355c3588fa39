"""Where a connection comes from: files with the rights they have, commands that are run, logins that are kept."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from aap_launcher.client.connection_source import connection, folder
from aap_launcher.client.logins import Login, Logins
from aap_launcher.errors import InvalidInput

PROD, TEST = "https://prod.example.com", "https://test.example.com"
PRINTS = f"token_command = ['{sys.executable}', '-c', 'print(\"t-of-command\")']"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "aap-launcher"


def ask(
    home: Path, profile: str = "", *, given: dict[str, str] | None = None, **inputs: str
) -> dict[str, str]:
    named = {"AAP_PROFILE": inputs.pop("AAP_PROFILE")} if "AAP_PROFILE" in inputs else {}
    return connection(given or {}, inputs, {"XDG_CONFIG_HOME": str(home.parent), **named}, profile)


def config(home: Path, text: str, mode: int = 0o600) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(text, encoding="utf-8")
    (home / "config.toml").chmod(mode)


def test_without_a_file_the_environment_is_all_there_is(home: Path) -> None:
    assert ask(home, url=PROD, token="t") == {"url": PROD, "token": "t"}
    assert ask(home) == {}
    assert not home.exists()


def test_the_default_profile_is_used_only_where_no_url_is_given(home: Path) -> None:
    config(home, f"[profile.default]\nurl = '{PROD}'\ntoken = 't'\nca_bundle = 'ca.pem'")
    assert ask(home) == {"url": PROD, "token": "t", "ca_bundle": "ca.pem"}
    assert ask(home, url=TEST) == {"url": TEST}
    assert ask(home, given={"url": TEST}) == {"url": TEST}


def test_a_named_profile_goes_before_the_environment_if_it_was_typed_and_after_it_otherwise(
    home: Path,
) -> None:
    config(home, f"[profile.prod]\nurl = '{PROD}'\ntoken = 't'\nrequest_timeout = 5")
    assert ask(home, "prod", url=TEST, token="other", request_timeout="9") == {
        "url": PROD,
        "token": "t",
        "request_timeout": "5",
    }
    assert ask(home, AAP_PROFILE="prod", token="mine", request_timeout="9") == {
        "url": PROD,
        "token": "mine",
        "request_timeout": "9",
    }
    assert ask(home, "prod", given={"request_timeout": "1"})["request_timeout"] == "1"


def test_a_profile_that_is_named_must_exist(home: Path) -> None:
    with pytest.raises(InvalidInput, match=r"profile prod: .*config.toml does not exist"):
        ask(home, "prod")
    config(home, "[profile.prod]\nurl = 'x'")
    with pytest.raises(InvalidInput, match=r'no profile "prdo".*Did you mean "prod"'):
        ask(home, AAP_PROFILE="prdo")


def test_a_token_command_is_run_and_what_it_prints_is_the_token(home: Path) -> None:
    config(home, f"[profile.prod]\nurl = '{PROD}'\n{PRINTS}", 0o644)
    assert ask(home, "prod") == {"url": PROD, "token": "t-of-command"}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("import sys; print('s3cret'); sys.exit(3)", "failed with exit code 3"),
        ("pass", "printed nothing"),
        ("print('s3cret two')", "printed more than one word"),
    ],
)
def test_a_token_command_that_gives_no_token_is_told_without_what_it_printed(
    home: Path, command: str, words: str
) -> None:
    config(
        home, f"[profile.prod]\nurl = '{PROD}'\ntoken_command = {json.dumps([sys.executable, '-c', command])}"
    )
    with pytest.raises(InvalidInput, match=words) as refused:
        ask(home, "prod")
    assert "s3cret" not in str(refused.value)


def test_a_token_command_that_is_not_there_is_told(home: Path) -> None:
    config(home, f"[profile.prod]\nurl = '{PROD}'\ntoken_command = 'no-such-program-here x'")
    with pytest.raises(InvalidInput, match=r"no-such-program-here .* cannot be run"):
        ask(home, "prod")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_with_secrets_that_others_can_read_is_refused(home: Path, mode: int) -> None:
    config(home, f"[profile.prod]\nurl = '{PROD}'\n[profile.other]\ntoken = 't'", mode)
    with pytest.raises(
        InvalidInput, match=r"can be read by other users, and it holds secrets\. Run: chmod 600"
    ):
        ask(home, "prod")


def test_a_file_that_others_can_change_runs_no_command(home: Path) -> None:
    config(home, f"[profile.prod]\nurl = '{PROD}'\n{PRINTS}", 0o664)
    with pytest.raises(InvalidInput, match="can be changed by other users"):
        ask(home, "prod")


# --- logins ----------------------------------------------------------------------------------------------


@pytest.fixture
def logins(home: Path) -> Logins:
    return Logins(home)


def test_a_login_is_kept_for_its_user_alone_and_told_where(home: Path, logins: Logins) -> None:
    where = logins.keep(Login(PROD, "ana", "/api/v2/tokens/7/", "t-7"))
    assert where == f"{home}/logins.json (only you can read it; no keyring was found)"
    assert (home / "logins.json").stat().st_mode & 0o777 == 0o600
    assert logins.find(PROD) == Login(PROD, "ana", "/api/v2/tokens/7/", "t-7")
    assert list(home.iterdir()) == [home / "logins.json"]


def test_a_login_is_used_where_no_other_credential_is(home: Path, logins: Logins) -> None:
    logins.keep(Login(PROD, "ana", "", "t-7"))
    assert ask(home) == {"url": PROD, "token": "t-7"}
    assert ask(home, url=f"{PROD}/api/v2/")["token"] == "t-7"
    assert ask(home, url=PROD, token="mine")["token"] == "mine"
    assert ask(home, url=TEST) == {"url": TEST}
    assert ask(home, url=PROD, username="bo") == {"url": PROD, "username": "bo"}


def test_of_several_logins_none_is_guessed(home: Path, logins: Logins) -> None:
    logins.keep(Login(PROD, "ana", "", "t-7"))
    logins.keep(Login(TEST, "ana", "", "t-8"))
    with pytest.raises(InvalidInput) as refused:
        ask(home)
    assert PROD in refused.value.problems[0].fault
    logins.forget(TEST)
    assert ask(home)["url"] == PROD


def test_a_file_of_logins_that_others_can_read_or_that_is_damaged_is_refused(
    home: Path, logins: Logins
) -> None:
    logins.keep(Login(PROD, "ana", "", "t-7"))
    (home / "logins.json").chmod(0o644)
    with pytest.raises(InvalidInput, match="can be read by other users"):
        logins.find(PROD)
    (home / "logins.json").chmod(0o600)
    (home / "logins.json").write_text("{")
    with pytest.raises(InvalidInput, match="is damaged"):
        logins.find(PROD)


def test_the_folder_is_where_the_system_says() -> None:
    assert folder({"HOME": "/home/ana"}) == Path("/home/ana/.config/aap-launcher")
    assert folder({"HOME": "/home/ana", "XDG_CONFIG_HOME": "/etc/x"}) == Path("/etc/x/aap-launcher")


def test_a_file_of_logins_that_is_nested_beyond_reading_is_damaged(home: Path, logins: Logins) -> None:
    logins.keep(Login(PROD, "ana", "", "t-7"))
    (home / "logins.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(InvalidInput, match="is damaged"):
        logins.find(PROD)
