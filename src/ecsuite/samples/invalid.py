"""Bodies with one fault each, and bodies with a change that a server may accept or reject."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ecsuite.contract import Contract, Pointer
from ecsuite.json_paths import Path, at_path, removed, replaced
from ecsuite.samples.body import Body, Wrong, label

WRONG: Final[tuple[Any, ...]] = (None, "text", 7, 1.5, True, [], {})
BEYOND: Final = 1e12
SMALL_STEP: Final = 0.001


def broken(contract: Contract, schema: Pointer, draws: Iterable[Callable[[], Body]]) -> Iterator[tuple[Wrong, bool]]:
    """Each body with one change, and whether a server may accept it rather than having to reject it.

    Args:
        contract: with the schemas.
        schema: of the body.
        draws: functions that make new legal bodies of one kind each; together they show every branch.
    """
    seen: set[tuple[Path, str]] = set()
    for draw in draws:
        for change in changes(contract, schema, draw().value):
            if (change.at, change.case) not in seen:
                value = change.make(draw().value)
                fits = contract.schemas.fits(schema, value)
                if not fits or change.is_left_out:
                    seen.add((change.at, change.case))
                    yield Wrong(value, change.at, change.case), fits or change.is_unspecified


@dataclass(frozen=True, slots=True)
class Change:
    """A change that may make a value invalid: the path, the schema there, the name of the fault, and the function.

    `is_unspecified`: null for an optional member, which many servers treat as missing. `is_left_out`: a missing member.
    """

    at: Path
    rule: Pointer
    case: str
    make: Callable[[Any], Any]
    is_unspecified: bool = False
    is_left_out: bool = False


def changes(
    contract: Contract, schema: Pointer, value: Any, at: Path = (), inside: str = "", *, optional: bool = False
) -> Iterator[Change]:
    """Every change that may make a value invalid; `inside` names the branch of a choice in the case."""
    shape = contract.schemas.shape(schema)
    own = at_path(value, at)
    for wrong, what in _wrong_values(shape.keywords, own):
        yield Change(
            at, schema, what + inside, partial(replaced, at=at, new=wrong), is_unspecified=optional and wrong is None
        )
    for part in shape.parts:
        yield from changes(contract, part, value, at, inside, optional=optional)
    fitting = [branch for branch in shape.branches if contract.schemas.fits(branch, own)]
    for branch in fitting[:1]:
        title = contract.schemas.shape(branch).keywords.get("title")
        yield from changes(contract, branch, value, at, f" in {title}" if title else inside, optional=optional)
    if isinstance(own, dict):
        for name, member in shape.members.items():
            if name in own:
                yield Change(
                    (*at, name), member, f"missing{inside}", partial(removed, at=(*at, name)), is_left_out=True
                )
                yield from changes(contract, member, value, (*at, name), inside, optional=name not in shape.required)
    elif isinstance(own, list) and own and shape.items:
        yield from changes(contract, shape.items, value, (*at, 0), inside)
        last = (*at, len(own) - 1)
        if len(own) > 1:
            # A server may validate only the first item.
            wrong = [] if isinstance(own[-1], dict) else {}
            what = f"{label(wrong)} as last item{inside}"
            yield Change(last, schema, what, partial(replaced, at=last, new=wrong))


def _wrong_values(node: Mapping[str, Any], own: Any) -> Iterator[tuple[Any, str]]:
    for wrong in WRONG:
        yield wrong, label(wrong)
    yield [own], "value-in-array"
    if isinstance(own, int | float) and not isinstance(own, bool):
        yield json.dumps(own), "number-as-text"
    if isinstance(node.get("enum"), list) or "const" in node:
        yield f"{own}s", "not-in-enum"
        yield str(own).lower() if str(own) != str(own).lower() else str(own).upper(), "other-letters"
        yield "", "empty-for-enum"
    for keyword, beyond in (("minimum", -1), ("maximum", 1)):
        if keyword in node:
            step = SMALL_STEP if node.get("type") == "number" else 1
            yield node[keyword] + beyond * step, f"just-beyond-{keyword}"
            yield beyond * BEYOND, f"far-beyond-{keyword}"
