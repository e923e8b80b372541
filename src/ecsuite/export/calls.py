"""What every format is made from: chapters of calls, with variables where values differ from run to run. Plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ecsuite.contract import Contract, Operation, Pointer, ResponseRule
from ecsuite.messages.exchange import SUCCESS, Expectation, Response

# What a user sets before the first call; the same names in every format.
BASE_URL: Final = "baseUrl"
TOKEN_URL: Final = "tokenUrl"  # noqa: S105  the name of a variable
CLIENT_ID: Final = "clientId"
CLIENT_SECRET: Final = "clientSecret"  # noqa: S105
ACCESS_TOKEN: Final = "accessToken"  # noqa: S105
CREDENTIALS: Final[Mapping[str, str]] = MappingProxyType({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET})
# Kinds of `x-sample` whose value a user may set, with what stands there where a user sets nothing.
HOOK_URL: Final = "hook-url"
SECRET: Final = "secret"  # noqa: S105
ID: Final = "id"
# Nobody's, by RFC 2606: a delivery to it fails, and does no harm.
NOBODYS_HOOK: Final = "https://partner.example/hooks/energy"


@dataclass(frozen=True, slots=True)
class Variable:
    """What stands for a value that differs from run to run."""

    name: str


@dataclass(frozen=True, slots=True)
class Capture:
    """A value of a response that later calls need: the reference tokens that lead to it in the body (RFC 6901).

    Attributes:
        is_of_list: whether it is an item of a list, which may be empty.
    """

    variable: str
    at: tuple[str, ...]
    is_of_list: bool = False


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A call that reads what an earlier one sent.

    Attributes:
        variable: the id of the entity.
        member: the member that has it in the response.
        unordered: the members, as JSON pointers, whose items may come back in any order.
        open: the members of which nothing is promised: secrets.
    """

    variable: str
    member: str
    unordered: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list must show of what was made.

    Attributes:
        variable: the id of the entity.
        at: the tokens that lead to the list in the body.
        member: of its items, the one that has the id.
        times: how often it is listed: once, or not at all.
    """

    variable: str
    at: tuple[str, ...]
    member: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Example:
    """A response to a call as somebody may meet it: recorded, or written into the contract."""

    response: Response
    is_recorded: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A request, and what is expected of its response.

    Attributes:
        title: what it is called, unlike any other call of its chapter.
        text: what it is about.
        path: what stands for each parameter of the path.
        query: names and values.
        body: a JSON value with a `Variable` in the place of each value that differs; None without a body.
        media_type: of the body; empty without one.
        draws: the variables that get a new id before the call.
        captures: what later calls need of the response.
        needs: the variables without which there is nothing to call: they come out of lists, which may be empty.
        keeps: the variable of the entity that it makes, so that what was sent can be compared; empty for none.
        reads: what it reads that was sent before; None for nothing.
        examples: responses to the call.
        lists: what the response lists that was made before.
        is_sweeping: whether it deletes, or leads to deleting, what other users of the same partner have made.
        is_anonymous: whether it is sent without a token, though it needs one.
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
        """The path and the query, each value spelt as a format wants it."""
        segments = self.operation.path.split("/")
        path = "/".join(spelt(self.path[each[1:-1]]) if each.startswith("{") else each for each in segments)
        query = "&".join(f"{name}={spelt(value)}" for name, value in self.query)
        return f"{path}?{query}" if query else path

    def promised(self) -> tuple[ResponseRule, ...]:
        """The responses that are expected; empty where anything below 500 will do."""
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
    """A variable that a user sets: its value where one is known, and whether it is a secret."""

    name: str
    value: str
    text: str
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """All that an export is made from.

    Attributes:
        settings: what a user sets.
        chapters: in the order in which they are run.
    """

    edition: str
    contract: Contract
    settings: tuple[Setting, ...]
    chapters: tuple[Chapter, ...]

    def variables(self) -> tuple[str, ...]:
        """The names of all variables that calls set, in the order in which they are first set."""
        names: dict[str, None] = {}
        for chapter in self.chapters:
            for call in chapter.calls:
                names.update(dict.fromkeys((*call.draws, *(capture.variable for capture in call.captures))))
        return tuple(names)


def settings(contract: Contract) -> tuple[Setting, ...]:
    """What a user of a contract sets; the addresses are those of the sandbox."""
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
    hooks = (Setting(name, NOBODYS_HOOK, "Where the API calls you") for name in kinds.get(HOOK_URL, ()))
    text = "What deliveries are signed with; a new one is drawn where this is empty"
    secrets = (Setting(name, "", text, is_secret=True) for name in kinds.get(SECRET, ()) if name not in CREDENTIALS)
    return (*own, *hooks, *secrets)


def sampled_members(contract: Contract) -> Mapping[str, tuple[str, ...]]:
    """The names of the members that hold a value of each kind of `x-sample`."""
    found: dict[str, dict[str, None]] = {}
    for operation in contract.operations.values():
        for pointer in operation.request.content.values() if operation.request else ():
            for name, member in contract.schemas.shape(pointer).members.items():
                kind = contract.schemas.shape(member).keywords.get("x-sample", "")
                found.setdefault(kind, {})[name] = None
    return {kind: tuple(names) for kind, names in found.items()}


def ids_of(calls: Iterable[Call]) -> list[str]:
    """A name for each call: its operation's, with a number behind it where that is called again."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for call in calls:
        seen[call.operation.id] += 1
        number = seen[call.operation.id]
        names.append(call.operation.id if number == 1 else f"{call.operation.id}{number}")
    return names


def holes(value: Any) -> Iterator[Variable]:
    """Each variable in a value, however deep."""
    if isinstance(value, Variable):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from holes(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from holes(item)


def filled(value: Any, spelt: Callable[[Variable], Any]) -> Any:
    """A copy of a value with something in the place of each variable."""
    if isinstance(value, Variable):
        return spelt(value)
    if isinstance(value, Mapping):
        return {name: filled(item, spelt) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, spelt) for item in value]
    return value


def schema_of(rule: ResponseRule) -> Pointer | None:
    """The schema of a response's JSON body; None where it has none."""
    return next(iter(rule.content.values()), None)
