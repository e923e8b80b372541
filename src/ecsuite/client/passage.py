"""Whether a path with an unusual id reaches the API, or is rejected by an intermediary."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Final

from ecsuite.checks import DecodedExchange
from ecsuite.client.checked import checked_of
from ecsuite.client.paths import is_plain
from ecsuite.contract import Contract
from ecsuite.errors import NotPassedOn
from ecsuite.http import httpx
from ecsuite.messages.exchange import FIRST_SERVER_ERROR
from ecsuite.messages.interception import HTML

# Members of a problem document (RFC 9457); a gateway's JSON has other members.
_OF_PROBLEMS: Final = frozenset({"type", "title", "detail"})

# What distinguishes a response: its status, its media type, and the members of its body.
_Look = tuple[int, str, object]
# Reads a path and returns the response.
Read = Callable[[str], httpx.Response]


class Passage:
    """Distinguishes the API's own rejections of a path from a gateway's, by the API's response to an unknown id.

    Gateways and frameworks reject long paths and those with characters that they consider dangerous (`:`, `*`, `&`,
    `<`, `%2F`, ...). Their error differs from the API's. An entity with such an id could be created, but never deleted.

    Args:
        contract: knows which operation reads a path.
        read: reads a path, and raises `NotPassedOn` if a firewall rejects it.
    """

    def __init__(self, contract: Contract, read: Read) -> None:
        self._contract = contract
        self._read = read
        self._unknown: dict[tuple[str, tuple[bool, ...]], _Look] = {}

    def read(self, path: str) -> tuple[int, str]:
        """Read a path; return the status, and why the call has not reached the API (empty if it has)."""
        try:
            answer = self._read(path)
        except NotPassedOn as error:
            return 0, str(error)
        decoded = checked_of(answer).decoded
        return answer.status_code, "" if self._is_of_api(path, decoded) else _summary(decoded)

    def _is_of_api(self, path: str, decoded: DecodedExchange) -> bool:
        if is_plain(path.rpartition("/")[2]) or decoded.is_success or decoded.status >= FIRST_SERVER_ERROR:
            return True
        return _is_refusal(decoded) or _look(decoded) == self._look_of_unknown(path, decoded)

    def _look_of_unknown(self, path: str, decoded: DecodedExchange) -> _Look:
        """The API's response to a path of the same shape with plain, unknown ids; read once for each operation."""
        plain = [is_plain(each) for each in path.split("/")]
        key = (decoded.operation.id if decoded.operation else "", tuple(plain))
        if key not in self._unknown:
            ids = (
                each if kept or not each else str(uuid.uuid4())
                for each, kept in zip(path.split("/"), plain, strict=True)
            )
            self._unknown[key] = _look(checked_of(self._read("/".join(ids))).decoded)
        return self._unknown[key]


def _is_refusal(decoded: DecodedExchange) -> bool:
    """Whether a rejection looks like an API's: a problem document or a JSON string."""
    if decoded.media_type.essence == HTML:
        return False
    body = decoded.values.response
    return isinstance(body, str) or (isinstance(body, dict) and bool(_OF_PROBLEMS & body.keys()))


def _look(decoded: DecodedExchange) -> _Look:
    body = decoded.values.response
    members = frozenset(body) if isinstance(body, dict) else type(body)
    return decoded.status, decoded.media_type.essence, members if decoded.exchange.response.body else None


def _summary(decoded: DecodedExchange) -> str:
    return f"{decoded.status}, {decoded.media_type.essence or 'no media type'}"
