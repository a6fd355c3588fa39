"""The command line: reads the environment, wires the house, and is the only place that exits."""

from aap_launcher.cli.process import container, main

__all__ = ["container", "main"]
