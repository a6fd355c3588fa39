"""Jenkins: headings in the console, and the outputs in a file for the library step.

A console note (`ESC[8mha:` and base64) could bring a link into the page; `defuse` shows its escape instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from aap_launcher.ci.base import LogAdapter
from aap_launcher.ci.files import put
from aap_launcher.ci.outlet import Outlet

OUTPUTS = "AAP_OUTPUTS_FILE"  # where the outputs go, if asked, as one JSON object of texts


class Jenkins(LogAdapter):
    name = "jenkins"

    def __init__(self, outlet: Outlet, environ: Mapping[str, str], *, colours: bool) -> None:
        super().__init__(outlet, environ, colours=colours)
        self._outputs: dict[str, str] = {}

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        self._outputs |= outputs
        if path := self._environ.get(OUTPUTS):
            # ASCII only: the agent may read files in any encoding.
            self._warn_unless_written(put(path, json.dumps(self._outputs)), "outputs")
