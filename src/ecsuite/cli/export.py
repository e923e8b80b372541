"""`ecsuite export`: the quickstart and the contract in the formats of other tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

_EDITION = click.option(
    "--edition", "--ec-edition", metavar="EDITION", help="Whose guide and contract.  [default: the oldest]"
)
_FOLDER = click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The folder to write to; it is made where there is none.  [default: this one]",
)


@click.group()
def export() -> None:
    """Write the quickstart or the contract for another tool. No file holds a secret: credentials are variables."""


@export.command()
@_EDITION
@_FOLDER
def postman(edition: str | None, output: Path) -> None:
    """Write a Postman collection (2.1.0) and an environment.

    The quickstart in the order of its guide, then every operation; each response is tested against the contract, and
    what is made is deleted in the end. Newman runs it, Bruno, Insomnia and Hoppscotch import it.
    """
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.export import postman as of_postman  # noqa: PLC0415
    from ecsuite.export.every import with_every_operation  # noqa: PLC0415
    from ecsuite.export.recorded import exchanges, quickstart  # noqa: PLC0415

    chosen = editions.require(edition or editions.default("local"))
    book = with_every_operation(quickstart(chosen), exchanges(chosen))
    name = f"energy-coordination-{chosen}"
    _write(
        output,
        {
            f"{name}.postman_collection.json": of_postman.text(of_postman.collection(book)),
            f"{name}.postman_environment.json": of_postman.text(of_postman.environment(book)),
        },
    )


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files, and print their paths.

    Raises:
        OutputUnwritable: one cannot be written.
    """
    from ecsuite.errors import OutputUnwritable  # noqa: PLC0415

    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputUnwritable("--output", path, error.strerror or str(error)) from None
        print(path)
