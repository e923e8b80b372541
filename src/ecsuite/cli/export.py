"""`ecsuite export`: the quickstart and the contract in the formats of other tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from ecsuite.export.http_file import Dialect

# Prefix of all file names.
_PREFIX: Final = "energy-coordination"

_EDITION = click.option(
    "--edition",
    "--ec-edition",
    metavar="EDITION",
    help="The edition of the guide and the contract.  [default: the oldest]",
)
_FOLDER = click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The folder to write to; created if it does not exist.  [default: this one]",
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
    name = f"{_PREFIX}-{chosen}"
    _write(
        output,
        {f"{name}.postman_collection.json": of_postman.text(of_postman.collection(book))},
        {f"{name}.postman_environment.json": of_postman.text(of_postman.environment(book))},
    )


@export.command(short_help="Write the contract as a plain OpenAPI 3.1 document.")
@_EDITION
@_FOLDER
def openapi(edition: str | None, output: Path) -> None:
    """Write the contract as a plain OpenAPI 3.1 document, without what only ecsuite reads."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.export import openapi as of_openapi  # noqa: PLC0415

    chosen = editions.require(edition or editions.default("local"))
    text = of_openapi.text(of_openapi.document(editions.contract(chosen)))
    _write(output, {f"{_PREFIX}-{chosen}.openapi.json": text})


@export.command(short_help="Write the quickstart as requests that editors send (.http).")
@_EDITION
@_FOLDER
@click.option(
    "--for",
    "dialect",
    type=click.Choice(("jetbrains", "vscode")),
    default="jetbrains",
    show_default=True,
    help="JetBrains' editors and httpYac, or the extension REST Client of VS Code.",
)
def http(edition: str | None, output: Path, dialect: Dialect) -> None:
    """Write the quickstart as a file of requests that editors send (.http)."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.export.http_file import environments, http_file  # noqa: PLC0415
    from ecsuite.export.openapi import text  # noqa: PLC0415
    from ecsuite.export.recorded import quickstart  # noqa: PLC0415

    chosen = editions.require(edition or editions.default("local"))
    book = quickstart(chosen)
    public, private = environments(book)
    own = {"http-client.env.json": text(public), "http-client.private.env.json": text(private)}
    _write(output, {f"{_PREFIX}-{chosen}.http": http_file(book, dialect)}, own if dialect == "jetbrains" else {})


@export.command(short_help="Write the quickstart and the scenarios as Arazzo workflows.")
@_EDITION
@_FOLDER
def arazzo(edition: str | None, output: Path) -> None:
    """Write the quickstart and the recorded scenarios as Arazzo 1.0.1 workflows.

    Beside them are the two OpenAPI documents that they refer to: of the API, and of the identity service.
    """
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.export import arazzo as of_arazzo  # noqa: PLC0415
    from ecsuite.export.openapi import text  # noqa: PLC0415
    from ecsuite.export.recorded import QUICKSTART, quickstart, scenario, scenarios  # noqa: PLC0415

    chosen = editions.require(edition or editions.default("local"))
    stem = f"{_PREFIX}-{chosen}"
    urls = (f"{stem}.api.openapi.json", f"{stem}.identity.openapi.json")
    described = of_arazzo.descriptions(editions.contract(chosen))
    files = {name: text(value) for name, value in zip(urls, described, strict=True)}
    files[f"{stem}.quickstart.arazzo.json"] = text(of_arazzo.workflows({QUICKSTART: quickstart(chosen)}, urls))
    told = {name: of_arazzo.fit(scenario(chosen, name)) for name in scenarios(chosen) if name != QUICKSTART}
    books = {name.replace("/", "-"): book for name, book in told.items() if book}
    if books:
        files[f"{stem}.scenarios.arazzo.json"] = text(of_arazzo.workflows(books, urls))
    _write(output, files)


@export.command(short_help="Write a recorded scenario as an HTTP archive (HAR 1.2).")
@_EDITION
@_FOLDER
@click.option("--scenario", metavar="NAME", default="quickstart", show_default=True, help="A recorded scenario.")
def har(edition: str | None, output: Path, scenario: str) -> None:
    """Write a recorded scenario as an HTTP archive (HAR 1.2), which browsers' developer tools import."""
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.cassette.tape import load  # noqa: PLC0415
    from ecsuite.errors import UnknownScenario  # noqa: PLC0415
    from ecsuite.export.har import archive  # noqa: PLC0415
    from ecsuite.export.openapi import text  # noqa: PLC0415
    from ecsuite.export.recorded import scenarios  # noqa: PLC0415

    chosen = editions.require(edition or editions.default("local"))
    if scenario not in scenarios(chosen):
        raise UnknownScenario(scenario, scenarios(chosen))
    made = archive(load(editions.cassette(chosen, scenario)))
    _write(output, {f"{_PREFIX}-{chosen}-{scenario.replace('/', '-')}.har": text(made)})


def _write(folder: Path, files: Mapping[str, str], filled_in: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write files, and print their paths.

    Args:
        folder: created if it does not exist.
        files: maps file names to contents.
        filled_in: files in which users enter their own values; an existing one is not overwritten.

    Raises:
        OutputUnwritable: a file cannot be written.
    """
    from ecsuite.errors import OutputUnwritable  # noqa: PLC0415

    for name, text in (*files.items(), *filled_in.items()):
        path = folder / name
        if name in filled_in and path.exists():
            print(f"{path} is kept, for it may hold what you have filled in")
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputUnwritable("--output", path, error.strerror or str(error)) from None
        print(path)
