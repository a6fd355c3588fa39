"""The container's entry. What it imports is the process alone: its handlers stand before anything else is imported."""

from aap_launcher.cli import container

container()
