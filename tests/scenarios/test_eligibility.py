"""A user with a home in a neighbourhood that takes part becomes eligible, and is enrolled until it is not."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from ecsuite.compare import Unordered
from ecsuite.messages.exchange import ABSENT, UNSPECIFIED
from ecsuite.pages import Pages
from ecsuite.rules import COMPENSATED, ELIGIBLE, ENROLLED, GONE, UNTOUCHED, json_of, member
from ecsuite.world import FOLLOWS, records_of, total_of

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01")]
# In the sandbox this is a place that takes part.
NEIGHBOURHOOD = {"latitude": 60.52485052347296, "longitude": 5.060012082871939}
# These are in the sea, or on another continent: whatever else takes part, they do not.
ELSEWHERE = {
    "on the other side of the world": {"latitude": -33.8651430917, "longitude": 151.2099001234},
    "at the latitude alone": {"latitude": 60.52485052347296, "longitude": -150.5},
    "at the longitude alone": {"latitude": -60.5, "longitude": 5.060012082871939},
    "far north of it": {"latitude": 84.5, "longitude": 5.060012082871939},
    "where latitude and longitude are swapped": {"latitude": 5.060012082871939, "longitude": 60.52485052347296},
}
FAR_AWAY = ELSEWHERE["on the other side of the world"]
FIRST_PAGE = {"page": "1", "pageSize": "1000"}
DAY = timedelta(days=1)


def settle(world, user, place=NEIGHBOURHOOD):
    """Gives a user a location, in the neighbourhood unless told otherwise."""
    entity_type = world.entity_type("createLocation")
    body = world.body(entity_type.creator, full=True).value | {"coordinates": place}
    return world.make(entity_type, user, body=world.body_of(body))


@pytest.fixture
def resident(world):
    """A user with a location in the neighbourhood."""
    return settle(world, world.make(world.entity_type("createUser")))


def says(name):
    """Whether a response says that it is so."""
    return lambda answer: answer.is_success and json_of(answer).get(name) is True


def become_eligible(world, user_id):
    """Waits until a user is eligible; whether it ever is, is another test's business, and without it there is none."""
    answer = world.api.poll(f"/users/{user_id}/eligibility", says("isEligible"))
    if not says("isEligible")(answer):
        world.rules.not_checked(ENROLLED, "the user does not become eligible")
        pytest.skip("the user does not become eligible")


def must_say(world, rule, answer, name, value):
    """Notes whether a response shows the value, where it shows the member at all."""
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

    for meter in resident.sent["meterPointIds"]:
        answer = world.api.poll(f"/meters/{meter}/eligible", says("isEligible"))
        must_say(world, ELIGIBLE, answer, "isEligible", value=True)
        world.rules.compare({"meterPointId": meter}, answer, whole=False)
        for other in (meter[:-1], meter[1:], f"{meter}0"):
            answer = world.api.get(f"/meters/{other}/eligible", expect=UNSPECIFIED)
            if answer.is_success:
                must_say(world, ELIGIBLE, answer, "isEligible", value=False)

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


@pytest.mark.scenario("living-elsewhere")
def test_who_lives_elsewhere_is_not_eligible(world, resident):
    """A user without a location is not eligible, nor is one far away, nor its meter, whoever else is."""
    strangers = {what: (world.make(world.entity_type("createUser")), place) for what, place in ELSEWHERE.items()}
    homes = {what: settle(world, user, place) for what, (user, place) in strangers.items()}
    homeless = world.make(world.entity_type("createUser"))
    become_eligible(world, resident.values["userId"])
    world.api.post(f"{strangers['far north of it'][0].path}/enrollment", expect=UNSPECIFIED)

    for user, place in [*strangers.values(), (homeless, None)]:
        answer = world.api.get(f"{user.path}/eligibility")
        must_say(world, ELIGIBLE, answer, "isEligible", value=False)
        listed = world.listed("/users/eligible")
        count = sum(item.get("userId") == user.id for item in records_of(json_of(listed)))
        world.rules.require(
            ELIGIBLE,
            listed,
            holds=not count,
            at=f"an item with the userId {user.id}",
            expected=f"none, for its home is {'elsewhere' if place else 'nowhere'}",
            actual=f"{count} times",
        )
    for home in homes.values():
        answer = world.api.get(f"/meters/{home.sent['meterPointIds'][0]}/eligible", expect=UNSPECIFIED)
        if answer.is_success:
            must_say(world, ELIGIBLE, answer, "isEligible", value=False)


@pytest.mark.scenario("moving-in")
def test_any_home_in_the_neighbourhood_counts(world, resident):
    """It is the first or the last of several, was brought in a batch, or moved there by a change: the user is eligible."""
    users = [world.make(world.entity_type("createUser")) for _ in range(5)]
    first, last, moved, replaced, brought = users
    settle(world, first), settle(world, first, FAR_AWAY)
    settle(world, last, FAR_AWAY), settle(world, last)
    world.api.patch(settle(world, moved, FAR_AWAY).path, json={"coordinates": NEIGHBOURHOOD})
    home = settle(world, replaced, FAR_AWAY)
    world.api.put(home.path, json={**home.sent, "coordinates": NEIGHBOURHOOD})
    location = {"locationId": world.draw("id"), "userId": brought.id, "coordinates": NEIGHBOURHOOD}
    world.api.post(
        "/users/locations/batch", json={"locations": [location | {"meterPointIds": [world.draw("meter-point-id")]}]}
    )
    become_eligible(world, resident.values["userId"])

    for user in users:
        answer = world.api.poll(f"{user.path}/eligibility", says("isEligible"))
        must_say(world, ELIGIBLE, answer, "isEligible", value=True)


@pytest.mark.scenario("deleted-is-not-eligible")
def test_deleted_user_is_not_eligible(world, resident):
    """Who is deleted is no more among the eligible users."""
    user_id = resident.values["userId"]
    become_eligible(world, user_id)

    deleted = world.api.delete(f"/users/{user_id}")

    world.api.get(f"/users/{user_id}/eligibility", expect=ABSENT)
    listed = world.listed("/users/eligible")
    count = sum(item.get("userId") == user_id for item in records_of(json_of(listed)))
    world.rules.require(
        GONE,
        deleted,
        holds=not count,
        at="GET /users/eligible afterwards",
        expected="not in the list",
        actual=f"listed {count} times",
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

    world.rules.compare(given, world.api.get(enrollment), whole=False)
    # Whether a second time is refused is not told, but it does not end the enrollment.
    world.api.post(enrollment, expect=UNSPECIFIED, strict=False)
    must_say(world, ENROLLED, world.api.get(enrollment), "isEnrolled", value=True)
    earned = world.api.get(f"/users/{user_id}/compensation")
    world.rules.compare({"userId": user_id}, earned, whole=False)
    before = world.see(resident.path)

    deleted = world.api.delete(enrollment)
    world.same(UNTOUCHED, deleted, resident.path, before)
    after = world.api.get(enrollment, expect=UNSPECIFIED)
    if after.is_success:
        must_say(world, ENROLLED, after, "isEnrolled", value=False)
    world.api.delete(enrollment, expect=ABSENT, strict=False)


@pytest.mark.scenario("other-is-not-enrolled")
def test_enrolling_one_does_not_enrol_another(world, resident):
    """Each is enrolled, and unenrolled, alone: a neighbour stays what it is."""
    neighbour, other = (
        world.make(world.entity_type("createUser")),
        settle(world, world.make(world.entity_type("createUser"))),
    )
    become_eligible(world, resident.values["userId"])
    become_eligible(world, other.values["userId"])
    world.api.get(f"{neighbour.path}/enrollment", expect=UNSPECIFIED)

    mine, theirs = (f"/users/{home.values['userId']}/enrollment" for home in (resident, other))
    enrolled = json_of(world.api.post(mine))
    seen = world.api.get(f"{neighbour.path}/enrollment", expect=UNSPECIFIED)
    if seen.is_success:
        assert member(seen, "userId") == neighbour.id
        must_say(world, ENROLLED, seen, "isEnrolled", value=False)

    both = world.api.post(theirs)
    own = json_of(both).get("enrollmentId")
    world.rules.require(
        ENROLLED,
        both,
        holds=own is None or own != enrolled.get("enrollmentId"),
        at="body /enrollmentId",
        expected="another one than that of another user",
        actual=str(own),
    )
    world.api.delete(theirs)
    must_say(world, ENROLLED, world.api.get(mine), "isEnrolled", value=True)


def ids_in(answer):
    """The ids of the locations that a compensation is of."""
    value = json_of(answer) if answer.is_success else {}
    shown = (value.get("locationCompensations") if isinstance(value, dict) else None) or ()
    return [item["locationId"] for item in shown if isinstance(item, dict) and "locationId" in item]


@pytest.mark.scenario("compensation")
def test_compensation_is_of_the_users_own_homes(world):
    """A compensation is of the month, and of homes of the user, each once, with or without a meter point."""
    entity_type, user = world.entity_type("createLocation"), world.make(world.entity_type("createUser"))
    world.api.get(f"{user.path}/compensation")
    stranger = world.make(entity_type, world.make(world.entity_type("createUser")), full=True)
    with_zeros = {"locationId": world.draw("id"), "meterPointIds": [f"00{world.ids.digits(16)}"]}
    homes = [
        world.make(entity_type, user, full=True),
        world.make(entity_type, user, body=world.body_of(with_zeros)),
        world.make(entity_type, user),
        world.make(entity_type, user, full=True),
    ]
    meters = {home.id: set(home.sent.get("meterPointIds") or ()) for home in homes}
    alike = {homes[0].id, homes[-1].id}

    def is_even(answer):
        """What is true of one home is true of another that was made like it, some time later."""
        return alike.isdisjoint(ids_in(answer)) or alike <= set(ids_in(answer))

    answer = world.api.poll(f"{user.path}/compensation", is_even, seconds=FOLLOWS)

    shown = [item for item in json_of(answer).get("locationCompensations") or () if isinstance(item, dict)]
    ids = ids_in(answer)
    world.rules.require(
        COMPENSATED,
        answer,
        holds=is_even(answer),
        at="body /locationCompensations",
        expected="each of two locations that are alike, or none of them",
        actual="one of them",
    )
    world.rules.require(
        COMPENSATED,
        answer,
        holds=len(set(ids)) == len(ids) and set(ids) <= set(meters),
        at="body /locationCompensations",
        expected="locations of the user, each once",
        actual=f"{len(ids)} locations, of which {len(set(ids) & set(meters))} are the user's"
        + (", and one is another user's" if stranger.id in ids else ""),
    )
    for item in shown:
        own = meters.get(item.get("locationId"), set())
        if own and "meterPointIds" in item:
            world.rules.compare(
                Unordered(sorted(own)), answer, at=("locationCompensations", shown.index(item), "meterPointIds")
            )
    period = json_of(answer).get("period") or {}
    must_be_this_month(world, answer, period.get("from"), period.get("to"))


def must_be_this_month(world, answer, start, end):
    """Notes whether a period begins this month and has not ended; nothing says in which time zone."""
    days = [one for one in (start, end) if isinstance(one, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", one)]
    if len(days) < 2 or world.api.target.mode == "replay":
        return
    first, last = (date.fromisoformat(one) for one in days)
    today = datetime.now(UTC).date()
    months = {(day.year, day.month) for day in (today - DAY, today, today + DAY)}
    world.rules.require(
        COMPENSATED,
        answer,
        holds=first <= last and (first.year, first.month) in months and last >= today - DAY,
        at="body /period",
        expected="the current month",
        actual=f"{start} to {end}",
    )


@pytest.mark.scenario("many-are-eligible")
def test_eligible_users_come_in_pages(world):
    """Each of several eligible users is on one page of the list, whatever the size of a page."""
    users = [world.make(world.entity_type("createUser")) for _ in range(3)]
    for user in users:
        settle(world, user)
    for user in users:
        become_eligible(world, user.id)

    Pages(world, world.contract.operations["listEligibleUsers"]).check(users)
