"""What a run leaves on the server, as data: what it is, and why it is still there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

# kept       the run was told to leave it
# refused    the server answered its DELETE, and did not delete it
# unreached  no answer came, or the credentials had ended
# untraceable no answer told whether it was made, or under which id, and nothing tells it from what others have made
# shared     it goes with a DELETE of all of a kind, and some of that may be others'
# unfindable its id is one that a server may never find in a path
Reason = Literal["kept", "refused", "unreached", "untraceable", "shared", "unfindable"]


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is left.

    Attributes:
        address: what would delete it, or the list that it may stand in; a path below the base URL while the run
            lasts, a whole address in its result.
        reason: why it is there.
        said: what the server said to its DELETE, such as a status; empty where that is not known.
    """

    address: str
    reason: Reason
    said: str = ""

    def masked(self, mask: Callable[[str], str]) -> Left:
        """The same, of which each text has gone through `mask`."""
        return replace(self, address=mask(self.address), said=mask(self.said))

    def to_json(self) -> dict[str, Any]:
        """What is left as a JSON value."""
        return {"address": self.address, "reason": self.reason, "said": self.said}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Left:
        """What `to_json` gave."""
        return cls(value["address"], value["reason"], value["said"])


def exit_code(left: Iterable[Left]) -> int:
    """What a run ends with that leaves this, if nothing else is wrong."""
    reasons = {each.reason for each in left}
    if "refused" in reasons:
        return 1
    return 6 if reasons & {"unreached", "untraceable", "shared"} else 0
