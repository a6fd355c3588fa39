"""What discovery learned."""

from __future__ import annotations

import msgspec


class Platform(msgspec.Struct, frozen=True):
    """Where the controller's API lives, and what it is."""

    api: str  # path of the controller's API with slashes at both ends, e.g. "/api/controller/v2/"
    gateway: bool  # AAP 2.5+: the platform gateway stands in front
    ui: str  # base URL for people, without a slash at the end
