"""The sandbox makes up a partner's data, and takes it away again without touching what is real."""

import pytest

from ecsuite.findings.breach import body, listed
from ecsuite.promises import DELETED_IS_GONE, OTHERS_UNTOUCHED, PARTNERS_APART, SIMULATION
from ecsuite.rules.listing import records_of
from ecsuite.rules.nobodys import is_nobodys_found
from ecsuite.rules.reading import require_json
from ecsuite.rules.snapshots import PROBE
from ecsuite.scenarios.edition_2026_01 import Household

# Users that are new are taken for the simulation's, and all that are simulated are deleted together.
pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01"), pytest.mark.alone]
# Who shares the sandbox makes and deletes users, too, but not each time.
ROUNDS = 5
SIMULATED = "for the simulation made it"


def user_ids(world):
    """The ids of all users."""
    return set(world.lists.read("/users").count("userId"))


def readable(world, users):
    """Those of some users that can be read; nothing is said by that where whoever is asked for is found."""
    found = {user for user in users if world.api.get(f"/users/{user}", expect=PROBE).is_success}
    return set() if found and is_nobodys_found(world.api, f"/users/{min(found)}") else found


def simulated(world):
    """The response to a simulation, and the ids of the users that are new."""
    before = user_ids(world)
    made = world.api.post("/simulation/partner")
    return made, sorted(user_ids(world) - before)


def cleared(world, new):
    """The response to the end of a simulation, and which users that were new are still listed, and can be read."""
    deleted = world.api.delete("/simulation/partner")
    return deleted, user_ids(world) & set(new), readable(world, new)


@pytest.mark.scenario("simulated-partner")
def test_simulated_data_comes_and_goes(world):
    """There are users, vehicles, locations and resources that were not there; DELETE takes them and leaves the rest."""
    # Where nothing may be simulated, there is nothing to test.
    Household.of(world)
    api = world.api
    real = world.snapshots.of(world.entities.defaults())

    made, new = simulated(world)

    resources = [item for user in new for item in records_of(require_json(api.get(f"/users/{user}/resources")))]
    places = [item for user in new for item in records_of(require_json(api.get(f"/users/{user}/locations")))]
    vehicles = [item for item in resources if item.get("resourceType") == "Vehicle"]
    others = [item for item in resources if item not in vehicles]
    found = {"users": new, "vehicles": vehicles, "locations": places, "resources at locations": others}
    for what, entities in found.items():
        world.verify.some(SIMULATION, made, entities, listed(), note=f"{what} that are new")

    deleted, left, read = cleared(world, new)
    for _ in range(ROUNDS):
        if not left and not read:
            break
        _, new = simulated(world)
        deleted, left, read = cleared(world, new)

    if world.verify.none(DELETED_IS_GONE, deleted, sorted(left), listed("userId"), seen_by="listUsers", note=SIMULATED):
        world.verify.none(DELETED_IS_GONE, deleted, sorted(read), body(), seen_by="getUser", note=SIMULATED)
    world.changes.unchanged(OTHERS_UNTOUCHED, real, deleted)


@pytest.mark.scenario("simulated-partners")
def test_simulated_data_is_one_partners(world, other):
    """What is simulated for one partner is not there for another, and goes when that partner says so."""
    Household.of(world)
    for mine, theirs in ((world, other), (other, world)):
        for _ in range(ROUNDS):
            elsewhere = user_ids(theirs)
            made, new = simulated(mine)
            now = user_ids(theirs)
            shared = sorted((now & set(new)) | readable(theirs, new))
            theirs.verify.none(PARTNERS_APART, made, shared, listed("userId"), seen_by="listUsers", note=SIMULATED)
            more = user_ids(theirs) - elsewhere
            if not more:
                break
        at, note = listed("userId"), "more users of another partner than before"
        world.verify.none(PARTNERS_APART, made, sorted(more), at, seen_by="listUsers", note=note)

    for _ in range(ROUNDS):
        own = user_ids(other)
        deleted = world.api.delete("/simulation/partner")
        missing = own - user_ids(other)
        if not missing:
            break
        other.api.post("/simulation/partner")

    kept = len(own) - len(missing)
    note = "users of another partner, as before"
    world.verify.count(PARTNERS_APART, deleted, len(own), kept, listed("userId"), seen_by="listUsers", note=note)
    other.api.delete("/simulation/partner")
