"""Records whether calls that must be rejected changed nothing, and how accepted ones were understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from ecsuite.checks import DecodedExchange, bad_input_refused
from ecsuite.checks.read_back import is_as_meant, is_shown
from ecsuite.client import Api, checked_of, fill
from ecsuite.contract import Operation, Pointer
from ecsuite.findings.breach import STATUS, Breach
from ecsuite.findings.datum import datum
from ecsuite.http import httpx
from ecsuite.messages.exchange import Exchange
from ecsuite.promises import BAD_REQUEST, REFUSED_CHANGES_NOTHING
from ecsuite.rules.call import Call
from ecsuite.rules.calls import Calls
from ecsuite.rules.entities import Entities
from ecsuite.rules.inputs import Refused
from ecsuite.rules.reading import wrong_places
from ecsuite.rules.snapshots import PROBE, Snapshots
from ecsuite.rules.verify_changes import VerifyChanges
from ecsuite.rules.verify_state import VerifyState

# Makes the attempts for a call, with fresh values each time.
Draw = Callable[[Call], Iterable[Refused]]


class VerifyRefused:
    """Sends calls that must be rejected, and verifies that they changed nothing.

    Args:
        api: the client.
        entities: creates the entities around the calls.
        calls: makes and sends the calls.
        snapshots: takes snapshots of everything that they could change.
        verify: records the verdicts.
        changes: verifies what changed.
    """

    def __init__(
        self,
        api: Api,
        entities: Entities,
        calls: Calls,
        snapshots: Snapshots,
        verify: VerifyState,
        changes: VerifyChanges,
    ) -> None:
        self._api = api
        self._entities = entities
        self._calls = calls
        self._snapshots = snapshots
        self._verify = verify
        self._changes = changes

    def changes_nothing(self, operation: Operation, draw: Draw, rule: Pointer) -> bool:
        """Record whether rejected calls change nothing; changes by accepted ones do not count.

        A lenient server accepts some of the attempts. Their changes cannot be distinguished from those of the others,
        so the others are repeated around new entities.

        Args:
            operation: the operation to call.
            draw: makes the attempts.
            rule: the pointer to the promise in the contract.

        Raises:
            NothingThere: there is nothing to call it on.
        """
        taken = self._tried(operation, draw, rule, frozenset())
        if not taken:
            return True
        self._entities.renew()
        if taken_again := self._tried(operation, draw, rule, taken):
            reason = f"refused at first, but accepted in another attempt: {', '.join(sorted(taken_again))}"
            self._verify.not_checked(REFUSED_CHANGES_NOTHING, reason)
        return not taken_again

    def _tried(self, operation: Operation, draw: Draw, rule: Pointer, but: frozenset[str]) -> frozenset[str]:
        """Make each attempt except some, and return the cases of those that were accepted.

        If any was accepted, nothing is recorded about the others.
        """
        call = self._calls.valid(operation)
        drawn = [attempt for attempt in draw(call) if attempt.case not in but]
        attempts = self._calls.some(attempt for attempt in drawn if self._calls.is_deletable(call, attempt.options))
        if not attempts:
            self._verify.not_checked(REFUSED_CHANGES_NOTHING, "nothing was refused")
            return frozenset()
        before = self._snapshots.around(call)
        send = partial(self._calls.send_refused, call, attempts)
        responses = send()
        taken = [pair for pair in zip(attempts, responses, strict=True) if pair[1].is_success]
        for attempt, response in taken:
            self._read_back(call, attempt, response)
        if not taken:
            self._changes.unchanged(
                REFUSED_CHANGES_NOTHING, before, responses[-1], sent=responses, rule=rule, again=send
            )
        return frozenset(attempt.case for attempt, _ in taken)

    def _read_back(self, call: Call, attempt: Refused, response: httpx.Response) -> None:
        """Record whether an accepted value is later shown as it was meant, if the response itself does not show it."""
        decoded = checked_of(response).decoded
        breaches = bad_input_refused.breaches_of(decoded)
        path = self._path_of(call, decoded)
        if not path or is_shown(decoded, breaches):
            return
        if call.operation.method != "POST":
            # A later attempt may have changed the entity again.
            response = self._calls.send(call, **attempt.options)
        read = self._api.get(path, expect=PROBE)
        if not read.is_success or not response.is_success:
            return
        shown = Exchange(decoded.exchange.request, checked_of(read).decoded.exchange.response)
        seen = DecodedExchange(decoded.contract, shown, decoded.operation, decoded.path_values)
        if not is_as_meant(seen, breaches) or _is_shown_broken(read, breaches):
            self._api.add_finding(BAD_REQUEST, _misread(decoded, breaches, read), response)

    def _path_of(self, call: Call, decoded: DecodedExchange) -> str:
        """The path at which the result of a call can be read; empty if unknown."""
        for entity_type in self._entities.types:
            if entity_type.creator is call.operation and entity_type.is_named_by_client:
                own = entity_type.identity.find(decoded.values.request)
                ids = {**call.ids, entity_type.parameter: own}
                return fill(entity_type.reader, ids) if isinstance(own, str) and own else ""
            if any(call.operation is each for each in (entity_type.replacer, entity_type.changer)):
                return call.path
        return ""


def _is_shown_broken(read: httpx.Response, breaches: Iterable[Breach]) -> bool:
    """Whether the response breaks the contract at the same place as the request."""
    places = wrong_places(read)
    return any(breach.at.part == "request-body" and breach.at.path in places for breach in breaches)


def _misread(decoded: DecodedExchange, breaches: Sequence[Breach], read: httpx.Response) -> Breach:
    """The breach that a wrong value was accepted, and is shown as another one by a later call."""
    why = breaches[0]
    reader = checked_of(read).decoded.operation
    taken = Breach("status", STATUS, actual=datum(decoded.status), rule=why.rule, case=decoded.case, because=why)
    return replace(taken, seen_by=reader.id if reader else "", severity="error")
