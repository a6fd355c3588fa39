"""Jenkins: headings in the console; outputs live in the result file, which the library step reads.

A console note (`ESC[8mha:` and base64) could bring a link into the page; `defuse` shows its escape instead.
"""

from __future__ import annotations

from aap_launcher.ci.base import Adapter


class Jenkins(Adapter):
    name = "jenkins"
