"""A small conforming server of an edition: for recording, for development, and for planting faults.

    app = create_app("2023-10")                       # an ASGI app
    with serving("2023-10") as standin:               # the same behind a real socket, in a thread
        httpx.get(standin.base_url + "/users")
    with launched("2023-10") as standin: ...          # the same in a separate process

It validates requests against the contract, keeps its state in SQLite, and delivers webhooks over real HTTP.
"""

from ecsuite.standin.app import create_app
from ecsuite.standin.log import Served
from ecsuite.standin.server import StandIn, launched, serve, serving
from ecsuite.standin.store import Store

__all__ = ["Served", "StandIn", "Store", "create_app", "launched", "serve", "serving"]
