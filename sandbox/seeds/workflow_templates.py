"""The seeded workflow templates and the job templates that only they use. Ids are documented in README.md."""

from typing import Any

from sandbox.models import ApprovalTemplate, Prompts, Runnable, Step, Template, Workflow
from sandbox.seeds.data import (
    CI_BOT,
    CLEANUP,
    RETAIL,
    SHOP,
    SHOP_MACHINE,
    SHOP_PROJECT,
    SHOP_SOURCE,
    UPDATED_PROJECT,
    VIEWER,
)
from sandbox.seeds.templates import SURVEY, TEMPLATES

_READERS = frozenset({CI_BOT.username, VIEWER.username})
_BOT = frozenset({CI_BOT.username})
HOSTILE_NAME = '<img src=x onerror=alert(1)> | `code` **bold** "]-->END; ::error::no %% end'
HOSTILE_TEXT = (
    "</details><script>alert(1)</script>\n```mermaid\n[click](javascript:alert(1)) ::warning::no | 100%"
)


def _job(number: int, name: str, playbook: str, *asks: str, replay: bool = False, **values: Any) -> Template:
    return Template(
        id=number,
        name=name,
        organization=RETAIL,
        playbook=playbook,
        project=SHOP_PROJECT,
        values=Prompts(inventory=SHOP, credentials=(SHOP_MACHINE,), **values),
        asks=frozenset(asks),
        readers=_READERS,
        executors=_BOT,
        replay=replay,
    )


BUILD = _job(50, "Build release", "build_release.yml", "variables")
DEPLOY = _job(51, "Deploy release", "deploy_release.yml", "limit")
TEST = _job(52, "Test release", "test_release.yml", "variables")
CHECK = _job(53, "Failing check", "failing_check.yml")
SLICED = _job(54, "Sliced deploy", "deploy_release.yml", "variables", "limit", job_slice_count=3)
INSTANT = _job(55, "Instant check", "quick.yml", replay=True, extra_vars={"events": 14})
HOSTILE = _job(56, HOSTILE_NAME, "test_release.yml")
WORKFLOW_JOBS = (BUILD, DEPLOY, TEST, CHECK, SLICED, INSTANT, HOSTILE)
SLOW = next(template for template in TEMPLATES if template.name == "Slow deploy")

GATE = ApprovalTemplate(id=80, name="Deploy to production?", description="manual gate")
SHORT_GATE = ApprovalTemplate(id=81, name="Answer quickly", description="nobody will", timeout=3)
HOSTILE_GATE = ApprovalTemplate(id=82, name=HOSTILE_NAME, description=HOSTILE_TEXT, timeout=2)


def _workflow(
    number: int, name: str, *steps: tuple[str, Runnable | None, dict[str, Any]], **others: Any
) -> Workflow:
    """Each step: identifier, what it runs, and its paths and prompts."""
    return Workflow(
        id=number,
        name=name,
        organization=RETAIL,
        readers=_READERS,
        executors=_BOT,
        steps=tuple(
            Step(id=number * 1000 + place, identifier=identifier, runs=runs, **paths)
            for place, (identifier, runs, paths) in enumerate(steps)
        ),
        **others,
    )


def _hundred() -> list[tuple[str, Runnable | None, dict[str, Any]]]:
    """One that fails, 39 after its failure path, and 79 after its success path, which are never run; and an end."""
    run = [f"check-{number:03}" for number in range(1, 40)]
    skipped = [f"never-{number:03}" for number in range(1, 80)]
    last = {"all_parents": False}
    return [
        ("start", CHECK, {"failure": tuple(run), "success": tuple(skipped)}),
        *[(name, INSTANT, {"success": ("end",)}) for name in run],
        *[(name, INSTANT, {"success": ("end",)}) for name in skipped],
        ("end", INSTANT, last),
    ]


TWO_CHECKS = _workflow(75, "Two checks", ("build", BUILD, {}), ("test", TEST, {}))

WORKFLOWS: tuple[Workflow, ...] = (
    _workflow(
        60,
        "Release train",
        ("build", BUILD, {"success": ("deploy-web", "deploy-db"), "failure": ("roll-back",)}),
        (
            "deploy-web",
            DEPLOY,
            {"limit": "web", "success": ("smoke-test", "load-test"), "failure": ("roll-back",)},
        ),
        (
            "deploy-db",
            DEPLOY,
            {"limit": "db", "success": ("smoke-test", "load-test"), "failure": ("roll-back",)},
        ),
        ("smoke-test", TEST, {"all_parents": True}),
        ("load-test", TEST, {"all_parents": True}),
        ("roll-back", DEPLOY, {}),
        description="Builds, deploys to two groups side by side, then tests",
        asks=frozenset({"variables"}),
    ),
    _workflow(
        61,
        "Release with approval",
        ("prepare", BUILD, {"success": ("gate",), "failure": ("rollback",)}),
        ("gate", GATE, {"success": ("deploy",), "failure": ("rollback",)}),
        ("deploy", DEPLOY, {}),
        ("rollback", TEST, {}),
        asks=frozenset({"variables"}),
    ),
    _workflow(
        62,
        "Broken release",
        ("build", BUILD, {"success": ("check",)}),
        ("check", CHECK, {"success": ("deploy",)}),
        ("deploy", DEPLOY, {}),
    ),
    _workflow(
        63,
        "Handled failure",
        ("check", CHECK, {"success": ("deploy",), "failure": ("repair",)}),
        ("deploy", DEPLOY, {}),
        ("repair", TEST, {}),
    ),
    _workflow(
        64,
        "Nested release",
        ("inner", TWO_CHECKS, {"success": ("deploy",)}),
        ("deploy", DEPLOY, {"limit": "web"}),
    ),
    _workflow(65, "Sliced release", ("slices", SLICED, {"success": ("tail",)}), ("tail", TEST, {})),
    _workflow(66, "Approval timeout", ("gate", SHORT_GATE, {"success": ("after",)}), ("after", TEST, {})),
    _workflow(
        67,
        "Canceled child",
        ("slow", SLOW, {"success": ("after",), "extra_vars": {"seconds": 600}}),
        ("after", TEST, {}),
    ),
    _workflow(
        68,
        "Orphaned node",
        ("test", TEST, {"success": ("gone",)}),
        ("gone", None, {"success": ("after",)}),
        ("after", TEST, {}),
    ),
    _workflow(69, "Empty workflow", allow_simultaneous=False),
    _workflow(70, "Hundred nodes", *_hundred()),
    _workflow(
        71,
        "Mixed nodes",
        ("fetch", UPDATED_PROJECT, {"success": ("refresh",)}),
        ("refresh", SHOP_SOURCE, {"always": ("deploy",)}),
        ("clean-up", CLEANUP, {"always": ("deploy",)}),
        ("deploy", DEPLOY, {"all_parents": True, "limit": "web"}),
    ),
    _workflow(
        72,
        "Hostile workflow",
        ('"]; click A "javascript:alert(1)"', HOSTILE, {"always": ("end", "gate\n::error::no")}),
        ("end", TEST, {"always": ("<b>&amp;</b> %%{init: {}}%% subgraph",)}),
        ("gate\n::error::no", HOSTILE_GATE, {"always": ("<b>&amp;</b> %%{init: {}}%% subgraph",)}),
        ("<b>&amp;</b> %%{init: {}}%% subgraph", HOSTILE, {}),
        description=HOSTILE_TEXT,
    ),
    _workflow(
        73,
        "Surveyed release",
        ("deploy", DEPLOY, {}),
        survey=SURVEY[:2],
        asks=frozenset({"inventory", "limit"}),
    ),
    _workflow(
        74,
        "Slow release",
        ("first", SLOW, {"success": ("second",)}),
        ("second", TEST, {}),
        asks=frozenset({"variables"}),
    ),
    TWO_CHECKS,
    _workflow(
        76,
        "Quick approval",
        ("gate", GATE, {"success": ("deploy",), "failure": ("rollback",)}),
        ("deploy", INSTANT, {}),
        ("rollback", INSTANT, {}),
        description="Waits for the approval at once",
    ),
)
