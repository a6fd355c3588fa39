from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.report import markdown


@pytest.mark.parametrize(
    "address",
    ["\nhttps://a.example", " https://a.example", "https://a.\texample/x", "ftp://a.example", "https://[x"],
)
def test_what_a_browser_would_read_otherwise_is_no_link(address: str) -> None:
    assert markdown.link("x", address) == "x"


@given(st.text(max_size=5), st.text(max_size=20))
def test_a_link_leads_to_the_address_that_was_looked_at_or_nowhere(before: str, after: str) -> None:
    address = f"{before}https://a.example/{after}"
    written = markdown.link("x", address)
    assert written == "x" or written.startswith("[x](<https://a.example/")
