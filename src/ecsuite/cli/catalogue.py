"""`ecsuite faults` and `ecsuite variants`: lists the stand-in's faults and its unusual but legal behaviours."""

from __future__ import annotations

import click

_EDITION = click.option(
    "--edition", "--ec-edition", metavar="EDITION", help="The edition of the stand-in.  [default: the oldest]"
)


@click.command()
@_EDITION
def faults(edition: str | None) -> None:
    """List what `ecsuite serve --fault NAME` can do wrong."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.report.text import columns  # noqa: PLC0415
    from ecsuite.standin.faults import of_faults  # noqa: PLC0415

    known = of_faults(editions.require(edition or editions.default("local")))
    rows = [(fault.name, fault.level, fault.category, fault.description) for fault in known]
    print(columns(("fault", "level", "category", "what it does"), rows))


@click.command(short_help="List what `ecsuite serve --variant NAME` can do unusually.")
@_EDITION
def variants(edition: str | None) -> None:
    """List what `ecsuite serve --variant NAME` can do in an unusual way that is correct."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.report.text import columns  # noqa: PLC0415
    from ecsuite.standin.faults import of_variants  # noqa: PLC0415

    known = of_variants(editions.require(edition or editions.default("local")))
    print(columns(("variant", "what it does"), [(variant.name, variant.description) for variant in known]))
