"""Every row of the matrix, by what it is about."""

from __future__ import annotations

from tests.faults import (
    edge_rows,
    launch_rows,
    log_rows,
    network_rows,
    outage_rows,
    peer_rows,
    proof_rows,
    stop_rows,
)
from tests.faults.matrix import Row

GROUPS: dict[str, list[Row]] = {
    **launch_rows.ROWS,
    **proof_rows.ROWS,
    **log_rows.ROWS,
    **outage_rows.ROWS,
    **stop_rows.ROWS,
    **network_rows.ROWS,
    **edge_rows.ROWS,
    **peer_rows.ROWS,
}
ROWS = [row for rows in GROUPS.values() for row in rows]
