"""Reports: pure functions from an `Outcome` to text.

They take a `Clean` outcome, which only `hidden` makes: so a secret cannot reach a file by being forgotten.
"""

from aap_launcher.report.junit import junit
from aap_launcher.report.masked import Clean, hidden
from aap_launcher.report.outputs import launched_outputs, outputs
from aap_launcher.report.result import result
from aap_launcher.report.summary import summary

__all__ = ["Clean", "hidden", "junit", "launched_outputs", "outputs", "result", "summary"]
