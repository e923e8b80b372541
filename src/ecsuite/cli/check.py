"""`ecsuite check`: a Postman collection beside a contract."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecsuite.cli.codes import BROKEN

if TYPE_CHECKING:
    from ecsuite.postman.judge import Judged
    from ecsuite.results.result import RunResult


@click.command(short_help="Check a Postman collection against the contract.")
@click.argument("collection", type=click.Path(path_type=Path))
@click.option(
    "--edition", "--ec-edition", metavar="EDITION", help="Whose contract.  [default: the one that it fits best]"
)
@click.option("--strict", "--ec-strict", is_flag=True, help="Fail on warnings as well as on errors.")
@click.option(
    "--report",
    "--ec-report",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write the result there, for `ecsuite show --report DIR` and `ecsuite report DIR`.",
)
def check(*, collection: Path, edition: str | None, strict: bool, report: Path | None) -> int:
    """Check a Postman COLLECTION (2.1): which operations it calls, and whether it keeps to the contract.

    Its requests and its saved responses are checked, each cause is told once, and nothing is sent.
    """
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.errors import NoRequestOfApi  # noqa: PLC0415
    from ecsuite.postman.collection import read_collection  # noqa: PLC0415
    from ecsuite.postman.judge import judge  # noqa: PLC0415
    from ecsuite.results import store  # noqa: PLC0415

    read = read_collection(collection)
    candidates = [editions.require(edition)] if edition else editions.editions()
    judged = {each: judge(read, editions.contract(each)) for each in candidates}
    chosen = max(candidates, key=lambda each: sum(bool(one.operations) for one in judged[each]))
    if all(each.elsewhere for each in judged[chosen]):
        raise NoRequestOfApi(collection, dict.fromkeys(each.elsewhere for each in judged[chosen]))
    result = _result(chosen, judged[chosen], read.secrets, str(collection), strict=strict)
    if report is not None:
        store.write(report, result, "--report")
    _print(chosen, judged[chosen], result, collection)
    return result.run.exit_code


def _result(edition: str, judged: Sequence[Judged], secrets: Sequence[str], name: str, *, strict: bool) -> RunResult:
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.messages.redact import Redactor  # noqa: PLC0415
    from ecsuite.results.collect import Collector  # noqa: PLC0415
    from ecsuite.results.record import Record, found_in  # noqa: PLC0415
    from ecsuite.results.severity import fails  # noqa: PLC0415

    contract, mask = editions.contract(edition), Redactor(secrets).text
    collector = Collector({"target": name, "editions": [edition]}, strict=strict)
    for each in judged:
        found = found_in(each.journal, contract, mask)
        is_broken = any(fails(one.finding.severity, strict=strict) for one in found)
        collector.add(each.name, Record(each.journal.tally, found))
        collector.add_outcome(each.name, "failed" if is_broken else "", 0.0)
        collector.exit_code = BROKEN if is_broken else collector.exit_code
    return collector.result()


def _print(edition: str, judged: Sequence[Judged], result: RunResult, collection: Path) -> None:
    import shutil  # noqa: PLC0415

    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.report.collection import collection_lines  # noqa: PLC0415

    width = shutil.get_terminal_size((120, 24)).columns
    called = dict.fromkeys(each.id for one in judged for each in one.operations)
    elsewhere = [each.elsewhere for each in judged if each.elsewhere]
    lines = collection_lines(str(collection), editions.contract(edition), list(called), elsewhere, result, width)
    for line in lines:
        print(line)
