"""The sandbox makes up a partner's data, and takes it away again without touching what is real."""

import pytest

from ecsuite.rules import GONE, KEPT_APART, SIMULATED, UNTOUCHED, json_of
from ecsuite.world import PROBE, records_of

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01")]
# Who shares the sandbox makes and deletes users, too, but not each time.
ROUNDS = 5


@pytest.fixture
def alone(request, run):
    """Nobody else of this session makes users meanwhile, so that new ones are the simulation's."""
    if run.target.mode == "live" and hasattr(request.config, "workerinput"):
        pytest.skip("other workers make users meanwhile")


def user_ids(world):
    """The ids of all users."""
    return {item["userId"] for item in records_of(json_of(world.listed("/users"))) if "userId" in item}


def simulated(world):
    """The response to a simulation, and the ids of the users that are new."""
    before = user_ids(world)
    made = world.api.post("/simulation/partner")
    return made, sorted(user_ids(world) - before)


def cleared(world, new):
    """The response to the end of a simulation, and which users that were new are still listed, and can be read."""
    deleted = world.api.delete("/simulation/partner")
    left = user_ids(world) & set(new)
    return deleted, left, [user for user in new if world.api.get(f"/users/{user}", expect=PROBE).is_success]


def must_not_show(world, ids, made):
    """Notes whether none of another partner's users are a partner's."""
    listed = user_ids(world) & set(ids)
    found = listed | {user for user in ids if world.api.get(f"/users/{user}", expect=PROBE).is_success}
    world.rules.require(
        KEPT_APART,
        made,
        holds=not found,
        at="users of another partner afterwards",
        expected="none of the users that the simulation made",
        actual=f"{len(found)} of them",
    )


@pytest.mark.scenario("simulated-partner")
def test_simulated_data_comes_and_goes(household, alone):
    """There are users, vehicles, locations and resources that were not there; DELETE takes them and leaves the rest."""
    world, api = household.world, household.world.api
    real = {entity.path: world.see(entity.path) for entity in world.defaults()}

    made, new = simulated(world)

    resources = [item for user in new for item in records_of(json_of(api.get(f"/users/{user}/resources")))]
    places = [item for user in new for item in records_of(json_of(api.get(f"/users/{user}/locations")))]
    vehicles = [item for item in resources if item.get("resourceType") == "Vehicle"]
    found = {
        "users": new,
        "vehicles": vehicles,
        "locations": places,
        "resources at locations": [item for item in resources if item not in vehicles],
    }
    for what, entities in found.items():
        world.rules.require(
            SIMULATED, made, holds=bool(entities), at=f"{what} afterwards", expected="some that are new", actual="none"
        )

    deleted, left, readable = cleared(world, new)
    for _ in range(ROUNDS):
        if not left and not readable:
            break
        _, new = simulated(world)
        deleted, left, readable = cleared(world, new)

    world.rules.require(
        GONE,
        deleted,
        holds=not left and not readable,
        at="GET /users afterwards",
        expected="none of the users that the simulation made",
        actual=f"{len(left)} of {len(new)} in the list, {len(readable)} can be read",
    )
    for path, was in real.items():
        world.same(UNTOUCHED, deleted, path, was)


@pytest.mark.scenario("simulated-partners")
def test_simulated_data_is_one_partners(household, other, alone):
    """What is simulated for one partner is not there for another, and goes when that partner says so."""
    world = household.world
    for mine, theirs in ((world, other), (other, world)):
        for _ in range(ROUNDS):
            elsewhere = user_ids(theirs)
            made, new = simulated(mine)
            must_not_show(theirs, new, made)
            more = sorted(user_ids(theirs) - elsewhere)
            if not more:
                break
        world.rules.require(
            KEPT_APART,
            made,
            holds=not more,
            at="GET /users of another partner afterwards",
            expected=f"the {len(elsewhere)} users that were there",
            actual=f"{len(more)} more",
        )

    for _ in range(ROUNDS):
        others_own = user_ids(other)
        deleted = world.api.delete("/simulation/partner")
        left = user_ids(other) & others_own
        if left == others_own:
            break
        other.api.post("/simulation/partner")

    world.rules.require(
        KEPT_APART,
        deleted,
        holds=left == others_own,
        at="GET /users of another partner afterwards",
        expected=f"the {len(others_own)} users that were there",
        actual=f"{len(left)} of them",
    )
    other.api.delete("/simulation/partner")
