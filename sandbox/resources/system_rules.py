"""What the controller demands of its own parts: instances, their groups, and the applications that ask for tokens."""

from sandbox.resources.proposal import Proposal
from sandbox.resources.reading import Errors


def instance(of: Proposal) -> Errors:
    if of.old is None:
        return {"__all__": ["Can only create instances on Kubernetes or OpenShift."]}
    return {}


def instance_group(of: Proposal) -> Errors:
    """The two groups that are always there keep what makes them so."""
    name = of.old.name if of.old else ""
    if name in {"default", "controlplane"} and of.values["name"] != name:
        return {"name": [f"{name} instance group name may not be changed."]}
    if name == "controlplane" and of.values.get("is_container_group"):
        return {"is_container_group": [f"{name} instance group is_container_group may not be changed."]}
    listed = of.given.get("policy_instance_list") or []
    known = {one.values["hostname"] for one in of.store.all("instances")}
    for at, host in enumerate(listed):
        if host in listed[:at] or host in listed[at + 1 :]:
            return {"policy_instance_list": [f"Duplicate entry {host}."]}
        if host not in known:
            return {"policy_instance_list": [f"{host} is not a valid hostname of an existing instance."]}
    return {}


def application(of: Proposal) -> Errors:
    addresses = (of.values.get("redirect_uris") or "").split()
    if any("://" not in one for one in addresses):
        return {"__all__": ["Enter a valid URL."]}
    if of.values["authorization_grant_type"] == "authorization-code" and not addresses:
        return {"__all__": ["redirect_uris cannot be empty with grant_type authorization-code"]}
    return {}
