"""`aap-launcher api METHOD PATH`: any request, with the launcher's credential, retries and errors."""

from __future__ import annotations

from typing import Any

import click

from aap_launcher.cli import resource_options as options

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "HEAD")


_HELP = """Send METHOD to PATH: below the API root (hosts/?name=web1), or from the host's root (/api/v2/hosts/).

Fields are a GET's query and any other request's body; a[b]=1 makes an object, a[]=1 a list. A slash that misses at
the end of PATH is added. GETs are retried, nothing else is sent twice. A refusal's body goes to stdout, what it means
to stderr.

\b
  aap-launcher api GET hosts/ -f name__icontains=web --paginate --jq .name
  aap-launcher api POST bulk/host_create/ -F inventory=5 -f 'hosts[][name]=x'
"""


@click.command(
    "api", cls=options.ResourceCommand, help=_HELP, short_help="Send any request to the controller's API."
)
@click.argument("method", metavar="METHOD", type=click.Choice(METHODS, case_sensitive=False))
@click.argument("path")
@click.option("-f", "--raw-field", "texts", multiple=True, metavar="KEY=TEXT", help="A field, as text.")
@click.option(
    "-F",
    "--field",
    "values",
    multiple=True,
    metavar="KEY=VALUE",
    help="A field: true, false, null and integers as such, @FILE and @- as what stands there.",
)
@click.option("--input", "file", metavar="FILE", help="The body, JSON from a file, or from stdin (-).")
@click.option("-H", "--header", "headers", multiple=True, metavar="NAME:VALUE", help="A header.")
@click.option("--paginate", is_flag=True, help="Read all pages, as one list.")
@click.option("-i", "--include", is_flag=True, help="Show the answer's status and headers as well.")
@click.option("--silent", is_flag=True, help="Show no answer, only whether it went well.")
@options.output(forms=("json", "jsonl", "yaml"), columns=False)
@options.connected
def command(**given: Any) -> None:
    from aap_launcher.cli.resource_wiring import with_desk
    from aap_launcher.cli.resources.requesting import requested

    with_desk(given, lambda desk: requested(desk, given))
