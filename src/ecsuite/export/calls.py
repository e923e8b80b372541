"""The input of every renderer: chapters of calls, with variables for values that differ between runs. Plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ecsuite.contract import Contract, Operation, Pointer, ResponseRule
from ecsuite.messages.exchange import SUCCESS, Expectation, Response

# Variables that a user sets before the first call, with the same names in every format.
BASE_URL: Final = "baseUrl"
TOKEN_URL: Final = "tokenUrl"  # noqa: S105  a variable's name
CLIENT_ID: Final = "clientId"
CLIENT_SECRET: Final = "clientSecret"  # noqa: S105
ACCESS_TOKEN: Final = "accessToken"  # noqa: S105
CREDENTIALS: Final[Mapping[str, str]] = MappingProxyType({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET})
# Values of `x-sample` whose value a user may set, with the default.
HOOK_URL: Final = "hook-url"
SECRET: Final = "secret"  # noqa: S105
ID: Final = "id"
# A reserved host (RFC 2606): a delivery to it fails, and does no harm.
RESERVED_HOOK_URL: Final = "https://partner.example/hooks/energy"


@dataclass(frozen=True, slots=True)
class Variable:
    """A placeholder for a value that differs between runs."""

    name: str


@dataclass(frozen=True, slots=True)
class Capture:
    """A value in a response that later calls need, as the reference tokens of a JSON pointer (RFC 6901).

    Attributes:
        is_of_list: whether it is in an item of a list, which may be empty.
    """

    variable: str
    at: tuple[str, ...]
    is_of_list: bool = False


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A comparison of what a call reads with what an earlier call sent.

    Attributes:
        variable: the variable with the entity's id.
        member: the response member with the id.
        unordered: members, as JSON pointers, whose items may be returned in any order.
        open: members that are not compared: secrets.
    """

    variable: str
    member: str
    unordered: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """An entity that a list must or must not contain.

    Attributes:
        variable: the variable with the entity's id.
        at: reference tokens of the list in the body.
        member: the member of an item with the id.
        times: how often the list must contain it: once, or never.
    """

    variable: str
    at: tuple[str, ...]
    member: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Example:
    """An example response to a call: recorded, or from the contract."""

    response: Response
    is_recorded: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A request, and the expected response.

    Attributes:
        title: its title, unique within its chapter.
        text: its description.
        path: the value of each path parameter.
        query: names and values.
        body: a JSON value that may contain variables; None without a body.
        media_type: of the body; empty without one.
        draws: variables that get a new id before the call.
        captures: values in the response that later calls need.
        needs: variables that must have a value; they come from lists, which may be empty.
        keeps: the variable of the created entity, under which the request is stored for comparison; empty for none.
        reads: the comparison with an earlier request; None for none.
        examples: example responses.
        lists: created entities that the response must list.
        is_sweeping: whether it deletes entities of other users of the same partner, or creates one that only such a
            call deletes.
        is_anonymous: whether it is sent without a token although the operation requires one.
    """

    title: str
    text: str
    operation: Operation
    path: Mapping[str, str | Variable]
    query: tuple[tuple[str, str | Variable], ...] = ()
    body: Any = None
    media_type: str = ""
    expectation: Expectation = SUCCESS
    draws: tuple[str, ...] = ()
    captures: tuple[Capture, ...] = ()
    needs: tuple[str, ...] = ()
    keeps: str = ""
    reads: RoundTrip | None = None
    examples: tuple[Example, ...] = ()
    lists: tuple[Listed, ...] = ()
    is_sweeping: bool = False
    is_anonymous: bool = False

    def address(self, spelt: Callable[[str | Variable], str]) -> str:
        """The path and the query; `spelt` renders each value in the syntax of a format."""
        segments = self.operation.path.split("/")
        path = "/".join(spelt(self.path[each[1:-1]]) if each.startswith("{") else each for each in segments)
        query = "&".join(f"{name}={spelt(value)}" for name, value in self.query)
        return f"{path}?{query}" if query else path

    def promised(self) -> tuple[ResponseRule, ...]:
        """The expected responses; empty if any status below 500 is acceptable."""
        expectation, rules = self.expectation, self.operation.responses
        if expectation.unspecified:
            return ()
        if expectation.statuses:
            return tuple(rule for status in sorted(expectation.statuses) if (rule := rules.get(str(status))))
        refusals = "4" if self.operation.may_be_rejected else "2"
        return tuple(rule for status, rule in rules.items() if status[0] in {"2", refusals} and status != "401")


@dataclass(frozen=True, slots=True)
class Chapter:
    """Calls that belong together."""

    title: str
    text: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A variable that a user sets: its default, if there is one, and whether it is a secret."""

    name: str
    value: str
    text: str
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """The complete input of an export.

    Attributes:
        settings: variables that a user sets.
        chapters: in execution order.
    """

    edition: str
    contract: Contract
    settings: tuple[Setting, ...]
    chapters: tuple[Chapter, ...]

    def variables(self) -> tuple[str, ...]:
        """Names of all variables that calls set, in the order of first use."""
        names: dict[str, None] = {}
        for chapter in self.chapters:
            for call in chapter.calls:
                names.update(dict.fromkeys((*call.draws, *(capture.variable for capture in call.captures))))
        return tuple(names)


def settings(contract: Contract) -> tuple[Setting, ...]:
    """Variables that a user of a contract sets; the URLs default to those of the sandbox."""
    document = contract.source.document
    sandbox = next(server["url"] for server in document["servers"] if server.get("x-environment") != "production")
    token = contract.token_operation
    token_server = contract.source.at(token.pointer[:2])["servers"][0]["url"] if token else ""
    own = (
        Setting(BASE_URL, sandbox, "Where the API is, without a slash at its end"),
        Setting(TOKEN_URL, f"{token_server}{token.path}" if token else "", "Where access tokens are given out"),
        Setting(CLIENT_ID, "", "The id that you were given", is_secret=True),
        Setting(CLIENT_SECRET, "", "The secret that you were given with it", is_secret=True),
    )
    kinds = sampled_members(contract)
    hooks = (Setting(name, RESERVED_HOOK_URL, "Where the API calls you") for name in kinds.get(HOOK_URL, ()))
    text = "What deliveries are signed with; a new one is drawn where this is empty"
    secrets = (Setting(name, "", text, is_secret=True) for name in kinds.get(SECRET, ()) if name not in CREDENTIALS)
    return (*own, *hooks, *secrets)


def sampled_members(contract: Contract) -> Mapping[str, tuple[str, ...]]:
    """Names of the members for each value of `x-sample`."""
    found: dict[str, dict[str, None]] = {}
    for operation in contract.operations.values():
        for pointer in operation.request.content.values() if operation.request else ():
            for name, member in contract.schemas.shape(pointer).members.items():
                kind = contract.schemas.shape(member).keywords.get("x-sample", "")
                found.setdefault(kind, {})[name] = None
    return {kind: tuple(names) for kind, names in found.items()}


def ids_of(calls: Iterable[Call]) -> list[str]:
    """A unique name for each call: the operation's id, with a number if the operation is called again."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for call in calls:
        seen[call.operation.id] += 1
        number = seen[call.operation.id]
        names.append(call.operation.id if number == 1 else f"{call.operation.id}{number}")
    return names


def holes(value: Any) -> Iterator[Variable]:
    """All variables in a value, at any depth."""
    if isinstance(value, Variable):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from holes(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from holes(item)


def filled(value: Any, spelt: Callable[[Variable], Any]) -> Any:
    """Copy a value and replace each variable."""
    if isinstance(value, Variable):
        return spelt(value)
    if isinstance(value, Mapping):
        return {name: filled(item, spelt) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, spelt) for item in value]
    return value


def schema_of(rule: ResponseRule) -> Pointer | None:
    """The schema of a response's JSON body; None if it has none."""
    return next(iter(rule.content.values()), None)
