"""What a run leaves on the server, as data: each item, and the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

# kept        the run was told to leave it
# refused     the server responded to its DELETE, and did not delete it
# unreached   there was no response, or the credentials had expired
# untraceable it is unknown whether it was created, or under which id, and it looks like others' data
# shared      only a DELETE of all entities of its type deletes it, and some of them may be others'
# unfindable  a server might not find its id in a path
Reason = Literal["kept", "refused", "unreached", "untraceable", "shared", "unfindable"]


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is left.

    Attributes:
        address: what would delete it, or the list that may contain it; a path below the base URL during the run, a full
            URL in its result.
        reason: why it is left.
        said: the response to its DELETE, such as a status; empty if unknown.
    """

    address: str
    reason: Reason
    said: str = ""

    def masked(self, mask: Callable[[str], str]) -> Left:
        """The same with all its texts masked."""
        return replace(self, address=mask(self.address), said=mask(self.said))

    def to_json(self) -> dict[str, Any]:
        """The item as a JSON value."""
        return {"address": self.address, "reason": self.reason, "said": self.said}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Left:
        """The inverse of `to_json`."""
        return cls(value["address"], value["reason"], value["said"])


def exit_code(left: Iterable[Left]) -> int:
    """The exit code of a run that leaves this, if nothing else is wrong."""
    reasons = {each.reason for each in left}
    if "refused" in reasons:
        return 1
    return 6 if reasons & {"unreached", "untraceable", "shared"} else 0
