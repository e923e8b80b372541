"""Small functions that put another part in the place of one of a stand-in: what faults and variants are made of.

Each gives a function of `Parts`, so that a fault is a line of data. None knows an edition: operations come by their
ids, members of bodies by their JSON pointers (`*` for each item of an array).
"""

from __future__ import annotations

import asyncio
import base64
import copy
import itertools
import json
import sqlite3
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from ecsuite import wording
from ecsuite.contract import Operation
from ecsuite.findings.breach import Breach, Place
from ecsuite.http import httpx
from ecsuite.messages.media import UndecodableError
from ecsuite.standin.app import Plant
from ecsuite.standin.call import Call, Handler, RefusalError, Reply
from ecsuite.standin.parts import Answer, Asked, Parts
from ecsuite.standin.store import Delivery, Store
from ecsuite.standin.tokens import Form

Change = Callable[[Any], Any]
ToAnswer = Callable[[Answer], Answer]
Act = Callable[[Handler, Call], Reply]
Grant = Callable[[Form, str | None], Reply]

DROP: Final = object()
FIRST_PARTNER: Final = 1
SUCCESSES: Final = range(200, 300)
MOST_OF_OTHERS: Final = 5
# What a server in trouble may raise over input that it does not expect.
TROUBLE: Final = (sqlite3.Error, KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError)


def together(*plants: Plant) -> Plant:
    """Several changes that make one fault."""

    def plant(parts: Parts) -> None:
        for each in plants:
            each(parts)

    return plant


# On the way out


def sends(change: ToAnswer, *operations: str, status: Collection[int] = SUCCESSES) -> Plant:
    """Changes the responses of operations (all, where none is named) that have a status."""

    def plant(parts: Parts) -> None:
        original = parts.finish

        def finish(operation: Operation | None, answer: Answer) -> Answer:
            answer = original(operation, answer)
            concerned = not operations or (operation is not None and operation.id in operations)
            return change(answer) if concerned and answer.status in status else answer

        parts.finish = finish

    return plant


def shows(operation: str, pointer: str, change: Any, *more: str) -> Plant:
    """Shows a member otherwise in the responses of operations; `change` is a function, a value, or DROP."""
    return sends(value(lambda body: edited(body, pointer, change)), operation, *more)


def value(change: Change) -> ToAnswer:
    """Changes the JSON value of a response, where it has one."""

    def edit(answer: Answer) -> Answer:
        if not answer.content:
            return answer
        return replace(answer, content=text_of(change(json.loads(answer.content))).encode())

    return edit


def status(code: int) -> ToAnswer:
    """Another status."""
    return lambda answer: replace(answer, status=code)


def content(change: Callable[[bytes], bytes]) -> ToAnswer:
    """Another body, in bytes."""
    return lambda answer: replace(answer, content=change(answer.content))


def header(name: str, text: str | None) -> ToAnswer:
    """Another value of a header, or none."""

    def edit(answer: Answer) -> Answer:
        rest = {key: own for key, own in answer.headers.items() if key.lower() != name.lower()}
        return replace(answer, headers=rest if text is None else {**rest, name: text})

    return edit


def refusal(code: int, body: Any = None, media_type: str = "application/json") -> ToAnswer:
    """Another answer in its place."""
    text = b"" if body is None else text_of(body).encode()
    return lambda _: Answer(code, {"Content-Type": media_type} if text else {}, text)


def chain(*changes: ToAnswer) -> ToAnswer:
    """One change after the other."""

    def edit(answer: Answer) -> Answer:
        for change in changes:
            answer = change(answer)
        return answer

    return edit


def text_of(body: Any) -> str:
    """A JSON text as the stand-in writes it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def edited(body: Any, pointer: str, change: Any) -> Any:
    """A copy of a JSON value with the members at a pointer changed, where they are there."""
    return _edited(copy.deepcopy(body), pointer.split("/")[1:], change)


def _edited(body: Any, tokens: list[str], change: Any) -> Any:
    if not tokens:
        return change(body) if callable(change) else change
    name, rest = tokens[0], tokens[1:]
    if isinstance(body, list) and name == "*":
        return [_edited(item, rest, change) for item in body]
    if isinstance(body, dict) and name in body:
        if change is DROP and not rest:
            return {other: item for other, item in body.items() if other != name}
        return {**body, name: _edited(body[name], rest, change)}
    return body


def elsewhere(change: ToAnswer, code: int) -> Plant:
    """Changes the responses with a status to what no operation answers: unknown paths, wrong methods."""

    def plant(parts: Parts) -> None:
        original = parts.finish

        def finish(operation: Operation | None, answer: Answer) -> Answer:
            answer = original(operation, answer)
            return change(answer) if operation is None and answer.status == code else answer

        parts.finish = finish

    return plant


# Handlers


def items_of(body: Any) -> list[Any]:
    """The items of a list as a response has them: the body itself, or its one member that is an array."""
    if isinstance(body, list):
        return body
    return next(member for member in body.values() if isinstance(member, list))


def with_items(body: Any, items: list[Any]) -> Any:
    """The same list with other items."""
    if isinstance(body, list):
        return items
    return {name: items if isinstance(member, list) else member for name, member in body.items()}


def does(operation: str, act: Act) -> Plant:
    """Has an operation do something else; `act` is given what it would have done, and the call."""

    def plant(parts: Parts) -> None:
        original = parts.handlers[operation]
        parts.handlers[operation] = lambda call: act(original, call)

    return plant


def keeps(operation: str, pointer: str, change: Any, *more: str) -> Plant:
    """Keeps a member otherwise than it was sent."""

    def act(original: Handler, call: Call) -> Reply:
        return original(replace(call, body=edited(call.body, pointer, change)))

    return together(*(does(each, act) for each in (operation, *more)))


def across_partners(operation: str) -> Plant:
    """Answers for entities of every partner."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError:
            for partner in others(call):
                with suppress(RefusalError):
                    return original(replace(call, partner=partner))
            raise

    return does(operation, act)


def lists_everyones(operation: str) -> Plant:
    """Lists the entities of all partners."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        more = [item for partner in others(call) for item in items_of(original(replace(call, partner=partner)).body)]
        return replace(reply, body=with_items(reply.body, [*items_of(reply.body), *more]))

    return does(operation, act)


def others(call: Call) -> list[int]:
    """The numbers of the other partners."""
    return [number for number, _ in enumerate(call.store.credentials(), 1) if number != call.partner]


def first_does(operation: str, first: Callable[[Call], object]) -> Plant:
    """Has an operation do something else, too, before what it does."""

    def act(original: Handler, call: Call) -> Reply:
        first(call)
        return original(call)

    return does(operation, act)


def then_does(operation: str, then: Callable[[Call, Reply], object]) -> Plant:
    """Has an operation do something else, too, when it has succeeded."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        then(call, reply)
        return reply

    return does(operation, act)


def others_make_users(*operations: str) -> Plant:
    """Whoever shares the sandbox makes a user after every third call of these operations, and deletes it later."""

    def plant(parts: Parts) -> None:
        calls, theirs = itertools.count(), deque[tuple[int, str]]()
        make, remove = parts.handlers["createUser"], parts.handlers["deleteUser"]

        def then(call: Call, _: Reply) -> None:
            if next(calls) % 3 == 0:
                theirs.append((call.partner, call.new_id()))
                make(Call(call.partner, {}, {"userId": theirs[-1][1]}, call.store))
            if len(theirs) > MOST_OF_OTHERS:
                partner, user = theirs.popleft()
                remove(Call(partner, {"userId": user}, None, call.store))

        together(*(then_does(operation, then) for operation in operations))(parts)

    return plant


def only_says(operation: str) -> Plant:
    """Has an operation answer as it does, and leave everything as it was."""

    def act(original: Handler, call: Call) -> Reply:
        return original(replace(call, store=_Undone(call.store)))

    return does(operation, act)


def across_parents(operation: str, kind: str, parameter: str) -> Plant:
    """Answers for entities below any parent of a kind, whichever stands in the path."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError:
            for parent in call.store.all(call.partner, kind):
                with suppress(RefusalError):
                    return original(replace(call, path={**call.path, parameter: parent[parameter]}))
            raise

    return does(operation, act)


def lists_below_all(operation: str, kind: str, parameter: str) -> Plant:
    """Lists what is below every parent of a kind."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        parents = [parent[parameter] for parent in call.store.all(call.partner, kind)]
        bodies = [original(replace(call, path={**call.path, parameter: own})).body for own in parents]
        return replace(reply, body=with_items(reply.body, [item for body in bodies for item in items_of(body)]))

    return does(operation, act)


def without_parent(operation: str, instead: Callable[[Call], object], *, goes_on: bool) -> Plant:
    """Does something where there is no parent, and then goes on as if there were one, or refuses all the same."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError:
            instead(call)
            if goes_on:
                return original(call)
            raise

    return does(operation, act)


def lists(operation: str, change: Callable[[list[Any]], Any]) -> Plant:
    """Lists otherwise."""

    def act(original: Handler, call: Call) -> Reply:
        reply = original(call)
        return replace(reply, body=with_items(reply.body, change(items_of(reply.body))))

    return does(operation, act)


def nothing_found_is(operation: str, reply: Reply) -> Plant:
    """Has a list that would be empty be something else."""

    def act(original: Handler, call: Call) -> Reply:
        listed = original(call)
        return listed if items_of(listed.body) else reply

    return does(operation, act)


def still_shown(getter: str, deleter: str) -> Plant:
    """Shows what is deleted as before, to those who know its id."""

    def plant(parts: Parts) -> None:
        deleted: dict[str, Reply] = {}
        show, delete = parts.handlers[getter], parts.handlers[deleter]

        def delete_and_keep(call: Call) -> Reply:
            with suppress(RefusalError):
                deleted[text_of(call.path)] = show(call)
            return delete(call)

        def show_deleted(call: Call) -> Reply:
            try:
                return show(call)
            except RefusalError:
                if text_of(call.path) in deleted:
                    return deleted[text_of(call.path)]
                raise

        parts.handlers[getter], parts.handlers[deleter] = show_deleted, delete_and_keep

    return plant


def still_listed(lister: str, getter: str, deleter: str) -> Plant:
    """Lists what is deleted as before."""

    def plant(parts: Parts) -> None:
        deleted: list[tuple[Mapping[str, str], Any]] = []
        show, delete, original = parts.handlers[getter], parts.handlers[deleter], parts.handlers[lister]

        def delete_and_keep(call: Call) -> Reply:
            with suppress(RefusalError):
                deleted.append((call.path, show(call).body))
            return delete(call)

        def listed(call: Call) -> Reply:
            reply = original(call)
            more = [body for path, body in deleted if call.path.items() <= path.items()]
            return replace(reply, body=with_items(reply.body, [*items_of(reply.body), *more]))

        parts.handlers[deleter], parts.handlers[lister] = delete_and_keep, listed

    return plant


def deletes_sibling_too(deleter: str, kind: str, parameter: str) -> Plant:
    """Deletes the newest entity beside the one that is deleted."""

    def then(call: Call, _: Reply) -> None:
        parent = next((own for name, own in call.path.items() if name != parameter), "")
        for sibling in call.store.all(call.partner, kind, parent)[-1:]:
            member = parameter if parameter in sibling else "id"
            call.store.delete(call.partner, kind, parent, sibling[member])

    return then_does(deleter, then)


def in_place_of(code: int, operation: str, reply: Reply) -> Plant:
    """Has an operation reply in the place of a refusal with a status."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError as refused:
            if refused.reply.status != code:
                raise
            return reply

    return does(operation, act)


class _Undone(Store):
    """A store that shows what another one has, and keeps nothing."""

    def __init__(self, store: Store) -> None:
        self.now = store.now
        self._db = store._db  # noqa: SLF001  the same database, seen by another class of the same

    def put(self, partner: int, kind: str, parent: str, entity_id: str, body: Any) -> bool:
        del body
        return self.get(partner, kind, parent, entity_id) is None

    def delete(self, partner: int, kind: str, parent: str, entity_id: str, *, owns: Iterable[str] = ()) -> bool:
        del owns
        return self.get(partner, kind, parent, entity_id) is not None


# Who is let in


def open_to_all(operation: str) -> Plant:
    """Lets calls of an operation in without a token."""

    def lets_in(asked: Asked, _: Mapping[str, int], __: Store) -> int | None:
        return FIRST_PARTNER if asked.operation.id == operation else None

    return lets_in_also(lets_in)


def lets_in_also(whose: Callable[[Asked, Mapping[str, int], Store], int | None]) -> Plant:
    """Lets calls in that have no good token.

    Args:
        whose: gives the partner of such a call, or None; given the tokens that were given out, with their partners.
    """

    def plant(parts: Parts) -> None:
        given: dict[str, int] = {}
        bearer, grant = parts.bearer, parts.grant

        def remember(form: Form, authorization: str | None) -> Reply:
            reply = grant(form, authorization)
            token = reply.body.get("access_token") if isinstance(reply.body, dict) else None
            partner = parts.store.partner_of_token(token) if token else None
            if token and partner is not None:
                given[token] = partner
            return reply

        def lenient(asked: Asked) -> int | None:
            partner = bearer(asked)
            return whose(asked, given, parts.store) if partner is None else partner

        parts.grant, parts.bearer = remember, lenient

    return plant


def token_like(alike: Callable[[str, str], bool]) -> Plant:
    """Takes what looks like a token; `alike` is given the Authorization header and a token that was given out."""

    def whose(asked: Asked, given: Mapping[str, int], _: Store) -> int | None:
        header_sent = asked.authorization or ""
        return next((partner for token, partner in given.items() if alike(header_sent, token)), None)

    return lets_in_also(whose)


def header_like(alike: Callable[[str | None], bool]) -> Plant:
    """Takes any Authorization header of a kind, as the first partner's."""
    return lets_in_also(lambda asked, _, __: FIRST_PARTNER if alike(asked.authorization) else None)


def basic_is_taken(asked: Asked, _given: Mapping[str, int], store: Store) -> int | None:
    """The partner whose id and secret stand in the scheme Basic."""
    scheme, _, encoded = (asked.authorization or "").partition(" ")
    if scheme != "Basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        return None
    return store.partner_of_client(client_id, secret)


# What a refusal leaves behind


def acts_in_spite(operation: str, of: int) -> Plant:
    """Refuses a call with a status, and does what was asked for all the same."""

    def plant(parts: Parts) -> None:
        original = parts.answer

        def answer(asked: Asked) -> Reply:
            try:
                return original(asked)
            except RefusalError as refused:
                if asked.operation.id == operation and refused.reply.status == of:
                    with suppress(RefusalError, *TROUBLE):
                        parts.act(parts.bearer(asked) or FIRST_PARTNER, asked)
                raise

        parts.answer = answer

    return plant


def acts_for_others(operation: str) -> Plant:
    """Answers that there is no such thing, and does what was asked for to the one of another partner."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError:
            for partner in others(call):
                with suppress(RefusalError):
                    original(replace(call, partner=partner))
            raise

    return does(operation, act)


def tells_of_others(operation: str, entity: str, parameter: str, member: str) -> Plant:
    """Answers that there is no such thing, and shows a member of the one of another partner beside it."""

    def act(original: Handler, call: Call) -> Reply:
        try:
            return original(call)
        except RefusalError as refused:
            for partner in others(call):
                found = call.store.get(partner, entity, "", call.path[parameter])
                if found:
                    raise RefusalError(refused.reply.status, "This is another's.", **{member: found[member]}) from None
            raise

    return does(operation, act)


# Bad input


def accepts(
    operation: str, pointer: str, actual: str = "", *, default: Any = DROP, mend: Change | None = None
) -> Plant:
    """Takes input that breaks a rule.

    Args:
        operation: whose input.
        pointer: the member; the start of one, where it ends in `*`; the whole body, where it is empty.
        actual: how what was sent there is described, from the start: `missing`, `a string`.
        default: what is put where nothing is.
        mend: makes of the member what can be kept.
    """

    def forgiven(breach: Breach) -> bool:
        own = "".join(f"/{token}" for token in breach.at.path)
        fits = own.startswith(pointer[:-1]) if pointer.endswith("*") else own == pointer
        return breach.at.part == "request-body" and fits and wording.actual(breach).startswith(actual)

    def mended(original: Handler, call: Call) -> Reply:
        body = call.body
        if default is not DROP:
            body = _with(body, pointer.split("/")[1:], default)
        if mend is not None:
            body = edited(body, pointer, mend)
        return original(replace(call, body=body))

    return together(forgives(operation, forgiven), does(operation, mended))


def forgives_parameters(operation: str, name: str, instead: str) -> Plant:
    """Takes a query parameter for another value where it breaks a rule."""

    def act(original: Handler, call: Call) -> Reply:
        text = call.query.get(name, instead)
        return original(replace(call, query={**call.query, name: text if text.isdigit() else instead}))

    forgiven = forgives(operation, lambda breach: breach.at == Place("query", name))
    return together(forgiven, does(operation, act))


def forgives(operation: str, forgiven: Callable[[Breach], bool]) -> Plant:
    """Does not look for breaches of a kind."""

    def plant(parts: Parts) -> None:
        original = parts.breaches

        def breaches(asked: Asked) -> list[Breach]:
            found = original(asked)
            if asked.operation.id != operation:
                return found
            return [breach for breach in found if not forgiven(breach)]

        parts.breaches = breaches

    return plant


def _with(body: Any, tokens: list[str], default: Any) -> Any:
    """The body with something at a place where nothing is."""
    token, rest = tokens[0], tokens[1:]
    if not rest:
        return {token: default, **body}
    return {**body, token: _with(body[token], rest, default)}


def reads_as(operation: str, read: Callable[[str], Any]) -> Plant:
    """Reads what is no JSON in a way of its own, and goes on with that unless it makes trouble."""

    def plant(parts: Parts) -> None:
        original = parts.answer

        def answer(asked: Asked) -> Reply:
            if asked.operation.id == operation and (partner := parts.bearer(asked)):
                try:
                    _ = asked.decoded.request_body
                except UndecodableError:
                    with suppress(*TROUBLE):
                        body = read(sent_text(asked))
                        return parts.handlers[operation](Call(partner, asked.decoded.path_values, body, parts.store))
            return original(asked)

        parts.answer = answer

    return plant


def takes_nothing(operation: str, body: Any) -> Plant:
    """Takes an empty body for another one."""

    def plant(parts: Parts) -> None:
        original = parts.answer

        def answer(asked: Asked) -> Reply:
            if asked.operation.id == operation and not sent_text(asked) and (partner := parts.bearer(asked)):
                return parts.handlers[operation](Call(partner, asked.decoded.path_values, body, parts.store))
            return original(asked)

        parts.answer = answer

    return plant


def waits_now_and_then(every: int, code: int, retry_after: str) -> Plant:
    """Asks every so many calls to come back later, and does nothing."""

    def plant(parts: Parts) -> None:
        original, count = parts.answer, itertools.count(1)

        def answer(asked: Asked) -> Reply:
            if next(count) % every == 0:
                return Reply(code, None, {"Retry-After": retry_after})
            return original(asked)

        parts.answer = answer

    return plant


def numbers_ids(*operations: str) -> Plant:
    """Gives what operations make the next number for an id."""
    count = itertools.count(1)

    class Numbering(Call):
        def new_id(self) -> str:
            return str(next(count))

    def act(original: Handler, call: Call) -> Reply:
        return original(Numbering(call.partner, call.path, call.body, call.store))

    return together(*(does(operation, act) for operation in operations))


def wants_whole_ids(*operations: str) -> Plant:
    """Answers 400, not 404, for an id of another length than those that it gives."""

    def act(original: Handler, call: Call) -> Reply:
        if any(len(own) != len(call.new_id()) for own in list(call.path.values())[-1:]):
            raise RefusalError(400, "This is no id.")
        return original(call)

    return together(*(does(operation, act) for operation in operations))


def refuses(operation: str, when: Callable[[Any], bool], code: int = 400) -> Plant:
    """Refuses bodies that are legal."""

    def act(original: Handler, call: Call) -> Reply:
        if when(call.body):
            raise RefusalError(code, "This server does not want that.")
        return original(call)

    return does(operation, act)


def crashes(when: Callable[[Asked], bool], *operations: str) -> Plant:
    """Fails over some calls of operations (of all, where none is named)."""

    def plant(parts: Parts) -> None:
        original = parts.answer

        def answer(asked: Asked) -> Reply:
            if (not operations or asked.operation.id in operations) and parts.bearer(asked) and when(asked):
                return Reply(500, {"title": "An error occurred.", "status": 500}, {}, "application/problem+json")
            return original(asked)

        parts.answer = answer

    return plant


def sent_text(asked: Asked) -> str:
    """The body of a call as text."""
    return asked.decoded.exchange.request.body.decode("utf-8", "surrogateescape")


def sent_value(asked: Asked) -> Any:
    """The body of a call as a JSON value, as a careless server reads it; None where it is none."""
    try:
        return json.loads(sent_text(asked))
    except (ValueError, RecursionError):
        return None


# Tokens


def grants(act: Callable[[Grant, Form, str | None], Reply]) -> Plant:
    """Has the token endpoint do something else; `act` is given what it would have done, and what it was given."""

    def plant(parts: Parts) -> None:
        original = parts.grant
        parts.grant = lambda form, authorization: act(original, form, authorization)

    return plant


def takes_form_as(change: Callable[[Store, Form], Form]) -> Plant:
    """Has the token endpoint read something into a form that does not stand there."""

    def plant(parts: Parts) -> None:
        original = parts.grant
        parts.grant = lambda form, authorization: original(change(parts.store, form), authorization)

    return plant


def secret_like(alike: Callable[[str, str], bool]) -> Callable[[Store, Form], Form]:
    """Takes a client's secret that is like the right one; `alike` is given what was sent, and the right one."""

    def change(store: Store, form: Form) -> Form:
        for known in store.credentials():
            if known.client_id == form.get("client_id") and alike(form.get("client_secret", ""), known.client_secret):
                return {**form, "client_secret": known.client_secret}
        return form

    return change


def error_code(old: str, new: str) -> Plant:
    """Another error code of the token endpoint."""

    def change(body: Any) -> Any:
        return {**body, "error": new} if body.get("error") == old else body

    return sends(value(change), "getToken", status=(400, 401))


def only_the_latest_token(parts: Parts) -> None:
    """Ends the tokens of a partner when it gets another one."""
    latest: dict[int, str] = {}
    bearer, grant = parts.bearer, parts.grant

    def remember(form: Form, authorization: str | None) -> Reply:
        reply = grant(form, authorization)
        if reply.status in SUCCESSES:
            token = reply.body["access_token"]
            latest[parts.store.partner_of_token(token) or 0] = token
        return reply

    def strict(asked: Asked) -> int | None:
        partner = bearer(asked)
        return partner if partner and (asked.authorization or "").endswith(latest.get(partner, "")) else None

    parts.grant, parts.bearer = remember, strict


def one_token_for_all(parts: Parts) -> None:
    """Gives everybody the token that it gave first."""
    original = parts.grant
    given: list[Reply] = []

    def grant(form: Form, authorization: str | None) -> Reply:
        reply = original(form, authorization)
        if reply.status not in SUCCESSES:
            return reply
        given.append(reply)
        return given[0]

    parts.grant = grant


def reads_form(read: Callable[[bytes], Form]) -> Plant:
    """Has the token endpoint read bodies of any media type in a way of its own, where it would refuse them."""

    def plant(parts: Parts) -> None:
        original = parts.read_form

        def read_form(content_type: str | None, body: bytes) -> Form:
            try:
                return original(content_type, body)
            except RefusalError:
                with suppress(*TROUBLE):
                    return read(body)
                raise

        parts.read_form = read_form

    return plant


# Methods


def also_by(method: str, path: str, operation: str) -> Plant:
    """Has one more method of a path do what an operation does."""

    def plant(parts: Parts) -> None:
        known = next(each for each in parts.contract.operations.values() if each.id == operation)
        parts.routes[method, path] = known

    return plant


# Deliveries


def delivers(change: Callable[[Delivery], Iterable[Delivery]]) -> Plant:
    """Sends other deliveries in the place of one."""

    def plant(parts: Parts) -> None:
        original = parts.send

        async def send(client: httpx.AsyncClient, delivery: Delivery) -> int | None:
            status = None
            for each in change(delivery):
                status = await original(client, each)
            return status

        parts.send = send

    return plant


def delivers_late(seconds: float) -> Plant:
    """Waits before each delivery."""

    def plant(parts: Parts) -> None:
        original = parts.send

        async def send(client: httpx.AsyncClient, delivery: Delivery) -> int | None:
            await asyncio.sleep(seconds)
            return await original(client, delivery)

        parts.send = send

    return plant


def delivers_by(method: str) -> Plant:
    """Sends deliveries by another method."""

    def plant(parts: Parts) -> None:
        async def send(client: httpx.AsyncClient, delivery: Delivery) -> int | None:
            answer = await client.request(method, delivery.url, content=delivery.body, headers=delivery.headers)
            return answer.status_code

        parts.send = send

    return plant


def gives_up_after_a_failure(parts: Parts) -> None:
    """Sends nothing any more, to anybody, once a receiver has failed."""
    failed: list[Delivery] = []

    async def send(client: httpx.AsyncClient, delivery: Delivery) -> None:
        if failed:
            return
        try:
            answer = await client.post(delivery.url, content=delivery.body, headers=delivery.headers, timeout=1.0)
            answer.raise_for_status()
        except httpx.HTTPError:
            failed.append(delivery)

    parts.send = send


def waits_for_receiver(operation: str, failing: Callable[[httpx.Response], bool] = lambda _: False) -> Plant:
    """Delivers while the call is being answered, and fails with the receiver."""

    def act(original: Handler, call: Call) -> Reply:
        before = {each.seq for each in call.store.owed()}
        reply = original(call)
        for delivery in call.store.owed():
            if delivery.seq in before:
                continue
            call.store.done(delivery)
            try:
                answer = httpx.post(delivery.url, content=delivery.body, headers=delivery.headers, timeout=1.0)
            except httpx.ConnectError:
                return Reply(500, {"title": "Connection refused", "status": 500}, {}, "application/problem+json")
            except httpx.TimeoutException:
                return Reply(504, {"title": "Gateway Timeout", "status": 504}, {}, "application/problem+json")
            if failing(answer):
                return Reply(502, {"title": "Bad Gateway", "status": 502}, {}, "application/problem+json")
        return reply

    return does(operation, act)
