"""Finds out where the ids in a request come from: an earlier request, or the response that first contained them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from ecsuite.client import Step, Transcript
from ecsuite.json_paths import texts_in
from ecsuite.reproduce.deletions import made_by, made_by_server
from ecsuite.reproduce.naming import chosen_names, is_id


class Origins:
    """Maps values that the server chose to the steps whose responses first contained them.

    Args:
        transcript: the transcript of the run.
    """

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._all = transcript.steps()

    def of(self, steps: Iterable[Step]) -> list[Step]:
        """The steps whose responses first contained a server-chosen value that these steps use."""
        found = [self._origin(value, step) for step in list(steps) for value in chosen_names(step)]
        return [each for each in found if each]

    def chosen(self, steps: Sequence[Step], users: Iterable[Step]) -> dict[str, Step]:
        """Map server-chosen values to their origins: ids of what `steps` create, and values that `users` use."""
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
        """The step whose response first contained a value; None if a request did, or no step before `user`."""
        if value in self._transcript.tokens:
            return None
        first = self._made.get(value) or self._seen.get(value)
        return first if first and first.number < user.number else None

    @cached_property
    def _made(self) -> dict[str, Step]:
        """Ids of created entities that the server chose, with the step that created each."""
        found: dict[str, Step] = {}
        for step in self._all:
            for name in made_by(step, self._transcript) if step.is_change else ():
                if name not in chosen_names(step):
                    found.setdefault(name, step)
        return found

    @cached_property
    def _seen(self) -> dict[str, Step | None]:
        """Values that look like ids, with the step whose response first had them; None if a request had them first."""
        found: dict[str, Step | None] = {}
        for step in self._all:
            for name in chosen_names(step):
                found.setdefault(name, None)
            for _, text in texts_in(step.values.response) if step.is_success else ():
                if is_id(text):
                    found.setdefault(text, step)
        return found
