"""A finding as a POSIX shell script that shows it again, from nothing, and leaves nothing; it needs sh and curl."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ecsuite import wording
from ecsuite.client import Step, Transcript, texts_in
from ecsuite.findings.breach import Breach
from ecsuite.findings.finding import Finding
from ecsuite.messages.redact import is_secret
from ecsuite.reproduce.call import OF_THE_CLIENT, Names, basic, of_the_client
from ecsuite.reproduce.calls import Calls
from ecsuite.reproduce.functions import used_in
from ecsuite.reproduce.naming import hooks_in
from ecsuite.reproduce.shell import Hole, comment, word
from ecsuite.reproduce.slice import Plan, plan
from ecsuite.reproduce.vault import Secret, Vault
from ecsuite.target import Credentials
from ecsuite.version import __version__

_OF_PARTNERS: Final = ("EC_", "EC_" + "OTHER_")
_OF_OTHER: Final = ("EC_TOKEN_URL", "EC_OTHER_CLIENT_ID", "EC_OTHER_CLIENT_SECRET")
_NEEDED: Final = r"""set -u
LC_ALL=C
export LC_ALL
nl='
'
missing=
need() { for name in "$@"; do eval "[ -n \"\${$name:-}\" ]" || missing="$missing $name"; done; }"""
_REQUIRED: Final = r"""if [ -n "$missing" ]; then
    printf '%s\n' "$0: not in the environment:$missing" >&2
    exit 4
fi
EC_BASE_URL=${EC_BASE_URL%/}"""
_SEND: Final = """\
# What all calls have in common.
send() {{ curl -sS -g --path-as-is --http1.1 --max-time 100 {}"$@"; }}"""


def script_for(
    finding: Finding, transcript: Transcript, told: Breach | None = None, delivery: str | None = None
) -> str:
    """The script that shows a finding again; empty for a finding without its exchange.

    Args:
        finding: with its exchanges, as a journal has it.
        transcript: of the run that made it.
        told: its breach as it may be kept, where values in it may be other people's.
        delivery: the body of the delivery that it is about, likewise.
    """
    if finding.blamed is None:
        return ""
    said = replace(finding, breach=told or finding.breach)
    return transcript.redactor.text(_Script(said, plan(finding, transcript), transcript, delivery).text())


class _Script:
    """One script in the making: what stands around its calls."""

    def __init__(self, finding: Finding, plan: Plan, transcript: Transcript, delivery: str | None) -> None:
        self._finding = finding
        self._transcript = transcript
        self._plan = plan
        self._delivery = delivery
        self._ids = {value: f"id_{number}" for number, value in enumerate(self._plan.chosen, 1)}
        self._drawn = {
            value: f"secret_{number}" for number, value in enumerate(_drawn(self._plan.calls, transcript), 1)
        }
        self._hooks = next((found for step in self._plan.calls if (found := hooks_in(step))), "")
        usual = {of_the_client(step.exchange.request) for step in self._plan.calls}
        self._shared = usual.pop() if len(usual) == 1 else ()

    def text(self) -> str:
        """The whole of it."""
        implied = OF_THE_CLIENT if self._shared else ()
        calls = "\n".join(
            Calls(self._finding, self._plan, self._transcript, self._names(), implied, self._delivery).lines()
        ).strip("\n")
        tokens = "\n".join([*self._made_up(), *_tokens(calls)])
        deleting = "delete_what_was_made" if "remember " in calls else ""
        parts = [
            "\n".join(["#!/bin/sh", *comment(self._about())]),
            "\n".join([_NEEDED, *_needs(calls), _REQUIRED]),
            _SEND.format("".join(f"{each} " for each in self._shared)),
            used_in(f"{calls}\n{tokens}\n{deleting}"),
            tokens,
            calls,
        ]
        return "\n\n".join(filter(None, parts)) + "\n"

    def _names(self) -> Names:
        token = [(self._transcript.token_url, "EC_TOKEN_URL")] if self._transcript.token_url else []
        pairs = zip(_OF_PARTNERS, self._transcript.partners, strict=False)
        return Names(
            vault=Vault([*self._secrets()]),
            # The token endpoint first, for it may lie below the API.
            addresses=(*token, (self._transcript.base_url, "EC_BASE_URL")),
            ids=self._ids,
            hooks=self._hooks,
            basic={
                basic(each.client_id, each.client_secret): f'"${prefix}CLIENT_ID:${prefix}CLIENT_SECRET"'
                for prefix, each in pairs
                if each.client_id
            },
        )

    def _secrets(self) -> Iterator[Secret]:
        for value, variable in self._ids.items():
            if self._plan.chosen[value].operation is self._transcript.contract.token_operation:
                yield Secret(value, variable)
        for token, partner in self._transcript.tokens.items():
            yield Secret(token, self._token(partner))
        for prefix, each in zip(_OF_PARTNERS, self._transcript.partners, strict=False):
            yield Secret(each.access_token, self._token(each))
            yield Secret(each.client_secret, f"{prefix}CLIENT_SECRET")
            yield Secret(each.client_id, f"{prefix}CLIENT_ID", has_parts=False)
        yield from (Secret(value, variable) for value, variable in self._drawn.items())

    def _token(self, partner: Credentials) -> str:
        return "token" if partner == self._transcript.partners[0] else "other_token"

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

    def _made_up(self) -> Iterator[str]:
        """What stands in the place of secrets that were drawn, and of the address that deliveries went to."""
        for variable, value in ((variable, _like(value)) for value, variable in self._drawn.items()):
            yield f"{variable}=${{EC_WEBHOOK_SECRET:-{value}}}" if variable == "secret_1" else f"{variable}={value}"
        if self._hooks:
            yield "# Where the API is to send deliveries: an address of yours, if you want to see them."
            yield "hooks=${EC_WEBHOOK_PUBLIC_URL:-}"
            yield f'[ -n "$hooks" ] || hooks={word((self._hooks,))}'


def _needs(calls: str) -> Iterator[str]:
    """What the environment must have."""
    named = set(re.findall(r"\$\{?#?(EC_[A-Z_]+)", calls)) | {"EC_BASE_URL"}
    yield f"need {' '.join(sorted(named | (set(_OF_OTHER) if _uses('other_token', 'other', calls) else set())))}"
    if _uses("token", "", calls):
        yield '[ -n "${EC_ACCESS_TOKEN:-}" ] || need EC_TOKEN_URL EC_CLIENT_ID EC_CLIENT_SECRET'


def _tokens(calls: str) -> Iterator[str]:
    """The tokens that calls need."""
    if _uses("token", "", calls):
        yield "token=${EC_ACCESS_TOKEN:-}"
        yield '[ -n "$token" ] || token=$(get_token "$EC_CLIENT_ID" "$EC_CLIENT_SECRET") || exit 1'
        yield "[ -n \"$token\" ] || fail 'the token endpoint gave no token'"
    if _uses("other_token", "other", calls):
        yield 'other_token=$(get_token "$EC_OTHER_CLIENT_ID" "$EC_OTHER_CLIENT_SECRET") || exit 1'
        yield "[ -n \"$other_token\" ] || fail 'the token endpoint gave no token to the other partner'"


def _uses(variable: str, whose: str, calls: str) -> bool:
    """Whether calls need a partner's token: to be sent, or to delete what they made."""
    return bool(re.search(rf"\$\{{?#?{variable}\b|\bremember '{whose}' ", calls))


def _drawn(steps: Sequence[Step], transcript: Transcript) -> list[str]:
    """The secrets in bodies that are no credentials, in order."""
    own = {value for each in transcript.partners for value in (each.client_id, *each.secrets)}
    texts = (
        pair
        for step in steps
        if step.operation is not transcript.contract.token_operation
        for pair in texts_in(step.values.request)
    )
    return list(dict.fromkeys(text for name, text in texts if is_secret(name) and text and text not in own))


def _like(value: str) -> str:
    """An expansion that gives a made-up secret: as long as a known one, with the same odd characters in it."""
    runs = [each for each in re.split(r"([A-Za-z0-9+/=]+)", value) if each]
    longest = max(runs, key=lambda run: len(run) if run[0].isalnum() else 0)
    parts: list[str | Hole] = [re.sub(r"[A-Za-z0-9]", "x", run) for run in runs]
    parts[runs.index(longest)] = Hole(f"$(random {len(longest)})")
    return word(tuple(parts))
