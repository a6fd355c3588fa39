"""A connection to a host that is not there, so that no network is needed to show one."""

from __future__ import annotations

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: lost
short_description: Never connects
description: Fails as ssh does when a host does not answer.
author: the sandbox
"""


class Connection(ConnectionBase):
    transport = "lost"

    def _connect(self):
        host = self._play_context.remote_addr
        raise AnsibleConnectionFailure(
            f"Failed to connect to the host via ssh: ssh: connect to host {host} port 22: Connection timed out"
        )

    def exec_command(self, cmd, in_data=None, sudoable=True):
        return self._connect()

    def put_file(self, in_path, out_path):
        return self._connect()

    def fetch_file(self, in_path, out_path):
        return self._connect()

    def close(self):
        self._connected = False
