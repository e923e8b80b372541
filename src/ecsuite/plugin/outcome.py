"""The outcome of a test: findings of the checks fail it, whatever its own assertions say. Secrets are masked."""

from __future__ import annotations

import json
import traceback
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from ecsuite.errors import CouldNotTell, EcsuiteError, NothingThere
from ecsuite.findings.broken import PromiseBroken
from ecsuite.findings.finding import Finding, Observation
from ecsuite.journal import Tally
from ecsuite.plugin.har import write_exchanges
from ecsuite.plugin.marking import carried, could_not_tell, has_mark
from ecsuite.plugin.recording import scenario_of
from ecsuite.plugin.seen import take_seen
from ecsuite.plugin.session import run_of, session_of, settings_of
from ecsuite.promises import Promise
from ecsuite.report.text import broken_text, one_line
from ecsuite.results.record import Found, Record, found_in, is_empty, merged
from ecsuite.results.severity import failing
from ecsuite.session import Run

# The attribute of a report that carries a record as a string, also between processes.
RECORD: Final = "ecsuite_record"
_OF_SUITE: Final = pytest.StashKey[bool]()
_RECORD: Final = pytest.StashKey[Record]()
_SCRIPTED: Final = pytest.StashKey[set[tuple[object, ...]]]()
NOTHING: Final = Record(Tally())
# Exceptions that end the run, wherever they are raised.
_ENDS: Final = (KeyboardInterrupt, SystemExit, pytest.exit.Exception)
LONGEST_SHOWN: Final = 120
LONGEST_REASON: Final = 400
_Stopped = BaseException | None


def is_strict(config: pytest.Config) -> bool:
    """Whether warnings fail a test, too; also while recording, because a recording must have no findings at all."""
    return bool(config.getoption("--ec-strict")) or settings_of(config).recording


def mark_as_suite(item: pytest.Item) -> None:
    """Mark a test as one of ecsuite's own tests of an API: whoever reads its failures is not its author."""
    item.stash[_OF_SUITE] = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Judge a test whose fixtures could not be set up."""
    stopped: _Stopped = None
    try:
        yield
    except (Exception, pytest.skip.Exception) as error:  # noqa: BLE001  raised again below
        stopped = error
    if stopped is not None:
        # A test without its fixtures cannot pass; if only a warning prevented them, it is skipped.
        raise _judge(item, stopped) or pytest.skip.Exception(str(stopped), _use_item_location=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test on the findings of the checks, whatever its own assertions say."""
    stopped: _Stopped = None
    try:
        yield
    except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:  # noqa: BLE001  raised again below
        stopped = error
    except BaseExceptionGroup as group:
        # schemathesis raises its findings as a BaseExceptionGroup.
        if group.subgroup(_ENDS) is not None:
            raise
        stopped = group
    ended = _judge(item, stopped)
    if ended is not None:
        raise ended


@dataclass(frozen=True, slots=True)
class _Verdict:
    """How a test ends.

    Attributes:
        raised: the exception to raise; None if the test passed.
        stopped: what to report besides findings, in one line.
        crash: a traceback; empty if nothing unexpected happened.
        is_told: whether our report says why the test ended like this, so that pytest's report is not needed.
    """

    raised: _Stopped
    stopped: str = ""
    crash: str = ""
    is_told: bool = False


def _judge(item: pytest.Item, stopped: _Stopped) -> _Stopped:
    """How a test ends; its record is kept for its report."""
    run, is_of_suite = run_of(item), item.stash.get(_OF_SUITE, False)
    if run is None:
        verdict, record = _without_findings(stopped, is_of_suite=is_of_suite), Record(Tally())
    else:
        verdict, record = _verdict(item, run, stopped, is_of_suite=is_of_suite), _recorded(item, run)
        write_exchanges(item, run)
        if run.journal.findings:
            item.ihook.pytest_ec_findings(item=item, findings=run.journal.findings)
    mask = (run or session_of(item.config)).redactor.text
    if isinstance(verdict.raised, CouldNotTell):
        reason = one_line(mask(str(verdict.raised)), LONGEST_REASON)
        verdict = _Verdict(could_not_tell(item, verdict.raised, record, reason))
    is_skipped = isinstance(verdict.raised, pytest.skip.Exception)
    is_inconclusive = is_skipped and has_mark(item.user_properties)
    # If a test could not tell, the reason also says what to do about it.
    longest = LONGEST_REASON if is_inconclusive else LONGEST_SHOWN
    why = one_line(mask(str(verdict.raised)), longest) if is_skipped else ""
    item.stash[_RECORD] = replace(
        record,
        tally=_masked(record.tally, mask),
        base_url=mask(record.base_url),
        left=tuple(each.masked(mask) for each in record.left),
        stopped=mask(verdict.stopped),
        crash=mask(verdict.crash),
        is_told=verdict.is_told or is_inconclusive or (is_skipped and is_of_suite),
        skipped=why if is_of_suite and not is_inconclusive else "",
        inconclusive=why if is_inconclusive else "",
        went_on=stopped is None,
    )
    return verdict.raised


def _recorded(item: pytest.Item, run: Run) -> Record:
    """What a run has found and seen, combined with earlier attempts of the same test."""
    scripts, deviations = partial(_scripts, item, run), settings_of(item.config).deviations
    before = carried(item)
    return Record(
        tally=merged((before.tally, run.journal.tally)),
        found=found_in(run.journal, run.api.checker.contract, run.redactor.text, scripts, deviations),
        base_url=run.target.base_url,
        left=(*before.left, *run.left),
        edition=run.edition,
        scenario=scenario_of(item) or "",
        seen=before.seen.then(take_seen(item, run.edition)),
    )


def _masked(tally: Tally, mask: Callable[[str], str]) -> Tally:
    """A tally with secrets masked in its reasons, which may quote the server."""
    observations: Counter[Observation] = Counter()
    for seen, times in tally.observations.items():
        observations[seen._replace(reason=mask(seen.reason)) if seen.reason else seen] += times
    return Tally(tally.exchanges, observations)


def _scripts(item: pytest.Item, run: Run, finding: Finding, kept: Found) -> tuple[str, str]:
    """The scripts that reproduce a cause, for its first finding in this process; none for a replay."""
    scripted = item.config.stash.setdefault(_SCRIPTED, set())
    if kept.cause in scripted or run.target.mode == "replay":
        return "", ""
    scripted.add(kept.cause)
    from ecsuite.reproduce.script import scripts_for  # noqa: PLC0415  only where something is found

    try:
        delivery = kept.sample.request_body if kept.sample and kept.sample.is_delivery else None
        return scripts_for(finding, run.transcript, kept.finding.breach, delivery)
    except Exception:  # noqa: BLE001  a finding is reported even without its scripts
        return "", ""


def _promise_of(item: pytest.Item) -> str:
    """The subject of a test, in words: its name."""
    return str(getattr(item, "originalname", item.name)).removeprefix("test_").replace("_", " ")


def _verdict(item: pytest.Item, run: Run, stopped: _Stopped, *, is_of_suite: bool) -> _Verdict:
    """How a test ends, with its findings and its clean-up taken into account."""
    promise, deviations = _promise_of(item), settings_of(item.config).deviations
    if isinstance(stopped, NothingThere):
        run.journal.add_not_checked(Promise(promise, promise), str(stopped))
        # Earlier findings fail the test nevertheless.
        stopped = pytest.skip.Exception(str(stopped), _use_item_location=True)
    try:
        run.clean_up()
        if stopped is None:
            run.require_complete()
    except EcsuiteError as error:
        stopped = stopped or error
    found = run.journal.findings
    failed = failing(found, strict=is_strict(item.config), deviations=deviations)
    if failed:
        return _with_findings(len(failed), stopped, is_of_suite=is_of_suite)
    if found and isinstance(stopped, PromiseBroken):
        what = "a warning" if not deviations.accepting(stopped.finding) else "an accepted deviation"
        run.journal.add_not_checked(Promise(promise, promise), f"the test stopped after {what}: {stopped}")
        return _Verdict(None)
    if stopped is None and run.journal.tally.exchanges == 0:
        return _failed("the test did not call the API, so nothing was checked")
    return _without_findings(stopped, is_of_suite=is_of_suite)


def _with_findings(count: int, stopped: _Stopped, *, is_of_suite: bool) -> _Verdict:
    """The verdict on a test with findings that fail it; another error is probably a consequence of them."""
    said = broken_text(count)
    if stopped is None or isinstance(stopped, PromiseBroken | CouldNotTell):
        return _Verdict(_failure(said), is_told=True)
    if not is_of_suite and not isinstance(stopped, EcsuiteError | pytest.skip.Exception):
        return _Verdict(stopped)
    return _Verdict(_failure(f"{said}, and the test stopped with {_line(stopped)}"), is_told=True)


def _without_findings(stopped: _Stopped, *, is_of_suite: bool) -> _Verdict:
    """The verdict on a test without findings that fail it."""
    if isinstance(stopped, CouldNotTell):
        return _Verdict(stopped)
    if isinstance(stopped, EcsuiteError):
        return _failed(str(stopped))
    if stopped is None or isinstance(stopped, pytest.skip.Exception) or not is_of_suite:
        return _Verdict(stopped)
    if isinstance(stopped, pytest.fail.Exception):
        return _failed(str(stopped))
    said = f"{_line(stopped)} {_where(stopped)}"
    return replace(_failed(said), crash=_traceback(stopped))


def _failed(text: str) -> _Verdict:
    return _Verdict(_failure(text), text, is_told=True)


def _failure(text: str) -> BaseException:
    return pytest.fail.Exception(text, pytrace=False)


def _line(error: BaseException) -> str:
    """An exception, in one line."""
    return one_line(f"{type(error).__name__}: {error}".removesuffix(": "))


def _traceback(error: BaseException) -> str:
    """The traceback of an exception and its causes, without values, which may be secret."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    earlier = f"{_traceback(before)}\nthen\n\n" if before is not None else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{earlier}Traceback (most recent call last):\n{frames}{_line(error)}\n"


def _where(error: BaseException) -> str:
    """The innermost place of an exception in the project's or our own files, else anywhere."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename and not frame.filename.startswith("<")]
    last = (own or [*frames])[-1:]
    return "".join(f"({Path(frame.filename).name}:{frame.lineno}, in {frame.name})" for frame in last)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the record of a test to its report."""
    report = yield
    record = item.stash.get(_RECORD, None)
    if record is not None and not is_empty(record):
        # As ASCII JSON: a server may have sent characters that cannot be passed between processes.
        setattr(report, RECORD, json.dumps(record.to_json()))
        item.stash[_RECORD] = NOTHING
    return report


def record_of(report: pytest.TestReport) -> Record | None:
    """The record of a test; None if there is nothing to report."""
    text = getattr(report, RECORD, None)
    return Record.from_json(json.loads(text)) if text else None


def is_told(report: pytest.TestReport) -> bool:
    """Whether our report says why a test ended like this, so that pytest's report is not needed."""
    record = record_of(report)
    return record is not None and record.is_told
