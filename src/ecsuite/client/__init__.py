"""A client of the API, built on httpx, that checks every exchange.

A call passes through these layers, each with one concern:

    request     `api`: raises if the response is not what the caller expects; `sender` builds the request
    authorized  `authorization`: adds the token, and gets a new one once if the token is refused
    retrying    `retry`: tries again while the service is unsteady, within the limits of `patience`
    send        `connection`, `watch`: httpx, with a hook that checks each exchange, so that no caller can forget to
    decoded     `decoding`: undoes content codings, and requires that a response ends where it says
    travels     `transport`, `network`: the connection to the server, with limits on time and size
"""

from ecsuite.client.api import Api
from ecsuite.client.checked import Checked, attach, checked_of, is_checked
from ecsuite.client.connection import new_http, to_exchange
from ecsuite.client.limits import NO_LIMITS, Budget, Limits, Share
from ecsuite.client.pacing import SLOW, Latency
from ecsuite.client.paths import fill, is_findable, segment
from ecsuite.client.patience import Patience, Wait
from ecsuite.client.token import Token
from ecsuite.client.transcript import Step, Transcript

__all__ = [
    "NO_LIMITS",
    "SLOW",
    "Api",
    "Budget",
    "Checked",
    "Latency",
    "Limits",
    "Patience",
    "Share",
    "Step",
    "Token",
    "Transcript",
    "Wait",
    "attach",
    "checked_of",
    "fill",
    "is_checked",
    "is_findable",
    "new_http",
    "segment",
    "to_exchange",
]
