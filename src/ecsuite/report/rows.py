"""Runs the quickstart once for each row of a partner's data, and reports each row on one line."""

from __future__ import annotations

import time
from dataclasses import dataclass
from io import StringIO

from rich.console import Console

from ecsuite import wording
from ecsuite.errors import CouldNotTell, EcsuiteError, NothingThere
from ecsuite.findings.deviation import NO_DEVIATIONS, Deviations
from ecsuite.quickstart.rows import Row
from ecsuite.report.findings import findings_text
from ecsuite.report.terminal import Narrator
from ecsuite.results.severity import failing, worst_first
from ecsuite.session import Run
from ecsuite.wording import count_of


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """Outcome of a row.

    Attributes:
        line: the outcome on one line.
        details: the failing findings in full; empty if there are none.
        failed: whether a promise is broken, or the quickstart stopped.
        untold: whether it was inconclusive: no promise is known to be broken, but not everything could be checked.
    """

    line: str
    details: str = ""
    failed: bool = False
    untold: bool = False


def tell_row(run: Run, row: Row, *, strict: bool = False, deviations: Deviations = NO_DEVIATIONS) -> RowOutcome:
    """Run the quickstart with the values of a row, without printing its steps."""
    narrator = Narrator(
        run, Console(file=StringIO()), time.monotonic, strict=strict, deviations=deviations, data=row.values
    )
    stopped, untold = "", False
    try:
        if not narrator.tell():
            stopped = "it could not go on"
    except (CouldNotTell, NothingThere) as error:
        stopped, untold = str(error), True
    except EcsuiteError as error:
        stopped = str(error)
    found = worst_first(run.journal.findings)
    failed = failing(found, strict=strict, deviations=deviations)
    state = "broken" if failed else "could not tell" if untold else "stopped" if stopped else "passed"
    titles = ", ".join(dict.fromkeys(map(wording.title, failed)))
    figures = f"{count_of(run.journal.tally.exchanges, 'call')}, {count_of(run.journal.tally.passed, 'check')} passed"
    said = "; ".join(filter(None, (figures, titles, stopped if not failed else "")))
    mask = run.redactor.text
    return RowOutcome(
        line=mask(wording.printable(f"{row.where}  {state}: {said}")),
        details=mask(findings_text(failed)),
        failed=bool(failed) or (bool(stopped) and not untold),
        untold=untold and not failed,
    )
