"""The steps that must be repeated to reproduce a finding: a backward slice of the run's exchanges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from ecsuite.client import Step, Transcript, fill
from ecsuite.contract import EntityType, Operation, parameters
from ecsuite.findings.breach import Breach
from ecsuite.findings.datum import MISSING, NOTHING, datum
from ecsuite.findings.finding import Finding
from ecsuite.json_paths import at_path, texts_in
from ecsuite.reproduce.deletions import made_by
from ecsuite.reproduce.naming import SHORTEST_NAME, hooks_in, is_id, names_of, texts_of
from ecsuite.reproduce.origins import Origins


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps to repeat, in order.

    Attributes:
        steps: the calls before the evidence, including the call to blame.
        blamed: the call to blame; None if that is a delivery of the API.
        evidence: the later call that reveals the breach; None if the response of the blamed call does.
        polls: how many unsuccessful reads of the same URL came directly before the last call.
        pages: the calls that read the following pages of the same list.
        chosen: values that the server chose and later calls use, with the step whose response has them.
    """

    steps: tuple[Step, ...]
    blamed: Step | None
    evidence: Step | None
    polls: int
    pages: tuple[Step, ...]
    chosen: Mapping[str, Step]

    @property
    def calls(self) -> tuple[Step, ...]:
        """All calls of the plan."""
        return (*self.steps, *([self.evidence] if self.evidence else []), *self.pages)


def plan(finding: Finding, transcript: Transcript) -> Plan:
    """Plan which calls must be repeated to reproduce a finding."""
    return _Slice(finding, transcript).plan()


class _Slice:
    def __init__(self, finding: Finding, transcript: Transcript) -> None:
        assert finding.blamed is not None
        self._finding = finding
        self._transcript = transcript
        self._contract = transcript.contract
        self._blamed: Step | None = transcript.as_step(finding.blamed) if transcript.is_call(finding.blamed) else None
        evidence = finding.evidence if finding.evidence is not finding.blamed else None
        self._all = transcript.steps()
        self._origins = Origins(transcript)
        self._evidence = self._shown_by(transcript.as_step(evidence)) if evidence else None
        if self._blamed and self._evidence and not self._blamed.is_success:
            self._blamed = self._culprit(self._blamed)
        self._about: dict[int, frozenset[str]] = {}

    def plan(self) -> Plan:
        """Compute the plan."""
        targets = [each for each in (self._blamed, self._evidence) if each]
        end = max((each.number for each in targets), default=len(self._all) and self._all[-1].number + 1)
        included = {each.number: each for each in targets}
        names: set[str] = set(self._of_finding())
        for target in targets:
            names |= names_of(target, self._transcript)
            self._include(self._forced(target), included, names)
        if self._is_about_deliveries():
            self._include((step for step in self._all if hooks_in(step)), included, names)
        if self._blamed is None:
            # The delivery may be caused by a simulation, although its body does not name the simulated event.
            self._include((step for step in self._all if step.is_change and _simulates(step)), included, names)
        elif not self._blamed.is_success:
            self._include(self._siblings(self._blamed), included, names)
        before = [step for step in self._all if step.number < end and step.is_change and self._may_be_before(step)]
        known = -1
        while known != len(included):
            known = len(included)
            for step in reversed(before):
                if step.number not in included and self.about(step) & names:
                    self._include([step], included, names)
            self._include(self._origins.of(included.values()), included, names)
            self._include(self._later_tokens(included.values(), before), included, names)
        steps = [step for step in sorted(included.values(), key=lambda step: step.number) if step is not self._evidence]
        pages = self._pages(self._evidence or self._blamed)
        users = [*steps, *([self._evidence] if self._evidence else [])]
        chosen = self._origins.chosen(steps, users)
        return Plan(tuple(steps), self._blamed, self._evidence, self._polls(targets[-1:]), pages, chosen)

    def _shown_by(self, latest: Step) -> Step:
        """Of the reads of an operation after the blamed call, the one that shows the breach; defaults to the latest."""
        start = self._blamed.number if self._blamed else 0
        reads = (
            step
            for step in reversed(self._all)
            if start < step.number <= latest.number and step.operation is latest.operation
        )
        return next((step for step in reads if _shows(step, self._finding.breach)), latest)

    def _culprit(self, blamed: Step) -> Step:
        """Of several rejected calls, the one with most of the ids in the evidence; defaults to the given one."""
        shown = {text for _, text in texts_in(self._finding.breach.actual.value) if is_id(text)}
        same = [
            step
            for step in self._all
            if step.number <= blamed.number and not step.is_success
            if _line_of(step) == _line_of(blamed)
        ]
        return max([blamed, *same], key=lambda step: len(shown & names_of(step, self._transcript)))

    def _siblings(self, refused: Step) -> list[Step]:
        """Earlier calls to the URL of a valid POST that was rejected, for they may be the reason for the rejection."""
        request = refused.exchange.request
        if request.expectation.violates or request.method != "POST" or refused.operation is None:
            return []
        return [
            step
            for step in self._all
            if step.number < refused.number and step.is_change and step.exchange.request.url == request.url
        ]

    def _may_be_before(self, step: Step) -> bool:
        """Whether a step may be repeated. Deliveries have no known time, so deletions could come too early for them."""
        return self._blamed is not None or step.exchange.request.method != "DELETE"

    def _later_tokens(self, steps: Iterable[Step], before: Iterable[Step]) -> list[Step]:
        """Later tokens of the same partners, for a new token may have invalidated an earlier one."""
        token = self._contract.token_operation
        first = {
            each.partner: each.number for each in reversed(list(steps)) if each.operation is token and each.is_success
        }
        return [
            step
            for step in before
            if step.operation is token and step.partner in first and step.number > first[step.partner]
        ]

    def _include(self, steps: Iterable[Step], included: dict[int, Step], names: set[str]) -> None:
        for step in steps:
            if step.number not in included:
                included[step.number] = step
                names |= names_of(step, self._transcript) | self.about(step)

    def _of_finding(self) -> Iterator[str]:
        """Strings in the expected and actual values of a finding, and in a delivery."""
        breach, blamed = self._finding.breach, self._finding.blamed
        for each in (breach.expected, breach.actual):
            yield from (text for _, text in texts_in(each.value))
        if self._blamed is None and blamed is not None:
            yield from texts_of(blamed.request.body)
            yield blamed.request.url.partition("?")[0]

    def _is_about_deliveries(self) -> bool:
        """Whether webhooks are involved although no request names them."""
        operations = [each.operation for each in (self._blamed, self._evidence) if each and each.operation]
        return (
            self._blamed is None
            or self._finding.breach.at.part == "delivery"
            or any(operation.follows for operation in operations)
        )

    def _polls(self, targets: Sequence[Step]) -> int:
        """How many reads of the same URL came directly before; 0 if the blamed call was rejected."""
        count = 0
        for target in targets if self._blamed and self._blamed.is_success else ():
            for step in reversed([each for each in self._all if each.number < target.number]):
                same = step.exchange.request
                if (same.method, same.url) != ("GET", target.exchange.request.url):
                    break
                count += 1
        return count

    def _pages(self, target: Step | None) -> tuple[Step, ...]:
        """Reads of the following pages, if the target reads one page and the finding is about the whole list."""
        operation = target.operation if target and self._finding.breach.at.part == "list" else None
        page = operation.paged_by("page") if operation else ""
        if target is None or not page:
            return ()
        own = _list_of(target, page)
        found: list[Step] = []
        for step in (each for each in self._all if each.number > target.number):
            if step.operation is not operation:
                break
            if _list_of(step, page) != own or _page_of(step, page) != _page_of(target, page) + len(found) + 1:
                break
            found.append(step)
        return tuple(found)

    def _forced(self, target: Step) -> list[Step]:
        """Steps that created the items of a list, if the target reads one."""
        operation = target.operation
        if operation is None or operation.method != "GET":
            return []
        makers = {each.creator.id: each for each in self._contract.entity_types if operation in each.listers}
        return [
            step
            for step in self._all
            if step.number < target.number and step.is_change and step.operation
            if step.operation.id in operation.follows or self._makes(step, step.operation, makers.values(), target)
        ]

    def _makes(self, step: Step, maker: Operation, types: Iterable[EntityType], target: Step) -> bool:
        """Whether a step created an entity for the list: of a listed type, below the same parents."""
        batch = self._contract.batch_of(maker)
        if not any(each.creator is maker or (batch and batch.entity_type.reader is each.reader) for each in types):
            return False
        own = {**step.path_values, **dict(texts_in(step.values.request))}
        return all(own.get(name, value) == value for name, value in target.path_values.items()) or bool(batch)

    def about(self, step: Step) -> frozenset[str]:
        """Ids and paths of what a step created or changed."""
        if step.number not in self._about:
            self._about[step.number] = frozenset(self._what(step))
        return self._about[step.number]

    def _what(self, step: Step) -> Iterator[str]:
        operation = step.operation
        if operation is None:
            return
        if operation is self._contract.token_operation:
            yield from (text for _, text in texts_in(step.values.response) if len(text) >= SHORTEST_NAME)
            return
        made = set(made_by(step, self._transcript))
        yield from made
        if operation.method != "POST" or all(text.startswith("/") for text in made):
            yield fill(operation, step.path_values)
            yield from [step.path_values[name] for name in parameters(operation)[-1:]]
        if operation.method == "POST" and all(text.startswith("/") for text in made):
            messages = (step.values.request, step.values.response)
            yield from (text for message in messages for _, text in texts_in(message) if is_id(text))


def _list_of(step: Step, page: str) -> tuple[str, list[tuple[str, str]]]:
    """Path and query of a list request, without the page."""
    url = urlsplit(step.exchange.request.url)
    return url.path, [pair for pair in parse_qsl(url.query) if pair[0] != page]


def _page_of(step: Step, page: str) -> int:
    number = dict(parse_qsl(urlsplit(step.exchange.request.url).query)).get(page, "1")
    return int(number) if number.isdecimal() else 0


def _line_of(step: Step) -> tuple[str, str]:
    return step.exchange.request.method, step.exchange.request.url


def _shows(step: Step, breach: Breach) -> bool:
    """Whether a response has the actual value of a breach."""
    if breach.at.part == "status":
        return bool(step.exchange.response.status == breach.actual.value)
    if breach.at.part != "body":
        return True
    if not breach.at.path:
        gone = {text for _, text in texts_in(breach.expected.value)}
        return not step.is_success and gone >= set(step.path_values.values()) if gone else step.is_success
    value = at_path(step.values.response, breach.at.path, NOTHING)
    seen = MISSING if value is NOTHING else datum(value)
    is_same = seen.type in {"object", "array"} or bool(seen.value == breach.actual.value)
    return seen.type == breach.actual.type and is_same


def _simulates(step: Step) -> bool:
    operation = step.operation
    return operation is not None and operation.sandbox_only and operation.method == "POST"
