"""Resources over the real HTTP code, the controller's answers scripted; and what they asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from aap_launcher.client import kind_names
from aap_launcher.client.resource import Resource
from tests.controller.conftest import World
from tests.controller.conftest import world as world  # noqa: PLC0414 - the fixture

API = "/api/v2/"


@dataclass
class Desk:
    """A controller whose answers are scripted, and its resources."""

    world: World
    requests: Any

    def __getitem__(self, name: str) -> Resource:
        return Resource(kind_names.kind(name), self.requests, self.world.clock)

    def lists(self, path: str, *pages: Any, count: int | None = None) -> Any:
        """A list that answers these pages, one after the other, and the last for ever."""
        bodies = [
            {
                "count": count if count is not None else sum(len(one) for one in pages),
                "next": f"{API}{path}?page=2" if at < len(pages) - 1 else None,
                "previous": None,
                "results": page,
            }
            for at, page in enumerate(pages)
        ]
        return self.world.json("GET", API + path, *bodies)

    def asked(self, method: str | None = None) -> list[str]:
        """What was asked after the log-in: `GET hosts/?id__gt=3`."""
        found = []
        for request in self.world.http.request_history:
            place = urlsplit(request.url)
            path = place.path.removeprefix(API)
            if path == "/api/" or method not in {None, request.method}:
                continue
            query = "&".join(
                f"{name}={value}" for name, value in parse_qsl(place.query, keep_blank_values=True)
            )
            found.append(f"{request.method} {path}" + (f"?{query}" if query else ""))
        return found

    def sent(self) -> list[Any]:
        """The bodies of what would change something."""
        return [
            one.json() if one.body else None for one in self.world.http.request_history if one.method != "GET"
        ]


@pytest.fixture
def aap(world: World) -> Desk:
    world.awx()
    controller = world.connect()
    world.http.reset_mock() if hasattr(world.http, "reset_mock") else None
    return Desk(world, controller.requests)


def row(number: int, name: str = "", type_: str = "host", **more: Any) -> dict[str, Any]:
    """An object as a list shows it."""
    return {
        "id": number,
        "type": type_,
        "url": f"{API}{type_}s/{number}/",
        "related": {},
        "summary_fields": {},
        "name": name or f"{type_}{number}",
        **more,
    }


def problems(error: Any) -> Mapping[str, str]:
    """Field -> what is wrong and what to do, of an error."""
    return {one.field: f"{one.fault} {one.advice}".strip() for one in error.problems}
