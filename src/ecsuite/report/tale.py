"""Runs the quickstart and keeps its steps with their exchanges and findings, for the HTML page."""

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

# The scenario with real error responses.
REFUSALS = "refusals"


Stopped = PromiseBroken | CouldNotTell | NothingThere


@dataclass(frozen=True, slots=True)
class Chapter:
    """A step of the guide: its title, its explanation, and the exchanges and findings."""

    title: str
    why: str
    results: tuple[Result, ...]
    calls: tuple[Call, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Tale:
    """A completed or stopped run of the quickstart.

    Attributes:
        untold: titles of the steps that were not reached.
        stopped: the error that stopped it; None if it was completed.
        is_broken: whether the run fails: because of a finding, or because the server refused to delete test data.
        privacy: says which values may be shown; None for a recording or a server of ours.
        refusals: real error responses, by operation id and status.
        mask: removes the secrets of the run from a text.
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
        """Whether it was completed, and nothing fails it."""
        return self.stopped is None and not self.is_broken


def run_quickstart(run: Run, *, strict: bool = False) -> Tale:
    """Run the quickstart without output, and return what happened.

    Raises:
        CassetteError: the recording lacks an exchange that the guide needs.
    """
    return _Teller(run, strict=strict).tell()


class _Teller:
    """Runs the steps of a guide in order."""

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
    """Error responses of the recorded refusals, by operation id and status; empty if there is no such recording."""
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
