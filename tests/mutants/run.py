"""Changes the judging code in one place at a time, and prints which changes no unit test notices.

    python tests/mutants/run.py [--minutes MINUTES] [--only PATTERN ...] [--seed SEED] [-n WORKERS]

What is changed, by which operators, and what must notice stands in `pyproject.toml` under `[tool.mutants]`. Where the
minutes do not suffice for all mutants, those of a sample are judged. Survivors that may stay stand in `accepted.toml`,
each with its reason. Exit code 1: more of the others survived than the limit allows, one that is accepted is gone, or
none was judged.
"""

import argparse
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase

from killing import Verdict, judge
from making import Mutant, mutants_of
from settings import ROOT, Settings, accepted, settings


def main() -> int:
    """Make mutants, judge as many as there is time for, and report; the exit code."""
    options = _options()
    deadline = time.monotonic() + options.minutes * 60
    os.chdir(ROOT)
    chosen_by, may_stay = settings(), accepted()

    made = _made(chosen_by, options.only, options.n)
    gone = set(may_stay) - {mutant.key for mutant in made} if options.only == ["*"] else set()
    left = [each for each in made if each.key not in may_stay and _is_one_of(each.function, options.only)]
    random.Random(options.seed).shuffle(left)  # noqa: S311
    judged = _judged(left, chosen_by, options.n, deadline)

    _print_survivors(judged)
    for function, change in sorted(gone):
        print(f"\naccepted, but there is no such mutant: {function}\n{change}")
    share = _print_figures(judged, len(left), len(made), sum(each.key in may_stay for each in made))
    return 1 if gone or not judged or share > chosen_by.limit else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20, help="stop judging after so many (default: 20)")
    parser.add_argument(
        "--only", metavar="PATTERN", nargs="+", default=["*"], help="functions by their full names, as in a shell"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the order in which mutants are judged (default: 1)")
    parser.add_argument("-n", type=int, default=os.cpu_count() or 1, help="how many at once (default: one a core)")
    return parser.parse_args()


def _is_one_of(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _made(given: Settings, patterns: Sequence[str], workers: int) -> list[Mutant]:
    """Every mutant of the modules that can have a function of the patterns."""
    starts = [pattern.partition("*")[0] for pattern in patterns]
    files = {
        module: path
        for module, path in given.files().items()
        if any(module.startswith(start) or start.startswith(module) for start in starts)
    }
    with ProcessPoolExecutor(workers) as pool:
        made = pool.map(mutants_of, files.values(), files, [given.operators] * len(files))
        return [mutant for mutants in made for mutant in mutants]


def _judged(mutants: Sequence[Mutant], given: Settings, workers: int, deadline: float) -> list[Verdict]:
    paths = list(given.files().values())
    judged: list[Verdict] = []
    for verdict in judge(mutants, paths, given.test_files(), workers, deadline):
        judged.append(verdict)
        if len(judged) % 100 == 0:
            survived = sum(each.survived for each in judged)
            print(f"{len(judged)}/{len(mutants)} judged, {survived} survived", file=sys.stderr, flush=True)
    return judged


def _print_survivors(judged: Iterable[Verdict]) -> None:
    groups = defaultdict(list)
    for verdict in sorted(judged, key=lambda each: (each.mutant.module, each.mutant.lines.start)):
        if verdict.survived:
            groups[verdict.mutant.function].append(verdict)
    for function, survivors in groups.items():
        print(f"\n{function}")
        for verdict in survivors:
            note = "" if verdict.reached else "    (no test comes here)"
            print("\n".join(f"    {line}" for line in verdict.mutant.change.splitlines()) + note)


def _print_figures(judged: Sequence[Verdict], left: int, made: int, may_stay: int) -> float:
    """Print how many survived, and of how many that is; their share in percent."""
    survived = sum(verdict.survived for verdict in judged)
    share = 100 * survived / len(judged) if judged else 0.0
    ran = [verdict.seconds for verdict in judged if verdict.reached]
    print(f"\n{len(judged)} mutants, {survived} survived ({share:.1f} %); no test comes to {len(judged) - len(ran)}")
    print(f"a sample of {left}" if len(judged) < left else "all that were chosen", end=f"; {made} there are, ")
    print(f"{may_stay} of them accepted; {sum(ran) / max(1, len(ran)):.2f} s for each that ran")
    return share


if __name__ == "__main__":
    sys.exit(main())
