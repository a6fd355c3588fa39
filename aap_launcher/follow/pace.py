"""How often the controller is asked, and how long what may never come is waited for."""

from __future__ import annotations

import msgspec


class Pace(msgspec.Struct, frozen=True):
    """Seconds between requests, and how long to wait for what may never come."""

    busy: float = 1.0  # while events flow: rows become visible once a second
    idle: float = 4.0  # the slowest while nothing comes
    queued: float = 10.0  # the slowest after five minutes of queueing
    ending: float = 0.5  # after the last event of a playbook, or once a cancel was asked for
    look: float = 5.0  # between two looks at a running job; 10 when it has long been silent
    seldom: float = 30.0  # the same while new events show that it runs
    nodes: float = 1.0  # between two lists of a workflow's nodes, after a change
    nodes_busy: float = 4.0  # the slowest of these while a node's job runs
    nodes_idle: float = 10.0  # and while none does
    workflow: float = 10.0  # between two looks at a workflow job itself: its nodes tell sooner
    growth: float = 1.4
    hold: float = 90.0  # for a hole while the job runs: the controller stores a batch again after 60 s
    settle: float = 1.0  # for a hole once the controller says that everything is stored
    grace: float = 90.0  # for event_processing_finished after a final status
    short_grace: float = 20.0  # the same for error and canceled, where it often never comes
    unread: float = 45.0  # for a log that cannot be read, after a final status
