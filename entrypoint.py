"""The container's entry."""

from aap_launcher.cli import container

container()
