from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.controller.address import Address, parse_address
from aap_launcher.errors import InvalidInput


@pytest.mark.parametrize(
    ("pasted", "origin", "base", "root"),
    [
        ("https://host", "https://host", "", ""),
        ("https://host/", "https://host", "", ""),
        ("  https://Host:8443/  ", "https://host:8443", "", ""),
        ("https://[::1]:8443", "https://[::1]:8443", "", ""),
        ("https://host/tower", "https://host", "/tower", ""),
        ("https://host/a/b//", "https://host", "/a/b", ""),
        ("https://host/api", "https://host", "", ""),
        ("https://host/api/", "https://host", "", ""),
        ("https://host/api/v2/", "https://host", "", "/api/v2/"),
        ("https://host/api/v2", "https://host", "", "/api/v2/"),
        ("https://host/api/v2/jobs/5/", "https://host", "", "/api/v2/"),
        ("https://host/tower/api/controller/v2/", "https://host", "/tower", "/tower/api/controller/v2/"),
        ("https://host/api/controller/", "https://host", "", "/api/controller/"),
        ("https://host/api/gateway/v1/", "https://host", "", ""),
        ("https://host/#/templates/job_template/5", "https://host", "", ""),
        ("https://host/execution/templates/job-template/5/details", "https://host", "", ""),
        ("https://host/sub/execution/jobs", "https://host", "/sub", ""),
        ("https://host/overview?x=1", "https://host", "", ""),
        ("http://host", "http://host", "", ""),
    ],
)
def test_what_people_paste_as_url_is_taken_apart(pasted: str, origin: str, base: str, root: str) -> None:
    assert parse_address(pasted) == Address(origin, base, root)


@pytest.mark.parametrize(
    ("pasted", "advice"),
    [
        ("", "Give the platform's"),
        ("aap.example.com", "Write https://aap.example.com"),
        ("//aap.example.com", "Write https://aap.example.com"),
        ("localhost:8052", "Write https://localhost:8052"),
        ("ftp://host", "Write it as https"),
        ("https://", "Write it as https"),
        ("https://host:99999", "not a URL"),
        ("https://ho st", "control character"),
        ("https://host\x00", "control character"),
        ("https://[::1", "not a URL"),
        ("https://a..example.com", "Look at its dots"),
        (f"https://{'a' * 64}.example.com", "over 63 letters"),
        ("https://\xe9..example.com", "Look at its dots"),
    ],
)
def test_a_url_that_is_none_is_refused_with_advice(pasted: str, advice: str) -> None:
    with pytest.raises(InvalidInput, match=advice) as raised:
        parse_address(pasted)
    assert str(raised.value).startswith("url ")
    assert not raised.value.problems, "the message says it all, and once"


@pytest.mark.parametrize("pasted", ["https://user:hunter2@host/", "user:hunter2@host"])
def test_a_password_in_the_url_is_refused_and_not_echoed(pasted: str) -> None:
    with pytest.raises(InvalidInput, match="user name or password") as raised:
        parse_address(pasted)
    assert "hunter2" not in str(raised.value)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except InvalidInput:
        return
    assert address.site.startswith(("http://", "https://"))
    (urlsplit(address.site).hostname or "").encode("idna")  # or the resolver would raise what is no OSError


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("/api/v2/jobs/5/", "/sub/api/v2/jobs/5/"),
        ("/sub/api/v2/jobs/5/", "/sub/api/v2/jobs/5/"),
        ("http://elsewhere/api/v2/jobs/5/", "/sub/api/v2/jobs/5/"),
        ("//elsewhere/api/v2/?page=2&name=a%20b", "/sub/api/v2/?page=2&name=a%20b"),
        ("/subway/", "/sub/subway/"),
    ],
)
def test_a_path_of_the_controller_keeps_the_sub_path_and_loses_the_host(given: str, path: str) -> None:
    assert Address("https://host", "/sub").local(given) == path
