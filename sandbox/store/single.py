"""Objects of a launch that are made from their record alone, and what a template's record says of its launch."""

from collections.abc import Iterable
from typing import Any

from sandbox.models import (
    ApprovalTemplate,
    CredentialType,
    ExecutionEnvironment,
    Host,
    InstanceGroup,
    SystemTemplate,
    User,
)
from sandbox.store.store import Record
from sandbox.store.variables import mapping


def user(of: Record) -> User:
    values = of.values
    return User(
        id=of.id,
        username=values["username"],
        password=values["password"],
        first_name=values["first_name"] or "",
        last_name=values["last_name"] or "",
        is_superuser=values["is_superuser"],
        external=values["external_account"] is not None,
    )


def credential_type(of: Record) -> CredentialType:
    values = of.values
    return CredentialType(id=of.id, name=of.name, kind=values["kind"], namespace=values["namespace"] or "")


def execution_environment(of: Record) -> ExecutionEnvironment:
    values = of.values
    return ExecutionEnvironment(
        id=of.id, name=of.name, image=values["image"], managed=bool(values["managed"])
    )


def instance_group(of: Record) -> InstanceGroup:
    return InstanceGroup(id=of.id, name=of.name)


def system_template(of: Record) -> SystemTemplate:
    values = of.values
    return SystemTemplate(
        id=of.id, name=of.name, job_type=values["job_type"], description=values["description"]
    )


def host(of: Record, groups: Iterable[str]) -> Host:
    return Host(id=of.id, name=of.name, groups=tuple(groups), variables=mapping(of.values["variables"]))


def password_name(name: str, vault: str) -> str:
    """The name under which a launch asks for a password: that of an SSH key's password has one of its own."""
    if name == "password":
        return "ssh_password"
    return f"{name}.{vault}" if name == "vault_password" and vault else name


def asks(values: dict[str, Any]) -> frozenset[str]:
    return frozenset(
        name.removeprefix("ask_").removesuffix("_on_launch")
        for name, on in values.items()
        if on and name.startswith("ask_")
    )


def survey(of: Record) -> tuple[dict[str, Any], ...]:
    """Only one that is switched on counts."""
    spec = of.hidden.get("survey") or {}
    return tuple(spec.get("spec", ())) if of.values["survey_enabled"] else ()


def approval_template(of: Record) -> ApprovalTemplate:
    values = of.values
    return ApprovalTemplate(
        id=of.id, name=of.name, description=values["description"], timeout=values["timeout"]
    )
