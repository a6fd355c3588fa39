"""What is counted of the hosts on which jobs run."""

from collections.abc import Iterable

from sandbox.clock import stamp
from sandbox.models import now
from sandbox.store.store import Store


def count(store: Store, hosts: Iterable[str]) -> None:
    """A host is one by its name, in whatever inventories it stands; one that was deleted is there again."""
    known = {one.name: one for one in store.all("host_metrics")}
    for host in hosts:
        moment = stamp(now())
        metric = known.get(host) or store.add(
            "host_metrics",
            {"hostname": host, "first_automation": moment, "automated_counter": 0, "deleted_counter": 0},
        )
        times = metric.values["automated_counter"] + 1
        # Not by the store: nothing is built from it, and a job's end makes nobody build anything again.
        metric.values |= {"last_automation": moment, "automated_counter": times, "deleted": False}
