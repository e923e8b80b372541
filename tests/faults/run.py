"""Runs the suite against the stand-in with each planted fault and each legal variant, and prints a table.

    python tests/faults/run.py [--only PATTERN] [--variants] [--faults] [--ec-edition EDITION] [-n WORKERS] [TEST ...]

A fault is *caught* if the suite made the finding that the fault must cause: the right promise, place, expectation and
value. It is caught *by accident* if there were only other findings, and *missed* if there were none. A variant must
pass.

The test that caught a fault last time is tried first, then tests that are likely to, then all others, until the fault
is caught. A variant has to pass all tests.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import order
from forks import in_forks
from order import Known
from outcome import Outcome, judge, table
from trial import Result, Trial, attempt, warm_up

from ecsuite import editions
from ecsuite.session.profile import FULL
from ecsuite.standin.faults import Fault, Variant, of_faults, of_variants

Planted = Fault | Variant
KNOWN = Path(__file__).with_name("known.json")
ALL = "all"
# Time limit in seconds; a run against a hanging server ends as well.
TIME_LIMIT = 900


def main() -> int:
    parser = _parser()
    options = parser.parse_args()
    chosen = editions.editions() if options.ec_edition == ALL else [editions.require(options.ec_edition)]
    subjects = [(edition, planted) for edition in chosen for planted in _planted(edition, options)[:: options.every]]
    if not subjects:
        parser.error(f"nothing is called {options.only}: see `ecsuite faults` and `ecsuite variants`")

    started = time.monotonic()
    known = {edition: order.load(options.known, edition) for edition in chosen}
    outcomes = {(each.trial.edition, each.trial.planted): each for each in _outcomes(subjects, known, options)}
    print(table([outcomes[subject] for subject in subjects]), f"in {time.monotonic() - started:.0f} s")
    if options.learn:
        order.save(options.known, known.values())
    return 0 if all(outcome.good for outcome in outcomes.values()) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="PATTERN", default="*", help="names or categories, as in a shell")
    parser.add_argument("--faults", action="store_true", help="no variants")
    parser.add_argument("--variants", action="store_true", help="no faults")
    parser.add_argument(
        "--edition", "--ec-edition", dest="ec_edition", default=editions.default("local"), help=f"an edition, or {ALL}"
    )
    parser.add_argument(
        "--profile", "--ec-profile", default=FULL.name, help="how much of the suite is run on each (default: full)"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="a sample: one in N of them")
    parser.add_argument("-n", type=int, default=os.cpu_count() or 1, help="how many at once (default: one a core)")
    parser.add_argument(
        "--known",
        metavar="FILE",
        type=Path,
        default=KNOWN,
        help="which test caught what last time: an order, no expectation",
    )
    parser.add_argument("--learn", action="store_true", help="write into that file which test caught what this time")
    parser.add_argument(
        "--record", metavar="FILE", type=Path, help="write what was found to a file, a line of JSON each"
    )
    parser.add_argument("tests", nargs="*", help="what to run, as pytest takes it (default: everything)")
    return parser


def _planted(edition: str, options: argparse.Namespace) -> list[Planted]:
    """The selected faults and variants of an edition."""
    faults: tuple[Planted, ...] = () if options.variants else of_faults(edition)
    variants: tuple[Planted, ...] = () if options.faults else of_variants(edition)
    return [
        each for each in (*faults, *variants) if fnmatchcase(each.name, options.only) or _category(each) == options.only
    ]


def _category(planted: Planted) -> str:
    return planted.category if isinstance(planted, Fault) else "variant"


def _outcomes(
    subjects: Sequence[tuple[str, Planted]], known: dict[str, Known], options: argparse.Namespace
) -> Iterator[Outcome]:
    """Yield outcomes in order of completion. Each one is printed, recorded and used at once to order later trials."""
    for edition in dict.fromkeys(edition for edition, _ in subjects):
        warm_up(edition)
    if options.record:
        options.record.write_text("", encoding="utf-8")
    tests = tuple(options.tests)
    # A trial is created only when it starts, so that it uses everything known by then.
    trials = (_trial(known[edition], planted, tests, options.profile) for edition, planted in subjects)
    results = in_forks(attempt, trials, at_once=options.n, seconds=TIME_LIMIT)
    for count, (trial, result) in enumerate(results, 1):
        outcome = judge(trial, result or Result((), -1, f"it died, or had no end after {TIME_LIMIT} s", TIME_LIMIT))
        if outcome.result.fitting:
            caught = {trial.planted.name: outcome.result.fitting[0].test}
            known[trial.edition] = known[trial.edition].learned(caught)
        print(
            f"{f'{count}/{len(subjects)}':>9}  {outcome.row[3]:<11}  {trial.planted.name}", file=sys.stderr, flush=True
        )
        if options.record:
            with options.record.open("a", encoding="utf-8") as file:
                print(outcome.record, file=file)
        yield outcome


def _trial(known: Known, planted: Planted, tests: tuple[str, ...], profile: str) -> Trial:
    if isinstance(planted, Variant):
        return Trial(known.edition, planted, tests=tests, profile=profile)
    # If the command line names tests, only these run.
    first = "" if tests else known.tests.get(planted.name, "")
    return Trial(known.edition, planted, first, known.rank_for(planted), tests, profile)


if __name__ == "__main__":
    sys.exit(main())
