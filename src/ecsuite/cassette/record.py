"""What pytest-recording is set to, and what is done to a recording before it is written.

The recording itself is vcrpy's, taken below httpx on the way to a real socket. Before it reaches a file:

- secrets become placeholders; what the partner owns beside this run's entities is left out of lists;
- headers are kept where a check reads them, for the others belong to the connection or to the day;
- values that the server chose (ids, time stamps) become stable ones, and addresses of this machine, whose ports change,
  become names on `.invalid`: so the same traffic recorded twice gives the same file, byte for byte.
"""

from __future__ import annotations

import json
import random
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from ecsuite.cassette.tape import Cassette, Provenance
from ecsuite.checks import Checker
from ecsuite.contract import Contract, Operation, success_links
from ecsuite.findings.finding import Result
from ecsuite.messages.exchange import Exchange, Headers, Request, Response, asks_to_wait
from ecsuite.messages.media import FORM, MediaType, UndecodableError, read_json
from ecsuite.messages.redact import is_secret, mask_body, placeholder
from ecsuite.target import Target, is_loopback
from ecsuite.version import __version__
from ecsuite.webhook.signature import is_signed, sign

# For vcrpy: compressed bodies would hide what is in them from the steps below.
VCR_CONFIG: Final[dict[str, Any]] = {"decode_compressed_response": True}
KEPT_REQUEST_HEADERS: Final = frozenset({"content-type"})
KEPT_RESPONSE_HEADERS: Final = frozenset({"content-type", "cache-control", "www-authenticate", "location", "allow"})
ALTERED: Final = "secrets, addresses of this machine, and ids and time stamps that the server chose were replaced"
SIGNED_ANEW: Final = "; right signatures of deliveries were made again, with the placeholder as the secret"

# A string of a JSON text; with a colon behind it, it is the name of a member.
_JSON_STRING: Final = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*")(?P<colon>\s*:)?')
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_TIME_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_TRACE_ID: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_STABLE_TIME: Final = "2023-01-01T00:00:00.0000000+00:00"
# The member that holds the secret of a webhook's signatures.
SIGNING_MEMBER: Final = "webhookSecret"
_STABLE_TRACE: Final = f"00-{'0' * 31}1-{'0' * 15}1-00"


class MemoryPersister:
    """In the place of vcrpy's files: keeps what was recorded in memory, for nothing raw may touch the disk."""

    def __init__(self, nothing: type[Exception]) -> None:
        self._nothing = nothing
        self.exchanges: list[Exchange] = []

    def load_cassette(self, _path: str, **_: object) -> tuple[list[Any], list[Any]]:
        """Never anything: each recording starts again."""
        raise self._nothing

    def save_cassette(self, _path: str, recorded: Mapping[str, Any], **_: object) -> None:
        """What vcrpy hands over when the test is over."""
        pairs = zip(recorded["requests"], recorded["responses"], strict=True)
        self.exchanges = [_from_vcr(request, response) for request, response in pairs]


def _from_vcr(request: Any, response: Mapping[str, Any]) -> Exchange:
    body = request.body or b""
    fields = [(name, value) for name, values in response["headers"].items() for value in values]
    return Exchange(
        Request(
            request.method,
            request.uri,
            Headers.of(request.headers.items()),
            body.encode() if isinstance(body, str) else bytes(body),
        ),
        Response(response["status"]["code"], Headers.of(fields), response["body"]["string"] or b""),
    )


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recorded, as it was sent, and all that is known of it.

    Attributes:
        deliveries: what the API sent meanwhile.
        checker: of the contract that passed.
        scenario: the name of the cassette.
        seed: what the run's ids were drawn from.
        receiver_url: the receiver's own address.
        secrets: every secret of the run.
        superseded: the calls that a later one has taken the place of; see `CallLog`.
    """

    exchanges: Sequence[Exchange]
    deliveries: Sequence[Exchange]
    checker: Checker
    target: Target
    scenario: str
    seed: str
    receiver_url: str
    secrets: frozenset[str]
    today: date
    superseded: frozenset[tuple[str, str, int]] = frozenset()


def prepare(recording: Recording) -> Cassette:
    """A recording made fit to be written."""
    checker, target, receiver_url = recording.checker, recording.target, recording.receiver_url
    answers = list(_answers(recording))
    addresses = _addresses({"api": target.base_url, "auth": target.token_url, "receiver": receiver_url})
    own = _own_values(answers, checker)
    prepared = [_trimmed(exchange, own, checker) for exchange in answers]
    stable = _StableValues(recording.seed)
    for exchange in prepared:
        stable.learn(checker.check(exchange), checker)
    mend = _Rewriter(addresses, stable, recording.secrets, _signed_headers(checker.contract))
    exchanges = [mend.exchange(exchange) for exchange in prepared]
    deliveries = [mend.delivery(delivery) for delivery in recording.deliveries]
    return Cassette(
        Provenance(
            edition=str(checker.contract.source.document["info"]["version"]),
            scenario=recording.scenario,
            target=_target_name(target),
            recorded=recording.today.isoformat(),
            contract=checker.contract.digest,
            seed=recording.seed,
            base_url=mend.address(target.base_url),
            token_url=mend.address(target.token_url),
            receiver_url=mend.address(receiver_url),
            altered=ALTERED + SIGNED_ANEW * mend.has_signed,
        ),
        tuple(mend.signed_anew(exchange) for exchange in exchanges),
        tuple(deliveries),
    )


def _signed_headers(contract: Contract) -> frozenset[str]:
    """The headers, in small letters, by which deliveries are signed in a way that the contract tells."""
    known = (parameter for operation in contract.deliveries.values() for parameter in operation.parameters)
    return frozenset(parameter.name.lower() for parameter in known if parameter.signature)


def _answers(recording: Recording) -> Iterator[Exchange]:
    """The exchanges that a replay asks for: without answers that ask to wait, and without those that came too early."""
    sent: Counter[tuple[str, str]] = Counter()
    for exchange in recording.exchanges:
        request, response = exchange.request, exchange.response
        key = (request.method, request.url)
        superseded = (*key, sent[key]) in recording.superseded
        sent[key] += 1
        if not superseded and not asks_to_wait(response.status, response.headers.get("Retry-After")):
            yield exchange


def _target_name(target: Target) -> str:
    if target.mode == "local":
        return f"local stand-in {__version__}"
    return "live server on this machine" if target.on_loopback else f"live {target.name}"


def _addresses(urls: Mapping[str, str]) -> dict[str, str]:
    """The origins on this machine, each with the name that stands for it; the first name of an origin counts."""
    names: dict[str, str] = {}
    for name, url in urls.items():
        parts = urlsplit(url)
        if parts.hostname and is_loopback(parts.hostname):
            names.setdefault(f"{parts.scheme}://{parts.netloc}", f"http://{name}.invalid")
    return names


def _own_values(exchanges: Iterable[Exchange], checker: Checker) -> frozenset[str]:
    """The ids of what the run made, read by id, or spoke of."""
    own: set[str] = set()
    for exchange in exchanges:
        decoded = checker.decode(exchange)
        own |= set(decoded.path_values.values())
        own |= set(_strings(decoded.values.request)) | _segments(exchange.request.url)
        operation = decoded.operation
        rule = operation.response(decoded.status) if operation and operation.method == "POST" else None
        for link in rule.links if rule else ():
            own |= {value for values in link.each(decoded.values) for value in values.values()}
    return frozenset(own)


def _trimmed(exchange: Exchange, own: frozenset[str], checker: Checker) -> Exchange:
    """The exchange with only this run's entities in an answered list; the others are the partner's business."""
    value = _value(exchange.response.body)
    operation = checker.operation(exchange.request)
    if isinstance(value, list):
        kept: Any = _own_items(value, own, operation)
    elif isinstance(value, dict) and operation and _lists_entities(operation, checker.contract):
        kept = {name: _own_items(item, own, operation) if _is_list(item) else item for name, item in value.items()}
    else:
        return exchange
    if kept == value:
        return exchange
    body = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
    return replace(exchange, response=replace(exchange.response, body=body))


def _lists_entities(operation: Operation, contract: Contract) -> bool:
    """Whether a response is a list with something around it, rather than an entity that holds lists of its own."""
    listers = {lister.id for entity_type in contract.entity_types for lister in entity_type.listers}
    return operation.id in listers or bool(operation.paged_by("page"))


def _is_list(value: Any) -> bool:
    """Whether a value is a list of entities, rather than of texts or numbers."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _own_items(items: list[Any], own: frozenset[str], operation: Operation | None) -> list[Any]:
    kept = [item for item in items if own & set(_strings(item))]
    # The first item is what the links of a list lead to.
    return items[:1] if not kept and operation and success_links(operation) else kept


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


class _StableValues:
    """Values that stand for those that a server chose, drawn from a seed in the order in which they came."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(f"{seed} server")  # noqa: S311  ids of test data
        self._sent: set[str] = set()
        self._stable: dict[str, str] = {}

    def learn(self, result: Result, checker: Checker) -> None:
        """Learn from an exchange what the client sent, and then what the server chose."""
        request, response = result.exchange.request, result.exchange.response
        self._sent |= _segments(request.url) - self._stable.keys()
        for text in _strings(_value(request.body)):
            # The ids inside an address, such as a webhook's, are the client's as well.
            self._sent |= {text, *_UUID.findall(text)}
        operation = result.operation
        rule = operation.response(response.status) if operation else None
        schema = rule.content.get(MediaType.of(response.headers.get("Content-Type")).essence) if rule else None
        answer = _value(response.body)
        if schema is None or answer is None:
            return
        for path, node in checker.contract.schemas.parts(schema, answer):
            chosen = _at(answer, path)
            if node.get("readOnly") and "enum" not in node and isinstance(chosen, str) and not _is_time(chosen):
                self._choose(chosen)

    def of(self, text: str) -> str:
        """What stands for a text: itself, unless a server chose it."""
        if text in self._stable:
            return self._stable[text]
        if text in self._sent:
            return text
        if _TRACE_ID.fullmatch(text):
            return _STABLE_TRACE
        if _is_time(text):
            return _STABLE_TIME
        if _UUID.fullmatch(text):
            return self._choose(text)
        return text

    def known(self, text: str) -> str:
        """What stands for a text, if that is settled by now; else the text itself."""
        return self._stable.get(text, text)

    def _choose(self, text: str) -> str:
        if text not in self._stable and text not in self._sent:
            drawn = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
            self._stable[text] = drawn
        return self._stable.get(text, text)


class _Rewriter:
    """Rewrites exchanges: addresses, server-chosen values, secrets, and the signatures of what was rewritten."""

    def __init__(
        self, addresses: Mapping[str, str], stable: _StableValues, secrets: Iterable[str], signed: frozenset[str]
    ) -> None:
        self._addresses = addresses
        self._stable = stable
        self._secrets = frozenset(secrets)
        self._signed = signed
        self._signatures: dict[str, str] = {}

    def address(self, text: str) -> str:
        for origin, name in self._addresses.items():
            text = text.replace(origin, name)
        return text

    def exchange(self, exchange: Exchange) -> Exchange:
        request, response = exchange.request, exchange.response
        return Exchange(
            Request(
                request.method,
                self._url(request.url),
                self._headers(request.headers, KEPT_REQUEST_HEADERS),
                self._body(request.body, request.headers),
            ),
            Response(
                response.status,
                self._headers(response.headers, KEPT_RESPONSE_HEADERS),
                self._body(response.body, response.headers, answered=True),
            ),
        )

    @property
    def has_signed(self) -> bool:
        """Whether there was a right signature to be made again."""
        return bool(self._signatures)

    def delivery(self, delivery: Exchange) -> Exchange:
        """A delivery; where its signature was right it is right again, and where it was wrong it stays wrong.

        The run's webhooks have had the placeholder as their secret, so that anybody can sign with it, and check.
        """
        mended = self.exchange(delivery)
        fields = [(name, self._signature(name, value, delivery, mended)) for name, value in mended.request.headers]
        return replace(mended, request=replace(mended.request, headers=Headers.of(fields)))

    def _signature(self, name: str, value: str, delivery: Exchange, mended: Exchange) -> str:
        secret = placeholder(SIGNING_MEMBER)
        if name.lower() in self._signed and is_signed(secret, delivery.request.body, value):
            self._signatures[value] = sign(secret, mended.request.body)
        return self._signatures.get(value, value)

    def signed_anew(self, exchange: Exchange) -> Exchange:
        """An exchange whose response shows signatures of deliveries, with those that they have now."""

        def string(match: re.Match[str]) -> str:
            known = self._signatures.get(json.loads(match["string"])) if "=" in match[0] else None
            return match[0] if known is None else json.dumps(known)

        response = exchange.response
        if not self._signatures or not any(old[:8].encode() in response.body for old in self._signatures):
            return exchange
        body = _JSON_STRING.sub(string, response.body.decode())
        return replace(exchange, response=replace(response, body=body.encode()))

    def _url(self, url: str) -> str:
        address, mark, query = self.address(url).partition("?")
        path = "/".join(self._segment(part) for part in address.split("/"))
        return path + mark + "&".join(self._pair(part) for part in query.split("&"))

    def _pair(self, part: str) -> str:
        name, equals, value = part.partition("=")
        return name + equals + self._segment(value)

    def _segment(self, part: str) -> str:
        text = unquote(part)
        mended = self._stable.of(text)
        return part if mended == text else quote(mended, safe="")

    def _headers(self, headers: Headers, kept: frozenset[str]) -> Headers:
        return Headers.of(
            (name, placeholder(name) if is_secret(name) and name.lower() not in self._signed else self._text(value))
            for name, value in headers
            if name.lower() in kept or name.lower().endswith("-signature")
        )

    def _body(self, body: bytes, headers: Headers, *, answered: bool = False) -> bytes:
        media_type = MediaType.of(headers.get("Content-Type"))
        try:
            text = body.decode()
        except UnicodeDecodeError:
            # Bytes as they are, beside the addresses and ids in them.
            return self._text(body.decode("latin-1")).encode("latin-1")
        if media_type.essence == FORM:
            return self._text(mask_body(body, FORM).decode()).encode()
        if media_type.is_json:
            text = self._json(text, answered=answered)
        return self._text(text).encode()

    def _json(self, text: str, *, answered: bool) -> str:
        """The JSON text with its strings replaced where need be, and every other character as it was.

        A string of a response may be such a text itself.
        """
        name = ""

        def string(match: re.Match[str]) -> str:
            nonlocal name
            try:
                value = json.loads(match["string"])
            except json.JSONDecodeError:
                return match[0]
            if match["colon"]:
                name = value
                return match[0]
            if answered and value.startswith("{") and _value(value.encode()) is not None:
                mended = self._json(value, answered=True)
            else:
                mended = placeholder(name) if is_secret(name) else self.address(self._stable.of(value))
            return match[0] if mended == value else json.dumps(mended, ensure_ascii=False)

        return _JSON_STRING.sub(string, text)

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, placeholder("secret"))
        return self.address(_UUID.sub(lambda match: self._stable.known(match[0]), text))


def _segments(url: str) -> set[str]:
    """The decoded parts of a path, and the values of its query."""
    parts = urlsplit(url)
    return {unquote(part) for part in parts.path.split("/")} | {value for _, value in parse_qsl(parts.query)}


def _is_time(text: str) -> bool:
    return _TIME_STAMP.fullmatch(text) is not None


def _value(body: bytes) -> Any:
    try:
        return read_json(body).value
    except UndecodableError:
        return None


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for token in path:
        value = value[token]
    return value
