"""Values for requests, drawn from the schemas of a contract: the smallest, the fullest, each legal oddity, each fault.

A schema says by `x-sample` what kind of value a member wants, by `x-references` which entity it names. Where it
says neither, the value comes from its `examples`, its `enum` or its bounds. No request is sent: what a body needs is
asked first (`Samples.needs`), and given when it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial, reduce
from operator import or_

from ecsuite.contract import Contract, Pointer
from ecsuite.samples.body import (
    MAY_BE_REJECTED,
    NOBODY,
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
    "NOBODY",
    "NOTHING",
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

    In each of them `ids` has the ids of what it names, as far as anything is there, and `given` the values of members
    of the outermost object that are fixed already.

    Args:
        contract: whose schemas.
        draw: gives a fresh value of a kind of `x-sample`.
        is_invited: whether a part that is taken by invitation alone is known to be taken.
    """

    def __init__(self, contract: Contract, draw: Draw, is_invited: Invited = nobody_invited) -> None:
        self._contract = contract
        self._draw = draw
        self._is_invited = is_invited

    def needs(self, schema: Pointer, *, full: bool = False) -> Needs:
        """What the smallest body needs, or the fullest."""
        return needs(self._contract, schema, FULLEST if full else SMALLEST)

    def all_needs(self, schema: Pointer) -> Needs:
        """What any body needs: the smallest, the fullest, and each that is legal, wrong, or unspecified."""
        every = [SMALLEST, *self._full(schema), *manners(self._contract, schema)]
        return reduce(or_, (needs(self._contract, schema, manner) for manner in every))

    def smallest(self, schema: Pointer, ids: Known = NOBODY, given: Given = NOTHING) -> Body:
        """A body with the members only that are required, or recommended, and one item in each array."""
        return self._body(schema, ids, given, SMALLEST)

    def each_smallest(self, schema: Pointer, ids: Known = NOBODY, given: Given = NOTHING) -> list[Body]:
        """The smallest bodies: one for each of the members of which a server may want one."""
        return [self._body(schema, ids, given, manner) for manner in smallest(self._contract, schema)]

    def fullest(self, schema: Pointer, ids: Known = NOBODY, given: Given = NOTHING, turn: int = FULLEST.turn) -> Body:
        """A body with every member that is not deprecated, and two items in each array."""
        return self._body(schema, ids, given, Manner(full=True, turn=turn))

    def legal(self, schema: Pointer, ids: Known = NOBODY, given: Given = NOTHING) -> Iterator[Body]:
        """Bodies that together have every value of an enum, both ends of a range, and every kind of text.

        What a sensible server may refuse comes alone, each in a body of its own.
        """
        for manner in manners(self._contract, schema):
            body = self._body(schema, ids, given, manner)
            yield body
            if body.may_be_rejected and manner.allow_null:
                # Who refuses it may mean the null; what else it shows is to be seen, too.
                yield self._body(schema, ids, given, replace(manner, allow_null=False))
        yield from refusable(self._contract, schema, partial(self.fullest, schema, ids, given))

    def wrong(self, schema: Pointer, ids: Known = NOBODY, given: Given = NOTHING) -> Iterator[Wrong]:
        """Bodies with one fault each: for each member, whatever the schema refuses there."""
        found = broken(self._contract, schema, self._draws(schema, ids, given))
        return (wrong for wrong, is_unspecified in found if not is_unspecified)

    def unspecified(self, schema: Pointer, ids: Known = NOBODY, given: Given = NOTHING) -> Iterator[Wrong]:
        """Bodies with an optional member left out, or null in its place: one server takes it, another may not."""
        found = broken(self._contract, schema, self._draws(schema, ids, given))
        return (wrong for wrong, is_unspecified in found if is_unspecified)

    def _draws(self, schema: Pointer, ids: Known, given: Given) -> list[Callable[[], Body]]:
        """What gives fresh bodies to put faults into: of each branch, and with what is deprecated."""
        # What is deprecated is still looked at.
        every = [*self._full(schema), *outdated(self._contract, schema)]
        return [partial(self._body, schema, ids, given, manner) for manner in every]

    def _full(self, schema: Pointer) -> list[Manner]:
        """How the fullest bodies are drawn that together show every branch."""
        turns = range(branches(self._contract, schema))
        return [Manner(full=True, turn=FULLEST.turn + turn) for turn in turns]

    def _body(self, schema: Pointer, ids: Known, given: Given, manner: Manner) -> Body:
        return Drawing(self._contract, self._draw, ids, manner, self._is_invited).body(schema, given)
