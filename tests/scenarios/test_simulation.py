"""The sandbox makes up a partner's data, and takes it away again without touching what is real."""

import pytest

from ecsuite.rules.listing import records_of
from ecsuite.rules.promises import GONE, KEPT_APART, SIMULATED, UNTOUCHED
from ecsuite.rules.reading import require_json
from ecsuite.rules.snapshots import PROBE

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01")]
# Who shares the sandbox makes and deletes users, too, but not each time.
ROUNDS = 5
ELSEWHERE = "GET /users of another partner afterwards"


@pytest.fixture
def alone(request, run):
    """Nobody else of this session makes users meanwhile, so that new ones are the simulation's."""
    if run.target.mode == "live" and hasattr(request.config, "workerinput"):
        pytest.skip("other workers make users meanwhile")


def user_ids(world):
    """The ids of all users."""
    return set(world.lists.read("/users").count("userId"))


def readable(world, users):
    """Those of some users that can be read."""
    return {user for user in users if world.api.get(f"/users/{user}", expect=PROBE).is_success}


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
def test_simulated_data_comes_and_goes(household, alone):
    """There are users, vehicles, locations and resources that were not there; DELETE takes them and leaves the rest."""
    world, api = household.world, household.world.api
    real = world.snapshots.of(world.entities.defaults())

    made, new = simulated(world)

    resources = [item for user in new for item in records_of(require_json(api.get(f"/users/{user}/resources")))]
    places = [item for user in new for item in records_of(require_json(api.get(f"/users/{user}/locations")))]
    vehicles = [item for item in resources if item.get("resourceType") == "Vehicle"]
    others = [item for item in resources if item not in vehicles]
    found = {"users": new, "vehicles": vehicles, "locations": places, "resources at locations": others}
    for what, entities in found.items():
        world.verify.some(SIMULATED, made, entities, at=f"{what} afterwards", expected="some that are new")

    deleted, left, read = cleared(world, new)
    for _ in range(ROUNDS):
        if not left and not read:
            break
        _, new = simulated(world)
        deleted, left, read = cleared(world, new)

    world.verify.none(
        GONE,
        deleted,
        left | read,
        at="GET /users afterwards",
        expected="none of the users that the simulation made",
        actual=f"{len(left)} of {len(new)} in the list, {len(read)} can be read",
    )
    world.verify.unchanged(UNTOUCHED, real, deleted)


@pytest.mark.scenario("simulated-partners")
def test_simulated_data_is_one_partners(household, other, alone):
    """What is simulated for one partner is not there for another, and goes when that partner says so."""
    world = household.world
    for mine, theirs in ((world, other), (other, world)):
        for _ in range(ROUNDS):
            elsewhere = user_ids(theirs)
            made, new = simulated(mine)
            now = user_ids(theirs)
            theirs.verify.none(
                KEPT_APART,
                made,
                (now & set(new)) | readable(theirs, new),
                at="users of another partner afterwards",
                expected="none of the users that the simulation made",
                actual="some of them",
            )
            more = user_ids(theirs) - elsewhere
            if not more:
                break
        expected, actual = f"the {len(elsewhere)} users that were there", f"{len(more)} more"
        world.verify.none(KEPT_APART, made, more, at=ELSEWHERE, expected=expected, actual=actual)

    for _ in range(ROUNDS):
        own = user_ids(other)
        deleted = world.api.delete("/simulation/partner")
        missing = own - user_ids(other)
        if not missing:
            break
        other.api.post("/simulation/partner")

    expected, actual = f"the {len(own)} users that were there", f"{len(own) - len(missing)} of them"
    world.verify.none(KEPT_APART, deleted, missing, at=ELSEWHERE, expected=expected, actual=actual)
    other.api.delete("/simulation/partner")
