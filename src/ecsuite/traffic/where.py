"""Whether a call goes to the right host: published hosts are called by https, and simulations never in production."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ecsuite import promises
from ecsuite.checks import Checker
from ecsuite.contract import Operation
from ecsuite.findings.breach import Breach, Place
from ecsuite.findings.finding import Finding
from ecsuite.messages.exchange import Exchange
from ecsuite.traffic.addresses import token_address

_IN_THE_CLEAR = "because others could read credentials and tokens (RFC 6750 section 5.3)"
_NOT_IN_PRODUCTION = "because it belongs to the sandbox only"


def misdirected(checker: Checker, exchange: Exchange, operation: Operation) -> Iterator[Finding]:
    """The findings about the target of a call; none for a host that is not published."""
    contract, parts = checker.contract, urlsplit(exchange.request.url)
    production, sandbox = (contract.hosts(production=each) for each in (True, False))
    published = production | sandbox | token_address(contract)[1]
    breaches: list[Breach] = []
    if parts.scheme == "http" and parts.hostname in published:
        at = Place("request-line", "scheme")
        breaches.append(Breach.of("changed", at, "https", "http", note=_IN_THE_CLEAR))
    environment = contract.source.at(operation.pointer).get("x-environment")
    if environment == "sandbox" and parts.hostname in production - sandbox:
        expected = min(sandbox - production)
        at = Place("request-line", "host")
        breaches.append(Breach.of("changed", at, expected, parts.hostname, note=_NOT_IN_PRODUCTION))
    yield from (checker.finding(promises.OPERATION, each, exchange, operation) for each in breaches)
