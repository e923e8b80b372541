"""The accepted deviations that need attention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from ecsuite.findings.deviation import Deviation, Deviations


class Entry(NamedTuple):
    """An accepted deviation that needs attention.

    Attributes:
        state: `expired`, or `unseen` where its operation was called and nothing of the kind was found.
        promise: that it is about.
        operation: likewise.
        until: the last day on which it holds.
        where: the file and the line of it.
    """

    state: Literal["expired", "unseen"]
    promise: str
    operation: str
    until: str
    where: str

    def to_json(self) -> dict[str, Any]:
        """The entry as a JSON value."""
        return {name: getattr(self, name) for name in ("state", "promise", "operation", "until", "where")}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Entry:
        """The entry that `to_json` gave."""
        return cls(value["state"], value["promise"], value["operation"], value["until"], value["where"])


def expired_entries(deviations: Deviations) -> Iterator[Entry]:
    """The accepted deviations whose last day has passed."""
    return (entry_of("expired", each) for each in deviations.expired)


def entry_of(state: Literal["expired", "unseen"], deviation: Deviation) -> Entry:
    """The entry of an accepted deviation."""
    mark = deviation.mark
    return Entry(state, mark.promise, mark.operation, deviation.until.isoformat(), deviation.where)
