"""The CI providers: one adapter each, and the only place that writes to the log.

Foreign text (all that comes through marks) is made harmless by `defuse` before it reaches a stream, secrets
are replaced by `masks` before that, and a log that cannot be written any more is never the launcher's end.
"""

from aap_launcher.ci.base import CI
from aap_launcher.ci.detect import context, detect

__all__ = ["CI", "context", "detect"]
