"""Merges several results (shards of a run, days, targets), and compares a result with an older one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final

from ecsuite.errors import CouldNotTell
from ecsuite.left import exit_code as code_of_left
from ecsuite.results.cause import Cause, with_evidence, with_scripts
from ecsuite.results.coverage import Coverage
from ecsuite.results.coverage import merged as merged_coverage
from ecsuite.results.figures import Figures
from ecsuite.results.record import Found
from ecsuite.results.result import Kind, Problem, RunInfo, RunResult, TestFinding
from ecsuite.results.severity import fails

# Where several codes hold, the first of these is told (README, exit codes); that one of several ran no test is fine.
_PRECEDENCE: Final = (2, 3, 1, 4, 6, 0, 5)


def merge(results: Sequence[RunResult]) -> RunResult:
    """One result of several: each cause once, figures added, coverage of all together.

    Args:
        results: at least one; a single one comes back as it is.
    """
    if len(results) == 1:
        return results[0]
    causes, files = _causes(results)
    problems = _problems(results, files)
    coverage = _coverage(results)
    return RunResult(
        run=_run(results, coverage),
        figures=_figures([result.figures for result in results]),
        causes=causes,
        findings=_findings(results, causes),
        findings_left_out=sum(result.findings_left_out for result in results),
        problems=problems,
        skipped=_sum(result.skipped for result in results),
        inconclusive=_sum(result.inconclusive for result in results),
        left=tuple(dict.fromkeys(chain.from_iterable(result.left for result in results))),
        entries=tuple(dict.fromkeys(chain.from_iterable(result.entries for result in results))),
        coverage=coverage,
        tests=tuple(chain.from_iterable(result.tests for result in results)),
        calls_left_out=sum(result.calls_left_out for result in results),
        files=files,
    )


def exit_code(codes: Iterable[int]) -> int:
    """The one code of several."""
    return min(codes, key=lambda code: _PRECEDENCE.index(code) if code in _PRECEDENCE else 1)


def _coverage(results: Sequence[RunResult]) -> Coverage:
    """The coverage of all, and which of it no live server has shown."""
    whole = merged_coverage(result.coverage for result in results)
    live = [result.coverage for result in results if result.run.settings.get("target") == "live"]
    if not live or len(live) == len(results):
        return whole
    shown = frozenset(merged_coverage(live).seen())
    return replace(whole, stand_in_only=tuple(part for part in whole.seen() if part not in shown))


def _run(results: Sequence[RunResult], coverage: Coverage) -> RunInfo:
    runs = [result.run for result in results]
    settings: dict[str, Any] = dict(runs[0].settings)
    for run in runs[1:]:
        settings = {name: _both(settings.get(name), run.settings.get(name)) for name in {**settings, **run.settings}}
    return RunInfo(
        started=min(run.started for run in runs),
        ended=max(run.ended for run in runs),
        settings=settings,
        base_urls=tuple(dict.fromkeys(chain.from_iterable(run.base_urls for run in runs))),
        versions={name: text for run in runs for name, text in run.versions.items()},
        ended_by=", ".join(dict.fromkeys(run.ended_by for run in runs if run.ended_by)),
        exit_code=_merged_code(results, coverage),
        contracts={edition: digest for run in runs for edition, digest in run.contracts.items()},
        platform=", ".join(dict.fromkeys(run.platform for run in runs)),
    )


def _merged_code(results: Sequence[RunResult], coverage: Coverage) -> int:
    """The code of several runs; too little coverage of a part counts only where that of the whole is too little."""
    codes = [_code(result) for result in results]
    least = max((_least(result) for result in results), default=0.0)
    return exit_code([*codes, int(coverage.share.percent < least)])


def _code(result: RunResult) -> int:
    """The exit code of a run, or the one that it would have had without the minimum of coverage."""
    tests = result.figures.tests
    if result.run.exit_code != 1 or not _least(result) or _has_failed(result):
        return result.run.exit_code
    return exit_code([code_of_left(result.left), CouldNotTell.exit_code if tests.get("inconclusive") else 0])


def _has_failed(result: RunResult) -> bool:
    """Whether a run has failed, whatever its coverage."""
    is_strict, tests = bool(result.run.settings.get("strict")), result.figures.tests
    is_broken = any(fails(cause.severity, strict=is_strict) for cause in result.causes)
    has_expired = any(entry.state == "expired" for entry in result.entries)
    return is_broken or has_expired or bool(tests.get("failed") or tests.get("error"))


def _least(result: RunResult) -> float:
    least = result.run.settings.get("coverage_min")
    return float(least) if isinstance(least, int | float) else 0.0


def _both(one: Any, other: Any) -> Any:
    """A setting of two runs: the value if they agree, else both."""
    if one == other or other is None:
        return one
    if isinstance(one, list) and isinstance(other, list):
        return list(dict.fromkeys([*one, *other]))
    return other if one is None else f"{one}, {other}"


def _figures(figures: Sequence[Figures]) -> Figures:
    return Figures(
        calls=sum(each.calls for each in figures),
        passed=sum(each.passed for each in figures),
        broken=sum(each.broken for each in figures),
        not_checked=_sum(each.not_checked for each in figures),
        tests=_sum(each.tests for each in figures),
        unsteady=_sum(each.unsteady for each in figures),
        repeated=_sum(each.repeated for each in figures),
    )


def _sum(counts: Iterable[Mapping[Any, int]]) -> dict[Any, int]:
    whole: Counter[Any] = Counter()
    for each in counts:
        whole.update(each)
    return dict(whole.most_common())


def _causes(results: Sequence[RunResult]) -> tuple[tuple[Cause, ...], dict[str, str]]:
    """The causes of all, ranked, and their scripts under their new names."""
    groups: dict[tuple[object, ...], tuple[Cause, tuple[str, str]]] = {}
    for result in results:
        for cause in result.causes:
            first = cause.first
            scripts = (result.files.get(first.script, ""), result.files.get(first.powershell, ""))
            known = groups.get(cause.first.cause)
            groups[first.cause] = (
                (with_evidence(known[0], cause), known[1] if any(known[1]) else scripts) if known else (cause, scripts)
            )
    ranked = sorted(groups.values(), key=lambda group: group[0].rank)
    causes: list[Cause] = []
    files: dict[str, str] = {}
    for number, (cause, scripts) in enumerate(ranked, 1):
        named, own = with_scripts(number, cause, scripts)
        causes.append(named)
        files |= own
    return tuple(causes), files


def _findings(results: Sequence[RunResult], causes: Sequence[Cause]) -> tuple[TestFinding, ...]:
    numbers = {cause.first.cause: number for number, cause in enumerate(causes, 1)}
    return tuple(
        replace(finding, cause=numbers[result.causes[finding.cause - 1].first.cause])
        for result in results
        for finding in result.findings
    )


def _problems(results: Sequence[RunResult], files: dict[str, str]) -> tuple[Problem, ...]:
    """The problems of all, each once; their tracebacks are put to the files under new names."""
    groups: dict[tuple[Kind, str], Problem] = {}
    for result in results:
        for problem in result.problems:
            key = (problem.kind, problem.text)
            if key in groups:
                tests = tuple(dict.fromkeys([*groups[key].tests, *problem.tests]))
                groups[key] = replace(groups[key], tests=tests)
                continue
            name = f"crash-{sum(each.startswith('crash-') for each in files) + 1}.txt" if problem.file else ""
            files |= {name: result.files.get(problem.file, "")} if name else {}
            groups[key] = replace(problem, file=name)
    return tuple(groups.values())


@dataclass(frozen=True, slots=True)
class Difference:
    """What only the newer, and only the older, of two results has.

    Attributes:
        new: causes of which nothing was found before.
        gone: those of the older one of which nothing is found now.
        same: those that both have, as they are now.
    """

    new: tuple[Cause, ...]
    gone: tuple[Cause, ...]
    same: tuple[Cause, ...]

    def __str__(self) -> str:
        return f"{len(self.new)} new, {len(self.gone)} gone, {len(self.same)} as before"


def difference(result: RunResult, older: RunResult) -> Difference:
    """What is new, gone and unchanged: by promise, operation, kind and place of the findings."""
    now, before = _keys(result), _keys(older)
    known, found = frozenset[object]().union(*before.values()), frozenset[object]().union(*now.values())
    return Difference(
        new=tuple(cause for number, cause in enumerate(result.causes, 1) if not now[number] & known),
        gone=tuple(cause for number, cause in enumerate(older.causes, 1) if not before[number] & found),
        same=tuple(cause for number, cause in enumerate(result.causes, 1) if now[number] & known),
    )


def _keys(result: RunResult) -> dict[int, frozenset[object]]:
    """What tells the findings of each cause apart from those of others, by its number."""
    keys: dict[int, set[object]] = {number: {_key(cause.first)} for number, cause in enumerate(result.causes, 1)}
    for each in result.findings:
        anchor = result.causes[each.cause - 1].first.anchor
        keys[each.cause].add((each.finding.promise, each.finding.operation, each.finding.breach.kind, anchor))
    return {number: frozenset(own) for number, own in keys.items()}


def _key(found: Found) -> object:
    finding = found.finding
    return (finding.promise, finding.operation, finding.breach.kind, found.anchor)
