"""The settings of pytest-recording, and the preparation of a recording before it is written.

vcrpy records below httpx, on a real socket. Before a recording is written to a file:

- placeholders replace secrets; other data of the partner is removed from lists;
- only headers that a check reads are kept, because the others depend on the connection or the day;
- stable values replace those that the server chose (ids, timestamps), and names on `.invalid` replace the addresses of
  this machine, whose ports change: so the same traffic gives the same file, byte for byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from ecsuite.cassette.rewrite import Rewriter, signed_headers, stand_ins
from ecsuite.cassette.stable import StableValues
from ecsuite.cassette.tape import Cassette, Provenance
from ecsuite.cassette.trim import own_values, without_others
from ecsuite.checks import Checker
from ecsuite.messages.codings import CodingError, codings, undone
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.messages.interception import interception_of
from ecsuite.target import Target
from ecsuite.version import __version__

# vcrpy must leave bodies as they are, because it only decodes the first member of a gzip body.
VCR_CONFIG: Final[dict[str, Any]] = {"decode_compressed_response": False}
ALTERED: Final = "secrets, addresses of this machine, and ids and time stamps that the server chose were replaced"
RESIGNED: Final = "; right signatures of deliveries were made again, with the placeholder as the secret"


class MemoryPersister:
    """Replaces vcrpy's files: keeps recordings in memory, so that no secret reaches the disk."""

    def __init__(self, nothing: type[Exception]) -> None:
        self._nothing = nothing
        self.exchanges: list[Exchange] = []

    def load_cassette(self, _path: str, **_: object) -> tuple[list[Any], list[Any]]:
        """Load nothing: each recording starts from scratch."""
        raise self._nothing

    def save_cassette(self, _path: str, recorded: Mapping[str, Any], **_: object) -> None:
        """Take over the recording when the test is over."""
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
        Response(response["status"]["code"], Headers.of(fields), _plain(response["body"]["string"] or b"", fields)),
    )


def _plain(body: bytes, fields: Iterable[tuple[str, str]]) -> bytes:
    """A body with its content codings undone, so that the following steps see its content."""
    applied = codings([value for name, value in fields if name.lower() == "content-encoding"])
    try:
        return b"".join(undone([body], applied))
    except CodingError:
        # A finding, and so not recorded.
        return body


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it was sent, and everything known about it.

    Attributes:
        deliveries: the deliveries that the API sent meanwhile.
        checker: of the contract that all exchanges passed.
        scenario: the name of the cassette.
        seed: the seed of the run's ids.
        receiver_url: the receiver's own address.
        placeholders: the placeholder for each secret of the run.
        superseded: the calls that later ones have superseded; see `CallLog`.
    """

    exchanges: Sequence[Exchange]
    deliveries: Sequence[Exchange]
    checker: Checker
    target: Target
    scenario: str
    seed: str
    receiver_url: str
    placeholders: Mapping[str, str]
    today: date
    superseded: frozenset[tuple[str, str, int]] = frozenset()


def prepare(recording: Recording) -> Cassette:
    """The cassette of a recording, ready to be written."""
    checker, target, receiver_url = recording.checker, recording.target, recording.receiver_url
    answers = list(_answers(recording))
    addresses = stand_ins({"api": target.base_url, "auth": target.token_url, "receiver": receiver_url})
    own = own_values(answers, checker)
    prepared = [without_others(exchange, own, checker) for exchange in answers]
    stable = StableValues(recording.seed)
    for exchange in prepared:
        stable.learn(exchange, checker.operation(exchange.request), checker.contract.schemas)
    rewriter = Rewriter(addresses, stable, recording.placeholders, signed_headers(checker.contract))
    exchanges = [rewriter.exchange(exchange) for exchange in prepared]
    deliveries = [rewriter.delivery(delivery) for delivery in recording.deliveries]
    return Cassette(
        Provenance(
            edition=str(checker.contract.source.document["info"]["version"]),
            scenario=recording.scenario,
            target=_target_name(target),
            recorded=recording.today.isoformat(),
            contract=checker.contract.digest,
            seed=recording.seed,
            base_url=rewriter.address(target.base_url),
            token_url=rewriter.address(target.token_url),
            receiver_url=rewriter.address(receiver_url),
            altered=ALTERED + RESIGNED * rewriter.has_signed,
        ),
        tuple(rewriter.resigned(exchange) for exchange in exchanges),
        tuple(deliveries),
    )


def _answers(recording: Recording) -> Iterator[Exchange]:
    """The exchanges that a replay repeats: with responses of the API itself, and not superseded."""
    sent: Counter[tuple[str, str]] = Counter()
    for exchange in recording.exchanges:
        request = exchange.request
        key = (request.method, request.url)
        superseded = (*key, sent[key]) in recording.superseded
        sent[key] += 1
        if not superseded and interception_of(exchange) is None:
            yield exchange


def _target_name(target: Target) -> str:
    if target.mode == "local":
        return f"local stand-in {__version__}"
    return "live server on this machine" if target.on_loopback else f"live {target.name}"
