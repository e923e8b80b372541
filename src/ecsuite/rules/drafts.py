"""What a call needs before it is sent: a legal body, and ids of existing entities, which are created on demand."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from ecsuite.client import Api, checked_of
from ecsuite.contract import Contract, EntityType, Expression, Operation, links_to, parameters
from ecsuite.errors import NothingThere
from ecsuite.http import httpx
from ecsuite.json_paths import replaced
from ecsuite.rules.entity import Entity
from ecsuite.rules.listing import list_in, records_of
from ecsuite.rules.reading import json_or_none, require_json, require_string_at
from ecsuite.rules.representation import Representation
from ecsuite.rules.values import HOOK_URL, Values
from ecsuite.samples import NOTHING, Body, Given, Needs, Reference, Samples
from ecsuite.webhook.receiver import ADDRESS_MAY_BE_REJECTED, ADDRESS_REJECTED, NoReceiver

NO_HTTPS: Final = "EC_HTTPS_WEBHOOKS wants https, and the receiver has none: give an address in EC_WEBHOOK_PUBLIC_URL"
# Seconds to wait for what results from a call, such as the log of a delivery.
FOLLOWS: Final = 10.0


class Maker(Protocol):
    """Creates entities."""

    @property
    def types(self) -> tuple[EntityType, ...]:
        """The entity types that may be created."""

    def may(self, operation: Operation) -> bool:
        """Whether an operation may be called."""

    def default(self, entity_type: EntityType) -> Entity:
        """The entity of a type that others refer to by default."""

    def create(self, entity_type: EntityType, *, full: bool = False) -> Entity:
        """A new entity."""


class Drafts:
    """Draws bodies for calls, and finds ids for their paths.

    Args:
        api: the client.
        values: draws fresh values.
        samples: draws bodies.
        representation: knows which member is the address of a webhook.
        maker: creates what bodies and paths refer to.
        must_be_https: whether webhooks are known to need https.
    """

    def __init__(
        self,
        api: Api,
        values: Values,
        samples: Samples,
        representation: Representation,
        maker: Maker,
        *,
        must_be_https: bool = False,
    ) -> None:
        self._api = api
        self._values = values
        self._samples = samples
        self._representation = representation
        self._maker = maker
        self._first: dict[str, tuple[dict[str, str], Any] | None] = {}
        self._address_tried = False
        self._must_be_https = must_be_https

    def forget(self) -> None:
        """Discard the lists that were read, so that they are read again."""
        self._first.clear()

    def body(self, operation: Operation, given: Given = NOTHING, *, full: bool = False) -> Body:
        """A legal body for an operation; its members that are in `given` have the values there."""
        schema = operation.body_schema
        ids = self.ready(self._samples.needs(schema, full=full))
        return self._samples.fullest(schema, ids, given) if full else self._samples.smallest(schema, ids, given)

    def each_smallest(self, operation: Operation, given: Given = NOTHING) -> list[Body]:
        """The smallest legal bodies for an operation; there may be several."""
        ids = self.ready(self._samples.all_needs(operation.body_schema))
        return self._samples.each_smallest(operation.body_schema, ids, given)

    def ready(self, needs: Needs) -> Mapping[Reference, str]:
        """Create what bodies refer to, and return the ids; also try whether the receiver's address is accepted."""
        if HOOK_URL in needs.kinds and not self._address_tried:
            self._address_tried = True
            self._try_address()
        return self.ids_for(needs.references)

    def hook_url(self) -> str:
        """A fresh address of the receiver, if the API accepts such addresses."""
        self.ready(Needs(kinds=frozenset({HOOK_URL})))
        return self._values.draw(HOOK_URL)

    def ids_for(self, references: Iterable[Reference]) -> Mapping[Reference, str]:
        """The ids of the targets of references, which are created on demand; those that cannot exist are left out."""
        found = {reference: self._id_for(reference) for reference in sorted(references)}
        return {reference: own for reference, own in found.items() if own is not None}

    def _id_for(self, reference: Reference) -> str | None:
        operation = self._contract.operations[reference.operation]
        made = [each for each in self._maker.types if each.creator is operation]
        ids = self._maker.default(made[0]).ids if made else self.ids_at(operation)
        return ids[reference.parameter] if ids else None

    def ids_at(self, operation: Operation) -> dict[str, str] | None:
        """Path parameters for an operation that name existing entities; None if there are none."""
        wanted = parameters(operation)
        if not wanted:
            return {}
        if not self._maker.may(operation):
            return None
        for entity_type in self._maker.types:
            if parameters(entity_type.reader) == wanted:
                return dict(self._maker.default(entity_type).ids)
        for source, link in links_to(operation, self._contract.operations.values()):
            for entity_type in self._maker.types:
                if entity_type.creator is source:
                    return _led_to(self._maker.default(entity_type), link.parameters)
        first = self.first_listed(operation)
        return first[0] if first else None

    def first_listed(self, operation: Operation) -> tuple[dict[str, str], Any] | None:
        """The path parameters from the first item of a list that links to the operation, and the item; else None."""
        for source, link in links_to(operation, self._contract.operations.values()):
            if source.method == "GET" and not parameters(source):
                if source.id not in self._first:
                    self._first[source.id] = self._first_of(source, link.parameters)
                return self._first[source.id]
        return None

    def require_first_listed(self, operation: Operation) -> tuple[dict[str, str], Any]:
        """The same as `first_listed`.

        Raises:
            NothingThere: the list is empty.
        """
        found = self.first_listed(operation)
        if found is None:
            raise NothingThere(f"there is nothing to call {operation} on")
        return found

    def last_listed(self, operation: Operation) -> tuple[dict[str, str], Any] | None:
        """The same for the last item, from the list as it is now; None if it is empty."""
        for source, link in links_to(operation, self._contract.operations.values()):
            if source.method == "GET" and not parameters(source):
                listed = checked_of(self._api.get(source.path)).known()
                at, items = list_in(listed)
                return _first_in(replaced(copy.deepcopy(listed), at, items[::-1]), link.parameters)
        return None

    def _first_of(self, source: Operation, expressions: Mapping[str, Expression]) -> tuple[dict[str, str], Any] | None:
        return _first_in(checked_of(self._read_list(source)).known(), expressions)

    def _read_list(self, source: Operation) -> httpx.Response:
        """Read a list; if its items result from another call, make that call first."""
        if not source.follows:
            return self._api.get(source.path)
        for entity_type in self._maker.types:
            if entity_type.creator.id in source.follows:
                self._maker.create(entity_type, full=True)
        # The result may take a while.
        return self._api.poll(source.path, lambda answer: bool(records_of(require_json(answer))), seconds=FOLLOWS)

    def _try_address(self) -> None:
        """Send the receiver's address to the API; if it is rejected, no deliveries can be tested."""
        hooked = [each for each in self._maker.types if self._representation.sampled_as(each.creator, HOOK_URL)]
        if not hooked or self._values.receiver.unreachable:
            return
        if self._must_be_https and not self._values.draw(HOOK_URL).startswith("https:"):
            self._values.receiver = NoReceiver(NO_HTTPS)
            return
        body = self.body(hooked[0].creator)
        response = self._api.post(hooked[0].creator.path, json=body.value, expect=ADDRESS_MAY_BE_REJECTED)
        if not response.is_success:
            self._values.receiver = NoReceiver(ADDRESS_REJECTED)

    @property
    def _contract(self) -> Contract:
        return self._api.checker.contract


def _first_in(listed: Any, expressions: Mapping[str, Expression]) -> tuple[dict[str, str], Any] | None:
    ids = {name: each.find(listed) for name, each in expressions.items()}
    return (ids, list_in(listed)[1][0]) if all(isinstance(own, str) and own for own in ids.values()) else None


def _led_to(entity: Entity, expressions: Mapping[str, Expression]) -> dict[str, str]:
    """The path parameters of a link, from the request that created an entity, or from the response to it."""
    messages = {"request": entity.body, "response": json_or_none(entity.created.content)}
    return {
        name: require_string_at(messages[expression.message], expression, entity.created)
        for name, expression in expressions.items()
    }
