"""The sandbox can simulate a partner's data, and delete it again without changing real data."""

import pytest

from ecsuite.findings.breach import body, listed
from ecsuite.promises import DELETED_IS_GONE, OTHERS_UNTOUCHED, PARTNERS_APART, SIMULATION
from ecsuite.rules.listing import records_of
from ecsuite.rules.reading import require_json
from ecsuite.rules.snapshots import PROBE
from ecsuite.rules.unknown_id import finds_any_id
from ecsuite.scenarios.edition_2026_01 import Household

# New users are assumed to be simulated, and all simulated users are deleted together, so the tests run alone.
pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01"), pytest.mark.alone]
# Other users of the sandbox create and delete users, too, but hardly in every round.
ROUNDS = 5
SIMULATED = "for the simulation made it"


def user_ids(world):
    """The ids of all users."""
    return set(world.lists.read("/users").count("userId"))


def readable(world, users):
    """The users that can be read; empty if the API also finds an id that does not exist."""
    found = {user for user in users if world.api.get(f"/users/{user}", expect=PROBE).is_success}
    return set() if found and finds_any_id(world.api, f"/users/{min(found)}") else found


def simulated(world):
    """Simulate data; return the response, and the ids of the new users."""
    before = user_ids(world)
    made = world.api.post("/simulation/partner")
    return made, sorted(user_ids(world) - before)


def cleared(world, new):
    """Delete the simulated data; return the response, and the new users that are still listed, and still readable."""
    deleted = world.api.delete("/simulation/partner")
    return deleted, user_ids(world) & set(new), readable(world, new)


@pytest.mark.scenario("simulated-partner")
def test_simulated_data_comes_and_goes(world):
    """A simulation creates users, vehicles, locations and resources; DELETE removes them, and no other data."""
    # Raises NothingThere if the target allows no simulations.
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
    """Simulated data belongs to one partner: no other partner can see it, or delete it by ending its own simulation."""
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
