"""A controller in a box: the API that a launcher touches, over real playbooks run by ansible-runner."""

from sandbox.server import Sandbox, start

__all__ = ["Sandbox", "start"]
