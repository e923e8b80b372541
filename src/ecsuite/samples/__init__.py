"""Request values, drawn from the schemas of a contract: the smallest, the fullest, unusual legal, and invalid bodies.

In a schema, `x-sample` gives the kind of value of a member, and `x-references` the entity that it refers to. Otherwise
the value comes from `examples`, `enum` or bounds. This package sends no requests: callers first ask what a body needs
(`Samples.needs`), and provide it when the body is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial, reduce
from operator import or_

from ecsuite.contract import Contract, Pointer
from ecsuite.samples.body import (
    MAY_BE_REJECTED,
    NO_IDS,
    NOTHING,
    UNSPECIFIED_TARGET,
    Body,
    Draw,
    Given,
    Known,
    Needs,
    Reference,
    Wrong,
)
from ecsuite.samples.drawing import RUN, Drawing, Invited, Manner, nobody_invited
from ecsuite.samples.invalid import broken
from ecsuite.samples.legal import FULLEST, SMALLEST, branches, manners, needs, outdated, refusable, smallest

__all__ = [
    "MAY_BE_REJECTED",
    "NOTHING",
    "NO_IDS",
    "RUN",
    "UNSPECIFIED_TARGET",
    "Body",
    "Draw",
    "Given",
    "Known",
    "Needs",
    "Reference",
    "Samples",
    "Wrong",
]


class Samples:
    """Draws bodies for the requests of a contract.

    The parameter `ids` of its methods has the ids of existing entities, and `given` has fixed values of members of the
    outermost object.

    Args:
        contract: with the schemas.
        draw: makes a new value of a kind of `x-sample`.
        is_invited: whether the partner is known to be invited to send a part of a request.
    """

    def __init__(self, contract: Contract, draw: Draw, is_invited: Invited = nobody_invited) -> None:
        self._contract = contract
        self._draw = draw
        self._is_invited = is_invited

    def needs(self, schema: Pointer, *, full: bool = False) -> Needs:
        """What the smallest or the fullest body needs."""
        return needs(self._contract, schema, FULLEST if full else SMALLEST)

    def all_needs(self, schema: Pointer) -> Needs:
        """What any body needs: the smallest, the fullest, and every legal, invalid or unspecified one."""
        every = [SMALLEST, *self._full(schema), *manners(self._contract, schema)]
        return reduce(or_, (needs(self._contract, schema, manner) for manner in every))

    def smallest(self, schema: Pointer, ids: Known = NO_IDS, given: Given = NOTHING) -> Body:
        """A body with only the required and recommended members, and one item in each array."""
        return self._body(schema, ids, given, SMALLEST)

    def each_smallest(self, schema: Pointer, ids: Known = NO_IDS, given: Given = NOTHING) -> list[Body]:
        """The smallest bodies: one for each of several members of which a server may require one."""
        return [self._body(schema, ids, given, manner) for manner in smallest(self._contract, schema)]

    def fullest(self, schema: Pointer, ids: Known = NO_IDS, given: Given = NOTHING, turn: int = FULLEST.turn) -> Body:
        """A body with every member that is not deprecated, and two items in each array."""
        return self._body(schema, ids, given, Manner(full=True, turn=turn))

    def legal(self, schema: Pointer, ids: Known = NO_IDS, given: Given = NOTHING) -> Iterator[Body]:
        """Bodies that together have every value of an enum, both ends of a range, and every kind of text.

        Each value that a server may reject is in a body of its own.
        """
        for manner in manners(self._contract, schema):
            body = self._body(schema, ids, given, manner)
            yield body
            if body.may_be_rejected and manner.allow_null:
                # The server may reject it because of the null, so the rest is tried without null, too.
                yield self._body(schema, ids, given, replace(manner, allow_null=False))
        yield from refusable(self._contract, schema, partial(self.fullest, schema, ids, given))

    def wrong(self, schema: Pointer, ids: Known = NO_IDS, given: Given = NOTHING) -> Iterator[Wrong]:
        """Bodies with one fault each: for each member, every value that the schema rejects there."""
        found = broken(self._contract, schema, self._draws(schema, ids, given))
        return (wrong for wrong, is_unspecified in found if not is_unspecified)

    def unspecified(self, schema: Pointer, ids: Known = NO_IDS, given: Given = NOTHING) -> Iterator[Wrong]:
        """Bodies without an optional member, or with null in its place: some servers accept them, others do not."""
        found = broken(self._contract, schema, self._draws(schema, ids, given))
        return (wrong for wrong, is_unspecified in found if is_unspecified)

    def _draws(self, schema: Pointer, ids: Known, given: Given) -> list[Callable[[], Body]]:
        """Functions that make new bodies to put faults into: for each branch, and with deprecated members."""
        # Servers still validate deprecated members.
        every = [*self._full(schema), *outdated(self._contract, schema)]
        return [partial(self._body, schema, ids, given, manner) for manner in every]

    def _full(self, schema: Pointer) -> list[Manner]:
        """The manners of drawing full bodies that together show every branch."""
        turns = range(branches(self._contract, schema))
        return [Manner(full=True, turn=FULLEST.turn + turn) for turn in turns]

    def _body(self, schema: Pointer, ids: Known, given: Given, manner: Manner) -> Body:
        return Drawing(self._contract, self._draw, ids, manner, self._is_invited).body(schema, given)
