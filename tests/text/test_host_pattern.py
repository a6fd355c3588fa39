"""What is pasted as a limit means the hosts that failed and nobody else: asked of Ansible itself."""

from __future__ import annotations

import importlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aap_launcher.text.host_pattern import NOBODY, as_limit

inventory = pytest.importorskip("ansible.inventory.manager")

GROUPS = ("web", "db")
PEOPLE = ["web1", "web2", "db1", "10.0.0.1", "fe80::1"]
HOSTILE = [
    "web*", "web?", "[a-z]eb1", "web[1:2]", "~web", "~.*", "!web1", "&web", "@all", "web1,db1", "web1:db1", "a b", "*",
    "all:!x", "$(id)", "-l", "'x'", "wéb", "\U0001f600", "***", "x\\Z", "(?i)WEB1", "web1\nweb2", ".*", "localhost;ls",
]  # fmt: skip


def meant(limit: str, hosts: list[str]) -> set[str]:
    """The hosts that Ansible runs on with this limit."""
    loader = importlib.import_module("ansible.parsing.dataloader").DataLoader()
    manager = inventory.InventoryManager(loader=loader, sources=[])
    manager._inventory = importlib.import_module("ansible.inventory.data").InventoryData()
    for group in GROUPS:
        manager._inventory.add_group(group)
    for number, host in enumerate(hosts):
        manager._inventory.add_host(host, group=GROUPS[number % 2])
    manager._inventory.reconcile_inventory()
    manager.subset(limit)
    return {host.name for host in manager.get_hosts("all")}


@pytest.mark.parametrize("name", [*PEOPLE, *HOSTILE])
def test_a_name_means_its_host_and_no_other(name: str) -> None:
    hosts = [*PEOPLE, *(one for one in HOSTILE if one not in PEOPLE)]
    assert meant(as_limit([name]), hosts) == {name}
    assert meant(as_limit([name, "db1"]), hosts) == {name, "db1"}


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=3, unique=True))
@settings(max_examples=60, deadline=None)
def test_no_name_is_read_as_a_pattern(names: list[str]) -> None:
    given = [name for name in names if name not in ("all", "ungrouped", *GROUPS) and name.strip() == name]
    given = [name for name in given if not re.search("[\ud800-\udfff]", name)]
    limit = as_limit(given)
    if given:
        assert meant(limit, [*PEOPLE, *given]) == set(given)


@pytest.mark.parametrize("names", [["all"], ["ungrouped"], ["all", "ungrouped"]])
def test_a_host_that_is_called_like_everybody_is_nobody_and_not_everybody(names: list[str]) -> None:
    assert as_limit(names) == NOBODY
    assert meant(NOBODY, [*PEOPLE, "all"]) == set()
    assert as_limit([*names, "web1"]) == "web1"


def test_a_plain_name_stands_as_it_is_and_nobody_failed_is_empty() -> None:
    assert as_limit(["web1", "db-2.example.com", "fe80::1"]) == "web1,db-2.example.com,fe80::1"
    assert as_limit([]) == ""
    assert "$" not in as_limit(HOSTILE), "GitLab would expand it"
