"""Trouble on demand: a front on loopback before a sandbox, which does to its answers what networks and gateways do.

    with faults.front(box, Rule("/launch/$", faults.reset(after="acted"), method="POST")) as front:
        ...  # give the launcher front.url; front.requests is what it asked, front.launched the jobs it made

Every rule is deterministic: it counts the requests that match it. A share of them is chosen by the front's seed.
"""

from sandbox.faults.acts import (
    Fault,
    answer,
    closed,
    cut,
    dripping,
    held,
    honest,
    leaving,
    mislabeled,
    reset,
    silent,
    whenever,
)
from sandbox.faults.certificates import Authority
from sandbox.faults.events import doubled, gaps, late, missing, shuffled, with_output
from sandbox.faults.exchange import Exchange, Reply, Request
from sandbox.faults.front import Front, front
from sandbox.faults.jobs import changed, detail
from sandbox.faults.proxy import Proxy, connect_proxy
from sandbox.faults.rules import Rule

__all__ = [
    "Authority",
    "Exchange",
    "Fault",
    "Front",
    "Proxy",
    "Reply",
    "Request",
    "Rule",
    "answer",
    "changed",
    "closed",
    "connect_proxy",
    "cut",
    "detail",
    "doubled",
    "dripping",
    "front",
    "gaps",
    "held",
    "honest",
    "late",
    "leaving",
    "mislabeled",
    "missing",
    "reset",
    "shuffled",
    "silent",
    "whenever",
    "with_output",
]
