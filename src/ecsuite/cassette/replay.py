"""Replays a cassette instead of using the network.

For each request, vcrpy searches the whole recording twice. Here the recording is a table, so that the time per exchange
does not depend on its length (docs/decisions/0003).
"""

from __future__ import annotations

from collections import defaultdict, deque
from pathlib import Path

from ecsuite import wording
from ecsuite.cassette.tape import Cassette
from ecsuite.errors import CassetteStale
from ecsuite.http import httpx
from ecsuite.messages.exchange import Exchange, Headers, Request
from ecsuite.messages.media import MediaType
from ecsuite.messages.redact import mask_body

_Key = tuple[str, str, bytes]


class ReplayTransport(httpx.BaseTransport):
    """Responds to each request as recorded for the same method, URL and body, the earliest first.

    Args:
        cassette: the recording.
        path: its file, for messages.
    """

    def __init__(self, cassette: Cassette, path: Path) -> None:
        self._path = path
        self._exchanges = cassette.exchanges
        self._played = 0
        self._waiting: defaultdict[_Key, deque[Exchange]] = defaultdict(deque)
        for exchange in cassette.exchanges:
            self._waiting[_key(exchange.request)].append(exchange)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The recorded response.

        Raises:
            CassetteStale: the recording has no (further) such request.
        """
        headers = Headers.of(request.headers.items())
        sent = Request(request.method, str(request.url), headers, request.read())
        waiting = self._waiting.get(_key(sent))
        if not waiting:
            raise CassetteStale(self._path, self._difference(sent))
        self._played += 1
        response = waiting.popleft().response
        # A field may contain any bytes (RFC 9110 section 5.5); httpx would encode a string as ASCII.
        headers_sent = [(name.encode(), value.encode()) for name, value in response.headers]
        return httpx.Response(response.status, headers=headers_sent, stream=httpx.ByteStream(response.body))

    def require_all_played(self) -> None:
        """Raise CassetteStale unless every recorded exchange was replayed."""
        left = [exchange for waiting in self._waiting.values() for exchange in waiting]
        if left:
            first = left[0].request
            raise CassetteStale(
                self._path,
                f"{len(left)} of its {len(self._exchanges)} exchanges were not asked for, "
                f"the first is {first.method} {first.url}",
            )

    def _difference(self, sent: Request) -> str:
        """How a request differs from the one in the recording."""
        line = f"the run sends {sent.method} {sent.url}"
        if self._played >= len(self._exchanges):
            return f"{line} after the last of its {len(self._exchanges)} exchanges"
        recorded = self._exchanges[self._played].request
        where = f"exchange {self._played + 1} of {len(self._exchanges)}"
        if (recorded.method, recorded.url) != (sent.method, sent.url):
            return f"{line}, and its {where} is {recorded.method} {recorded.url}"
        return f"{line} with the body {_shown(sent.body)}, and its {where} has {_shown(recorded.body)}"


def _key(request: Request) -> _Key:
    # A recording has placeholders for secrets, also for invalid ones.
    essence = MediaType.of(request.headers.get("Content-Type")).essence
    return request.method, request.url, mask_body(request.body, essence)


def _shown(body: bytes) -> str:
    return wording.shorten(body.decode(errors="replace")) or "nothing"
