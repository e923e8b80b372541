"""Creates the entities that a test needs around its call, by the links of the contract.

No test says how an entity is created. The contract's links say which operation creates it and what it belongs to, and
the schema says what is sent. The client deletes it afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from ecsuite.client import Api, fill
from ecsuite.contract import (
    Contract,
    EntityType,
    Operation,
    success_links,
)
from ecsuite.errors import NothingThere, Undeletable
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.datum import MISSING, datum
from ecsuite.http import httpx
from ecsuite.json_paths import at_path
from ecsuite.messages.exchange import SUCCESS, Expectation
from ecsuite.promises import CREATION_RESPONSE, ROUND_TRIP
from ecsuite.rules.call import Call
from ecsuite.rules.drafts import Drafts
from ecsuite.rules.entity import Entity, path_below
from ecsuite.rules.periods import is_of_now
from ecsuite.rules.reading import json_or_none, line_of, require_json, require_string_at
from ecsuite.rules.representation import Representation
from ecsuite.rules.values import Values
from ecsuite.rules.verify import Verify
from ecsuite.samples import Body, Samples

# Whether an id may be used again elsewhere is unspecified.
MAY_BE_TAKEN: Final = Expectation("may-be-taken", unspecified=True)


class CreationRefused(NothingThere):
    """A body that a server may refuse was refused, so the test cannot go on."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"{line_of(response)} was refused with {response.status_code}, as it may be")
        self.response = response


# The media type as .NET and Java clients send it.
_WITH_CHARSET: Final = "application/json; charset=utf-8"


class Entities:
    """Creates entities, and what their bodies refer to, with the credentials of one partner.

    Args:
        api: the client.
        values: draws fresh values.
        samples: draws bodies.
        representation: what responses must show.
        verify: records the verdicts.
        sandbox: whether entities that belong to the sandbox may be created.
        must_be_https: whether webhooks are known to need https.
    """

    def __init__(
        self,
        api: Api,
        values: Values,
        samples: Samples,
        representation: Representation,
        verify: Verify,
        *,
        sandbox: bool = True,
        must_be_https: bool = False,
    ) -> None:
        self._api = api
        self._values = values
        self._samples = samples
        self._representation = representation
        self._verify = verify
        self._sandbox = sandbox
        self._defaults: dict[str, Entity] = {}
        self.drafts = Drafts(api, values, samples, representation, self, must_be_https=must_be_https)

    @property
    def types(self) -> tuple[EntityType, ...]:
        """The entity types that may be created here: in production, none that belong to the sandbox."""
        return tuple(each for each in self._contract.entity_types if self.may(each.creator))

    def types_made_at(self, path: str) -> list[EntityType]:
        """The entity types that a POST to a path creates; `path` is a template."""
        return [each for each in self._contract.entity_types if each.creator.path == path]

    def types_listed_by(self, operation: Operation) -> list[EntityType]:
        """The entity types that a list shows."""
        return [each for each in self.types if each.lister is operation]

    def type_made_by(self, creator: str) -> EntityType:
        """The entity type that an operation creates, by the operation's id."""
        return next(entity_type for entity_type in self._contract.entity_types if entity_type.creator.id == creator)

    def create(
        self,
        entity_type: EntityType,
        parent: Entity | None = None,
        *,
        body: Body | None = None,
        full: bool = False,
        expect: Expectation = SUCCESS,
        spell: Callable[[Any], bytes] | None = None,
    ) -> Entity:
        """Create an entity, and verify that the response shows it as it was sent.

        Args:
            entity_type: the type of the entity.
            parent: the entity to which it will belong; by default the default entity of that type.
            body: the body to send; by default the smallest (or fullest) legal one.
            full: whether the default body is the fullest one.
            expect: the expected response.
            spell: serializes the body, whose media type then has a charset; by default httpx serializes it.

        Raises:
            CreationRefused: it was refused, as `expect` allows.
            PromiseBroken: it was not created, or the test cannot go on with it; the finding is in the journal.
        """
        if entity_type.parent is not None and parent is None:
            parent = self.default(entity_type.parent)
        if body is None and entity_type.creator.request:
            body = self.drafts.body(entity_type.creator, full=full)
        content: dict[str, Any] = {"json": body.value} if body else {}
        if body and spell:
            content = {"content": spell(body.value), "headers": {"Content-Type": _WITH_CHARSET}}
        path = fill(entity_type.creator, parent.ids if parent else {})
        response = self._api.post(path, expect=expect, **content)
        if not response.is_success:
            raise CreationRefused(response)
        return self._entity(entity_type, parent, body.value if body else {}, response)

    def _entity(self, entity_type: EntityType, parent: Entity | None, sent: Any, response: httpx.Response) -> Entity:
        ids = dict(parent.ids) if parent else {}
        ids[entity_type.parameter] = self._id_of(entity_type, sent, response)
        representation = self._representation.of_entity(entity_type, sent, ids)
        if response.content.strip() not in {b"", b"null"}:
            self._verify.shows(representation, response, at=entity_type.answered_at)
            shown = at_path(json_or_none(response.content), entity_type.answered_at, None)
            is_of_now(self._verify, response, shown, entity_type.answered_at)
        return Entity(entity_type, ids, sent, representation, response)

    def _id_of(self, entity_type: EntityType, sent: Any, response: httpx.Response) -> str:
        expression = entity_type.identity
        if entity_type.is_named_by_client:
            return require_string_at(sent, expression, response)
        value = require_json(response)
        found = expression.find(value)
        # None may stand for a missing member or for null.
        actual = MISSING if found is None else datum(found)
        breach = Breach("absent", Place("body", path=expression.tokens), actual=actual, note="the id to read it by")
        self._verify.that(CREATION_RESPONSE, response, breach, holds=isinstance(found, str) and bool(found))
        return require_string_at(value, expression, response)

    def create_many(
        self, entity_type: EntityType, count: int, parent: Entity | None = None, *, full: bool = False
    ) -> list[Entity]:
        """Create several entities of a type, one after the other."""
        return [self.create(entity_type, parent, full=full) for _ in range(count)]

    def create_at_once(self, entity_type: EntityType, count: int) -> list[Entity]:
        """Create several entities of a type below one parent, at the same time."""
        parent = self.default(entity_type.parent) if entity_type.parent else None
        creator = entity_type.creator
        bodies = [self.drafts.body(creator, full=True) if creator.request else None for _ in range(count)]
        return self._api.at_once(lambda body: self.create(entity_type, parent, body=body), bodies)

    def create_each(self, entity_type: EntityType, bodies: Iterable[Body]) -> list[Entity]:
        """Create an entity from each body; those that were rejected, as they may be, are left out."""
        entities = []
        for body in bodies:
            try:
                entities.append(self.create(entity_type, body=body, expect=body.expectation))
            except CreationRefused:
                self._verify.not_checked(ROUND_TRIP, f"refused: {body.may_be_rejected or 'what it names is not there'}")
        return entities

    def create_if_taken(self, entity_type: EntityType, body: Body, expect: Expectation) -> Entity | None:
        """Create an entity from a body that may be rejected; None, which is recorded, if it was, or was not sent."""
        try:
            return self.create(entity_type, body=body, expect=expect)
        except Undeletable as error:
            self._verify.not_checked(ROUND_TRIP, str(error))
            return None
        except CreationRefused as error:
            self._verify.not_checked(ROUND_TRIP, f"refused with {error.response.status_code}: {expect.case}")
            return None

    def ids_in(self, entity_type: EntityType, body: Any, response: httpx.Response) -> dict[str, str]:
        """The path parameters of an entity without a parent, from the response that created it."""
        return {entity_type.parameter: self._id_of(entity_type, body, response)}

    def with_deprecated(self, entity_type: EntityType) -> list[Entity]:
        """A new entity whose body has a deprecated member; none if no legal body has one."""
        schema = entity_type.creator.body_schema
        ids = self.drafts.ready(self._samples.all_needs(schema))
        for body in self._samples.legal(schema, ids):
            if self._representation.successors(entity_type, body.value) and not body.may_be_rejected:
                return [self.create(entity_type, body=body)]
        return []

    def default(self, entity_type: EntityType) -> Entity:
        """The entity of a type that others belong to, or refer to, by default; created when first needed."""
        key = entity_type.creator.id
        if key not in self._defaults:
            self._defaults[key] = self.create(entity_type, full=self._has_optional_link(entity_type))
        return self._defaults[key]

    def renew(self) -> None:
        """Discard the default entities, so that new ones are created when they are needed next."""
        self._defaults.clear()
        self.drafts.forget()

    def default_parent(self, entity_type: EntityType) -> Entity | None:
        """The default entity of the parent's type; None if the type has no parent."""
        return self.default(entity_type.parent) if entity_type.parent else None

    def defaults(self) -> list[Entity]:
        """The default entity of each type, without those of the simulation."""
        return [self.default(each) for each in self._contract.entity_types if not each.creator.sandbox_only]

    def sent_for(self, call: Call) -> list[Any]:
        """Everything that was sent to create the default entities, and the body of a call; secrets included."""
        return [*(entity.body for entity in self._defaults.values()), call.body.value if call.body else None]

    def children_of(self, entity: Entity, *, full: bool = False) -> list[Entity]:
        """A new entity of each type that can belong to an entity."""
        types = [each for each in self._contract.entity_types if each.parent is entity.type]
        return [self.create(each, entity, full=full) for each in types]

    def same_id_elsewhere(self, entity: Entity) -> list[str]:
        """The paths of new entities with the same id: of the same type below another parent, of other types beside it.

        Entities for which the API does not accept the id are left out.
        """
        own, parent_type = entity.type, entity.type.parent
        if parent_type is None or not own.is_named_by_client or not own.is_below_parent:
            return []
        beside = [each for each in self._contract.entity_types if each.parent is parent_type and each.is_below_parent]
        parent, paths = self.default(parent_type), []
        for other in (each for each in beside if each.is_named_by_client):
            below = self.create(parent_type) if other is own else parent
            body = self.drafts.body(other.creator).value | {other.member: entity.id}
            if self._api.post(path_below(other.creator, below), json=body, expect=MAY_BE_TAKEN).is_success:
                paths.append(path_below(other.reader, below, entity.id))
        return paths

    def namesakes(self, entity: Entity) -> list[Entity]:
        """A new entity of the same type and id below another parent; none if the API does not accept the id."""
        own = entity.type
        if own.parent is None or not own.is_named_by_client or not own.is_below_parent:
            return []
        body = Body(self.drafts.body(own.creator).value | {own.member: entity.id})
        try:
            return [self.create(own, self.create(own.parent), body=body, expect=MAY_BE_TAKEN)]
        except CreationRefused:
            return []

    def replaced(self, entity: Entity, body: Any) -> Entity:
        """The entity as it must be shown after a PUT with a body."""
        seen = self._representation.of_entity(entity.type, body, entity.ids)
        return replace(entity, body=body, representation=seen | {entity.type.member: entity.id})

    def _has_optional_link(self, entity_type: EntityType) -> bool:
        """Whether a link of the contract starts at an optional request member, so that only a full body leads on."""
        if not entity_type.creator.request:
            return False
        required = self._contract.schemas.shape(entity_type.creator.body_schema).required
        expressions = [each for link in success_links(entity_type.creator) for each in link.parameters.values()]
        return any(each.is_sent and each.tokens[0] not in required for each in expressions)

    def may(self, operation: Operation) -> bool:
        """Whether an operation may be called here: in production, none that belongs to the sandbox."""
        return self._sandbox or not operation.sandbox_only

    @property
    def _contract(self) -> Contract:
        return self._api.checker.contract
