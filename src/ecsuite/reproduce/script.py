"""A finding as a POSIX shell script that shows it again, from nothing, and leaves nothing: it needs sh and curl alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ecsuite import wording
from ecsuite.client import Ledger, Step, texts_in
from ecsuite.client.pacing import FIRST_PAUSE, LONGEST_PAUSE, TIMEOUT
from ecsuite.findings.finding import Finding
from ecsuite.messages.exchange import Exchange
from ecsuite.messages.redact import MASK, is_secret, mask_value
from ecsuite.messages.media import json_or_none
from ecsuite.reproduce.call import OF_THE_CLIENT, Command, Names, basic, command, of_the_client, url
from ecsuite.reproduce.functions import used_in
from ecsuite.reproduce.shell import Hole, comment, word
from ecsuite.reproduce.slice import Plan, chosen_names, deletions, hooks_in, plan
from ecsuite.reproduce.vault import Secret, Vault
from ecsuite.target import Credentials
from ecsuite.version import __version__

_OWNER_ONLY: Final = 0o700
# What was read so often was waited for.
_MANY: Final = 3
_OF_OTHER: Final = ("EC_TOKEN_URL", "EC_OTHER_CLIENT_ID", "EC_OTHER_CLIENT_SECRET")
_SEPARATORS: Final = re.compile(r"[][{},\n]")


def write_scripts(findings: Sequence[Finding], ledger: Ledger, folder: Path) -> list[Path]:
    """Write a script for each finding, `1.sh` for the first, into a folder that is there; only its owner may read them.

    There is none for a finding without a request; the paths of those that there are, in order.
    """
    written = []
    for number, finding in enumerate(findings, 1):
        script = script_for(finding, ledger)
        if script:
            path = folder / f"{number}.sh"
            path.write_text(script, encoding="utf-8")
            path.chmod(_OWNER_ONLY)
            written.append(path)
    return written


def script_for(finding: Finding, ledger: Ledger) -> str:
    """The script that shows a finding again; empty for a finding without its exchange.

    Args:
        finding: with its exchanges, as a journal has it.
        ledger: of the run that made it.
    """
    if finding.blamed is None:
        return ""
    return ledger.redactor.text(_Script(finding, ledger).text())


class _Script:
    """One script in the making."""

    def __init__(self, finding: Finding, ledger: Ledger) -> None:
        self._finding = finding
        self._ledger = ledger
        self._plan: Plan = plan(finding, ledger)
        evidence = [self._plan.evidence] if self._plan.evidence else []
        steps = [*self._plan.steps, *evidence, *self._plan.pages]
        self._steps = steps
        self._ids = {value: f"id_{number}" for number, value in enumerate(self._plan.chosen, 1)}
        self._drawn = {value: f"secret_{number}" for number, value in enumerate(_drawn(steps, ledger), 1)}
        self._hooks = next((found for step in steps if (found := hooks_in(step))), "")
        self._names = Names(
            vault=Vault([*self._secrets()]),
            addresses=_addresses(ledger),
            ids=self._ids,
            hooks=self._hooks,
            basic={
                basic(each.client_id, each.client_secret): word(
                    (Hole(f"${_variable(index)}CLIENT_ID"), ":", Hole(f"${_variable(index)}CLIENT_SECRET"))
                )
                for index, each in enumerate(ledger.partners)
                if each.client_id
            },
        )
        usual = {of_the_client(step.exchange.request) for step in steps}
        self._shared = usual.pop() if len(usual) == 1 else ()
        self._implied = OF_THE_CLIENT if self._shared else ()
        self._commands = {step.number: command(step.exchange.request, self._names, self._implied) for step in steps}

    def _secrets(self) -> Iterator[Secret]:
        for value, variable in self._ids.items():
            if self._plan.chosen[value].operation is self._ledger.contract.token_operation:
                yield Secret(value, variable)
        for token, partner in self._ledger.tokens.items():
            yield Secret(token, self._token(partner))
        for index, each in enumerate(self._ledger.partners):
            yield Secret(each.access_token, self._token(each))
            yield Secret(each.client_secret, f"{_variable(index)}CLIENT_SECRET")
            yield Secret(each.client_id, f"{_variable(index)}CLIENT_ID", has_parts=False)
        yield from (Secret(value, variable) for value, variable in self._drawn.items())

    def _token(self, partner: Credentials) -> str:
        return "token" if partner == self._ledger.partners[0] else "other_token"

    # The text

    def text(self) -> str:
        """The whole of it."""
        calls = "\n".join(self._calls())
        tokens = "\n".join(self._tokens(calls))
        drawn = "\n".join(self._made_up())
        functions = used_in("\n".join([calls, tokens, drawn]))
        parts = [
            "\n".join(["#!/bin/sh", *comment(self._about())]),
            "\n".join(self._environment(calls)),
            f"{self._send()}\n{functions}",
            "\n".join(filter(None, [drawn, tokens])),
            calls,
        ]
        return "\n\n".join(filter(None, parts)) + "\n"

    def _about(self) -> Iterator[str]:
        finding, breach = self._finding, self._finding.breach
        yield f"{wording.title(finding)}: broken  [{finding.level}]  {wording.subject(finding)}"
        yield f"  at        {wording.where(breach)}"
        yield f"  expected  {wording.expected(breach)}"
        yield f"            {finding.rule}  ({finding.rule.source})"
        yield f"  actual    {wording.actual(breach)}"
        yield ""
        yield f"Written by ecsuite {__version__}. It makes what the call needs, sends the call that was sent,"
        yield "prints the response, and deletes what it has made. It needs sh and curl, and the variables of ecsuite."

    def _environment(self, calls: str) -> Iterator[str]:
        yield "set -u"
        yield "LC_ALL=C"
        yield "export LC_ALL"
        yield "nl='\n'"
        yield "missing="
        yield 'need() { for name in "$@"; do eval "[ -n \\"\\${$name:-}\\" ]" || missing="$missing $name"; done; }'
        yield f"need {' '.join(self._always(calls))}"
        if _needs("token", calls):
            yield '[ -n "${EC_ACCESS_TOKEN:-}" ] || need EC_TOKEN_URL EC_CLIENT_ID EC_CLIENT_SECRET'
        yield 'if [ -n "$missing" ]; then'
        yield "    printf '%s\\n' \"$0: not in the environment:$missing\" >&2"
        yield "    exit 4"
        yield "fi"
        yield "EC_BASE_URL=${EC_BASE_URL%/}"

    def _always(self, calls: str) -> list[str]:
        """The variables that the script cannot do without."""
        named = set(re.findall(r"\$\{?#?(EC_[A-Z_]+)", calls))
        return sorted(named | ({"EC_BASE_URL", *_OF_OTHER} if _needs("other_token", calls) else {"EC_BASE_URL"}))

    def _send(self) -> str:
        words = " ".join(self._shared)
        return (
            "# What all calls have in common.\n"
            f'send() {{ curl -sS -g --path-as-is --http1.1 --max-time 100 {words} "$@"; }}'.replace("  ", " ")
        )

    def _made_up(self) -> Iterator[str]:
        for number, (value, variable) in enumerate(self._drawn.items()):
            made = _like(value)
            yield f"{variable}=${{EC_WEBHOOK_SECRET:-{made}}}" if number == 0 else f"{variable}={made}"
        if self._hooks:
            yield "# Where the API is to send deliveries: an address of yours, if you want to see them."
            yield f"hooks=${{EC_WEBHOOK_PUBLIC_URL:-{self._hooks}}}"

    def _tokens(self, calls: str) -> Iterator[str]:
        cleans = "delete_what_was_made" in calls
        if _needs("token", calls):
            yield "token=${EC_ACCESS_TOKEN:-}"
            yield '[ -n "$token" ] || token=$(get_token "$EC_CLIENT_ID" "$EC_CLIENT_SECRET") || exit 1'
            yield "[ -n \"$token\" ] || fail 'the token endpoint gave no token'"
        elif cleans:
            yield "token="
        if _needs("other_token", calls):
            yield 'other_token=$(get_token "$EC_OTHER_CLIENT_ID" "$EC_OTHER_CLIENT_SECRET") || exit 1'
            yield "[ -n \"$other_token\" ] || fail 'the token endpoint gave no token to the other partner'"
        elif cleans:
            yield "other_token="

    def _calls(self) -> Iterator[str]:
        removable = any(deletions(step, self._ledger) for step in self._steps)
        if removable:
            yield "# Whatever happens, what was made is deleted: delete_what_was_made\n"
        if self._plan.blamed is None:
            yield from self._delivery()
            return
        before = [step for step in self._steps if step.number < self._plan.blamed.number]
        after = [step for step in self._plan.steps if step.number > self._plan.blamed.number]
        if before:
            yield "# What the call needs."
        for step in before:
            yield from self._prepare(step)
        evidence = self._plan.evidence
        if evidence is not None and self._shows_before(evidence):
            yield "\n# How it is before the call."
            yield from self._show(evidence, "before: ")
        if self._plan.polls >= _MANY and evidence is None:
            yield from self._wait()
        yield f"\n# The call. Look at {wording.where(self._finding.breach)}:"
        yield f"# expected {wording.expected(self._finding.breach)}, actual {wording.actual(self._finding.breach)}."
        yield from self._remembering(self._plan.blamed, only_own=True)
        yield from self._show(self._plan.blamed)
        yield from self._captures(self._plan.blamed)
        yield from self._remembering(self._plan.blamed, only_own=False)
        for step in after:
            yield from self._prepare(step)
        if evidence is not None:
            if self._plan.polls >= _MANY:
                yield from self._wait()
            yield "\n# The call that shows it."
            yield from self._show(evidence, "afterwards: ")
        for step in self._plan.pages:
            yield from self._show(step, "next page: ")
        if self._finding.breach.at.part == "delivery":
            yield from self._pause()

    def _wait(self) -> Iterator[str]:
        seconds = min(sum(min(FIRST_PAUSE * 2**times, LONGEST_PAUSE) for times in range(self._plan.polls)), TIMEOUT)
        yield f"\n# It takes its time: it was read {self._plan.polls} times before."
        yield f"sleep {max(1, round(seconds))}"

    def _shows_before(self, evidence: Step) -> bool:
        """Whether the later call can be sent before the call, and says something then."""
        blamed = self._plan.blamed
        assert blamed is not None
        made_later = [value for value, step in self._plan.chosen.items() if step.number >= blamed.number]
        is_read = blamed.exchange.request.method in {"GET", "HEAD"}
        return not is_read and not any(value in chosen_names(evidence) for value in made_later)

    def _delivery(self) -> Iterator[str]:
        for step in self._steps:
            yield from self._prepare(step, is_shown=True)
        yield "\n# The delivery that was recorded. Yours comes to the address in EC_WEBHOOK_PUBLIC_URL."
        assert self._finding.blamed is not None
        yield f"printf '%s\\n' {word((_recorded(self._finding.blamed, self._ledger),))}"
        yield from self._pause()

    @staticmethod
    def _pause() -> Iterator[str]:
        """Time for deliveries to come before their webhook is deleted."""
        yield "if [ -t 0 ]; then"
        yield "    printf '%s' 'Enter deletes what was made: ' >&2"
        yield "    read -r _"
        yield "else"
        yield "    sleep 2"
        yield "fi"

    def _prepare(self, step: Step, *, is_shown: bool = False) -> Iterator[str]:
        yield from self._remembering(step, only_own=True)
        yield from self._sent("show" if is_shown else "prepare", _line(step, self._ledger), step)
        yield from self._captures(step)
        yield from self._remembering(step, only_own=False)

    def _show(self, step: Step, prefix: str = "") -> Iterator[str]:
        yield from self._sent("show", prefix + _line(step, self._ledger), step)

    def _sent(self, how: str, what: str, step: Step) -> Iterator[str]:
        call: Command = self._commands[step.number]
        label = word((self._ledger.redactor.text(what),))
        if call.feed:
            yield f'call_{step.number}() {{ {call.feed} | send {_lines(call)} "$@"; }}'
            yield f"{how} {label} call_{step.number}"
        else:
            yield f"{how} {label} send {_lines(call)}"

    def _captures(self, step: Step) -> Iterator[str]:
        for value, origin in self._plan.chosen.items():
            if origin is step:
                name, count = occurrence(value, step)
                variable = self._ids[value]
                yield f"{variable}=$(member {word((name,))} {count})"
                yield f'[ -n "${variable}" ] || fail {word((f"the response has no {name}, which what follows names",))}'

    def _remembering(self, step: Step, *, only_own: bool) -> Iterator[str]:
        """What is to be deleted: noted before the call where only this run can have made it, else after its success."""
        whose = "" if step.partner == self._ledger.partners[0] else "other"
        for each in deletions(step, self._ledger):
            path = url(each.path, self._names)
            if each.member and not only_own:
                yield f"made_id=$(member {each.member} 1)"
                yield f'[ -z "$made_id" ] || remember \'{whose}\' {word((*path, Hole("$made_id")))}'
            elif not each.member and each.is_own == only_own and (each.is_own or step.is_success):
                yield f"remember '{whose}' {word(path)}"


def _needs(token: str, calls: str) -> bool:
    """Whether calls need a token: to be sent, or to delete what they made."""
    whose = "" if token == "token" else "other"
    used = re.search(rf"\$\{{?#?{token}\b", calls)
    return bool(used or re.search(rf"\bremember '{whose}' ", calls, re.MULTILINE))


def _lines(call: Command) -> str:
    """The arguments, an option with its value a line."""
    lines: list[str] = []
    for argument in call.arguments:
        if argument.startswith("-") and argument not in {"-"}:
            lines.append(argument)
        elif lines and lines[-1].startswith("-") and " " not in lines[-1] and lines[-1] != "--head":
            lines[-1] += f" {argument}"
        else:
            lines.append(argument)
    return " \\\n    ".join(lines)


def _line(step: Step, ledger: Ledger) -> str:
    request = step.exchange.request
    if request.url == ledger.token_url:
        return f"{request.method} (token endpoint)"
    return f"{request.method} {wording.shorten(request.url.removeprefix(ledger.base_url))}"


def _variable(index: int) -> str:
    return "EC_OTHER_" if index else "EC_"


def _addresses(ledger: Ledger) -> tuple[tuple[str, str], ...]:
    """The token endpoint first: it may lie below the API."""
    token = [(ledger.token_url, "EC_TOKEN_URL")] if ledger.token_url else []
    return (*token, (ledger.base_url, "EC_BASE_URL"))


def _drawn(steps: Sequence[Step], ledger: Ledger) -> list[str]:
    """The secrets in bodies that are no credentials, in order."""
    own = {value for each in ledger.partners for value in (each.client_id, *each.secrets)}
    found: dict[str, None] = {}
    for step in steps:
        if step.operation is not ledger.contract.token_operation:
            for name, text in texts_in(step.values.request):
                if is_secret(name) and text and text not in own:
                    found[text] = None
    return list(found)


def _like(value: str) -> str:
    """An expansion that gives a made-up secret: as long as a known one, with the same odd characters in it."""
    runs = [each for each in re.split(r"([A-Za-z0-9+/=]+)", value) if each]
    longest = max(range(len(runs)), key=lambda index: len(runs[index]) if runs[index][0].isalnum() else 0, default=0)
    parts: list[str | Hole] = []
    for index, run in enumerate(runs):
        if index == longest:
            parts.append(Hole(f"$(random {len(run)})"))
        else:
            parts.append(re.sub(r"[A-Za-z0-9]", "x", run))
    return word(tuple(parts))


def occurrence(value: str, step: Step) -> tuple[str, int]:
    """The member that holds a value in a response, and which of its name it is, as the script's `member` counts."""
    text = step.exchange.response.body.decode("utf-8", "replace")
    spelt = json.dumps(value, ensure_ascii=False)
    for name, own in texts_in(step.values.response):
        if own == value and name:
            pattern = re.compile(rf'\s*"{re.escape(name)}"\s*:\s*(".*")\s*')
            found = [match[1] for line in _SEPARATORS.split(text) if (match := pattern.fullmatch(line))]
            if spelt in found:
                return name, found.index(spelt) + 1
    return next((name for name, own in texts_in(step.values.response) if own == value), ""), 1


def _recorded(delivery: Exchange, ledger: Ledger) -> str:
    """A delivery as text, with its secrets masked."""
    request = delivery.request
    lines = [f"{request.method} {request.url}"]
    lines += [f"{name}: {MASK if is_secret(name) else value}" for name, value in request.headers]
    value = json_or_none(request.body)
    masked = mask_value(value)
    text = request.body.decode("utf-8", "replace") if masked == value else json.dumps(masked, ensure_ascii=False)
    return ledger.redactor.text("\n".join([*lines, "", text]))
