"""What one test hands over: its findings by cause and operation, with a sample each, ready to travel as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce
from typing import Any, Final

from ecsuite.contract import Contract, Pointer
from ecsuite.findings.breach import KINDS, Breach
from ecsuite.findings.datum import Datum
from ecsuite.findings.deviation import NO_DEVIATIONS, Acceptance, Deviations, Mark, mark_of
from ecsuite.findings.finding import Finding, Observation
from ecsuite.journal import Journal, Tally
from ecsuite.left import Left
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.redact import MASK
from ecsuite.promises import CREATION_RESPONSE, LISTED_ONCE, OF_RECEIVERS, PAGES, ROUND_TRIP
from ecsuite.results.anchors import anchor_of
from ecsuite.results.grouping.bad_requests import noted
from ecsuite.results.grouping.within_test import leads_within_test, shown_by
from ecsuite.results.own import Privacy, json_of, own_values
from ecsuite.results.sample import Mask, Sample, sample_of
from ecsuite.results.seen import Seen
from ecsuite.severity import is_of_refused_shape

# Lines of the contract that are quoted with a finding.
MOST_QUOTED: Final = 12
MOST_MARKS: Final = 50
# Kinds of breach that are about how many there are.
_COUNTS: Final = frozenset({"count", "duplicate", "length"})


@dataclass(frozen=True, slots=True)
class Found:
    """What a test found of one cause in one operation.

    Attributes:
        finding: the first, without its exchange.
        anchor: what it is about, wherever it was made; see `anchor_of`.
        responses: how many responses showed it.
        quote: what the contract says there, as lines of its file.
        sample: the exchange that is to blame.
        evidence: the later exchange that shows it; None where the one to blame does.
        script: that shows it again, as a text while it travels, in a result by the name of its file; empty for none.
        powershell: the same in PowerShell.
        marks: what tells its findings from each other, and is the same in every run; at most `MOST_MARKS`.
        accepted: why it fails nothing, where it is a deviation that is accepted.
    """

    finding: Finding
    anchor: Pointer
    responses: int
    quote: tuple[str, ...] = ()
    sample: Sample | None = None
    evidence: Sample | None = None
    script: str = ""
    powershell: str = ""
    marks: tuple[Mark, ...] = ()
    accepted: Acceptance | None = None

    @property
    def cause(self) -> tuple[object, ...]:
        """What findings of one cause have in common: severity, promise, kind of breach, and what they are about."""
        finding = self.finding
        if is_of_refused_shape(finding.promise, finding.status, finding.severity):
            # However many shapes there are: who is refused reads the status.
            return (finding.severity, "refused-shape")
        if finding.promise in {PAGES.id, LISTED_ONCE.id} and finding.breach.at.part == "list":
            # By page, by record, by size, of a few or of many: each test sees it in a way of its own.
            name = finding.breach.at.name if finding.promise == LISTED_ONCE.id else ""
            return (finding.severity, self.accepted is None, finding.promise, "list", name)
        if finding.promise == ROUND_TRIP.id and finding.breach.kind == "same":
            # Which members a change has named that is not made, is the call's; its answer and a reading show the same.
            return (finding.severity, self.accepted is None, finding.promise, "same", finding.path)
        # What the server has added, and what was sent, are shown wrong by one fault where the member is the same.
        is_shown = finding.promise == CREATION_RESPONSE.id and finding.breach.at.part == "body"
        promise = ROUND_TRIP.id if is_shown else finding.promise
        return (finding.severity, self.accepted is None, promise, finding.breach.kind, *self.anchor)

    def to_json(self) -> dict[str, Any]:
        """The data as a JSON value."""
        return {
            "finding": self.finding.to_json(),
            "anchor": list(self.anchor),
            "responses": self.responses,
            "quote": list(self.quote),
            "sample": self.sample.to_json() if self.sample else None,
            "evidence": self.evidence.to_json() if self.evidence else None,
            "script": self.script,
            "powershell": self.powershell,
            "marks": [mark.to_json() for mark in self.marks],
            "accepted": self.accepted.to_json() if self.accepted else None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Found:
        """The data that `to_json` gave."""
        return cls(
            finding=Finding.from_json(value["finding"]),
            anchor=tuple(value["anchor"]),
            responses=value["responses"],
            quote=tuple(value["quote"]),
            sample=Sample.from_json(value["sample"]) if value["sample"] else None,
            evidence=Sample.from_json(value["evidence"]) if value["evidence"] else None,
            script=value["script"],
            powershell=value.get("powershell", ""),
            marks=tuple(map(Mark.from_json, value["marks"])),
            accepted=Acceptance.from_json(value["accepted"]) if value["accepted"] else None,
        )


@dataclass(frozen=True, slots=True)
class Record:
    """The outcome of one test.

    Attributes:
        tally: its figures.
        found: what it found; errors first.
        stopped: what it stopped with besides, on one line; empty where it did not.
        crash: the traceback of an exception that nobody expected; empty where there was none.
        base_url: where its calls went.
        is_told: whether it ended as it did for what stands here, and for nothing else.
        skipped: why it was skipped; empty where it was not.
        inconclusive: why it could not tell; empty where it could.
        went_on: whether it came to its end all the same.
        left: what it made, and could not or was not to delete.
        edition: whose contract held; empty where none did.
        scenario: the name of its recording; empty where it is not recorded.
        seen: what its exchanges have shown of the contract.
    """

    tally: Tally
    found: tuple[Found, ...] = ()
    stopped: str = ""
    crash: str = ""
    base_url: str = ""
    is_told: bool = False
    skipped: str = ""
    inconclusive: str = ""
    went_on: bool = True
    left: tuple[Left, ...] = ()
    edition: str = ""
    scenario: str = ""
    seen: Seen = field(default_factory=Seen)

    def to_json(self) -> dict[str, Any]:
        """The record as a JSON value."""
        return {
            "calls": self.tally.exchanges,
            "observations": [[*seen, times] for seen, times in self.tally.observations.items()],
            "found": [each.to_json() for each in self.found],
            "stopped": self.stopped,
            "crash": self.crash,
            "base_url": self.base_url,
            "is_told": self.is_told,
            "skipped": self.skipped,
            "inconclusive": self.inconclusive,
            "went_on": self.went_on,
            "left": [each.to_json() for each in self.left],
            "edition": self.edition,
            "scenario": self.scenario,
            "seen": self.seen.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Record:
        """The record that `to_json` gave."""
        tally = Tally(value["calls"])
        for *seen, times in value["observations"]:
            tally.observations[Observation(*seen)] += times
        found = tuple(Found.from_json(each) for each in value["found"])
        return cls(
            tally=tally,
            found=found,
            stopped=value["stopped"],
            crash=value["crash"],
            base_url=value["base_url"],
            is_told=value["is_told"],
            skipped=value["skipped"],
            inconclusive=value["inconclusive"],
            went_on=value["went_on"],
            left=tuple(map(Left.from_json, value["left"])),
            edition=value["edition"],
            scenario=value["scenario"],
            seen=Seen.from_json(value["seen"]),
        )


def found_in(
    journal: Journal,
    contract: Contract,
    mask: Mask,
    scripts_of: Callable[[Finding, Found], tuple[str, str]] = lambda _, __: ("", ""),
    deviations: Deviations = NO_DEVIATIONS,
) -> tuple[Found, ...]:
    """What a run found, by cause and operation; a sample with each, without what is not the run's own.

    Args:
        journal: of the run.
        contract: what it was checked against.
        mask: takes the secrets of the run out of a text.
        scripts_of: makes the scripts that show a finding again, for a POSIX shell and for PowerShell; given what is
            kept of it, too. Empty for none.
        deviations: what is accepted, and is a note then.
    """
    if not journal.findings:
        return ()
    privacy, now = Privacy(own_values(journal.results, contract.deliveries)), datetime.now(UTC)
    groups: dict[tuple[object, ...], Found] = {}
    counted: set[tuple[object, ...]] = set()
    leads = leads_within_test(journal, contract)
    for finding in (each for each in journal.findings if each.key not in leads):
        anchor, spot = anchor_of(finding, contract), journal.spot(finding)
        accepted = deviations.accepting(finding)
        kept = replace(finding, severity="note") if accepted else finding
        found = Found(noted(kept, journal, leads), anchor, 0, accepted=accepted)
        key = (*found.cause, accepted and accepted.where, finding.method, finding.path)
        if key not in groups:
            whole = _whole(found, contract, privacy, mask, now)
            script, powershell = scripts_of(finding, whole)
            groups[key] = replace(whole, script=script, powershell=powershell)
        marks = (mark_of(each) for each in journal.findings if leads.get(each.key, each.key) == finding.key)
        groups[key] = reduce(_marked, marks, groups[key])
        if spot not in counted:
            counted.add(spot)
            known = groups[key]
            groups[key] = replace(known, responses=known.responses + journal.times(finding))
    return tuple(groups.values())


def _marked(found: Found, mark: Mark) -> Found:
    """The same with the mark of another of its findings."""
    is_known = mark in found.marks or len(found.marks) >= MOST_MARKS
    return found if is_known else replace(found, marks=(*found.marks, mark))


def _whole(found: Found, contract: Contract, privacy: Privacy, mask: Mask, now: datetime) -> Found:
    """The same with its exchanges and its quote, and without what is not the run's own."""
    finding = found.finding
    is_delivery = _is_from_server(finding, contract)
    shown = shown_by(finding)

    def sample(exchange: Exchange | None) -> Sample | None:
        path = finding.breach.at.path if exchange is not None and exchange is shown else ()
        return sample_of(exchange, path, privacy, mask, now, is_delivery=is_delivery) if exchange else None

    return replace(
        found,
        finding=replace(finding, breach=kept_breach(finding, contract, privacy), blamed=None, evidence=None),
        quote=_quote(finding.rule.pointer, contract),
        sample=sample(finding.blamed),
        evidence=sample(finding.evidence),
    )


def kept_breach(finding: Finding, contract: Contract, privacy: Privacy) -> Breach:
    """What breaks the promise, without what is not the run's own."""
    shown = shown_by(finding)
    message = (shown.request if _is_from_server(finding, contract) else shown.response) if shown else None
    is_shown = _is_shown(finding.breach, json_of(message.body) if message else None, privacy)
    return _counted(finding.breach if is_shown else private(finding.breach, privacy), privacy)


def _is_from_server(finding: Finding, contract: Contract) -> bool:
    """Whether the server sent the request; a receiver is tried with deliveries of our own."""
    return finding.operation in contract.deliveries and finding.promise not in OF_RECEIVERS


def _quote(rule: Pointer, contract: Contract) -> tuple[str, ...]:
    """The rule as its document has it, with what it stands in where it is a single line."""
    lines = contract.source.quote(rule, MOST_QUOTED)
    return lines if len(lines) > 1 or not rule else contract.source.quote(rule[:-1], MOST_QUOTED)


def _is_shown(breach: Breach, body: Any, privacy: Privacy) -> bool:
    """Whether the values that a breach is about may be kept as they are."""
    if breach.kind == "status" and breach.at.part in {"list", "delivery"}:
        # A status, or that none came, is nobody's.
        return True
    if breach.at.part == "list":
        return False
    if breach.at.part == "delivery":
        # A number is a status, or what we have counted, or measured in seconds.
        return breach.actual.type in {"integer", "number"}
    if breach.at.part == "body" and body is not None:
        return privacy.shows(body, breach.at.path)
    # Of what was sent all is the run's own.
    return breach.at.part != "body" or not any(isinstance(token, int) for token in breach.at.path)


def private(breach: Breach, privacy: Privacy) -> Breach:
    """The breach with foreign values masked: of a value the type is kept, of an object the names."""
    if breach.kind in _COUNTS:
        return breach
    # What a keyword wants there is published.
    expected = breach.expected if breach.kind not in KINDS else _masked(breach.expected, privacy)
    return replace(breach, expected=expected, actual=_masked(breach.actual, privacy))


def _masked(value: Datum, privacy: Privacy) -> Datum:
    if value.type == "array":
        return replace(value, value=[item if privacy.is_own_item(item) else MASK for item in value.value])
    if value.type == "object":
        return value if privacy.is_own_item(value.value) else replace(value, value=dict.fromkeys(value.value, MASK))
    if value.type in {"string", "integer", "number"} and not privacy.is_own_item(value.value):
        return replace(value, value=MASK, size=len(MASK))
    return value


def _counted(breach: Breach, privacy: Privacy) -> Breach:
    """The breach with lists of entities counted, and entities that are not the run's own without their values."""
    value = breach.actual
    if value.type == "array" and breach.kind != "order":
        return replace(breach, actual=replace(value, value=[]))
    if value.type == "object":
        return replace(breach, actual=replace(value, value=privacy.kept(value.value)))
    return breach


def is_empty(record: Record) -> bool:
    """Whether a test has nothing to hand over: it called nothing and stopped for no reason of ours."""
    return not (
        record.tally.exchanges
        or record.found
        or record.stopped
        or record.crash
        or record.skipped
        or record.inconclusive
        or record.left
    )


def merged(tallies: Iterable[Tally]) -> Tally:
    """The figures of several tests."""
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
    return whole
