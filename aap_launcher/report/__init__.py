"""Reports: pure functions from an `Outcome` to text.

They take a `Clean` outcome, which only `launcher.masking` makes: so a secret cannot reach a file by being forgotten.
"""

from aap_launcher.report.junit import junit
from aap_launcher.report.outputs import launched_outputs, outputs
from aap_launcher.report.result import result
from aap_launcher.report.summary import summary

__all__ = ["junit", "launched_outputs", "outputs", "result", "summary"]
