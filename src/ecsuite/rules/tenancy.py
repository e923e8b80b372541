"""Entities that two partners rightly share, which do not show whether partners are kept apart."""

from __future__ import annotations

from typing import Final

from ecsuite.contract import Contract, EntityType, parameters
from ecsuite.errors import NothingThere
from ecsuite.rules.call import Call
from ecsuite.rules.calls import Calls
from ecsuite.rules.entity import path_below
from ecsuite.rules.snapshots import NoSuch, Snapshots

LIKE_UNKNOWN: Final = "as for what is not there"


def require_not_shared(contract: Contract, call: Call, calls: Calls, mine: Snapshots, theirs: Snapshots) -> None:
    """Require that the entities that a call of one partner names do not exist for the other partner, too.

    Args:
        contract: the contract of the API.
        call: the call of the first partner.
        calls: the second partner's calls.
        mine: the first partner's snapshots.
        theirs: the second partner's snapshots.

    Raises:
        NothingThere: they do, because all partners share them, or because the server numbers them for each partner.
    """
    names = parameters(call.operation)
    if not any(each.parameters == names[: len(each.parameters)] for each in contract.entity_types):
        try:
            shared = calls.valid(call.operation)
        except NothingThere:
            return
        if shared.ids == call.ids:
            raise NothingThere("both partners have it")
    numbered = [each for each in contract.entity_types if _is_numbered(each) and each.parameter in names]
    # The other partner has an own entity with that id, which may rightly be shown, changed or deleted.
    if any(both_have(each, call.ids[each.parameter], mine, theirs) for each in numbered):
        raise NothingThere("both partners have one of that id, for the server numbers each partner's own")


def both_have(entity_type: EntityType, own: str, mine: Snapshots, theirs: Snapshots) -> bool:
    """Whether both partners list an entity with that id, but different ones.

    Undeclared members are ignored, so that the same entity is not taken for two.
    """
    if entity_type.is_named_by_client or entity_type.lister is None:
        return False
    path = path_below(entity_type.lister)
    lists = [each.items_of(path) for each in (mine, theirs)]
    first, second = (
        [] if isinstance(items, NoSuch) else [item for item in items if item.get(entity_type.member) == own]
        for items in lists
    )
    return (
        bool(second) and not any(isinstance(items, NoSuch) for items in lists) and not any(x in first for x in second)
    )


def _is_numbered(entity_type: EntityType) -> bool:
    """Whether the server chooses all ids in the path of a type."""
    return bool(entity_type.lister) and not entity_type.is_named_by_client and len(entity_type.parameters) == 1
