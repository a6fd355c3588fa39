from __future__ import annotations

import pytest

from aap_launcher.errors import InvalidInput, Problem
from aap_launcher.inputs.proxies import check_proxies

URL = "https://aap.example.com"


def wrong(url: str = URL, **environ: str) -> Problem:
    with pytest.raises(InvalidInput) as error:
        check_proxies(environ, url)
    assert error.value.exit_code == 2
    return error.value.problems[0]


def test_a_socks_proxy_is_told_by_its_variables_name() -> None:
    problem = wrong(ALL_PROXY="socks5h://127.0.0.1:1080")
    assert (problem.field, problem.fault) == ("ALL_PROXY", "names a SOCKS proxy, which is not supported")


@pytest.mark.parametrize(
    ("proxy", "character"),
    [("http://user:p#ss@proxy:3128", "#"), ("http://us/er:p@proxy", "/"), ("user:p?w@proxy:3128", "?"), ("http://u:50%@proxy", "%")],
)  # fmt: skip
def test_a_reserved_character_in_the_login_is_told_with_its_escape_and_nothing_of_the_login(
    proxy: str, character: str
) -> None:
    problem = wrong(HTTPS_PROXY=proxy)
    assert problem.field == "HTTPS_PROXY"
    assert problem.advice.startswith(f"Write {character} as %")
    assert "user" not in problem.advice
    assert "p#ss" not in problem.fault


@pytest.mark.parametrize(
    "proxy", ["http://u:p@", "http://", "http://proxy:port", "http://[::1", "http://pro xy:1", "http://:3128", "ftp://proxy", "http://a..b:1", "http://\udce9:1"]
)  # fmt: skip
def test_what_is_no_proxys_url_is_told(proxy: str) -> None:
    assert wrong(https_proxy=proxy).field == "https_proxy"


def test_small_letters_and_the_scheme_come_first() -> None:
    assert (
        wrong(https_proxy="socks4://a", HTTPS_PROXY="http://good:1", ALL_PROXY="http://good:1").field
        == "https_proxy"
    )
    check_proxies({"https_proxy": "http://good:1", "ALL_PROXY": "socks5://a:1", "http_proxy": "://"}, URL)
    assert wrong("http://awx", HTTP_PROXY="socks5://a", HTTPS_PROXY="http://good:1").field == "HTTP_PROXY"


@pytest.mark.parametrize(
    "proxy", ["http://proxy:3128", "https://u:p%23@proxy:3128/", "proxy:3128", "http://[::1]:3128", "proxy"]
)
def test_a_proxy_that_can_be_asked_is_no_fault(proxy: str) -> None:
    check_proxies({"HTTPS_PROXY": proxy}, URL)


@pytest.mark.parametrize(
    "names", ["aap.example.com", ".example.com", "example.com, x", "*", "aap.example.com:443"]
)
def test_a_proxy_that_is_not_asked_is_no_fault(names: str) -> None:
    check_proxies({"ALL_PROXY": "socks5://a:1", "NO_PROXY": names}, URL)
    check_proxies({"ALL_PROXY": "socks5://a:1", "no_proxy": "10.0.0.0/8"}, "https://10.1.2.3")
    assert (
        wrong("https://10.1.2.3", ALL_PROXY="socks5://a:1", no_proxy="11.0.0.0/8,example.com").field
        == "ALL_PROXY"
    )
