"""The calls of a script in order: preparation, the call to blame, and the evidence, each with what it creates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ecsuite import wording
from ecsuite.client import Step, Transcript
from ecsuite.client.pacing import FIRST_PAUSE, LONGEST_PAUSE, TIMEOUT
from ecsuite.findings.finding import Finding
from ecsuite.json_paths import texts_in
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.media import json_or_none
from ecsuite.messages.redact import MASK, is_secret, mask_value
from ecsuite.reproduce.call import Names, command, url
from ecsuite.reproduce.deletions import Deletion, deletions
from ecsuite.reproduce.language import How, Language, Whose, variables_in
from ecsuite.reproduce.naming import chosen_names
from ecsuite.reproduce.slice import Plan

# After this many reads of the same URL, the client was polling.
_MANY: Final = 3
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+")
_SEPARATORS: Final = re.compile(r"[][{},\n]")


@dataclass(frozen=True, slots=True)
class Uses:
    """What the calls need: variables, and the tokens of the partners whose entities are deleted."""

    variables: frozenset[str]
    deleting: frozenset[Whose]


class Calls:
    """The script lines of all calls.

    Args:
        finding: the finding to reproduce.
        plan: the steps to repeat.
        transcript: the transcript of the run.
        names: replacements for values.
        implied: headers that all calls have.
        delivery: redacted body of the delivery that the finding is about; None to print it as received.
        language: the language of the script.
    """

    def __init__(
        self,
        finding: Finding,
        plan: Plan,
        transcript: Transcript,
        names: Names,
        implied: Sequence[str],
        delivery: str | None,
        language: Language,
    ) -> None:
        self._language = language
        self._delivered = delivery
        self._finding = finding
        self._plan = plan
        self._transcript = transcript
        self._names = names
        self._commands = {step.number: command(step.exchange.request, names, implied) for step in plan.calls}

    def lines(self) -> Iterator[str]:
        """Yield the lines of all calls."""
        if self._plan.blamed is None:
            yield from self._delivery()
            return
        yield from self._before(self._plan.blamed)
        yield from self._call(self._plan.blamed)
        yield from self._after(self._plan.blamed)
        if self._finding.breach.at.part == "delivery":
            yield self._language.pause

    @property
    def uses(self) -> Uses:
        """Variables and tokens that the calls need."""
        variables: set[str] = set()
        for step in self._plan.steps if self._plan.blamed is None else self._plan.calls:
            call = self._commands[step.number]
            for parts in (*(option.value for option in call.options), call.body):
                variables |= set(variables_in(parts or ()))
        deleting: set[Whose] = set()
        for step in self._plan.steps:
            for only_own in (True, False):
                for each in self._deletions(step, only_own=only_own):
                    deleting.add(self._whose(step))
                    variables |= set(variables_in(url(each.path, self._names)))
        return Uses(frozenset(variables), frozenset(deleting))

    def _before(self, blamed: Step) -> Iterator[str]:
        steps = [step for step in self._plan.steps if step.number < blamed.number]
        if steps:
            yield "# What the call needs."
        for step in steps:
            yield from self._made("prepare", step)
        evidence = self._plan.evidence
        if evidence is None:
            yield from self._wait()
        elif self._shows_before(blamed, evidence):
            yield "\n# How it is before the call."
            yield from self._show(evidence, "before: ")

    def _call(self, blamed: Step) -> Iterator[str]:
        breach = self._finding.breach
        yield f"\n# The call. Look at {wording.where(breach)}:"
        yield f"# expected {wording.expected(breach)}, actual {wording.actual(breach)}."
        yield from self._made("show", blamed)

    def _after(self, blamed: Step) -> Iterator[str]:
        for step in self._plan.steps:
            if step.number > blamed.number:
                yield from self._made("prepare", step)
        if self._plan.evidence is not None:
            yield from self._wait()
            yield "\n# The call that shows it."
            yield from self._show(self._plan.evidence, "afterwards: ")
        for step in self._plan.pages:
            yield from self._show(step, "next page: ")

    def _shows_before(self, blamed: Step, evidence: Step) -> bool:
        """Whether the evidence can also be read before the call, and is meaningful then."""
        made_later = [value for value, step in self._plan.chosen.items() if step.number >= blamed.number]
        is_read = blamed.exchange.request.method in {"GET", "HEAD"}
        return not is_read and not any(value in chosen_names(evidence) for value in made_later)

    def _delivery(self) -> Iterator[str]:
        """Calls that make the API send a delivery, and the recorded delivery."""
        for step in self._plan.steps:
            yield from self._made("show", step)
        yield "\n# The delivery that was recorded. Yours comes to the address in EC_WEBHOOK_PUBLIC_URL."
        assert self._finding.blamed is not None
        yield self._language.printed(_recorded(self._finding.blamed, self._transcript, self._delivered))
        yield self._language.pause

    def _wait(self) -> Iterator[str]:
        """Wait, if the original run polled for the result."""
        times = self._plan.polls
        if times >= _MANY:
            seconds = min(sum(min(FIRST_PAUSE * 2**turn, LONGEST_PAUSE) for turn in range(times)), TIMEOUT)
            yield f"\n# It takes its time: it was read {times} times before."
            yield self._language.waiting(max(1, round(seconds)))

    # Each

    def _made(self, how: How, step: Step) -> Iterator[str]:
        """A call; what it creates is remembered for deletion."""
        is_held = any(each.chosen or each.member for each in deletions(step, self._transcript))
        yield from self._remembering(step, only_own=True)
        yield from [self._language.hold] if is_held else []
        yield from self._sent(how, "", step)
        yield from self._captures(step)
        yield from self._remembering(step, only_own=False)
        yield from [self._language.release] if is_held else []

    def _show(self, step: Step, prefix: str = "") -> Iterator[str]:
        yield from self._sent("show", prefix, step)

    def _sent(self, how: How, prefix: str, step: Step) -> Iterator[str]:
        label = self._transcript.redactor.text(prefix + _line(step, self._transcript))
        yield from self._language.sent(how, label, step.number, self._commands[step.number])

    def _captures(self, step: Step) -> Iterator[str]:
        """Store ids that the server chose in variables for later calls."""
        for value, origin in self._plan.chosen.items():
            if origin is step:
                name, count = occurrence(value, step)
                variable = self._names.ids[value]
                if name:
                    yield from self._language.chosen(variable, name, count)
                else:
                    yield self._language.known(variable, value)

    def _remembering(self, step: Step, *, only_own: bool) -> Iterator[str]:
        """Remember entities for deletion: before the call if only this run can have created them, else after it."""
        whose = self._whose(step)
        for each in self._deletions(step, only_own=only_own):
            path = url(each.path, self._names)
            if each.member:
                yield from self._language.remembered_member(whose, each.member, path)
            else:
                yield self._language.remembered(whose, path)

    def _deletions(self, step: Step, *, only_own: bool) -> Iterator[Deletion]:
        for each in deletions(step, self._transcript):
            is_due = each.is_own == only_own and (each.is_own or step.is_success)
            if not only_own if each.member else is_due:
                yield each

    def _whose(self, step: Step) -> Whose:
        return "" if step.partner == self._transcript.partners[0] else "other"


def _line(step: Step, transcript: Transcript) -> str:
    """Method and path of a call, for people."""
    request = step.exchange.request
    below, address = request.url.removeprefix(transcript.base_url), urlsplit(request.url)
    shown = below if below != request.url else f"{address.path}{address.query and '?'}{address.query}"
    return f"{request.method} {wording.shorten(shown)}"


def occurrence(value: str, step: Step) -> tuple[str, int]:
    """Name of the response member that holds a value, and its index among members of that name.

    The index counts from 1, as the script function `member` does. The name is empty if there is no such member, or if
    its name is not safe in a sed pattern.
    """
    text = step.exchange.response.body.decode("utf-8", "replace")
    names = [name for name, own in texts_in(step.values.response) if own == value and _PLAIN.fullmatch(name)]
    spelt = json.dumps(value, ensure_ascii=False)
    for name in names:
        pattern = re.compile(rf'\s*"{re.escape(name)}"\s*:\s*(".*")\s*')
        found = [match[1] for line in _SEPARATORS.split(text) if (match := pattern.fullmatch(line))]
        if spelt in found:
            return name, found.index(spelt) + 1
    return "", 0


def _recorded(delivery: Exchange, transcript: Transcript, kept: str | None) -> str:
    """A delivery as text, with its secrets masked."""
    request = delivery.request
    lines = [f"{request.method} {request.url}"]
    lines += [f"{name}: {MASK if is_secret(name) else value}" for name, value in request.headers]
    value = json_or_none(request.body)
    masked = mask_value(value)
    text = request.body.decode("utf-8", "replace") if masked == value else json.dumps(masked, ensure_ascii=False)
    return transcript.redactor.text("\n".join([*lines, "", text if kept is None else kept]))
