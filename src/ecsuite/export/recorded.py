"""Makes chapters of calls from recordings: the quickstart with its guide's text, or any recorded scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from ecsuite import editions
from ecsuite.cassette.tape import load
from ecsuite.checks import Checker, DecodedExchange
from ecsuite.contract import Contract, Operation, success_links
from ecsuite.export.calls import Book, Call, Capture, Chapter, Example, Variable, holes, settings
from ecsuite.export.templates import (
    Names,
    entity_name,
    is_sweeping,
    made_by,
    marks,
    new_ids,
    round_trip,
    setting_of,
    template,
)
from ecsuite.findings.finding import Result
from ecsuite.json_paths import leaves
from ecsuite.messages.exchange import SUCCESS, Exchange, Expectation
from ecsuite.messages.media import UndecodableError
from ecsuite.quickstart import Made, explanation, steps, title
from ecsuite.session.run import replay_run

QUICKSTART: Final = "quickstart"
NOT_FOUND: Final = 404
_FIRST_REFUSAL: Final = 400


@dataclass(frozen=True, slots=True)
class _Part:
    """A title, a text, and the exchanges that belong to them."""

    title: str
    text: str
    exchanges: tuple[DecodedExchange, ...]


def quickstart(edition: str) -> Book:
    """The quickstart of an edition, with a chapter for each step of its guide.

    Raises:
        CassetteError: its recording is missing, or does not match the guide any more.
    """
    contract = editions.contract(edition)
    with replay_run(editions.cassette(edition, QUICKSTART)) as run:
        story, parts, results = run.story, [], list[Result]()
        run.journal.listeners.append(results.append)
        for step in steps(edition):
            before = len(results)
            made = step(story)
            if isinstance(made, Made):
                story.read_back(made)
            calls = tuple(
                run.api.checker.decode(each.exchange) for each in results[before:] if _is_call(contract, each)
            )
            parts.append(_Part(title(step), explanation(step), calls))
    return Book(edition, contract, settings(contract), tuple(_Chapters(contract, parts).chapters()))


def scenario(edition: str, name: str) -> Book:
    """A recorded scenario of an edition, as one chapter; raises CassetteError as `quickstart` does."""
    contract = editions.contract(edition)
    cassette = load(editions.cassette(edition, name))
    checker = Checker(contract, cassette.provenance.base_url, cassette.provenance.token_url)
    calls = [checker.decode(_expected(exchange)) for exchange in cassette.exchanges]
    text = f"A scenario as it was recorded from the {cassette.provenance.target}."
    part = _Part(name.rpartition("/")[2].replace("-", " ").capitalize(), text, tuple(calls))
    return Book(edition, contract, settings(contract), tuple(_Chapters(contract, [part]).chapters()))


def scenarios(edition: str) -> tuple[str, ...]:
    """The names of the recorded scenarios of an edition, the quickstart first."""
    folder = editions.root() / "cassettes" / edition
    names = sorted(str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.yaml"))
    return tuple(sorted(names, key=lambda name: name != QUICKSTART))


def exchanges(edition: str) -> Mapping[str, Sequence[Exchange]]:
    """Every recorded exchange of an edition, by the id of its operation."""
    found: dict[str, list[Exchange]] = {}
    for name in scenarios(edition):
        cassette = load(editions.cassette(edition, name))
        checker = Checker(editions.contract(edition), cassette.provenance.base_url, cassette.provenance.token_url)
        for exchange in cassette.exchanges:
            operation = checker.operation(exchange.request)
            if operation is not None:
                found.setdefault(operation.id, []).append(exchange)
    return found


def _is_call(contract: Contract, result: Result) -> bool:
    return result.operation is not None and result.operation.id in contract.operations


def _expected(exchange: Exchange) -> Exchange:
    """Expect the recorded status, if the recorded call was rejected."""
    status = exchange.response.status
    expectation = SUCCESS if status < _FIRST_REFUSAL else Expectation(statuses=frozenset({status}))
    return replace(exchange, request=replace(exchange.request, expectation=expectation))


class _Chapters:
    """Makes the calls of a recording in order; a later call uses what an earlier one sets."""

    def __init__(self, contract: Contract, parts: Sequence[_Part]) -> None:
        self._contract = contract
        self._parts = parts
        self._names = Names()
        self._later = [_text(decoded.exchange) for part in parts for decoded in part.exchanges]
        self._captured: set[str] = set()
        self._kept: set[str] = set()

    def chapters(self) -> Iterator[Chapter]:
        """The chapters, in the order of the recording."""
        for part in self._parts:
            calls = [self._call(decoded) for decoded in part.exchanges]
            yield Chapter(part.title, part.text, tuple(_with_unique_titles(calls)))

    def _call(self, decoded: DecodedExchange) -> Call:
        operation, exchange = decoded.operation, decoded.exchange
        assert operation is not None
        del self._later[0]
        body = _sent(decoded)
        marked = marks(self._contract, operation, body)
        drawn = tuple(
            self._names.give(value, self._wanted(decoded))
            for _, value in new_ids(marked, body)
            if not self._names.of(value)
        )
        places = {
            path: name for path, value in leaves(body) if (name := setting_of(marked, path) or self._names.of(value))
        }
        entity_type = made_by(self._contract, operation)
        captures = self._captures(decoded)
        call = Call(
            title=operation.summary,
            text=str(self._contract.source.at(operation.pointer).get("description", "")),
            operation=operation,
            path={name: self._spelt(value) for name, value in decoded.path_values.items()},
            query=tuple((name, self._spelt(value)) for name, value in parse_qsl(urlsplit(exchange.request.url).query)),
            body=template(body, places) if exchange.request.body else None,
            media_type=decoded.request_media_type.essence,
            expectation=exchange.request.expectation,
            draws=drawn,
            captures=tuple(captures),
            examples=(Example(exchange.response),),
            is_sweeping=is_sweeping(self._contract, operation),
        )
        call = replace(call, needs=self._needs(call))
        self._captured |= {capture.variable for capture in captures} - set(drawn)
        if entity_type and not operation.sandbox_only and exchange.response.status < _FIRST_REFUSAL:
            self._kept.add(name := self._id_of(decoded))
            return replace(call, keeps=name)
        return self._reading(call, decoded)

    def _reading(self, call: Call, decoded: DecodedExchange) -> Call:
        """Add the comparison with an earlier request, if the call reads what was sent."""
        last = list(decoded.path_values.values())[-1:]
        name = self._names.of(last[0]) if last else ""
        readers = [each for each in self._contract.entity_types if each.reader is call.operation]
        if name not in self._kept or not readers or decoded.status >= _FIRST_REFUSAL:
            return call
        made = next((each for each in readers if entity_name(each) == name), readers[0])
        return replace(call, reads=replace(round_trip(self._contract, made), variable=name))

    def _id_of(self, decoded: DecodedExchange) -> str:
        entity_type = made_by(self._contract, decoded.operation) if decoded.operation else None
        assert entity_type is not None
        return self._names.of(entity_type.identity.evaluate(decoded.values))

    def _wanted(self, decoded: DecodedExchange) -> str:
        """Name for an id that the client chooses."""
        assert decoded.operation is not None
        made = made_by(self._contract, decoded.operation)
        if made and made.sends_id:
            return entity_name(made)
        batch = self._contract.batch_of(decoded.operation)
        return entity_name(batch.entity_type) if batch else "id"

    def _captures(self, decoded: DecodedExchange) -> list[Capture]:
        """Values in a response that later calls need, located by the links of the operation."""
        found: dict[str, Capture] = {}
        for link in success_links(decoded.operation) if decoded.operation and decoded.is_success else ():
            for parameter, expression in link.parameters.items():
                value = expression.evaluate(decoded.values) if expression.message == "response" else None
                if not isinstance(value, str) or not value:
                    continue
                if not self._names.of(value) and any(value in text for text in self._later):
                    self._names.give(value, self._captured_name(link.operation_id, parameter))
                name = self._names.of(value)
                # The id of a created entity is not captured from a list, whose first item may be another entity.
                if name and not (expression.is_in_list and name in self._captured):
                    found.setdefault(name, Capture(name, expression.tokens, is_of_list=expression.is_in_list))
        return list(found.values())

    def _captured_name(self, target: str, parameter: str) -> str:
        for entity_type in self._contract.entity_types:
            if entity_type.parameter == parameter and target in {entity_type.reader.id, *_ids(entity_type.deleter)}:
                return entity_name(entity_type)
        return parameter

    def _needs(self, call: Call) -> tuple[str, ...]:
        used = dict.fromkeys(each.name for each in holes([*call.path.values(), *dict(call.query).values(), call.body]))
        return tuple(name for name in used if name in self._captured)

    def _spelt(self, value: str) -> str | Variable:
        name = self._names.of(value)
        return Variable(name) if name else value


def _ids(operation: Operation | None) -> tuple[str, ...]:
    return (operation.id,) if operation else ()


def _sent(decoded: DecodedExchange) -> Any:
    """The parsed body of a request; None if there is none, or if it cannot be parsed."""
    try:
        return decoded.request_body if decoded.exchange.request.body else None
    except UndecodableError:
        return None


def _text(exchange: Exchange) -> str:
    return f"{unquote(exchange.request.url)} {exchange.request.body.decode(errors='replace')}"


def _with_unique_titles(calls: Sequence[Call]) -> Iterator[Call]:
    """Give the calls unique titles."""
    seen: dict[str, int] = {}
    for call in calls:
        title_ = f"{call.title}: it is gone" if _expects_absence(call) else call.title
        seen[title_] = seen.get(title_, 0) + 1
        yield replace(call, title=title_ if seen[title_] == 1 else f"{title_} ({seen[title_]})")


def _expects_absence(call: Call) -> bool:
    return NOT_FOUND in (call.expectation.statuses or ())
