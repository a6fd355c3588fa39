"""What else a workflow can run, and workflow templates with the steps of their graphs, as plain data."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.models.objects import Inventory, Organization, Project, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalTemplate:
    id: int
    name: str
    description: str = ""
    timeout: int = 0
    """Seconds until it counts as denied; 0 waits without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InventorySource:
    id: int
    name: str
    inventory: Inventory
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemTemplate:
    id: int
    name: str
    job_type: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A node of a template's graph. Paths lead to identifiers of other steps."""

    id: int
    identifier: str
    runs: "Runnable | None"
    """None: the template that it ran was deleted."""
    success: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    all_parents: bool = False
    limit: str | None = None
    extra_vars: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A workflow job template."""

    id: int
    name: str
    organization: Organization
    steps: tuple[Step, ...] = ()
    description: str = ""
    asks: frozenset[str] = frozenset()
    """As in `Template`; a workflow knows fewer of them."""
    survey: tuple[dict[str, Any], ...] = ()
    extra_vars: dict[str, Any] = field(default_factory=dict)
    inventory: Inventory | None = None
    limit: str | None = None
    allow_simultaneous: bool = True
    readers: frozenset[str] = frozenset()
    executors: frozenset[str] = frozenset()


Runnable = Template | Workflow | ApprovalTemplate | Project | InventorySource | SystemTemplate
