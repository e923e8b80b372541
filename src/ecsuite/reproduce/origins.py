"""Where in a run the ids come from that its calls name: from a request, or from the response that first showed them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from ecsuite.client import Step, Transcript, texts_in
from ecsuite.reproduce.deletions import made_by, made_by_server
from ecsuite.reproduce.naming import chosen_names, is_id


class Origins:
    """Looks up the steps of a run by what the server chose in their responses.

    Args:
        transcript: of the run.
    """

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._all = transcript.steps()

    def of(self, steps: Iterable[Step]) -> list[Step]:
        """The exchanges that first showed what the server chose and these steps name."""
        found = [self._origin(value, step) for step in list(steps) for value in chosen_names(step)]
        return [each for each in found if each]

    def chosen(self, steps: Sequence[Step], users: Iterable[Step]) -> dict[str, Step]:
        """What the server chose for what the steps make, and what the users name of it, each with its origin."""
        found = {
            value: first
            for user in users
            for value in sorted(chosen_names(user))
            if (first := self._origin(value, user))
        }
        for step in steps:
            found |= {value: self._made.get(value, step) for value in made_by_server(step, self._transcript)}
        return found

    def _origin(self, value: str, user: Step) -> Step | None:
        """The exchange whose response first showed a value; None where a request did, or nothing before the user."""
        if value in self._transcript.tokens:
            return None
        first = self._made.get(value) or self._seen.get(value)
        return first if first and first.number < user.number else None

    @cached_property
    def _made(self) -> dict[str, Step]:
        """What the server chose for what was made, by its id."""
        found: dict[str, Step] = {}
        for step in self._all:
            for name in made_by(step, self._transcript) if step.is_change else ():
                if name not in chosen_names(step):
                    found.setdefault(name, step)
        return found

    @cached_property
    def _seen(self) -> dict[str, Step | None]:
        """What looks like an id, with the exchange whose response had it first; None where a request had."""
        found: dict[str, Step | None] = {}
        for step in self._all:
            for name in chosen_names(step):
                found.setdefault(name, None)
            for _, text in texts_in(step.values.response) if step.is_success else ():
                if is_id(text):
                    found.setdefault(text, step)
        return found
