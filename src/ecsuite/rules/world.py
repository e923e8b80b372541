"""What a test needs around its call: a record of the parts, connected to each other."""

from __future__ import annotations

from dataclasses import dataclass

from ecsuite.client import Api
from ecsuite.conditions import Conditions
from ecsuite.contract import Contract
from ecsuite.ids import Ids
from ecsuite.rules.batches import Batches
from ecsuite.rules.calls import Calls
from ecsuite.rules.cases import ALL_CASES, Cases
from ecsuite.rules.deliveries import Deliveries
from ecsuite.rules.drafts import Drafts
from ecsuite.rules.entities import Entities
from ecsuite.rules.listing import Lists
from ecsuite.rules.representation import Representation
from ecsuite.rules.snapshots import Snapshots
from ecsuite.rules.values import Values
from ecsuite.rules.verify_changes import VerifyChanges
from ecsuite.rules.verify_refused import VerifyRefused
from ecsuite.rules.verify_state import VerifyState
from ecsuite.samples import Samples
from ecsuite.webhook.receiver import Receiver


@dataclass(frozen=True, slots=True)
class World:
    """The parts, with the credentials of one partner.

    Attributes:
        sandbox: whether webhooks may be tested.
        simulation: whether events may be simulated.
        conditions: the settings that describe the server beyond its contract.
    """

    api: Api
    contract: Contract
    values: Values
    samples: Samples
    representation: Representation
    lists: Lists
    snapshots: Snapshots
    verify: VerifyState
    changes: VerifyChanges
    entities: Entities
    drafts: Drafts
    batches: Batches
    calls: Calls
    refused: VerifyRefused
    deliveries: Deliveries
    sandbox: bool
    simulation: bool
    conditions: Conditions


def build_world(
    api: Api,
    ids: Ids,
    receiver: Receiver,
    *,
    sandbox: bool = True,
    conditions: Conditions | None = None,
    cases: Cases = ALL_CASES,
) -> World:
    """A new world around a client.

    Args:
        api: the client of a partner.
        ids: what ids and other values are drawn from.
        receiver: where webhooks lead.
        sandbox: whether webhooks may be tested, and events simulated.
        conditions: the settings that describe the server beyond its contract.
        cases: which of them a test tries.
    """
    conditions = conditions or Conditions()
    simulation = sandbox and conditions.may_simulate
    contract = api.checker.contract
    values = Values(ids, receiver)
    samples, representation = Samples(contract, values.draw, conditions.allows_report), Representation(contract)
    lists = Lists(api)
    snapshots = Snapshots(api, lists, values)
    verify = VerifyState(api, representation, lists, snapshots)
    changes = VerifyChanges(api, representation, snapshots, verify)
    entities = Entities(
        api, values, samples, representation, verify, sandbox=simulation, must_be_https=bool(conditions.https_webhooks)
    )
    why_not = conditions.why_no_simulation
    calls = Calls(api, ids, samples, entities.drafts, sandbox=simulation, why_not=why_not, cases=cases)
    return World(
        api=api,
        contract=contract,
        values=values,
        samples=samples,
        representation=representation,
        lists=lists,
        snapshots=snapshots,
        verify=verify,
        changes=changes,
        entities=entities,
        drafts=entities.drafts,
        batches=Batches(entities.drafts, samples, representation),
        calls=calls,
        refused=VerifyRefused(api, entities, calls, snapshots, verify, changes),
        deliveries=Deliveries(api, values, representation, verify),
        sandbox=sandbox,
        simulation=simulation,
        conditions=conditions,
    )
