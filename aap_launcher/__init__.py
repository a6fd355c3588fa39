"""Launch jobs on Ansible Automation Platform and AWX from CI, follow them live, report them whole."""

__version__ = "0.1.0"
