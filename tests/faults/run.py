"""Runs the suite against the stand-in with each planted fault, and against each legal variant, and prints a table.

    python tests/faults/run.py [--only PATTERN] [--variants] [--faults] [--ec-edition EDITION] [-n WORKERS] [TEST ...]

A fault is *caught* where the finding that it must cause was made: the right promise, place, expectation and value. It is
caught *by accident* where only other findings were made, and *missed* where none was. A variant must be green.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ecsuite import editions, wording
from ecsuite.findings.finding import Finding
from ecsuite.report.text import columns
from ecsuite.standin import serving
from ecsuite.standin.faults import Fault, Variant, of_faults, of_variants

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# A run against a hanging server ends, in seconds.
PATIENCE = 900
CAUGHT, ACCIDENT, MISSED, GREEN, RED = "caught", "by accident", "MISSED", "green", "RED"
HEAD = ("name", "level", "category", "verdict", "seconds", "by")


@dataclass(frozen=True)
class Outcome:
    """What came of one run; `by` is the test that caught it, or what was found in its place."""

    planted: Fault | Variant
    verdict: str
    by: str
    seconds: float

    @property
    def good(self) -> bool:
        return self.verdict in {CAUGHT, GREEN}

    @property
    def row(self) -> tuple[str, ...]:
        level = self.planted.level if isinstance(self.planted, Fault) else ""
        category = self.planted.category if isinstance(self.planted, Fault) else "variant"
        verdict = self.verdict.upper() if not self.good else self.verdict
        return (self.planted.name, level, category, verdict, f"{self.seconds:.1f}", self.by)


def run(edition: str, planted: Fault | Variant, tests: Sequence[str]) -> Outcome:
    """The suite against a stand-in with one thing planted."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, serving(edition, plant=planted.plant) as standin:
        file = Path(folder) / "findings"
        file.touch()
        command = [
            *(sys.executable, "-m", "pytest", "-q", "-p", "watch", "-p", "no:cacheprovider", "--tb=short"),
            # With an equals sign: a path that stands alone would have a say in where pytest takes the root to be.
            *("--ec-target", "live", "--ec-edition", edition, f"--findings-file={file}", f"--rootdir={ROOT}"),
            *(("--await-fault", planted.name) if isinstance(planted, Fault) else ()),
            *tests,
        ]
        path = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = {**os.environ, **standin.environment(), "PYTHONPATH": path}
        try:
            ran = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
            code, said = ran.returncode, ran.stdout + ran.stderr
        except subprocess.TimeoutExpired:
            code, said = -1, f"no end after {PATIENCE} s"
        findings = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    seconds = time.monotonic() - started
    return Outcome(planted, *_verdict(planted, findings, code, said), seconds)


def _verdict(planted: Fault | Variant, findings: list[dict], code: int, said: str) -> tuple[str, str]:
    last = " ".join(said.split()[-20:])
    others = "; ".join(dict.fromkeys(_text(finding) for finding in findings[:3]))
    if isinstance(planted, Variant):
        return (GREEN, "") if code == 0 else (RED, others or f"exit code {code}: {last}")
    for finding in findings:
        if finding["seen"]:
            note = "" if finding["level"] == planted.level else f" (as {finding['level']})"
            return CAUGHT, finding["test"] + note
    if findings:
        return ACCIDENT, f"expected {planted.finding}; found {others}"
    return MISSED, f"exit code {code}: {last}" if code else ""


def _text(finding: dict) -> str:
    own = Finding.from_json(finding)
    return f"{wording.title(own)}: {wording.subject(own)} at {wording.where(own.breach)}: {wording.actual(own.breach)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="PATTERN", default="*", help="names or categories, as in a shell")
    parser.add_argument("--faults", action="store_true", help="no variants")
    parser.add_argument("--variants", action="store_true", help="no faults")
    parser.add_argument("--ec-edition", default=editions.default("local"))
    parser.add_argument("-n", type=int, default=os.cpu_count() or 1, help="how many at once (default: one a core)")
    parser.add_argument("tests", nargs="*", help="what to run, as pytest takes it (default: everything)")
    options = parser.parse_args()
    edition = editions.require(options.ec_edition)
    known = [*(() if options.variants else of_faults(edition)), *(() if options.faults else of_variants(edition))]
    chosen = [each for each in known if fnmatchcase(each.name, options.only) or _category(each) == options.only]
    if not chosen:
        parser.error(f"nothing is called {options.only}: see `ecsuite faults` and `ecsuite variants`")

    outcomes = []
    with ThreadPoolExecutor(options.n) as pool:
        for outcome in pool.map(lambda planted: run(edition, planted, options.tests), chosen):
            outcomes.append(outcome)
            progress = f"{len(outcomes)}/{len(chosen)}"
            print(f"{progress:>9}  {outcome.row[3]:<11}  {outcome.planted.name}", file=sys.stderr, flush=True)
    print(columns(HEAD, [outcome.row for outcome in outcomes]))
    print()
    print(_totals(outcomes))
    return 0 if all(outcome.good for outcome in outcomes) else 1


def _category(planted: Fault | Variant) -> str:
    return planted.category if isinstance(planted, Fault) else "variant"


def _totals(outcomes: list[Outcome]) -> str:
    """How many of how many, by category and by level."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        _, level, category, *_ = outcome.row
        for group in filter(None, (category, f"[{level}]" if level else "")):
            groups.setdefault(group, []).append(outcome)
    rows = [(name, f"{sum(each.good for each in group)} of {len(group)}") for name, group in sorted(groups.items())]
    bad = Counter(outcome.verdict for outcome in outcomes if not outcome.good)
    summary = (
        ", ".join(f"{count} {verdict.lower()}" for verdict, count in sorted(bad.items())) or "all as they should be"
    )
    return columns(("group", "good"), rows) + f"\n\n{len(outcomes)} run: {summary}"


if __name__ == "__main__":
    sys.exit(main())
