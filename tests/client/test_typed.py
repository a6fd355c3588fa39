"""What mypy and an editor know of the client: `make types` holds each line to it, as an ignore without need is an error."""

from __future__ import annotations

import pytest

from aap_launcher import Controller, InvalidInput, Record, Resource
from tests.client.conftest import Desk


def typed(aap: Controller) -> None:
    """Never called: its types are the test."""
    made: Record = aap.hosts.create(name="web1", inventory="Shop", variables={"a": 1})
    aap.hosts.create(nmae="web1", inventory="Shop")  # type: ignore[call-arg]
    aap.hosts.create(name="web1")  # type: ignore[call-arg]
    aap.hosts.create(name="web1", inventory="Shop", enabled="false")  # type: ignore[arg-type]
    aap.hosts.update(made, enabled=False)
    aap.hosts.update(made, inventory="Lab")  # type: ignore[call-arg]
    aap.job_templates.update("Deploy", job_type="rnu")  # type: ignore[arg-type]
    aap.job_templates.update("Deploy", labels=["ci", 3], survey_spec=[])
    rows: Resource = aap.jobs
    assert [one.name for one in rows.list(status="failed")]
    aap.hosst.list()  # type: ignore[attr-defined]
    aap.roles.create(name="x")
    made.nmae  # type: ignore[attr-defined]  # noqa: B018


def test_what_is_not_typed_is_refused_all_the_same(aap: Desk) -> None:
    with pytest.raises(InvalidInput):
        aap["roles"].create(name="x")
