"""How runs go: real playbooks, replays, workflows."""
