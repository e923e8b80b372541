"""What breaks a schema, and what a schema says of the parts of a value; the contract is small and written out."""

import textwrap
from typing import Any

import pytest

from ecsuite.contract import Contract, Source, Violation
from ecsuite.contract.schema import Schemas
from ecsuite.errors import ContractInvalid

SMALL = """\
    openapi: 3.1.0
    info: {title: T, version: '1'}
    paths: {}
    components:
      schemas:
        Tree:
          type: object
          required: [name]
          properties:
            name: {type: string, title: a name}
            size: {type: integer}
            most: {type: [integer, 'null']}
            share: {type: number}
            either: {type: [integer, number]}
            children: {type: array, items: {$ref: '#/components/schemas/Tree'}}
            bare: {type: array}
            pair: {allOf: [{type: object, properties: {left: {type: integer}}}, {$ref: '#/components/schemas/Right'}]}
        Right: {type: object, properties: {right: {type: integer}}}
        Server:
          type: object
          properties:
            id: {type: string, readOnly: true}
            note: {type: [string, 'null'], readOnly: true}
            state: {type: string, enum: ['on', 'off'], readOnly: true}
            at: {type: string, format: date-time, readOnly: true}
            count: {type: integer, readOnly: true}
            made: {type: string, format: date-time, readOnly: true, x-immutable: true}
            due: {type: string, format: date-time}
            day: {type: string, format: date, readOnly: true}
            stamp: {$ref: '#/components/schemas/Stamp'}
            set: {$ref: '#/components/schemas/Stamp', x-immutable: true}
            own: {$ref: '#/components/schemas/Stamp', readOnly: false}
            open: {type: object}
            list: {type: array, items: {$ref: '#/components/schemas/Server'}}
            lists: {type: array, items: {type: array, items: {$ref: '#/components/schemas/Server'}}}
        Stamp: {type: string, format: date-time, readOnly: true}
        Behind: {$ref: '#/components/schemas/Tree', required: [size]}
        Beside: {$ref: '#/components/schemas/Tree', required: [size], properties: {size: {const: 7}}}
        Bare: {type: object, required: [nothing]}
        Choice: {oneOf: [{$ref: '#/components/schemas/Ex'}, {$ref: '#/components/schemas/Why'}, {type: string, title: a word}]}
        Any: {anyOf: [{type: object, required: [a, b, c]}, {type: object, required: [d]}]}
        Twice: {oneOf: [{type: object, title: one}, {type: object, title: two}, {type: string}]}
        Alike: {oneOf: [{type: object, title: one}, {type: object, title: two}]}
        Almost: {oneOf: [{type: object, title: one}, {type: object, title: two}, {type: object, required: [a]}]}
        Ex: {title: ex, type: object, required: [is, size], properties: {is: {const: X}, size: {type: integer}}}
        Why: {title: why, type: object, required: [is], properties: {is: {const: Y}, size: {type: integer}, more: {type: string}}}
        Must: {type: object, required: [old], properties: {old: false}}
        Never: {type: object, properties: {old: false, kept: {type: string}}}
        Absent: {type: object, properties: {a: {type: string, x-unchecked-if-absent: this}, b: {type: string}, c: {x-unchecked-if-absent: that}}}
"""


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return Contract(Source(textwrap.dedent(SMALL), "c.yaml")).schemas


def at(name: str) -> tuple[str, ...]:
    return "components", "schemas", name


def broken(schemas: Schemas, name: str, value: object) -> list[Violation]:
    return schemas.violations(at(name), value)


SOUND = {
    "a tree": ("Tree", {"name": "a", "children": [{"name": "b", "children": []}], "bare": [1, []], "most": None}),
    "one branch": ("Choice", {"is": "X", "size": 1}),
    "the other": ("Choice", {"is": "Y", "more": "m"}),
    "a word": ("Choice", "any"),
    "further members": ("Never", {"extra": 1}),
}


@pytest.mark.parametrize("name", SOUND)
def test_value_fits(schemas, name):
    """What the schema allows breaks nothing."""
    schema, value = SOUND[name]

    assert schemas.fits(at(schema), value)
    assert broken(schemas, schema, value) == []


TREE = at("Tree")
BROKEN: dict[str, tuple[str, Any, list[Violation]]] = {
    "a wrong type": ("Tree", [], [Violation((), (*TREE, "type"), "type", {"type": "object"}, [])]),
    "a member missing": ("Tree", {}, [Violation(("name",), (*TREE, "required"), "required", {"title": "a name", "type": "string"}, is_missing=True)]),
    "deep inside": (
        "Tree",
        {"name": "a", "children": [{"name": "b"}, {"name": 7}]},
        [Violation(("children", 1, "name"), (*TREE, "properties", "name", "type"), "type", {"title": "a name", "type": "string"}, 7)],
    ),
    "in two places": (
        "Tree",
        {"name": None, "size": 1.5},
        [
            Violation(("name",), (*TREE, "properties", "name", "type"), "type", {"title": "a name", "type": "string"}, None),
            Violation(("size",), (*TREE, "properties", "size", "type"), "type", {"type": "integer"}, 1.5),
        ],
    ),
    "a member missing that stands behind a reference": (
        "Behind",
        {"name": "a"},
        [Violation(("size",), (*at("Behind"), "required"), "required", {"type": "integer"}, is_missing=True)],
    ),
    "a member missing that stands beside a reference": (
        "Beside",
        {"name": "a"},
        [Violation(("size",), (*at("Beside"), "required"), "required", {"const": 7}, is_missing=True)],
    ),
    "a member missing that has no schema": ("Bare", {}, [Violation(("nothing",), (*at("Bare"), "required"), "required", {}, is_missing=True)]),
    "a member that must be there and may not": (
        "Must",
        {},
        [Violation(("old",), (*at("Must"), "required"), "required", {}, is_missing=True)],
    ),
    "a member that may not be there": ("Never", {"old": 1}, [Violation(("old",), (*at("Never"), "properties", "old"), "falseSchema", {}, 1)]),
    "the branch that a constant tells": (
        "Choice",
        {"is": "Y", "size": "1"},
        [Violation(("size",), (*at("Why"), "properties", "size", "type"), "type", {"type": "integer"}, "1")],
    ),
    "the branch with the fewest faults": (
        "Choice",
        {"is": "X"},
        [Violation(("size",), (*at("Ex"), "required"), "required", {"type": "integer"}, is_missing=True)],
    ),
    "the branch with the fewest faults, where no constant tells it": (
        "Any",
        {"a": 1},
        [Violation(("d",), (*at("Any"), "anyOf", 1, "required"), "required", {}, is_missing=True)],
    ),
    "more branches than one": (
        "Twice",
        {},
        [Violation((), (*at("Twice"), "oneOf"), "oneOf", {"oneOf": [{"title": "one", "type": "object"}, {"title": "two", "type": "object"}, {"type": "string"}]}, {})],
    ),
    "all branches": (
        "Alike",
        {},
        [Violation((), (*at("Alike"), "oneOf"), "oneOf", {"oneOf": [{"title": "one", "type": "object"}, {"title": "two", "type": "object"}]}, {})],
    ),
    "more branches than one, and another almost": (
        "Almost",
        {},
        [Violation((), (*at("Almost"), "oneOf"), "oneOf", {"oneOf": [{"title": "one", "type": "object"}, {"title": "two", "type": "object"}, {"type": "object"}]}, {})],
    ),
    "no branch at all": (
        "Choice",
        7,
        [Violation((), (*at("Choice"), "oneOf"), "oneOf", {"oneOf": [{"title": "ex", "type": "object"}, {"title": "why", "type": "object"}, {"title": "a word", "type": "string"}]}, 7)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_violation_says_what_is_broken(schemas, name):
    """Where in the value, by which rule of the contract, what the rule says, and what is there."""
    schema, value, violations = BROKEN[name]

    assert not schemas.fits(at(schema), value)
    assert sorted(broken(schemas, schema, value), key=repr) == sorted(violations, key=repr)


def test_value_too_deep_is_unreadable(schemas):
    """What the validator cannot take in is one violation of the whole."""
    value: Any = []
    for _ in range(2000):
        value = [value]

    (found,) = broken(schemas, "Tree", value)

    assert (found.at, found.rule, found.keyword, found.fragment) == ((), TREE, "unreadable", {})
    assert found.value


def test_whole_float_is_no_integer(schemas):
    """A whole number with a point is told where an integer has to be, or null; not where any number may be."""
    value = {
        "name": "a", "size": 1.0, "most": 2.0, "share": 3.0, "either": 4.0, "other": 5.0, "bare": [6.0],
        "children": [{"name": "b", "size": 7, "most": None}, {"name": "c", "size": 8.0}],
        "pair": {"left": 9.0, "right": 10.0},
    }  # fmt: skip

    assert sorted(schemas.walker.whole_floats(TREE, value), key=repr) == [
        (("children", 1, "size"), 8.0),
        (("most",), 2.0),
        (("pair", "left"), 9.0),
        (("pair", "right"), 10.0),
        (("size",), 1.0),
    ]


def test_parts_are_those_that_a_schema_speaks_of(schemas):
    """Each part of a value with each schema that is about it; what no schema is about is none."""
    value = {
        "name": "a",
        "children": [{"name": "b"}],
        "bare": [1],
        "pair": {"left": 1, "right": 2},
        "other": {"name": "c"},
    }

    paths = sorted((path for path, _ in schemas.walker.parts(TREE, value)), key=repr)

    # Of the pair both schemas speak, the second by a reference; of each child, the reference and what is behind it.
    assert paths == sorted(
        [(), ("name",), ("children",), ("children", 0), ("children", 0), ("children", 0, "name"), ("bare",)]
        + [("pair",)] * 4 + [("pair", "left"), ("pair", "right")],
        key=repr,
    )  # fmt: skip
    assert ("children", 0, "name") in {
        path for path, node in schemas.walker.parts(TREE, value) if node.get("title") == "a name"
    }


KNOWN = {
    "texts of the server's": ({"id": "1", "note": "n", "day": "2026-01-15"}, {"id": "1", "note": "n", "day": "2026-01-15"}),
    "states and times of the server's": ({"state": "on", "at": "t", "count": 1, "stamp": "t"}, {}),
    "times that stay": ({"made": "t", "due": "t", "set": "t", "own": "t"}, {"made": "t", "due": "t", "set": "t", "own": "t"}),
    "what nobody speaks of": ({"extra": 1, "id": "1"}, {"id": "1"}),
    "an object of which nothing is known": ({"open": {"a": [{"state": "on"}]}}, {"open": {"a": [{"state": "on"}]}}),
    "lists": (
        {"list": [{"id": "1", "state": "on"}, {"x": 1}], "lists": [[{"id": "2", "count": 1}], []]},
        {"list": [{"id": "1"}, {}], "lists": [[{"id": "2"}], []]},
    ),
    "no object": ([{"state": "on"}], [{"state": "on"}]),
    "null": (None, None),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_known_value_is_what_does_not_change(schemas, name):
    """Without members that the schema does not speak of, and without times and states that the server keeps."""
    value, known = KNOWN[name]

    assert schemas.known(at("Server"), value) == known


def test_members_of_every_part_of_a_schema_are_known(schemas):
    """What stands behind a reference, or in one of several schemas of the same object, is known as well."""
    value = {"name": "a", "pair": {"left": 1, "right": 2, "middle": 3}, "children": [{"name": "b", "x": 1}]}

    assert schemas.known(at("Behind"), value) == {
        "name": "a",
        "pair": {"left": 1, "right": 2},
        "children": [{"name": "b"}],
    }


def test_absences_are_of_optional_members(schemas):
    """What cannot be checked without a member is told by the member's name."""
    assert schemas.absences(at("Absent")) == {"a": "this", "c": "that"}
    assert schemas.absences(at("Tree")) == {}


def test_fragment_says_which_values_it_is_about(schemas):
    """Title, type, constant and options; references are followed."""
    assert schemas.fragment(at("Ex")) == {"title": "ex", "type": "object"}
    assert schemas.fragment((*at("Server"), "properties", "stamp")) == {"type": "string"}
    assert schemas.fragment((*at("Server"), "properties", "state")) == {"type": "string", "enum": ["on", "off"]} or {
        True: 1
    }


@pytest.mark.parametrize(
    "schema",
    [
        "{type: sting}",
        "{pattern: '['}",
        "{minimum: one}",
        "{$ref: '#/components/schemas/Nowhere'}",
        "{type: string, format: iban}",
    ],
)
def test_bad_schema_is_told(schema):
    """What is no schema is one line with its place, when the contract is loaded or when it is compiled."""
    text = textwrap.dedent(SMALL) + f"    Bad: {schema}\n"

    with pytest.raises(ContractInvalid) as caught:
        Contract(Source(text, "c.yaml")).schemas.validator(at("Bad"))

    assert str(caught.value).startswith("c.yaml:")
    assert "\n" not in str(caught.value)


def test_reason_of_a_bad_schema_is_one_line():
    """The reason is the validator's own words, without a dump of the schema."""
    text = textwrap.dedent(SMALL) + "    Bad: {type: object, properties: {a: {pattern: '['}}}\n"

    with pytest.raises(ContractInvalid) as caught:
        Contract(Source(text, "c.yaml")).schemas.validator(at("Bad"))

    assert len(str(caught.value)) < 120
