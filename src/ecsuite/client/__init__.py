"""An ordinary client of the API, built on httpx, in which every exchange is checked on its way.

A call goes down a ladder, each step with one concern:

    request     `api`: says so where the response is not what the caller asked for; `sender` builds the request
    authorized  `authorization`: puts the token on it, and gets a new one once where the old one is refused
    retrying    `retry`: tries again where the service is unsteady, as long as its `patience` lasts
    send        `connection`, `watch`: httpx, whose hook has the exchange checked, so that no caller can leave that out
"""

from ecsuite.client.api import Api
from ecsuite.client.checked import Checked, attach, checked_of, is_checked
from ecsuite.client.cleanup import fill, segment
from ecsuite.client.connection import new_http, to_exchange
from ecsuite.client.pacing import SLOW, Latency
from ecsuite.client.patience import Patience, Wait
from ecsuite.client.token import Token
from ecsuite.client.transcript import Step, Transcript, texts_in

__all__ = [
    "SLOW",
    "Api",
    "Checked",
    "Latency",
    "Patience",
    "Step",
    "Token",
    "Transcript",
    "Wait",
    "attach",
    "checked_of",
    "fill",
    "is_checked",
    "new_http",
    "segment",
    "texts_in",
    "to_exchange",
]
