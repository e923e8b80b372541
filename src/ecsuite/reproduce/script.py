"""Renders a finding as a script that reproduces it from an empty state and cleans up afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from ecsuite import wording
from ecsuite.client import Step, Transcript
from ecsuite.findings.breach import Breach
from ecsuite.findings.finding import Finding
from ecsuite.json_paths import texts_in
from ecsuite.messages.redact import is_secret
from ecsuite.reproduce.call import OF_THE_CLIENT, Names, basic, of_the_client
from ecsuite.reproduce.calls import Calls, Uses
from ecsuite.reproduce.language import Language, Story
from ecsuite.reproduce.naming import hooks_in
from ecsuite.reproduce.parts import Count, Hole, Parts
from ecsuite.reproduce.powershell import PowerShell
from ecsuite.reproduce.sh import Sh
from ecsuite.reproduce.slice import Plan, plan
from ecsuite.reproduce.vault import Secret, Vault
from ecsuite.target import Credentials
from ecsuite.version import __version__

_OF_PARTNERS: Final = ("EC_", "EC_" + "OTHER_")
_OF_OTHER: Final = ("EC_TOKEN_URL", "EC_OTHER_CLIENT_ID", "EC_OTHER_CLIENT_SECRET")


class Scripts(NamedTuple):
    """The same script in two languages; both are empty for a finding without an exchange."""

    sh: str = ""
    powershell: str = ""


def scripts_for(
    finding: Finding, transcript: Transcript, told: Breach | None = None, delivery: str | None = None
) -> Scripts:
    """Render the scripts that reproduce a finding.

    Args:
        finding: the finding with its exchanges, from a journal.
        transcript: the transcript of the run that found it.
        told: the redacted breach, if its values may be other people's data.
        delivery: the redacted body of the delivery that it is about, for the same reason.
    """
    if finding.blamed is None:
        return Scripts()
    said = replace(finding, breach=told or finding.breach)
    script = _Script(said, plan(finding, transcript), transcript, delivery)
    return Scripts(*(transcript.redactor.text(script.text(language)) for language in (Sh(), PowerShell())))


class _Script:
    """A script under construction."""

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

    def text(self, language: Language) -> str:
        """Render the script in a language."""
        implied = OF_THE_CLIENT if self._shared else ()
        calls = Calls(self._finding, self._plan, self._transcript, self._names(), implied, self._delivery, language)
        return language.script(self._story(calls.uses), "\n".join(calls.lines()).strip("\n"))

    def _story(self, uses: Uses) -> Story:
        has_other = "other_token" in uses.variables or "other" in uses.deleting
        named = {name for name in uses.variables if name.startswith("EC_")} | {"EC_BASE_URL"}
        return Story(
            about=tuple(self._about()),
            shared=self._shared,
            made_up=tuple((variable, _like(value)) for value, variable in self._drawn.items()),
            hooks=self._hooks,
            variables=tuple(sorted(named | (set(_OF_OTHER) if has_other else set()))),
            has_token="token" in uses.variables or "" in uses.deleting,
            has_other_token=has_other,
            is_deleting=bool(uses.deleting),
        )

    def _names(self) -> Names:
        token = [(self._transcript.token_url, "EC_TOKEN_URL")] if self._transcript.token_url else []
        pairs = zip(_OF_PARTNERS, self._transcript.partners, strict=False)
        return Names(
            vault=Vault([*self._secrets()]),
            # The token endpoint comes first, for its URL may start with the API's base URL.
            addresses=(*token, (self._transcript.base_url, "EC_BASE_URL")),
            ids=self._ids,
            hooks=self._hooks,
            basic={
                basic(each.client_id, each.client_secret): (
                    Hole(f"{prefix}CLIENT_ID"),
                    ":",
                    Hole(f"{prefix}CLIENT_SECRET"),
                )
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
        yield "prints the response, and deletes what it has made."


def _drawn(steps: Sequence[Step], transcript: Transcript) -> list[str]:
    """Secrets in request bodies that are not credentials, in order of use."""
    own = {value for each in transcript.partners for value in (each.client_id, *each.secrets)}
    texts = (
        pair
        for step in steps
        if step.operation is not transcript.contract.token_operation
        for pair in texts_in(step.values.request)
    )
    return list(dict.fromkeys(text for name, text in texts if is_secret(name) and text and text not in own))


def _like(value: str) -> Parts:
    """A placeholder for a secret: random, but as long, and with the same special characters."""
    runs = [each for each in re.split(r"([A-Za-z0-9+/=]+)", value) if each]
    longest = max(runs, key=lambda run: len(run) if run[0].isalnum() else 0)
    parts: list[str | Hole] = [re.sub(r"[A-Za-z0-9]", "x", run) for run in runs]
    parts[runs.index(longest)] = Hole("", (("random", Count(len(longest))),))
    return tuple(parts)
