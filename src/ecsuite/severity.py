"""The severity of a breach: whether it can hurt a client that keeps the contract.

The first of these decides: the check (`Breach.severity`), the contract (`x-severity`, `x-severity-of-null`), the kind
of breach (`_MILD`), the promise. An error of a promise that is new in this minor version is a warning, so that an
update fails nothing that passed before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, NamedTuple

from ecsuite import promises
from ecsuite.contract import Source
from ecsuite.findings.breach import Breach
from ecsuite.messages.exchange import Exchange, Request
from ecsuite.messages.media import FORM, MediaType
from ecsuite.promises import FIRST, Promise, Severity
from ecsuite.version import __version__

REFUSALS: Final = range(400, 500)
# Parameters that a client may add to a JSON media type, and that every server accepts (RFC 8259 section 8.1).
COMMON_PARAMETERS: Final = frozenset({"", "charset=utf-8"})


def severity_of(
    promise: Promise, breach: Breach, exchange: Exchange, source: Source, version: str = __version__
) -> Severity:
    """The severity of a breach.

    Args:
        promise: the broken promise.
        breach: how it is broken.
        exchange: the exchange that broke it.
        source: of the contract.
        version: of ecsuite.
    """
    severity = _severity_in_time(promise, breach, exchange, source)
    return "warning" if severity == "error" and is_new(promise, version) else severity


def is_new(promise: Promise, version: str = __version__) -> bool:
    """Whether a promise was introduced in this minor version."""
    return promise.since != FIRST and version.split(".")[:2] == promise.since.split(".")


def _severity_in_time(promise: Promise, breach: Breach, exchange: Exchange, source: Source) -> Severity:
    """The severity of a breach, not considering whether its promise is new."""
    known = breach.severity or _by_contract(breach, source)
    if known:
        return known
    kinds = (each for each in _MILD if promise in each.promises and each.fits(breach, exchange))
    return next((each.severity for each in kinds), promise.severity)


class _Mild(NamedTuple):
    """Breaches of some promises that are less severe than others."""

    promises: Collection[Promise]
    fits: Callable[[Breach, Exchange], bool]
    severity: Severity = "warning"


# About the form of a response; in a refusal they are reported as one.
OF_SHAPE: Final = frozenset({promises.MEDIA_TYPE, promises.RESPONSE_BODY, promises.NO_BODY})


def is_of_refused_shape(promise: str, status: int | None, severity: Severity) -> bool:
    """Whether a finding, by the id of its promise, is about the form or the media type of a refusal."""
    return promise in {each.id for each in OF_SHAPE} and (status or 0) in REFUSALS and severity == "warning"


def _is_shape_of_refusal(_: Breach, exchange: Exchange) -> bool:
    """A client recognizes a refusal by its status; an incomplete body is not a matter of form."""
    return exchange.response.status in REFUSALS and not exchange.response.flaw


def _is_of_unusual_bytes(_: Breach, exchange: Exchange) -> bool:
    return is_unusual(exchange.request)


def _is_undeclared_member(breach: Breach, _: Exchange) -> bool:
    return breach.kind in {"additionalProperties", "unevaluatedProperties"}


_MILD: Final = (
    _Mild({promises.RESPONSE_BODY}, _is_undeclared_member),
    _Mild(OF_SHAPE, _is_shape_of_refusal),
    _Mild({promises.SERVER_ERROR}, _is_of_unusual_bytes),
)


def is_unusual(request: Request) -> bool:
    """Whether common clients never send such a request: not in UTF-8, or with unusual parameters of the media type."""
    media_type = request.headers.get("Content-Type") or ""
    essence = MediaType.of(media_type).essence
    if not request.body or not (MediaType.of(media_type).is_json or essence == FORM):
        return False
    parameters = media_type.partition(";")[2].replace(" ", "").lower()
    return parameters not in COMMON_PARAMETERS or not _is_utf8(request.body)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _by_contract(breach: Breach, source: Source) -> Severity | None:
    """The severity in the contract of the rule, or of null if that is the actual value."""
    rule = breach.rule or ()
    of_null = source.nearest("x-severity-of-null", rule) if breach.actual.type == "null" else None
    severity: Severity | None = of_null or source.nearest("x-severity", rule)
    return severity
