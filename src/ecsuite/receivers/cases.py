"""The deliveries with which a receiver is tested: the content of each, and the required response."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from ecsuite.promises import Severity
from ecsuite.receivers.notifications import (
    Json,
    Notifications,
    compact,
    elsewhere,
    in_millis,
    in_reverse,
    in_ticks,
    in_zeros,
    loose,
    shortest,
    with_blanks,
    with_escapes,
    zulu,
)
from ecsuite.webhook.signature import sign

# The name of the case whose signature is cut off.
BEGINNING: Final = "only its beginning"
_ANOTHER_SECRET: Final = "not-the-secret"  # noqa: S105  a wrong one
JSON: Final = "application/json; charset=utf-8"
# The header with the signatures of edition 2023-10.
_FORMER_HEADER: Final = "Spark-Signature"
# The age of an event whose delivery comes after those of later events: as long as a few retries may take.
_LATE: Final = timedelta(minutes=2)
# How a delivery is sent: alone, twice in a row, at the same time as others, with chunked transfer coding, or without
# header fields that are not required.
Manner = Literal["alone", "twice", "at once", "chunked", "bare"]


class Group(NamedTuple):
    """Cases that count as one cause if a receiver fails in any of them.

    Attributes:
        name: the name of such deliveries in reports.
        reason: why the response is required, as a clause after `for`.
        severity: the severity of a wrong response.
        forged: whether it must be refused; else it must be acknowledged.
    """

    name: str
    reason: str
    severity: Severity = "error"
    forged: bool = False


PLAIN: Final = Group("as the API sends it", "anything else is sent again, up to 3 times, and then dropped")
SPELT: Final = Group("with its JSON spelt otherwise", "the signature is of the bytes as they come")
TIMED: Final = Group("with its times spelt otherwise", "any time of RFC 3339 will do")
AGAIN: Final = Group("that came before", "a receiver must expect the same notification twice")
LATE: Final = Group("of an earlier event", "a delivery that is tried again comes after later ones")
CROWDED: Final = Group("among others at the same time", "each event goes out when it happens")
LARGE: Final = Group("with many entries", "what changes together is delivered together")
FRAMED: Final = Group("with its header fields spelt otherwise", "RFC 9110 takes them for the same")
STOPPED: Final = Group("after other deliveries", "it was acknowledged before, and so it must be however many came")
UNLIKE_SIGNED: Final = Group(
    "whose signature has a plus or a slash", "it is the Base64 of RFC 4648 section 4, and not that for addresses"
)
LOCKED: Final = Group("after a forged one", "otherwise anybody could end the deliveries")
UNSTEADY: Final = Group("at the first try", "a later try was acknowledged, but there are few of them", "warning")
CHUNKED: Final = Group("in chunks", "a sender may choose any transfer coding", "warning")
BARE: Final = Group("without User-Agent and Accept", "nothing promises these header fields", "warning")
LETTERS: Final = Group("with letters beyond ASCII", "JSON is UTF-8, and the signature is of its bytes")
FEW: Final = Group("with an empty list", "nobody may be removed where somebody is added")
LATER: Final = Group("of a later version", "what is not acknowledged is lost in the end", "warning")
UNSIGNED: Final = Group("without a signature", "nobody else can sign", forged=True)
FOREIGN: Final = Group("signed with another secret", "nobody else has the webhook's secret", forged=True)
TAMPERED: Final = Group("whose body was changed", "its signature is of another body", forged=True)
UNVERIFIED: Final = Group("that is not the API's", "its signature must be verified", forged=True)
BENT: Final = Group("with almost the right signature", "a signature is compared whole, letter by letter", forged=True)
GROUPS: Final = (
    *(PLAIN, SPELT, TIMED, AGAIN, LATE, CROWDED, LARGE, FEW, LETTERS, FRAMED, STOPPED),
    *(UNLIKE_SIGNED, LOCKED, UNSTEADY, CHUNKED, BARE, LATER),
    *(UNSIGNED, FOREIGN, TAMPERED, UNVERIFIED, BENT),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A delivery.

    Attributes:
        group: its group.
        name: its name in the group.
        body: its bytes.
        headers: its specific header fields, in order.
        manner: how it is sent.
    """

    group: Group
    name: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    manner: Manner = "alone"


class Cases:
    """Makes the deliveries.

    Args:
        notifications: makes their contents.
        header: the name of the header with the signature.
        secret: the secret of the webhook.
    """

    def __init__(self, notifications: Notifications, header: str, secret: str) -> None:
        self._notifications = notifications
        self._header = header
        self._secret = secret

    def plain(self) -> Iterator[Case]:
        """One of each kind, as the API sends it."""
        for name in self._notifications.names:
            yield self._case(PLAIN, name, compact(self._notifications.fresh(name)))

    def control(self, name: str, group: Group) -> Case:
        """One as the API sends it, whose signature is the same in both alphabets of Base64."""
        while True:
            body = compact(self._notifications.fresh(name))
            if not is_marked(signature := self._sign(body)):
                return Case(group, name, body, self._headers(signature))

    def explaining(self, name: str) -> Iterator[Case]:
        """Deliveries that tell why a receiver refuses all plain ones: if it accepts one, its group says why."""
        made = self._notifications
        yield self._case(SPELT, name, loose(made.fresh(name)))
        yield self._case(SPELT, name, shortest(made.fresh(name)))
        yield self._case(TIMED, name, compact(made.with_times(name, in_millis)))
        plain = compact(made.fresh(name))
        yield Case(FRAMED, "no charset", plain, self._headers(self._sign(plain), "application/json"))
        for wanted, signature in _other_signatures(self._secret, plain):
            group = PLAIN._replace(reason=f"its signature is Base64 of HMAC-SHA256, not {wanted}")
            yield Case(group, wanted, plain, self._headers(signature))
        elsewhere = PLAIN._replace(reason=f"its signature is in {self._header}, not in {_FORMER_HEADER}")
        yield Case(elsewhere, name, plain, (("Content-Type", JSON), (_FORMER_HEADER, self._sign(plain))))

    def shortest(self, name: str) -> Case:
        """One as the API sends it, but with each number as short as it can be."""
        return self._case(SPELT, name, shortest(self._notifications.fresh(name)))

    def legal(self, taken: Sequence[str]) -> Iterator[Case]:
        """Others that must be acknowledged if the plain ones of these names are."""
        made, name = self._notifications, taken[0]
        for how, spell in _SPELLINGS.items():
            yield self._case(SPELT, how, spell(made.fresh(name)))
        for how, time in _TIMES.items():
            yield self._case(TIMED, how, compact(made.with_times(name, time)))
        yield self._case(AGAIN, "at once", compact(made.fresh(name)), manner="twice")
        yield self._case(LATE, name, compact(made.with_times(name, _before)))
        yield self._case(CROWDED, name, compact(made.fresh(name)), manner="at once")
        for each in taken:
            if (value := made.with_many(each)) is not None:
                yield self._case(LARGE, each, compact(value))
            if (value := made.with_none(each)) is not None:
                yield self._case(FEW, each, compact(value))
        yield self._case(LETTERS, name, compact(made.with_letters(name)))
        body = compact(made.fresh(name))
        yield Case(FRAMED, "small letters", body, (("content-type", JSON), (self._header.lower(), self._sign(body))))
        plain = compact(made.fresh(name))
        yield Case(FRAMED, "no charset", plain, self._headers(self._sign(plain), "application/json"))

    def doubtful(self, name: str) -> Iterator[Case]:
        """Deliveries whose refusal breaks no promise, but loses events: it is only a warning."""
        yield self._case(CHUNKED, name, compact(self._notifications.fresh(name)), manner="chunked")
        yield self._case(BARE, name, compact(self._notifications.fresh(name)), manner="bare")
        for how, value in self._notifications.later_versions(name):
            yield self._case(LATER, how, compact(value))

    def forged(self, taken: Sequence[str], earlier: bytes = b"") -> Iterator[Case]:
        """Deliveries that anybody could send without knowing the secret.

        Args:
            taken: the names of accepted notifications; most deliveries have the first one.
            earlier: the body of a delivery that was sent before, whose signature somebody may have seen.
        """
        made, name = self._notifications, taken[0]
        body = compact(made.fresh(name))
        yield Case(UNSIGNED, "no header", body, self._headers(None))
        yield Case(UNSIGNED, "an empty header", body, self._headers(""))
        for how, secret in (("a made-up secret", _ANOTHER_SECRET), ("an empty secret", "")):
            yield Case(FOREIGN, how, body, self._headers(sign(secret, body)))
        keyless = base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")
        yield Case(FOREIGN, "a digest without a secret", body, self._headers(keyless))
        for each in taken[1:]:
            of_kind = compact(made.fresh(each))
            yield Case(FOREIGN, each, of_kind, self._headers(sign(_ANOTHER_SECRET, of_kind)))
        original, changed = made.tampered(name)
        yield Case(TAMPERED, "one value", compact(changed), self._headers(self._sign(compact(original))))
        other = compact(made.fresh(name))
        yield Case(TAMPERED, "the whole body", other, self._headers(self._sign(body)))
        if earlier:
            yield Case(TAMPERED, "with the signature of one that came", other, self._headers(self._sign(earlier)))
        yield from self._bent(made.fresh(name))

    def _bent(self, value: Json) -> Iterator[Case]:
        body = compact(value)
        right = self._sign(body)
        bent = {
            "one letter": f"{'B' if right[0] == 'A' else 'A'}{right[1:]}",
            "the last letters": f"{right[:-4]}{'AAA=' if right[-4:] != 'AAA=' else 'EEE='}",
            "letters in the other case": right.swapcase(),
            BEGINNING: right[:12],
        }
        for how, signature in bent.items():
            yield Case(BENT, how, body, self._headers(signature))

    def _case(self, group: Group, name: str, body: bytes, manner: Manner = "alone") -> Case:
        return Case(group, name, body, self._headers(self._sign(body)), manner)

    def _sign(self, body: bytes) -> str:
        return sign(self._secret, body)

    def _headers(self, signature: str | None, media_type: str = JSON) -> tuple[tuple[str, str], ...]:
        signed = () if signature is None else ((self._header, signature),)
        return (("Content-Type", media_type), *signed)


def _other_signatures(secret: str, body: bytes) -> Iterator[tuple[str, str]]:
    """Signatures that a receiver may compute by mistake, each with its description."""
    key, right = secret.encode(), sign(secret, body)
    yield "hexadecimal digits", base64.b64decode(right).hex()
    yield "without its padding", right.rstrip("=")
    yield "with a prefix", f"sha256={right}"
    for name in ("sha1", "sha512"):
        yield f"of HMAC-{name.upper()}", base64.b64encode(hmac.digest(key, body, name)).decode("ascii")


def is_marked(signature: str) -> bool:
    """Whether a signature has a character in which the alphabets of Base64 differ (RFC 4648 sections 4 and 5)."""
    return "+" in signature or "/" in signature


_SPELLINGS: Final[dict[str, Callable[[Json], bytes]]] = {
    "escapes": with_escapes,
    "blanks and line ends": with_blanks,
    "members in another order": in_reverse,
    "zeros behind fractions": in_zeros,
}
_TIMES: Final[dict[str, Callable[[datetime], str]]] = {"Z": zulu, "another offset": elsewhere, "seven digits": in_ticks}


def _before(at: datetime) -> str:
    return in_ticks(at - _LATE)
