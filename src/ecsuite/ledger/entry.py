"""The lines of a ledger, as data. Partners and identifying texts are stored as salted hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

# The version of the format; a reader rejects any other.
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Head:
    """The first line.

    Attributes:
        base_url: of the server.
        edition: of the contract.
        salt: of all hashes in the file.
        started: in UTC.
    """

    base_url: str
    edition: str
    salt: str
    started: str

    def digest(self, text: str) -> str:
        """The salted hash of a text."""
        return hashlib.sha256(f"{self.salt}{text}".encode(errors="surrogatepass")).hexdigest()

    def line(self) -> bytes:
        """The line for the head."""
        return line_of({"ledger": FORMAT, **asdict(self)})


@dataclass(frozen=True, slots=True)
class Sought:
    """Something that may exist under an id that the server chose.

    Attributes:
        creator: the id of the operation that creates entities of its type.
        lister: the path of the list that contains it.
        mark: a unique text that was sent; empty if everything in the list is the run's own.
        salt: of the hash that is used instead of the mark; empty if the mark is the text itself.
    """

    creator: str
    lister: str
    mark: str = ""
    salt: str = ""

    def is_shown_by(self, texts: Iterable[str]) -> bool:
        """Whether a list item with these texts is the entity."""
        if not self.mark:
            return True
        known = Head("", "", self.salt, "").digest if self.salt else str
        return any(known(text) == self.mark for text in texts)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list contained when all entities of a type were the run's own.

    Attributes:
        path: a DELETE of it deletes all entities of the type.
        lister: the path of the list.
        ids: the hashes of all ids in the list.
    """

    path: str
    lister: str
    ids: tuple[str, ...]


@dataclass(slots=True)
class Partner:
    """What a partner's calls may have left, in the order of creation.

    Attributes:
        digest: the hash of the partner's identity.
        made: paths below the base URL.
        shown: the evidence that all entities of a type are the run's own, by the path that deletes them all.
    """

    digest: str
    made: dict[str, None] = field(default_factory=dict)
    sought: dict[Sought, None] = field(default_factory=dict)
    shown: dict[str, Shown] = field(default_factory=dict)

    def note(self, entry: Mapping[str, Any]) -> bool:
        """Apply an entry; return whether it has changed anything.

        Raises:
            KeyError, TypeError: the entry is invalid.
        """
        before = self._state
        if "made" in entry:
            self.made[_text(entry["made"])] = None
        elif "gone" in entry:
            self.made.pop(entry["gone"], None)
            self.shown.pop(entry["gone"], None)
        elif "sought" in entry:
            self.sought[_sought(entry["sought"])] = None
        elif "found" in entry:
            self.sought.pop(_sought(entry["found"]), None)
        elif "shown" in entry:
            value = entry["shown"]
            shown = Shown(_text(value["path"]), _text(value["lister"]), tuple(map(_text, value["ids"])))
            self.shown[shown.path] = shown
        return before != self._state

    @property
    def _state(self) -> tuple[int, int, tuple[Shown, ...]]:
        return len(self.made), len(self.sought), tuple(self.shown.values())

    @property
    def has_left(self) -> bool:
        """Whether anything may be left."""
        return bool(self.made or self.sought)


def _text(value: object) -> str:
    """A string of an entry; raises TypeError if it is another type."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _sought(value: object) -> Sought:
    if not isinstance(value, dict):
        raise TypeError(value)
    return Sought(**{name: _text(each) for name, each in value.items()})


def line_of(value: Mapping[str, Any]) -> bytes:
    """A value as a line of JSON in ASCII."""
    return json.dumps(value).encode() + b"\n"


def read_head(line: bytes) -> Head | None:
    """The head in a line; None if it is not a head of this format."""
    value = read_entry(line)
    if value is None or value.pop("ledger", None) != FORMAT:
        return None
    if not all(isinstance(text, str) for text in value.values()):
        return None
    try:
        return Head(**value)
    except TypeError:
        return None


def read_entry(line: bytes) -> dict[str, Any] | None:
    """The object in a line; None if the line is incomplete or not an object."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
