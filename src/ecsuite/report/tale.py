"""The quickstart as it was told: its steps with their exchanges, and what the checks said of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecsuite.cassette.tape import load
from ecsuite.checks import Checker
from ecsuite.contract import Contract
from ecsuite.editions import cassette
from ecsuite.errors import CassetteError, CouldNotTell, NothingThere
from ecsuite.findings.broken import PromiseBroken
from ecsuite.findings.finding import Finding, Result
from ecsuite.left import exit_code
from ecsuite.messages.exchange import Exchange
from ecsuite.quickstart import Step, explanation, steps, take, title
from ecsuite.results.own import Privacy, own_values
from ecsuite.results.seen import Call, Watch
from ecsuite.results.severity import failing
from ecsuite.session import Run

# The scenario of which the real refusals come.
REFUSALS = "refusals"


Stopped = PromiseBroken | CouldNotTell | NothingThere


@dataclass(frozen=True, slots=True)
class Chapter:
    """A step of the guide: what it is called, why it is taken, and what went over the wire."""

    title: str
    why: str
    results: tuple[Result, ...]
    calls: tuple[Call, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Tale:
    """A quickstart that was told.

    Attributes:
        untold: the titles of the steps that were not reached.
        stopped: why it could not go on; None where it could.
        is_broken: whether something fails it: what was found, or the server refused to delete what the run has made.
        privacy: tells what of it may be shown; None where it is a recording, or of a server of ours.
        refusals: real ones, by operation and status.
        mask: takes the secrets of the run out of a text.
    """

    contract: Contract
    run: Run
    chapters: tuple[Chapter, ...]
    untold: tuple[str, ...]
    stopped: Stopped | None
    is_broken: bool
    privacy: Privacy | None
    refusals: dict[tuple[str, int], Exchange]
    mask: Callable[[str], str]

    @property
    def passed(self) -> bool:
        """Whether it was told to its end, and nothing fails it."""
        return self.stopped is None and not self.is_broken


def told(run: Run, *, strict: bool = False) -> Tale:
    """Tell the quickstart of a run to nobody, and keep what happened.

    Raises:
        CassetteError: the recording does not have what the guide asks for.
    """
    return _Teller(run, strict=strict).tell()


class _Teller:
    """Takes the steps of a guide one after the other."""

    def __init__(self, run: Run, *, strict: bool) -> None:
        self._run = run
        self._strict = strict
        self._story = run.story
        self._results: list[Result] = []
        self._watch = Watch(run.api.checker.contract)
        self._stopped: Stopped | None = None

    def tell(self) -> Tale:
        journal, own = self._run.journal, steps(self._run.edition)
        journal.listeners += [self._results.append, self._watch]
        chapters: list[Chapter] = []
        for step in own:
            chapters.append(self._chapter(step))
            if self._stopped:
                break
        self._run.clean_up()
        if not self._stopped:
            self._run.require_complete()
        contract = self._run.api.checker.contract
        is_live = self._run.target.mode == "live"
        return Tale(
            contract=contract,
            run=self._run,
            chapters=tuple(chapters),
            untold=tuple(title(step) for step in own[len(chapters) :]),
            stopped=self._stopped,
            is_broken=bool(failing(journal.findings, strict=self._strict))
            or exit_code(self._run.left) == PromiseBroken.exit_code,
            privacy=Privacy(own_values(self._results, contract.deliveries)) if is_live else None,
            refusals=_refusals(self._run.edition, contract) | self._own_refusals(),
            mask=self._run.redactor.text,
        )

    def _chapter(self, step: Step) -> Chapter:
        results, calls, findings = len(self._results), len(self._watch.seen.calls), len(self._run.journal.findings)
        try:
            take(step, self._story)
        except (PromiseBroken, CouldNotTell, NothingThere) as stopped:
            self._stopped = stopped
        return Chapter(
            title(step),
            explanation(step),
            tuple(self._results[results:]),
            tuple(self._watch.seen.calls[calls:]),
            self._run.journal.findings[findings:],
        )

    def _own_refusals(self) -> dict[tuple[str, int], Exchange]:
        return {
            (each.operation.id, each.exchange.response.status): each.exchange
            for each in self._results
            if each.operation and each.exchange.response.status >= 400  # noqa: PLR2004
        }


def _refusals(edition: str, contract: Contract) -> dict[tuple[str, int], Exchange]:
    """Refusals of a recording, by operation and status; none where there is no such recording."""
    try:
        recorded = load(cassette(edition, REFUSALS))
    except CassetteError:
        return {}
    checker = Checker(contract, recorded.provenance.base_url, recorded.provenance.token_url)
    found: dict[tuple[str, int], Exchange] = {}
    for exchange in recorded.exchanges:
        operation = checker.operation(exchange.request)
        if operation and exchange.response.status >= 400:  # noqa: PLR2004
            found.setdefault((operation.id, exchange.response.status), exchange)
    return found
