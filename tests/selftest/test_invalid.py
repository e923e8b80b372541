"""Bodies with one fault each: what each of them is, where its fault is, and which of them a server may take."""

import copy
import textwrap
from typing import Any

import pytest

from ecsuite.contract import Contract, Source
from ecsuite.samples.body import Body
from ecsuite.samples.invalid import broken

SCHEMAS = """\
    openapi: 3.1.0
    info: {title: T, version: '1'}
    paths: {}
    components:
      schemas:
        Text: {type: string}
        Whole: {type: integer, minimum: 1, maximum: 9}
        Share: {type: number, minimum: 0, maximum: 1}
        Option: {enum: ['On', 'off']}
        Fixed: {const: IS}
        Flag: {type: boolean}
        Numbers: {type: array, items: {type: integer}}
        Things: {type: array, items: {type: object}}
        Both: {allOf: [{type: string}, {enum: [a, b]}]}
        Choice:
          oneOf:
            - {title: ex, type: object, required: [is], properties: {is: {const: X}}}
            - {title: why, type: object, required: [is], properties: {is: {const: Y}}}
            - {title: any, type: object, required: [other], properties: {other: {type: string}}}
        Either: {oneOf: [{type: array, items: {type: integer}}, {type: string, minLength: 1}]}
        Mixed: {type: [array, string], items: {type: integer}}
        Bare: {type: array}
        Any: {type: array, items: {type: [object, integer]}}
        Overlap: {anyOf: [{type: object, properties: {a: {const: X}}}, {type: object, properties: {b: {const: Y}}}]}
        Open: {type: object, required: [must], properties: {must: {type: string}, may: {type: [string, 'null']}, opt: {type: string}}}
"""
Fault = tuple[str, Any, bool]


@pytest.fixture(scope="module")
def small() -> Contract:
    return Contract(Source(textwrap.dedent(SCHEMAS), "c.yaml"))


def found(contract: Contract, name: str, *values: object) -> list[Fault]:
    """Each fault: where it is, the whole body, and whether a server may take it."""
    draws = [lambda value=value: Body(copy.deepcopy(value)) for value in values]
    every = broken(contract, ("components", "schemas", name), draws)
    return in_order((wrong.place, wrong.value, may_be_taken) for wrong, may_be_taken in every)


def whole(values: list[object]) -> list[Fault]:
    return [("the body", value, False) for value in values]


def in_order(faults) -> list[Fault]:
    return sorted(faults, key=repr)


FAULTS = {
    "a text": ("Text", "a", whole([None, 7, 1.5, True, [], {}, ["a"]])),
    "an integer": ("Whole", 5, whole([None, "text", 1.5, True, [], {}, [5], "5", 0, -1e12, 10, 1e12])),
    "a fraction": ("Share", 0.25, whole([None, "text", 7, 1.5, True, [], {}, [0.25], "0.25", -0.001, -1e12, 1.001, 1e12])),
    "an option": ("Option", "On", whole([None, "text", 7, 1.5, True, [], {}, ["On"], "Ons", "on", ""])),
    "an option in small letters": ("Option", "off", whole([None, "text", 7, 1.5, True, [], {}, ["off"], "offs", "OFF", ""])),
    "a constant": ("Fixed", "IS", whole([None, "text", 7, 1.5, True, [], {}, ["IS"], "ISs", "is", ""])),
    "a boolean, which is no number": ("Flag", False, whole([None, "text", 7, 1.5, [], {}, [False]])),
    "all of several": (
        "Both",
        "a",
        # What the whole refuses is wrong in each of its parts: named once, at the first.
        whole([None, "text", 7, 1.5, True, [], {}, ["a"], "as", "A", ""]),
    ),
    "a list": (
        "Numbers",
        [4, 5],
        [
            *whole([None, "text", 7, 1.5, True, {}, [[4, 5]]]),
            *(("/0", [value, 5], False) for value in (None, "text", 1.5, True, [], {}, [4], "4")),
            ("/1", [4, {}], False),
        ],
    ),
    "a list of one": (
        "Things",
        [{}],
        [*whole([None, "text", 7, 1.5, True, {}, [[{}]]]), *(("/0", [value], False) for value in (None, "text", 7, 1.5, True, [], [{}]))],
    ),
    "a list of objects, whose last is looked at, too": (
        "Things",
        [{"a": 1}, {"b": 2}],
        [
            *whole([None, "text", 7, 1.5, True, {}, [[{"a": 1}, {"b": 2}]]]),
            *(("/0", [value, {"b": 2}], False) for value in (None, "text", 7, 1.5, True, [], [{"a": 1}])),
            ("/1", [{"a": 1}, []], False),
        ],
    ),
    "a text where a list may be": ("Mixed", "ab", whole([None, 7, 1.5, True, {}, ["ab"]])),
    "a list whose last is an object": (
        "Any",
        [4, {"a": 1}],
        [
            *whole([None, "text", 7, 1.5, True, {}, [[4, {"a": 1}]]]),
            *(("/0", [value, {"a": 1}], False) for value in (None, "text", 1.5, True, [], [4], "4")),
            ("/1", [4, []], False),
        ],
    ),
    "a list of anything": ("Bare", [1, 2], whole([None, "text", 7, 1.5, True, {}])),
    "what fits several branches, for the first": (
        "Overlap",
        {"a": "X", "b": "Y"},
        [*whole([None, "text", 7, 1.5, True, [], [{"a": "X", "b": "Y"}]]), ("/a", {"b": "Y"}, True)],
    ),
    "an empty list": ("Things", [], whole([None, "text", 7, 1.5, True, {}, [[]]])),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_of_a_value(small, name):
    """Each value that the schema refuses in the place of a legal one, once, and no other."""
    schema, value, faults = FAULTS[name]

    assert found(small, schema, value) == in_order(faults)


def test_member_may_be_left_out_or_null(small):
    """A required member that is missing or null is refused; of an optional one a server may think either way."""
    value = {"must": "a", "may": "b", "opt": "c"}

    faults = found(small, "Open", value)

    assert faults == in_order([
        *whole([None, "text", 7, 1.5, True, [], {}, [value]]),
        ("/must", {"may": "b", "opt": "c"}, False),
        *(("/must", value | {"must": wrong}, False) for wrong in (None, 7, 1.5, True, [], {}, ["a"])),
        ("/may", {"must": "a", "opt": "c"}, True),
        *(("/may", value | {"may": wrong}, False) for wrong in (7, 1.5, True, [], {}, ["b"])),
        ("/opt", {"must": "a", "may": "b"}, True),
        ("/opt", value | {"opt": None}, True),
        *(("/opt", value | {"opt": wrong}, False) for wrong in (7, 1.5, True, [], {}, ["c"])),
    ])  # fmt: skip


def test_member_that_is_not_there_has_no_fault(small):
    """Faults are put into what a body has."""
    assert {place for place, *_ in found(small, "Open", {"must": "a"})} == {"the body", "/must"}


def test_each_branch_has_its_faults(small):
    """A choice has faults in each of its branches that a body shows; those of a branch once, however many bodies show it."""
    first = found(small, "Choice", {"is": "X"})
    other = found(small, "Choice", {"other": "o"})

    assert found(small, "Choice", {"is": "X"}, {"is": "X"}) == first
    in_first = [fault for fault in first if fault[0] == "/is"]
    in_other = [fault for fault in other if fault[0] == "/other"]
    assert in_first == in_order(
        [("/is", {"is": wrong}, False) for wrong in (None, "text", 7, 1.5, True, [], {}, ["X"], "Xs", "x", "")] + [("/is", {}, False)]
    )  # fmt: skip
    both = found(small, "Choice", {"is": "X"}, {"other": "o"})
    assert [fault for fault in both if fault[0] != "the body"] == in_order([*in_first, *in_other])


def test_draws_are_fresh(small):
    """A fault stands alone: the body that is drawn next has nothing of it."""
    value = {"must": "a", "may": "b"}

    found(small, "Open", value)

    assert value == {"must": "a", "may": "b"}
