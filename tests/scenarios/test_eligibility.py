"""A user with a home in a neighbourhood that takes part becomes eligible, and is enrolled until it is not."""

import pytest

from ecsuite.exchange import ABSENT, SILENT
from ecsuite.pages import Pages
from ecsuite.rules import ELIGIBLE, ENROLLED, json_of, member
from ecsuite.world import records_of, total_of

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01")]
# In the sandbox this is a place that takes part.
NEIGHBOURHOOD = {"latitude": 60.52485052347296, "longitude": 5.060012082871939}
FIRST_PAGE = {"page": "1", "pageSize": "1000"}


def settle(world, user):
    """Gives a user a location in the neighbourhood."""
    kind = world.kind("createLocation")
    body = world.body(kind.creator, full=True).value | {"coordinates": NEIGHBOURHOOD}
    return world.make(kind, user, body=world.body_of(body))


@pytest.fixture
def resident(world):
    """A user with a location in the neighbourhood."""
    return settle(world, world.make(world.kind("createUser")))


def says(name):
    """Whether an answer says that it is so."""
    return lambda answer: answer.is_success and json_of(answer).get(name) is True


def become_eligible(world, user_id):
    """Waits until a user is eligible; whether it ever is, is another test's business, and without it there is none."""
    answer = world.api.poll(f"/users/{user_id}/eligibility", says("isEligible"))
    if not says("isEligible")(answer):
        world.rules.not_checked(ENROLLED, "the user does not become eligible")
        pytest.skip("the user does not become eligible")


def must_say(world, rule, answer, name, value):
    """Notes whether an answer shows the value, where it shows the member at all."""
    shown = json_of(answer).get(name, value)
    world.rules.require(
        rule, answer, holds=shown is value, at=f"body /{name}", expected=str(value).lower(), actual=str(shown).lower()
    )


@pytest.mark.scenario("becoming-eligible")
def test_location_makes_its_user_eligible(world, resident):
    """Some time after the location was added its user is eligible, is listed among those, and so is its meter."""
    user_id = resident.values["userId"]

    user = world.api.poll(f"/users/{user_id}/eligibility", says("isEligible"))
    must_say(world, ELIGIBLE, user, "isEligible", value=True)
    if not says("isEligible")(user):
        return

    meter = world.api.poll(f"/meters/{resident.sent['meterPointIds'][0]}/eligible", says("isEligible"))
    must_say(world, ELIGIBLE, meter, "isEligible", value=True)

    def is_listed(answer):
        return times_listed(answer) == 1 or total_of(json_of(answer)) > int(FIRST_PAGE["pageSize"])

    def times_listed(answer):
        return sum(item.get("userId") == user_id for item in records_of(json_of(answer)))

    listed = world.api.poll("/users/eligible", is_listed, params=FIRST_PAGE)
    world.rules.require(
        ELIGIBLE,
        listed,
        holds=is_listed(listed),
        at=f"an item with the userId {user_id}",
        expected="once in the list",
        actual=f"{times_listed(listed)} times",
    )


@pytest.mark.scenario("enrolling")
def test_eligible_user_is_enrolled_until_it_is_not(world, resident):
    """An eligible user can be enrolled, is enrolled then, earns something, and can be unenrolled once."""
    user_id = resident.values["userId"]
    enrollment = f"/users/{user_id}/enrollment"
    become_eligible(world, user_id)

    enrolled = world.api.post(enrollment)
    must_say(world, ENROLLED, enrolled, "isEnrolled", value=True)
    seen = world.api.get(enrollment)
    must_say(world, ENROLLED, seen, "isEnrolled", value=True)
    world.rules.compare({"userId": user_id}, seen)
    given = {name: value for name, value in json_of(enrolled).items() if value is not None}
    world.rules.compare(given, seen, whole=False)

    earned = world.api.get(f"/users/{user_id}/compensation")
    world.rules.compare({"userId": user_id}, earned, whole=False)

    world.api.delete(enrollment)
    after = world.api.get(enrollment, expect=SILENT)
    if after.is_success:
        must_say(world, ENROLLED, after, "isEnrolled", value=False)
    world.api.delete(enrollment, expect=ABSENT, strict=False)


@pytest.mark.scenario("other-is-not-enrolled")
def test_enrolling_one_does_not_enrol_another(world, resident):
    """Who is not enrolled is not, whoever else is."""
    neighbour = world.make(world.kind("createUser"))
    become_eligible(world, resident.values["userId"])

    world.api.post(f"/users/{resident.values['userId']}/enrollment")

    seen = world.api.get(f"{neighbour.path}/enrollment", expect=SILENT)
    if seen.is_success:
        assert member(seen, "userId") == neighbour.id
        must_say(world, ENROLLED, seen, "isEnrolled", value=False)


@pytest.mark.scenario("many-are-eligible")
def test_eligible_users_come_in_pages(world):
    """Each of several eligible users is on one page of the list, whatever the size of a page."""
    users = [world.make(world.kind("createUser")) for _ in range(3)]
    for user in users:
        settle(world, user)
    for user in users:
        become_eligible(world, user.id)

    Pages(world, world.contract.operations["listEligibleUsers"]).check(users)
