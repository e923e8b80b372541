"""What a test has around the call that it is about: a record of the parts, wired to each other."""

from __future__ import annotations

from dataclasses import dataclass

from ecsuite.client import Api
from ecsuite.contract import Contract
from ecsuite.ids import Ids
from ecsuite.rules.calls import Calls
from ecsuite.rules.deliveries import Deliveries
from ecsuite.rules.entities import Entities
from ecsuite.rules.listing import Lists
from ecsuite.rules.representation import Representation
from ecsuite.rules.snapshots import Snapshots
from ecsuite.rules.values import Values
from ecsuite.rules.verify_refused import VerifyRefused
from ecsuite.rules.verify_state import VerifyState
from ecsuite.samples import Samples
from ecsuite.webhook.receiver import Receiver


@dataclass(frozen=True, slots=True)
class World:
    """The parts, with the credentials of one partner.

    Attributes:
        sandbox: whether webhooks may be tested, and events simulated.
    """

    api: Api
    contract: Contract
    values: Values
    samples: Samples
    representation: Representation
    lists: Lists
    snapshots: Snapshots
    verify: VerifyState
    entities: Entities
    calls: Calls
    refused: VerifyRefused
    deliveries: Deliveries
    sandbox: bool


def build_world(api: Api, ids: Ids, receiver: Receiver, *, sandbox: bool = True) -> World:
    """A new world around a client.

    Args:
        api: the client of a partner.
        ids: what ids and other values are drawn from.
        receiver: where webhooks lead.
        sandbox: whether webhooks may be tested, and events simulated.
    """
    contract = api.checker.contract
    values = Values(ids, receiver)
    samples, representation = Samples(contract, values.draw), Representation(contract)
    lists = Lists(api)
    snapshots = Snapshots(api, lists, values)
    verify = VerifyState(api, representation, lists, snapshots)
    entities = Entities(api, values, samples, representation, verify, sandbox=sandbox)
    calls = Calls(api, ids, samples, entities, sandbox=sandbox)
    return World(
        api=api,
        contract=contract,
        values=values,
        samples=samples,
        representation=representation,
        lists=lists,
        snapshots=snapshots,
        verify=verify,
        entities=entities,
        calls=calls,
        refused=VerifyRefused(api, entities, calls, snapshots, verify),
        deliveries=Deliveries(api, values, representation, verify),
        sandbox=sandbox,
    )
