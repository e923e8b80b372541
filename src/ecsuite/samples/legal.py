"""Legal bodies: how they are drawn, what they need, and which ones a server may reject."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ecsuite.contract import Contract, Pointer, Shape
from ecsuite.json_paths import Path, at_path, replaced
from ecsuite.samples.body import NO_IDS, NOTHING, Body, Needs, label
from ecsuite.samples.drawing import RUN, UPPER_CASE_TURN, Drawing, Manner, alternatives
from ecsuite.samples.values import unusual, variants

SMALLEST: Final = Manner(full=False, turn=0)
INCOMPLETE: Final = Manner(full=False, turn=0, complete=False)
FULLEST: Final = Manner(full=True, turn=1)


def manners(contract: Contract, schema: Pointer) -> list[Manner]:
    """The manners of drawing that together show all legal values."""
    # Enough turns that one id is in upper case.
    turns = max(_highest(contract, schema, _turns), UPPER_CASE_TURN + 1)
    return [Manner(full=True, turn=turn, allow_null=True) for turn in range(turns)] + [
        *outdated(contract, schema),
        *([INCOMPLETE] if _highest(contract, schema, _alternatives) else []),
    ]


def smallest(contract: Contract, schema: Pointer) -> list[Manner]:
    """The manners of drawing the smallest bodies: one for each of several members of which a server may require one."""
    return [Manner(full=False, turn=turn) for turn in range(max(1, _highest(contract, schema, _alternatives)))]


def outdated(contract: Contract, schema: Pointer) -> list[Manner]:
    """The manners of drawing that show each deprecated member in each branch; empty if no member is deprecated."""
    if not _highest(contract, schema, _deprecated):
        return []
    return [Manner(full=True, turn=turn, deprecated=True) for turn in range(branches(contract, schema))]


def branches(contract: Contract, schema: Pointer) -> int:
    """The number of bodies needed to show every branch of every choice."""
    return _highest(contract, schema, _branches)


def needs(contract: Contract, schema: Pointer, manner: Manner) -> Needs:
    """What a body drawn in this manner needs, found by drawing one without any ids."""
    kinds: set[str] = set()

    def draw(kind: str) -> str:
        kinds.add(kind)
        return ""

    body = Drawing(contract, draw, NO_IDS, manner).body(schema, NOTHING)
    return Needs(body.unresolved, frozenset(kinds - {RUN}))


def refusable(contract: Contract, schema: Pointer, draw: Callable[[], Body]) -> Iterator[Body]:
    """Bodies that a server may reject, with one unusual value each; `draw` makes a new one without any."""
    tried: set[tuple[Path, str]] = set()
    for at, node in contract.schemas.walker.parts(schema, draw().value):
        for change in unusual(node):
            plain = draw()
            new = change(at_path(plain.value, at))
            value = replaced(plain.value, at, new)
            if (at, new) not in tried and contract.schemas.fits(schema, value):
                tried.add((at, new))
                yield Body(value, f"{label(new)} at /{'/'.join(map(str, at))}", plain.unresolved)


def _highest(contract: Contract, schema: Pointer, figure: Callable[[Shape], int]) -> int:
    """The highest figure of a schema and those inside it."""
    shape = contract.schemas.shape(schema)
    inner = [*shape.members.values(), *shape.parts, *shape.branches, *([shape.items] if shape.items else [])]
    return max([figure(shape), *(_highest(contract, each, figure) for each in inner)])


def _turns(shape: Shape) -> int:
    """The number of bodies needed to show every variant of a member."""
    return max(len(variants(shape)) + shape.is_nullable, len(shape.branches))


def _branches(shape: Shape) -> int:
    return max(1, len(shape.branches))


def _alternatives(shape: Shape) -> int:
    return len(alternatives(shape))


def _deprecated(shape: Shape) -> int:
    return int("x-replaced-by" in shape.keywords)
