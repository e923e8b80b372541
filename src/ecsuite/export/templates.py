"""Variables for values: their names, and their places in a body."""

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
    """Maps values to the names of their variables."""

    def __init__(self) -> None:
        self._by_value: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, value: Any) -> str:
        """The variable of a value; empty if there is none."""
        return self._by_value.get(value, "") if isinstance(value, str) else ""

    def give(self, value: str, wanted: str) -> str:
        """Name a value; a number is appended if the wanted name is taken."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}{number}"
        self._taken.add(name)
        self._by_value[value] = name
        return name


def entity_name(entity_type: EntityType) -> str:
    """Variable name for an entity's id: after its collection if the client chooses the id, otherwise after its type."""
    collection = entity_type.creator.path.rpartition("/")[2]
    if entity_type.sends_id and collection.endswith("s") and not entity_type.creator.sandbox_only:
        return f"{collection[:-1]}Id"
    return f"{entity_type.name}Id"


def made_by(contract: Contract, operation: Operation) -> EntityType | None:
    """The entity type that an operation creates; None if it creates nothing that can be read."""
    return next((each for each in contract.entity_types if each.creator is operation), None)


def is_sweeping(contract: Contract, operation: Operation) -> bool:
    """Whether a call deletes without naming ids, or creates what only such a call deletes."""
    targets = [contract.operations[link.operation_id] for link in success_links(operation)]
    return any(each.method == "DELETE" and "{" not in each.path for each in (operation, *targets))


def marks(contract: Contract, operation: Operation, body: Any) -> Marks:
    """Schema keywords that name the source of a value in a request body: `x-sample`, `x-references`."""
    found: dict[Path, dict[str, Any]] = {}
    if operation.request is not None:
        for path, node in contract.schemas.walker.parts(operation.request.schema, body):
            found.setdefault(path, {}).update({each: node[each] for each in _SOURCES if each in node})
    return found


def new_ids(marked: Marks, body: Any) -> Iterator[tuple[Path, str]]:
    """Places in a body where the client chooses the id of the created entity, with the id."""
    for path, value in leaves(body):
        if marked.get(path, {}).get("x-sample") == ID and isinstance(value, str):
            yield path, value


def setting_of(marked: Marks, path: Path) -> str:
    """The setting for the value at a place in a body; empty if it is not a setting."""
    member = str(path[-1]) if path else ""
    if member in CREDENTIALS:
        return CREDENTIALS[member]
    return member if marked.get(path, {}).get("x-sample") in _SETTINGS else ""


def template(body: Any, at: Mapping[Path, str], path: Path = ()) -> Any:
    """Copy a body and put variables at some places."""
    if path in at:
        return Variable(at[path])
    if isinstance(body, dict):
        return {name: template(item, at, (*path, name)) for name, item in body.items()}
    if isinstance(body, list):
        return [template(item, at, (*path, index)) for index, item in enumerate(body)]
    return body


def round_trip(contract: Contract, entity_type: EntityType) -> RoundTrip:
    """How to compare a read entity with the request that created it."""
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
    """Path of the list in a response: the root, or a member."""
    rule = operation.response(200)
    pointer = next(iter(rule.content.values()), None) if rule else None
    shape = contract.schemas.shape(pointer) if pointer else None
    if shape is None or shape.items is not None:
        return ()
    lists = [name for name, member in shape.members.items() if contract.schemas.shape(member).items is not None]
    return tuple(lists[:1])
