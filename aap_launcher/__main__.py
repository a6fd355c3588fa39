"""`python -m aap_launcher`: the same as `aap-launcher`."""

from aap_launcher.cli import main

main()
