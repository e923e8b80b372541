"""The entity types of an API, derived from the links of a contract: how one is created, read, listed and deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from ecsuite.contract.document import Pointer, Source
from ecsuite.contract.expressions import Expression
from ecsuite.contract.model import Link, Operation
from ecsuite.contract.shape import shape

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class EntityType:
    """An entity type.

    Attributes:
        name: from the last parameter of its path, such as `vehicle`.
        creator: the operation that creates one.
        reader: the operation that reads one; its path is the entity's own.
        listers: the operations that list them, the nearest first.
        deleter, replacer, changer: the operations that delete, replace, and partly change one; None if the contract has
            none.
        link: from the creator's response to the reader; it says where the entity's id is.
        sends_id: whether the client sends an id when it creates one, even if the server may choose another.
        parent: the entity type that it belongs to; None if it only belongs to the partner.
    """

    name: str
    creator: Operation
    reader: Operation
    listers: tuple[Operation, ...]
    deleter: Operation | None
    replacer: Operation | None
    changer: Operation | None
    link: Link
    sends_id: bool
    parent: EntityType | None

    @property
    def lister(self) -> Operation | None:
        """The operation that lists them; None if the contract has none."""
        return next(iter(self.listers), None)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations that create, read, list, delete, replace and change it, as far as they exist."""
        ends = (self.deleter, self.replacer, self.changer)
        return (self.creator, self.reader, *self.listers, *filter(None, ends))

    @property
    def parameter(self) -> str:
        """The last parameter of the entity's path: its id."""
        return parameters(self.reader)[-1]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the entity's path, in order."""
        return parameters(self.reader)

    @property
    def unknown_parent(self) -> frozenset[int]:
        """The statuses for creating an entity below a parent that does not exist."""
        return self.creator.unknown(parameters(self.creator)[-1])

    def owner_of(self, lister: Operation) -> EntityType:
        """The parent or further ancestor below which an operation lists the entity."""
        owner = self.parent
        while owner is not None and owner.parameters != parameters(lister):
            owner = owner.parent
        assert owner is not None
        return owner

    @property
    def identity(self) -> Expression:
        """The expression for the entity's id in the exchange that creates it."""
        return self.link.parameters[self.parameter]

    @property
    def member(self) -> str:
        """The name of the member with the entity's id, in requests, responses and lists."""
        return self.identity.member

    @property
    def answered_at(self) -> tuple[str, ...]:
        """The path to the entity in the response to its creation; empty if it is the whole response."""
        return () if self.is_named_by_client else self.identity.parents

    @property
    def is_below_parent(self) -> bool:
        """Whether the entity's path is below its parent's, so that ids are only unique within a parent."""
        return self.parent is not None and set(parameters(self.parent.reader)) < set(parameters(self.reader))

    @property
    def is_named_by_client(self) -> bool:
        """Whether the entity's id is the one that the client sent, rather than one from the response."""
        return self.identity.is_sent

    def __str__(self) -> str:
        return self.name


class Batch(NamedTuple):
    """An operation that creates several entities of a type at once.

    Attributes:
        creator: the operation.
        entity_type: of the entities.
        member: their list in the request, and in the response.
    """

    creator: Operation
    entity_type: EntityType
    member: str


def entity_types(source: Source, operations: Mapping[str, Operation]) -> tuple[EntityType, ...]:
    """Every entity type, parents first."""
    found: list[EntityType] = []
    for creator in operations.values():
        if creator.method == "POST" and (link := _to_reader(source, creator, operations)):
            entity_type = _entity_type(creator, link, operations, found)
            found.append(replace(entity_type, sends_id=entity_type.member in _members(source, creator)))
    return tuple(found)


def batches(operations: Mapping[str, Operation], known: Iterable[EntityType]) -> tuple[Batch, ...]:
    """Every operation whose response has a link for the items of a list in the request."""
    found: dict[str, Batch] = {}
    for creator in operations.values():
        for link in success_links(creator) if creator.method == "POST" else ():
            types_read = [
                entity_type
                for entity_type in known
                if entity_type.reader.id == link.operation_id and entity_type.is_named_by_client
            ]
            expression = link.parameters[types_read[0].parameter] if types_read else None
            if expression and expression.is_sent and expression.is_in_list:
                found[creator.id] = Batch(creator, types_read[0], expression.tokens[0])
    return tuple(found.values())


def _members(source: Source, creator: Operation) -> Mapping[str, Pointer]:
    """The members of the body that creates an entity."""
    schemas = creator.request.content.values() if creator.request else ()
    return next((shape(source, schema).members for schema in schemas), {})


def parameters(operation: Operation) -> tuple[str, ...]:
    """The names of an operation's path parameters, in the order of its path."""
    return _names_in(operation.path)


@lru_cache(maxsize=1024)
def _names_in(path: str) -> tuple[str, ...]:
    return tuple(_PARAMETER.findall(path))


def links_to(operation: Operation, operations: Iterable[Operation]) -> Iterator[tuple[Operation, Link]]:
    """The links that lead to an operation and take a parameter from a body; those of POST first."""
    found = [
        (source, link)
        for source in operations
        for link in success_links(source)
        if link.operation_id == operation.id and link.is_by_body
    ]
    return iter(sorted(found, key=lambda pair: pair[0].method != "POST"))


def success_links(operation: Operation) -> tuple[Link, ...]:
    """The links of an operation's first success response with links."""
    rules = (rule for status, rule in operation.responses.items() if status.startswith("2") and rule.links)
    return next((rule.links for rule in rules), ())


def link_to_unmade(lister: Operation, known: Iterable[EntityType]) -> Link | None:
    """The link of a list's items to the operation that reads one, if no entity type has it: the API makes these itself.

    None if there is no such link, or the list is below another entity.
    """
    readers = {entity_type.reader.id for entity_type in known}
    links = () if parameters(lister) or lister.method != "GET" else success_links(lister)
    unmade = (link for link in links if link.operation_id not in readers)
    return next((link for link in unmade if all(each.is_in_list for each in link.parameters.values())), None)


def _to_reader(source: Source, creator: Operation, operations: Mapping[str, Operation]) -> Link | None:
    """The link of a creator's response that leads to the new entity: a single one, and not one that existed before."""
    for link in success_links(creator):
        target = operations[link.operation_id]
        if target.method != "GET" or not target.path.endswith("}"):
            continue
        identity = link.parameters.get(parameters(target)[-1])
        if identity is None or not identity.is_of_body or (identity.is_sent and identity.is_in_list):
            continue
        if not _names(source, creator, identity):
            return link
    return None


def _names(source: Source, creator: Operation, expression: Expression) -> bool:
    """Whether the expression is a member of the request body that refers to an existing entity."""
    if not expression.is_sent or expression.parents:
        return False
    members, name = _members(source, creator), expression.member
    return name in members and "x-references" in shape(source, members[name]).keywords


def _entity_type(
    creator: Operation, link: Link, operations: Mapping[str, Operation], known: list[EntityType]
) -> EntityType:
    reader = operations[link.operation_id]
    linked = [operations[other.operation_id] for other in success_links(creator)]
    listers = tuple(
        operations[other.operation_id]
        for other in success_links(creator)
        if operations[other.operation_id].method == "GET" and not other.is_by_body
    )
    parents = [entity_type for entity_type in known if parameters(entity_type.reader) == parameters(creator)]

    def at_reader(method: str) -> Operation | None:
        return next((other for other in linked if (other.method, other.path) == (method, reader.path)), None)

    return EntityType(
        name=parameters(reader)[-1].removesuffix("Id") if parameters(reader)[-1] != "id" else _singular(creator),
        creator=creator,
        reader=reader,
        listers=listers,
        deleter=at_reader("DELETE"),
        replacer=at_reader("PUT"),
        changer=at_reader("PATCH"),
        link=link,
        sends_id=False,
        parent=parents[0] if parents else None,
    )


def _singular(creator: Operation) -> str:
    return creator.path.rpartition("/")[2].removesuffix("s")
