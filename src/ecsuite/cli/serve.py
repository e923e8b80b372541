"""`ecsuite serve`: runs the stand-in for any client."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecsuite.cli.options import WholeNumber

if TYPE_CHECKING:
    from ecsuite.report.served import ServedLines
    from ecsuite.standin import StandIn
    from ecsuite.standin.faults import Fault, Variant


@click.command(short_help="Serve the stand-in, a small conforming server.")
@click.option("--edition", "--ec-edition", required=True, metavar="EDITION", help="The edition to serve.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=WholeNumber(0, 65535), default=0, show_default=True, help="0 takes any free port.")
@click.option("--data", type=click.Path(path_type=Path), help="Keep the state in this file; otherwise it is in memory.")
@click.option(
    "--token-lifetime",
    type=WholeNumber(1),
    metavar="SECONDS",
    help="The lifetime of tokens, instead of the edition's own.",
)
@click.option("--fault", multiple=True, metavar="NAME", help="Do one thing wrong: one of `ecsuite faults`; repeatable.")
@click.option(
    "--variant",
    multiple=True,
    metavar="NAME",
    help="Do one thing in an unusual way: one of `ecsuite variants`; repeatable.",
)
@click.option("--insecure", is_flag=True, help="Deliver to webhooks whose certificates cannot be verified, too.")
@click.option("--quiet", is_flag=True, help="Do not print the requests.")
@click.option("--until-eof", is_flag=True, help="Stop when the standard input ends.")
def serve(  # noqa: PLR0913
    *,
    edition: str,
    host: str,
    port: int,
    data: Path | None,
    token_lifetime: int | None,
    fault: tuple[str, ...],
    variant: tuple[str, ...],
    insecure: bool,
    quiet: bool,
    until_eof: bool,
) -> None:
    """Serve the stand-in, a small conforming server of an edition, until interrupted.

    It prints its addresses and the credentials of its two partners as lines to paste into a shell; to the standard
    error each request, with what is wrong with it by the contract.
    """
    from ecsuite import standin  # noqa: PLC0415
    from ecsuite.cli.log import Log  # noqa: PLC0415

    planted = _planted(edition, fault, variant)
    lines: list[ServedLines] = []

    def lines_of(said: standin.Served | str) -> Iterator[str]:
        return lines[0].of(said)

    log = Log(sys.stderr.fileno(), lines_of)

    def announce(running: standin.StandIn) -> None:
        lines.append(_lines(edition, running))
        _announce(edition, running, planted)

    options: dict[str, Any] = {"host": host, "port": port, "token_lifetime": token_lifetime, "verify": not insecure}
    if data is not None:
        options["data"] = data
    if planted:
        options["plant"] = lambda parts: [each.plant(parts) for each in planted]
    if not quiet:
        options["log"] = log.tell
    try:
        with log.writing() if not quiet else nullcontext():
            standin.serve(edition, announce, until=sys.stdin.buffer.read if until_eof else None, **options)
    except KeyboardInterrupt:
        # Ctrl+C is the usual way to stop it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _announce(edition: str, running: StandIn, planted: Iterable[Fault | Variant]) -> None:
    """Print the stand-in's addresses, its partners' credentials, and the planted faults and variants."""
    print(*running.export_lines(), sep="\n")
    for each in planted:
        print(f"# It has a {type(each).__name__.lower()}, {each.name}: {each.description}.")
    print(f"# The stand-in of edition {edition} is running; Ctrl-C stops it.", flush=True)


def _lines(edition: str, running: StandIn) -> ServedLines:
    """Return a renderer for the requests to a stand-in."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.checks import Checker  # noqa: PLC0415
    from ecsuite.messages.redact import Redactor  # noqa: PLC0415
    from ecsuite.report.served import ServedLines  # noqa: PLC0415

    contract = editions.contract(edition)
    redactor = Redactor(running.target().secrets)
    checker = Checker(contract, running.base_url, running.token_url, redactor.text)
    partners = (running.credentials, running.other)
    clients, secrets = [each.client_id for each in partners], [each.client_secret for each in partners]
    return ServedLines(checker, running.base_url.removesuffix(contract.base_path()), clients, redactor, secrets)


def _planted(edition: str, names: Iterable[str], variants: Iterable[str]) -> list[Fault | Variant]:
    """Look up faults and variants by name."""
    from ecsuite.standin import faults  # noqa: PLC0415

    return [
        *(faults.find_fault(edition, name) for name in names),
        *(faults.find_variant(edition, name) for name in variants),
    ]
