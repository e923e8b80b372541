"""`ecsuite deliver`: a trial of a webhook receiver."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecsuite.cli.options import REPORT_TO, STRICT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecsuite.receivers.cases import Group
    from ecsuite.receivers.trial import Tried
    from ecsuite.results.result import RunResult


@click.command(short_help="Try a webhook receiver with deliveries, legal and forged.")
@click.argument("url")
@click.option(
    "--edition", "--ec-edition", metavar="EDITION", help="Whose deliveries.  [default: the latest that are signed]"
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1, max=600),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for each answer.",
)
@click.option(
    "--only",
    metavar="NAME",
    help="Send only the deliveries of this name, such as `without a signature`, besides those as the API sends them.",
)
@click.option("--insecure", is_flag=True, help="Deliver also where the certificate cannot be verified.")
@STRICT
@REPORT_TO
def deliver(
    *,
    url: str,
    edition: str | None,
    timeout: float,
    only: str | None,
    insecure: bool,
    strict: bool,
    report: Path | None,
) -> int:
    """Try the webhook receiver at URL, with the secret in EC_WEBHOOK_SECRET.

    It gets some fifty deliveries: as the API sends them, spelt and framed in other legal ways, repeated, and forged.
    The first must be acknowledged (2xx), the forged ones refused. All of them are made up: give it a receiver that
    acts on nothing.
    """
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.cli.check import result_of  # noqa: PLC0415
    from ecsuite.errors import NoWebhookSecret  # noqa: PLC0415
    from ecsuite.http import httpx  # noqa: PLC0415
    from ecsuite.receivers.trial import Trial  # noqa: PLC0415
    from ecsuite.results import store  # noqa: PLC0415
    from ecsuite.traffic.secrets import masking, secrets_of_address  # noqa: PLC0415

    chosen, group = _signed(edition), _group(only)
    secret = os.environ.get("EC_WEBHOOK_SECRET", "")
    if not secret:
        raise NoWebhookSecret
    secrets = secrets_of_address(url) | {secret}
    mask = masking(secrets)
    with httpx.Client(timeout=timeout, verify=not insecure) as client:
        trial = Trial(url, secret, editions.contract(chosen), client, mask, group)
        tried = list(trial.run())
    result = result_of(chosen, tried, secrets, mask(url), strict=strict)
    if report is not None:
        store.write(report, result, "--report")
    _print(mask(url), chosen, tried, result)
    return result.run.exit_code


def _signed(edition: str | None) -> str:
    """The edition whose deliveries are sent; it must sign them."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.errors import DeliveryNotSigned  # noqa: PLC0415
    from ecsuite.receivers.trial import signed_delivery  # noqa: PLC0415

    signed = [each for each in editions.editions() if signed_delivery(editions.contract(each))]
    chosen = editions.require(edition) if edition else signed[-1]
    if chosen not in signed:
        raise DeliveryNotSigned(chosen, signed)
    return chosen


def _group(name: str | None) -> Group | None:
    """The group of deliveries with this name."""
    from ecsuite.errors import NoSuchDelivery  # noqa: PLC0415
    from ecsuite.receivers.cases import GROUPS  # noqa: PLC0415

    known = {group.name.lower(): group for group in GROUPS}
    if name is not None and name.lower() not in known:
        raise NoSuchDelivery(name, (group.name for group in GROUPS))
    return known[name.lower()] if name is not None else None


def _print(url: str, edition: str, tried: Sequence[Tried], result: RunResult) -> None:
    import shutil  # noqa: PLC0415

    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.report.delivered import delivered_lines  # noqa: PLC0415

    width = shutil.get_terminal_size((120, 24)).columns
    slowest = max(each.seconds for each in tried)
    for line in delivered_lines(url, editions.contract(edition), slowest, result, width):
        print(line)
