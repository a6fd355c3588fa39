"""The controller package speaks HTTP and nothing else."""

from aap_launcher.controller.connect import connect
from aap_launcher.controller.controller import Controller
from aap_launcher.controller.recent_jobs import Family, RecentJob

__all__ = ["Controller", "Family", "RecentJob", "connect"]
