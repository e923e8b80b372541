"""Variables in the place of values: what they are called, and where in a body they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ecsuite.contract import Contract, EntityType, Operation, success_links
from ecsuite.export.calls import CREDENTIALS, HOOK_URL, ID, SECRET, RoundTrip, Variable
from ecsuite.json_paths import Path, leaves

_SOURCES: Final = ("x-sample", "x-references")
_SETTINGS: Final = frozenset({HOOK_URL, SECRET})
Marks = Mapping[Path, Mapping[str, Any]]


class Names:
    """Which variable stands for which value, and what it is called."""

    def __init__(self) -> None:
        self._by_value: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, value: Any) -> str:
        """The variable of a value; empty where it has none."""
        return self._by_value.get(value, "") if isinstance(value, str) else ""

    def give(self, value: str, wanted: str) -> str:
        """Name a value: as is wanted, or with a number behind it where another value has that name."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}{number}"
        self._taken.add(name)
        self._by_value[value] = name
        return name


def entity_name(entity_type: EntityType) -> str:
    """What the id of an entity is called: as its collection is where the client names it, else as its type."""
    collection = entity_type.creator.path.rpartition("/")[2]
    if entity_type.sends_id and collection.endswith("s") and not entity_type.creator.sandbox_only:
        return f"{collection[:-1]}Id"
    return f"{entity_type.name}Id"


def made_by(contract: Contract, operation: Operation) -> EntityType | None:
    """What an operation makes; None where it makes nothing that can be read."""
    return next((each for each in contract.entity_types if each.creator is operation), None)


def is_sweeping(contract: Contract, operation: Operation) -> bool:
    """Whether a call deletes without saying what, or makes what only such a call deletes."""
    targets = [contract.operations[link.operation_id] for link in success_links(operation)]
    return any(each.method == "DELETE" and "{" not in each.path for each in (operation, *targets))


def marks(contract: Contract, operation: Operation, body: Any) -> Marks:
    """What the schemas say of where the values of a request's body come from: `x-sample`, `x-references`."""
    found: dict[Path, dict[str, Any]] = {}
    if operation.request is not None:
        for path, node in contract.schemas.walker.parts(operation.request.schema, body):
            found.setdefault(path, {}).update({each: node[each] for each in _SOURCES if each in node})
    return found


def new_ids(marked: Marks, body: Any) -> Iterator[tuple[Path, str]]:
    """Where in a body the client gives an id to what the call makes, and which."""
    for path, value in leaves(body):
        if marked.get(path, {}).get("x-sample") == ID and isinstance(value, str):
            yield path, value


def setting_of(marked: Marks, path: Path) -> str:
    """The variable that a user sets for what stands at a place of a body; empty where it is no such value."""
    member = str(path[-1]) if path else ""
    if member in CREDENTIALS:
        return CREDENTIALS[member]
    return member if marked.get(path, {}).get("x-sample") in _SETTINGS else ""


def template(body: Any, at: Mapping[Path, str], path: Path = ()) -> Any:
    """A copy of a body with variables at places."""
    if path in at:
        return Variable(at[path])
    if isinstance(body, dict):
        return {name: template(item, at, (*path, name)) for name, item in body.items()}
    if isinstance(body, list):
        return [template(item, at, (*path, index)) for index, item in enumerate(body)]
    return body


def round_trip(contract: Contract, entity_type: EntityType) -> RoundTrip:
    """What reading an entity shows of what was sent to make it."""
    unordered: list[str] = []
    opened: list[str] = []
    request = entity_type.creator.request
    members = contract.schemas.shape(request.schema).members if request else {}
    for name, pointer in members.items():
        keywords = contract.schemas.shape(pointer).keywords
        if keywords.get("x-round-trip") == "unordered":
            unordered.append(f"/{name}")
        if keywords.get("writeOnly") or keywords.get("x-sample") == SECRET:
            opened.append(f"/{name}")
    return RoundTrip(entity_name(entity_type), entity_type.member, tuple(unordered), tuple(opened))


def list_in(contract: Contract, operation: Operation) -> tuple[str, ...]:
    """Where in the response of an operation its list stands: nowhere else than at the root, or in a member."""
    rule = operation.response(200)
    pointer = next(iter(rule.content.values()), None) if rule else None
    shape = contract.schemas.shape(pointer) if pointer else None
    if shape is None or shape.items is not None:
        return ()
    lists = [name for name, member in shape.members.items() if contract.schemas.shape(member).items is not None]
    return tuple(lists[:1])
