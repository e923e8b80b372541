"""`ecsuite check`: checks an HTTP archive or a Postman collection against a contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from ecsuite.cli.codes import BROKEN
from ecsuite.cli.options import REPORT_TO, STRICT

if TYPE_CHECKING:
    from ecsuite.contract import Contract
    from ecsuite.journal import Journal
    from ecsuite.report.collection import Words
    from ecsuite.results.result import RunResult
    from ecsuite.traffic.judged import Judged


class Named(Protocol):
    """A named part of the input that was judged."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def journal(self) -> Journal:
        """Its findings."""


@click.command(short_help="Check a client's traffic, or a Postman collection.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--edition",
    "--ec-edition",
    metavar="EDITION",
    help="The edition of the contract.  [default: the one that it fits best]",
)
@click.option(
    "--environment",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="An environment of Postman with the values of a collection's variables.",
)
@STRICT
@REPORT_TO
def check(*, file: Path, edition: str | None, environment: Path | None, strict: bool, report: Path | None) -> int:
    """Check a FILE: a client's traffic (HAR), or a Postman collection (2.1).

    Which operations it calls, and whether its requests and responses keep to the contract. Each cause is told once,
    and nothing is sent.
    """
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.errors import NoRequestOfApi  # noqa: PLC0415
    from ecsuite.results import store  # noqa: PLC0415

    judge, secrets, words = _read(file, environment)
    candidates = [editions.require(edition)] if edition else editions.editions()
    judged = {each: judge(editions.contract(each)) for each in candidates}
    chosen = max(candidates, key=lambda each: _fit(judged[each]))
    if all(each.elsewhere for each in judged[chosen]):
        raise NoRequestOfApi(file, dict.fromkeys(each.elsewhere for each in judged[chosen]))
    result = result_of(chosen, judged[chosen], secrets, str(file), strict=strict)
    if report is not None:
        store.write(report, result, "--report")
    _print(chosen, judged[chosen], result, file, words)
    return result.run.exit_code


def _read(file: Path, environment: Path | None) -> tuple[Callable[[Contract], Sequence[Judged]], Iterable[str], Words]:
    """Return a function that judges the file by a contract, the secrets in the file, and the words for its requests."""
    from ecsuite.errors import EnvironmentOfArchive  # noqa: PLC0415
    from ecsuite.report.collection import OF_ARCHIVES, OF_COLLECTIONS  # noqa: PLC0415
    from ecsuite.traffic.archive import is_archive, read_archive  # noqa: PLC0415

    if is_archive(file) and environment is not None:
        raise EnvironmentOfArchive(file)
    if is_archive(file):
        from ecsuite.traffic import judge as of_archive  # noqa: PLC0415
        from ecsuite.traffic.secrets import secrets_in  # noqa: PLC0415

        archive = read_archive(file)
        secrets = secrets_in(each.exchange for each in archive.entries)
        return partial(of_archive.judge, archive), secrets, OF_ARCHIVES
    from ecsuite.postman import judge as of_collection  # noqa: PLC0415
    from ecsuite.postman.collection import read_collection  # noqa: PLC0415
    from ecsuite.postman.environment import variables_of  # noqa: PLC0415

    collection = read_collection(file, variables_of(environment) if environment else None)
    return partial(of_collection.judge, collection), collection.secrets, OF_COLLECTIONS


def _fit(judged: Sequence[Judged]) -> tuple[int, int, int]:
    """Rank how well a contract fits: most known requests first, then most near misses, then fewest causes."""
    findings = [finding for each in judged for finding in each.journal.findings if finding.severity == "error"]
    meant = sum(bool(finding.operation is None and finding.breach.note) for finding in findings)
    causes = {(finding.promise, finding.operation, finding.breach.kind, finding.breach.at) for finding in findings}
    return sum(bool(each.operations) for each in judged), meant, -len(causes)


def result_of(edition: str, judged: Sequence[Named], secrets: Iterable[str], name: str, *, strict: bool) -> RunResult:
    """Return the findings as the result of a run, with each judged part as a test.

    Args:
        edition: the edition whose contract was used.
        judged: the judged parts, in order.
        secrets: values that are masked in the result.
        name: the name of the whole input.
        strict: whether warnings fail it, too.
    """
    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.results.collect import Collector  # noqa: PLC0415
    from ecsuite.results.record import Record, found_in  # noqa: PLC0415
    from ecsuite.results.severity import fails  # noqa: PLC0415
    from ecsuite.traffic.secrets import masking  # noqa: PLC0415

    contract, mask = editions.contract(edition), masking(frozenset(secrets))
    collector = Collector({"target": name, "editions": [edition]}, strict=strict)
    for each in judged:
        found = found_in(each.journal, contract, mask)
        is_broken = any(fails(one.finding.severity, strict=strict) for one in found)
        collector.add(each.name, Record(each.journal.tally, found))
        collector.add_outcome(each.name, "failed" if is_broken else "", 0.0)
        collector.exit_code = BROKEN if is_broken else collector.exit_code
    return collector.result()


def _print(edition: str, judged: Sequence[Judged], result: RunResult, file: Path, words: Words) -> None:
    import shutil  # noqa: PLC0415

    from ecsuite import editions  # noqa: PLC0415
    from ecsuite.report.collection import collection_lines  # noqa: PLC0415

    width = shutil.get_terminal_size((120, 24)).columns
    called = dict.fromkeys(each.id for one in judged for each in one.operations)
    elsewhere = [each.elsewhere for each in judged if each.elsewhere]
    lines = collection_lines(str(file), editions.contract(edition), list(called), elsewhere, result, words, width)
    for line in lines:
        print(line)
