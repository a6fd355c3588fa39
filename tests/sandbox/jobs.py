"""The jobs which the tests look at, one for each way in which a job can go.

Each takes seconds of a real playbook, so all are launched at once, and a test waits only for the one it needs.
"""

from dataclasses import dataclass
from typing import Any

from tests.sandbox.client import Client, Json

DEPLOY, UNREACHABLE, SECRET_TASKS, RESCUED, SLOW = 10, 12, 13, 14, 15
HOSTILE, LARGE_VALUES, CHECK_MODE, SURVEY, LOCKED = 16, 19, 22, 23, 24
EVERYTHING, NEEDS_PASSWORDS, FAILING_PROJECT, ERRORING, TIMES_OUT = 25, 27, 31, 32, 33
ONE_AT_A_TIME, ASKS_VARIABLES, REPLAY = 34, 38, 41

LONG = {"extra_vars": {"seconds": 600}}
PASSWORDS = {"ssh_password": "one", "become_password": "two", "vault_password.dev": "three"}
LAUNCHES: dict[str, tuple[int, dict[str, Any]]] = {
    "replayed": (REPLAY, {"extra_vars": {"events": 5_000}}),
    "ok": (LOCKED, {}),
    "mixed": (UNREACHABLE, {}),
    "large": (LARGE_VALUES, {}),
    "timeout": (TIMES_OUT, {}),
    "error": (ERRORING, {}),
    "dependency": (FAILING_PROJECT, {}),
    "deleted": (ERRORING, {}),
    "running": (SLOW, LONG),
    "canceled": (SLOW, LONG),
    "hostile": (HOSTILE, {}),
    "rescued": (RESCUED, {}),
    "secret": (SECRET_TASKS, {}),
    "deployed": (DEPLOY, {"extra_vars": {"app_version": "2.1.0"}}),
    "jinja": (ASKS_VARIABLES, {"extra_vars": {"version": "{{ lookup('pipe', 'id') }}"}}),
    "prompted": (EVERYTHING, {"limit": "db1", "verbosity": 1, "job_type": "check"}),
    "checked": (CHECK_MODE, {"job_type": "check", "diff_mode": True}),
    "passwords": (NEEDS_PASSWORDS, {"credential_passwords": PASSWORDS}),
    "survey": (SURVEY, {"extra_vars": {"version": "1.2.3", "env": "prod", "token": "open sesame"}}),
}


@dataclass
class Jobs:
    """Jobs by what they are an example of."""

    client: Client
    numbers: dict[str, int]

    def __getitem__(self, name: str) -> int:
        return self.numbers[name]

    def finished(self, name: str) -> Json:
        return self.client.finished(self.numbers[name])

    def running(self, name: str) -> Json:
        return self.client.job_when(self[name], lambda job: job["playbook_counts"]["task_count"])


def launch_all(client: Client) -> Jobs:
    jobs = Jobs(client, {})
    for name, (template, body) in LAUNCHES.items():
        jobs.numbers[name] = client.launch(template, **body)
    blocking = client.launch(ONE_AT_A_TIME, **LONG)
    jobs.numbers["canceled_pending"] = client.launch(ONE_AT_A_TIME)
    client.post(f"jobs/{jobs['canceled_pending']}/cancel/")
    client.post(f"jobs/{blocking}/cancel/")
    return jobs
