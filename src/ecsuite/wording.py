"""The only module that puts findings into English.

It has the words for each kind of breach, for all promises. Words for a single promise are in the module of that
promise, and are passed on as `Breach.note`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from ecsuite.findings.breach import DELIVERY, Breach, Place
from ecsuite.findings.datum import Datum, datum
from ecsuite.findings.finding import Finding
from ecsuite.promises import BY_ID

LONGEST_SHOWN: Final = 120
_ARTICLES: Final = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "array": "an array",
    "object": "an object",
    "null": "null",
}
_PARTS: Final = {
    "request-line": "request line",
    "request-header": "request header",
    "request-body": "request body",
}
_BOUNDS: Final = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "above {}",
    "exclusiveMaximum": "below {}",
    "multipleOf": "a multiple of {}",
    "minLength": "a string with a length of at least {}",
    "maxLength": "a string with a length of at most {}",
    "minItems": "an array with a length of at least {}",
    "maxItems": "an array with a length of at most {}",
    "minProperties": "at least {} members",
    "maxProperties": "at most {} members",
    "pattern": "text that matches {}",
    "format": "text of the format {}",
}


def title(finding: Finding) -> str:
    """The name of a finding's promise in reports."""
    return title_of(finding.promise)


def title_of(promise: str) -> str:
    """The name of a promise in reports, by its id."""
    return BY_ID[promise].title if promise in BY_ID else promise


def subject(finding: Finding) -> str:
    """The call and its status: `POST /users -> 201`."""
    return printable(f"{finding.method} {finding.path} -> {finding.status or 'no response'}")


def place(at: Place) -> str:
    """A place in an exchange: `body /metadata/year`, `header WWW-Authenticate`, `status`."""
    part = _PARTS.get(at.part, at.part)
    name = f"by {shorten(at.name)}" if at.part == "list" and at.name not in {"", "page"} else at.name
    pointer = "".join(f"/{shorten(str(token))}" for token in at.path)
    return " ".join(filter(None, (part, name, pointer)))


def where(breach: Breach) -> str:
    """The place of a breach, and the call that shows it; for a status that had to be a refusal, no other call."""
    if not breach.seen_by or breach.because:
        return place(breach.at)
    return f"{place(breach.at)} of {breach.seen_call or breach.seen_by}, afterwards"


def expected(breach: Breach) -> str:
    """The expected value, with the note of the promise."""
    if breach.because:
        why = breach.because
        also = printable(f"; {breach.note}") if breach.note else ""
        if is_noted(why):
            return f"a refusal, because of the {where(why)}: {actual(why)}{also}"
        return f"a refusal, because {where(why)} is {actual(why)} where the contract has {expected(why)}{also}"
    said = _EXPECTED.get(breach.kind, _keyword)(breach)
    case = f" ({breach.case})" if breach.case else ""
    note = "" if is_noted(breach) or not breach.note else f", {breach.note}"
    return printable(f"{said}{case}{note}")


def actual(breach: Breach) -> str:
    """The actual value."""
    if breach.kind in _COUNTED:
        return f"{shorten(str(breach.actual.value))} {_COUNTED[breach.kind]}".strip()
    if breach.kind == "count":
        return _counted(breach.at, breach.actual)
    if breach.kind == "order" and breach.actual.type == "array":
        return " before ".join(shorten(str(item)) for item in breach.actual.value)
    if is_noted(breach):
        return shorten(breach.note)
    if breach.actual.type == "missing" and breach.kind in _OF_NOTHING:
        return _OF_NOTHING[breach.kind]
    if (breach.kind in _PLAIN or breach.at.part == "status") and breach.actual.type in {"integer", "string"}:
        return shorten(str(breach.actual.value))
    return _told_apart(breach.actual, breach.expected) if breach.kind == "changed" else describe(breach.actual)


def _told_apart(value: Datum, other: Datum) -> str:
    """A value in words; of an object that has members of the same names as another, those that differ."""
    if value.type != "object" or other.type != "object" or value.value.keys() != other.value.keys():
        return describe(value)
    differing = {name: each for name, each in value.value.items() if each != other.value[name]}
    told = shorten(json.dumps(differing, ensure_ascii=False, default=str))
    return f"an object with {told}" if differing else describe(value)


# The words for a breach of a kind without an actual value.
_OF_NOTHING: Final = {"absent": "nothing", "unsigned": "a signature of something else"}
_COUNTED: Final = {"duplicate": "times", "length": "bytes"}
# Kinds of breach whose value is a string of HTTP rather than JSON; the same holds for all statuses.
_PLAIN: Final = frozenset({"early", "status", "unlisted", "unknown"})


def is_noted(breach: Breach) -> bool:
    """Whether the note of a breach describes the actual value: for an unreadable body or a missing response."""
    return breach.kind == "unreadable" or breach.at.part == "connection"


def _one_of(breach: Breach) -> str:
    allowed = [str(each) for each in breach.expected.value]
    return allowed[0] if len(allowed) == 1 else f"one of {', '.join(allowed)}"


def _readable(breach: Breach) -> str:
    if breach.expected.type == "missing":
        return "a body that arrives whole and can be decoded" if breach.actual.value == "transfer" else "less nesting"
    return f"a body of the media type {shorten(breach.expected.value)}"


def _counted(at: Place, number: Datum) -> str:
    """A number of the items at a place: `2 items`, `1 delivery`."""
    one, many = ("delivery", "deliveries") if at == DELIVERY else ("item", "items")
    if at.part == "delivery" and at.name:
        one, many = at.name.removesuffix("s"), at.name
    return f"{shorten(str(number.value))} {one if number.value == 1 else many}"


def _absent(breach: Breach) -> str:
    if breach.at.part == "connection":
        return "a response to the request"
    if breach.at.part == "delivery":
        return f"a delivery to {shorten(str(breach.expected.value))}"
    if breach.at.part == "list":
        return "an item" if breach.expected.type == "missing" else f"an item, {describe(breach.expected)}"
    return "a value" if breach.expected.type == "missing" else describe(breach.expected)


def _keyword(breach: Breach) -> str:
    """What a keyword of JSON Schema requires."""
    fragment = breach.expected.value
    return keyword(breach.kind, fragment) if isinstance(fragment, Mapping) else describe(breach.expected)


_EXPECTED: Final[Mapping[str, Callable[[Breach], str]]] = MappingProxyType(
    {
        "status": lambda breach: " or ".join(map(str, breach.expected.value)),
        "unreadable": _readable,
        "unlisted": _one_of,
        "unknown": lambda _: "a method and a path that the contract lists",
        "count": lambda breach: _counted(breach.at, breach.expected),
        "duplicate": lambda _: "once",
        "length": lambda _: "no body",
        "absent": _absent,
        "present": lambda _: "nothing",
        "changed": lambda breach: _told_apart(breach.expected, breach.actual),
        "lost": lambda breach: describe(breach.expected),
        "extra": lambda _: "nothing more",
        "same": lambda breach: "another value" if breach.expected.type == "missing" else describe(breach.expected),
        "order": lambda breach: f"{breach.expected.value} order",
        "early": lambda breach: str(breach.expected.value),
        "unsigned": lambda _: "a signature of the body",
    }
)


def keyword(name: str, fragment: Mapping[str, Any]) -> str:
    """What a keyword of a schema requires."""
    if name == "required":
        return f"{wanted(fragment) if fragment else 'a member'}, required"
    if name in {"anyOf", "oneOf"}:
        return " or ".join(wanted(branch) for branch in fragment[name])
    if name in {"pattern", "format"} and "title" in fragment:
        return wanted(fragment)
    if name in _BOUNDS:
        bound = _BOUNDS[name].format(fragment[name])
        return f"{wanted(fragment)}: {bound}" if "title" in fragment else bound
    if name in {"additionalProperties", "unevaluatedProperties"}:
        return "no further members"
    if name == "properties":
        return f"at least one of the members {', '.join(fragment[name])}"
    if name == "uniqueItems":
        return "items that differ from each other"
    return wanted(fragment)


def wanted(schema: Mapping[str, Any]) -> str:
    """What a schema requires of a value: `a string`, `one of A, B`, its title if it has one."""
    if "title" in schema:
        return str(schema["title"])
    if "const" in schema:
        return describe(datum(schema["const"]))
    if "enum" in schema:
        return f"one of {', '.join('null' if option is None else str(option) for option in schema['enum'])}"
    types = schema.get("type", "value")
    names = [types] if isinstance(types, str) else types
    return " or ".join(_ARTICLES.get(name, "a value") for name in names)


def describe(value: Datum) -> str:
    """A JSON value in words: its type, and the value itself, shortened."""
    if value.type == "boolean":
        return f"a boolean, {str(value.value).lower()}"
    if value.type == "integer":
        return f"an integer, {shorten(str(value.value))}"
    if value.type == "number":
        return f"a number, {value.value!r}"
    if value.type == "string":
        return f'a string, "{shorten(value.value, size=value.size)}"'
    if value.type == "array":
        return f"an array of {value.size} items"
    if value.type == "object":
        return f"an object with {shorten(', '.join(map(str, value.value))) or 'no members'}"
    return value.type


def printable(text: str) -> str:
    """The text on one line, safe for terminals: characters that are not printable are escaped."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def printable_lines(text: str) -> str:
    """The text, with its line breaks, and otherwise as by `printable`."""
    return "\n".join(map(printable, text.split("\n")))


def shorten(text: str, longest: int = LONGEST_SHOWN, size: int = 0) -> str:
    """The text on one line, cut if it is too long; `size` is its length if it was cut before."""
    line = printable(text[: longest + 1])
    length = max(size, len(text))
    return line if length <= longest else f"{line[:longest]}... ({length} characters)"


def statement(breach: Breach, at: str) -> str:
    """A breach as a clause: `/year is a string where an integer is required`; `at` is the name of its place.

    The later call that shows it comes last, for where a line is cut, it is missed least.
    """
    said = _clause(breach, at)
    is_seen_later = breach.seen_by and not breach.because
    return f"{said} (in {breach.seen_call or breach.seen_by}, afterwards)" if is_seen_later else said


def _clause(breach: Breach, at: str) -> str:
    if breach.kind == "type" and breach.actual.type in _ARTICLES:
        return f"{at} is {_ARTICLES[breach.actual.type]} where {expected(breach)} is required"
    if breach.kind == "absent" and breach.actual.type == "array":
        return f"{at} lacks {expected(breach)}"
    if breach.kind in {"absent", "lost"} and breach.at.part == "list" and breach.actual.type == "missing":
        return f"{at} lacks {expected(breach)}"
    if breach.kind in {"required", "absent", "lost"} and breach.at.part not in {"list", "delivery", "connection"}:
        return f"{at} is missing"
    if breach.kind == "present" and breach.actual.type == "object" and breach.at.part == "body":
        return f"{at} is there, expected {expected(breach)}"
    if breach.at.part == "status":
        return f"{at} is {actual(breach)}, expected {expected(breach)}"
    return f"{at}: {actual(breach)}, expected {expected(breach)}"


def count_of(number: int, noun: str) -> str:
    """A number with its noun: `1 cause`, `2 causes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
