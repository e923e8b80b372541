"""`ecsuite report`: writes the pages of stored results, merges several results, and compares with an older one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ecsuite.results.merge import Difference


@click.command(short_help="Write the pages of stored results, or what is new in one.")
@click.argument("folders", metavar="[DIR]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--to",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to write the pages; several results are stored there as one.  [default: where the one result is]",
)
@click.option(
    "--against",
    metavar="OLD",
    type=click.Path(path_type=Path),
    help="An older result: tell which causes are new, gone, and as before.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of results.json instead.")
def report(*, folders: tuple[Path, ...], to: Path | None, against: Path | None, schema: bool) -> int:
    """Write the pages of the results in each DIR: report.html, junit.xml, summary.md.

    DIR is the folder of a run with --report.  [default: that of the last run]

    Several results are merged: each cause once, the figures added, one verdict. The exit code is that of the run, or
    of the worst one.
    """
    from ecsuite.report.files import PAGE, files_of  # noqa: PLC0415
    from ecsuite.report.stored import read_result  # noqa: PLC0415
    from ecsuite.report.verdict import verdict_of  # noqa: PLC0415
    from ecsuite.results import store  # noqa: PLC0415
    from ecsuite.results.merge import difference, merge  # noqa: PLC0415
    from ecsuite.session.outputs import require_writable  # noqa: PLC0415

    if schema:
        print(store.schema(), end="")
        return 0
    given = folders or (store.last(),)
    older = read_result(against) if against else None
    result = merge([read_result(folder) for folder in given])
    if to is not None:
        require_writable(to, "--to")
    print(verdict_of(result))
    if older is not None:
        _tell(difference(result, older))
    if to is not None:
        store.write(to, result, "--to")
    elif len(given) == 1:
        to = given[0].parent if given[0].is_file() else given[0]
    if to is not None:
        store.write_texts(to, files_of(result), "--to")
        print(to / PAGE)
    return result.run.exit_code


def _tell(found: Difference) -> None:
    from ecsuite.report.causes import title_of  # noqa: PLC0415

    print(found)
    for name, causes in (("new", found.new), ("gone", found.gone)):
        for cause in causes:
            print(f"  {name:<5}{cause.severity:<8} {title_of(cause)}")
