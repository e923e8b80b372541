"""Users with a home in a participating neighbourhood become eligible; eligible users can be enrolled and unenrolled."""

from datetime import UTC, datetime

import pytest

from ecsuite.compare import Unordered
from ecsuite.errors import NothingThere
from ecsuite.findings.breach import Breach, body, listed
from ecsuite.messages.exchange import ABSENT, UNSPECIFIED
from ecsuite.promises import COMPENSATION, DELETED_IS_GONE, ELIGIBILITY, ENROLLMENT, OTHERS_UNTOUCHED, PARTNERS_APART
from ecsuite.rules.drafts import FOLLOWS
from ecsuite.rules.listing import records_of, total_of
from ecsuite.rules.paging import Pages, VerifyPages
from ecsuite.rules.periods import is_this_month
from ecsuite.rules.reading import member_of, require_json
from ecsuite.samples import Body

pytestmark = [pytest.mark.guide, pytest.mark.edition("2026-01"), pytest.mark.waits]
FAR_AWAY = {"latitude": -33.8651430917, "longitude": 151.2099001234}
FIRST_PAGE = {"page": "1", "pageSize": "1000"}


def area_of(world):
    """Coordinates that make a user eligible: from the settings, otherwise the latest published test area."""
    latitude, longitude = world.conditions.test_area or world.contract.test_areas[0]
    return {"latitude": latitude, "longitude": longitude}


def elsewhere(area):
    """Coordinates that are certainly outside every test area: in the sea, or on another continent."""
    latitude, longitude = area["latitude"], area["longitude"]
    return {
        "on the other side of the world": FAR_AWAY,
        "at the latitude alone": {"latitude": latitude, "longitude": -150.5},
        "at the longitude alone": {"latitude": -60.5, "longitude": longitude},
        "far north of it": {"latitude": 84.5, "longitude": longitude},
        "where latitude and longitude are swapped": {"latitude": longitude, "longitude": latitude},
    }


def user_of(world):
    """Create a user."""
    return world.entities.create(world.entities.type_made_by("createUser"))


def settle(world, user, place=None):
    """Create a location for a user, by default in the test area."""
    entity_type = world.entities.type_made_by("createLocation")
    body = world.drafts.body(entity_type.creator, full=True).value | {"coordinates": place or area_of(world)}
    return world.entities.create(entity_type, user, body=Body(body))


def is_eligible(response):
    return response.is_success and member_of(response, "isEligible") is True


def await_eligible(world, user_id):
    """Poll the eligibility of a user until the user is eligible or the time is up; wait in vain only once in a run."""
    in_vain = "eligibility" in world.conditions.in_vain
    seconds = 0.0 if in_vain else world.conditions.eligibility_seconds
    response = world.api.poll(f"/users/{user_id}/eligibility", is_eligible, seconds=seconds)
    if not is_eligible(response):
        world.conditions.in_vain.add("eligibility")
    return response


def become_eligible(world, user_id):
    """Wait until a user is eligible; raise NothingThere otherwise, because another test reports that finding."""
    if not is_eligible(await_eligible(world, user_id)):
        raise NothingThere(nobody_eligible(world))


def nobody_eligible(world):
    """Why no user is eligible."""
    area, seconds = area_of(world), world.conditions.eligibility_seconds
    place = f"{area['latitude']}, {area['longitude']}"
    return f"in {seconds:g} seconds no user became eligible at {place}: see EC_TEST_AREA and EC_ELIGIBILITY_SECONDS"


def is_not(world, promise, name, path):
    """Record whether a response says false; a rejection is accepted, because readability is unspecified."""
    response = world.api.get(path, expect=UNSPECIFIED)
    return not world.verify.accepted(response, promise=promise) or world.verify.says(
        promise, response, name, value=False
    )


def is_listed_as_eligible(world, user_id):
    """Whether the list of eligible users contains a user."""
    return bool(world.lists.read("/users/eligible").having("userId", user_id))


def meter_eligibility(world, meter):
    """Poll the eligibility of a made-up meter point of an eligible user; whether the API knows any is unspecified."""
    in_vain = "meters" in world.conditions.in_vain
    seconds = 0.0 if in_vain else FOLLOWS
    response = world.api.poll(f"/meters/{meter}/eligible", is_eligible, seconds=seconds, expect=UNSPECIFIED)
    if not is_eligible(response):
        world.conditions.in_vain.add("meters")
    return response


def tells_meters_apart(world, eligible):
    """Whether the eligibility of made-up meter points depends on their locations; if not, record "not checked"."""
    unknown = world.api.get(f"/meters/{world.values.draw('meter-point-id')}/eligible", expect=UNSPECIFIED)
    if is_eligible(eligible) and not is_eligible(unknown):
        return True
    world.verify.not_checked(ELIGIBILITY, "whether a made-up meter point is eligible is not said")
    return False


@pytest.mark.scenario("becoming-eligible")
def test_location_makes_its_user_eligible(world):
    """A user becomes eligible some time after a location in the test area was added, and is listed as eligible."""
    resident = settle(world, user_of(world))
    user_id = resident.ids["userId"]

    user = await_eligible(world, user_id)
    if not is_eligible(user) and not world.conditions.test_area and not is_listed_as_eligible(world, user_id):
        # The published test area may not be the current one.
        raise NothingThere(nobody_eligible(world))
    if not world.verify.says(ELIGIBILITY, user, "isEligible", value=True):
        return

    for meter in resident.body["meterPointIds"]:
        response = meter_eligibility(world, meter)
        if response.is_success:
            world.verify.shows({"meterPointId": meter}, response)
        if tells_meters_apart(world, response):
            for other in (meter[:-1], meter[1:], f"{meter}0"):
                is_not(world, ELIGIBILITY, "isEligible", f"/meters/{other}/eligible")

    def is_listed(response):
        return times_listed(response) == 1 or total_of(require_json(response)) > int(FIRST_PAGE["pageSize"])

    def times_listed(response):
        return sum(item.get("userId") == user_id for item in records_of(require_json(response)))

    found = world.api.poll("/users/eligible", is_listed, params=FIRST_PAGE)
    times = times_listed(found)
    if times or not is_listed(found):
        world.verify.once(ELIGIBILITY, found, user_id, times, listed("userId"))


def test_meter_point_is_named_as_it_was_asked_for(world):
    """Wherever the API says whether a meter point is eligible, it names that one, with its leading zeros."""
    for meter in (world.values.draw("meter-point-id"), f"00{world.values.ids.digits(16)}"):
        response = world.api.get(f"/meters/{meter}/eligible", expect=UNSPECIFIED)

        if response.is_success:
            world.verify.shows({"meterPointId": meter}, response)


@pytest.mark.scenario("living-elsewhere")
def test_who_lives_elsewhere_is_not_eligible(world):
    """A user without a location, or with a distant one, is not eligible, and neither is the distant meter."""
    resident = settle(world, user_of(world))
    strangers = {what: (user_of(world), place) for what, place in elsewhere(area_of(world)).items()}
    homes = [settle(world, user, place) for user, place in strangers.values()]
    homeless = user_of(world)
    become_eligible(world, resident.ids["userId"])
    world.api.post(f"{strangers['far north of it'][0].path}/enrollment", expect=UNSPECIFIED)

    kept = True
    for user in [*(user for user, _ in strangers.values()), homeless]:
        response = world.api.get(f"{user.path}/eligibility")
        if not world.verify.says(ELIGIBILITY, response, "isEligible", value=False):
            # The list and the meter would only repeat this finding.
            kept = False
            continue
        listing = world.lists.read("/users/eligible")
        found = [user.id for _ in listing.having("userId", user.id)]
        world.verify.none(ELIGIBILITY, listing.first, found, listed("userId"), note="for its home is elsewhere")
    if kept and tells_meters_apart(world, meter_eligibility(world, resident.body["meterPointIds"][0])):
        for home in homes:
            is_not(world, ELIGIBILITY, "isEligible", f"/meters/{home.body['meterPointIds'][0]}/eligible")


@pytest.mark.scenario("moving-in")
def test_any_home_in_the_neighbourhood_counts(world):
    """A user is eligible if any location is in the test area: the first, the last, from a batch, or a changed one."""
    resident = settle(world, user_of(world))
    users, area = [user_of(world) for _ in range(5)], area_of(world)
    first, last, moved, replaced, brought = users
    settle(world, first), settle(world, first, FAR_AWAY)
    settle(world, last, FAR_AWAY), settle(world, last)
    world.api.patch(settle(world, moved, FAR_AWAY).path, json={"coordinates": area})
    home = settle(world, replaced, FAR_AWAY)
    world.api.put(home.path, json={**home.body, "coordinates": area})
    location = {"locationId": world.values.draw("id"), "userId": brought.id, "coordinates": area}
    world.api.post(
        "/users/locations/batch",
        json={"locations": [location | {"meterPointIds": [world.values.draw("meter-point-id")]}]},
    )
    become_eligible(world, resident.ids["userId"])

    for user in users:
        response = await_eligible(world, user.id)
        world.verify.says(ELIGIBILITY, response, "isEligible", value=True)


@pytest.mark.scenario("deleted-is-not-eligible")
def test_deleted_user_is_not_eligible(world):
    """A deleted user is not in the list of eligible users."""
    resident = settle(world, user_of(world))
    user_id = resident.ids["userId"]
    become_eligible(world, user_id)

    deleted = world.api.delete(f"/users/{user_id}")

    world.api.get(f"/users/{user_id}/eligibility", expect=ABSENT)
    left = [user_id for _ in world.lists.read("/users/eligible").having("userId", user_id)]
    world.verify.none(DELETED_IS_GONE, deleted, left, listed("userId"), seen_by="listEligibleUsers")


def test_eligible_user_is_in_no_list_of_another_partner(world, other):
    """The eligible users of one partner are not in the list of another partner."""
    resident = settle(world, user_of(world))
    become_eligible(world, resident.ids["userId"])

    listing = other.lists.read("/users/eligible")

    found = [item.value["userId"] for item in listing.having("userId", resident.ids["userId"])]
    note = "for it is another partner's"
    other.verify.none(PARTNERS_APART, listing.first, found, listed("userId"), note=note)


@pytest.mark.scenario("enrolling")
def test_eligible_user_is_enrolled_until_it_is_not(world):
    """An eligible user can be enrolled, has a compensation while enrolled, and can be unenrolled once."""
    resident = settle(world, user_of(world))
    user_id = resident.ids["userId"]
    enrollment = f"/users/{user_id}/enrollment"
    become_eligible(world, user_id)

    enrolled = world.api.post(enrollment)
    given = {name: value for name, value in require_json(enrolled).items() if value is not None}
    world.verify.says(ENROLLMENT, enrolled, "isEnrolled", value=True)
    for _ in range(2):
        seen = world.api.get(enrollment)
        world.verify.says(ENROLLMENT, seen, "isEnrolled", value=True)
        world.verify.shows({"userId": user_id}, seen, whole=True)
        world.verify.shows(given, seen)

    # Whether a second enrolment is rejected is unspecified, but the user must stay enrolled.
    world.api.post(enrollment, expect=UNSPECIFIED, strict=False)
    world.verify.says(ENROLLMENT, world.api.get(enrollment), "isEnrolled", value=True)
    world.verify.reads(f"/users/{user_id}/compensation", {"userId": user_id})
    before = world.snapshots.of([resident])

    deleted = world.api.delete(enrollment)
    world.changes.unchanged(OTHERS_UNTOUCHED, before, deleted)
    if is_not(world, ENROLLMENT, "isEnrolled", enrollment):
        world.api.delete(enrollment, expect=ABSENT, strict=False)


@pytest.mark.scenario("other-is-not-enrolled")
def test_enrolling_one_does_not_enrol_another(world):
    """Enrolling or unenrolling one user does not change the enrolment of another."""
    resident = settle(world, user_of(world))
    neighbour, other = user_of(world), settle(world, user_of(world))
    mine, theirs = (f"/users/{home.ids['userId']}/enrollment" for home in (resident, other))
    become_eligible(world, resident.ids["userId"])
    become_eligible(world, other.ids["userId"])
    world.api.get(f"{neighbour.path}/enrollment", expect=UNSPECIFIED)

    enrolled = world.api.post(mine)

    is_not(world, ENROLLMENT, "isEnrolled", f"{neighbour.path}/enrollment")
    both = world.api.post(theirs)
    own, first = (member_of(response, "enrollmentId") for response in (both, enrolled))
    breach = Breach.of("same", body(("enrollmentId",)), actual=own, note="for another user has it")
    world.verify.that(ENROLLMENT, both, breach, holds=own is None or own != first)
    world.api.delete(theirs)
    world.verify.says(ENROLLMENT, world.api.get(mine), "isEnrolled", value=True)


def compensated(response):
    """The location compensations in a response."""
    shown = (member_of(response, "locationCompensations") if response.is_success else None) or ()
    return [item for item in shown if isinstance(item, dict)]


def ids_in(response):
    return [item["locationId"] for item in compensated(response) if "locationId" in item]


@pytest.mark.scenario("compensation")
def test_compensation_is_of_the_users_own_homes(world):
    """A compensation is for the current month, and lists no location twice, and none of other users."""
    entities, user = world.entities, user_of(world)
    entity_type = entities.type_made_by("createLocation")
    world.api.get(f"{user.path}/compensation")
    entities.create(entity_type, user_of(world), full=True)
    with_zeros = {
        "locationId": world.values.draw("id"),
        "meterPointIds": [f"00{world.values.ids.digits(16)}"],
    }
    homes = [
        entities.create(entity_type, user, full=True),
        entities.create(entity_type, user, body=Body(with_zeros)),
        entities.create(entity_type, user),
        entities.create(entity_type, user, full=True),
    ]
    meters = {home.id: set(home.body.get("meterPointIds") or ()) for home in homes}
    alike = {homes[0].id, homes[-1].id}

    def is_even(response):
        """Both of two similar locations are included, or neither is; they may be included with a delay."""
        return alike.isdisjoint(ids_in(response)) or alike <= set(ids_in(response))

    response = world.api.poll(f"{user.path}/compensation", is_even, seconds=FOLLOWS)

    ids, at = ids_in(response), body(("locationCompensations",))
    breach = Breach.of("absent", at, sorted(alike), ids, note="each of two locations that are alike, or none of them")
    world.verify.that(COMPENSATION, response, breach, holds=is_even(response))
    strangers = [own for own in ids if own not in meters]
    world.verify.none(COMPENSATION, response, strangers, at, note="for it is no location of the user")
    for own in sorted(set(ids) & set(meters)):
        world.verify.once(COMPENSATION, response, own, ids.count(own), at)
    for index, item in enumerate(compensated(response)):
        own = meters.get(item.get("locationId"), set())
        if own and "meterPointIds" in item:
            place = ("locationCompensations", index, "meterPointIds")
            world.verify.shows(Unordered(sorted(own)), response, at=place)
    period = member_of(response, "period") or {}
    today = None if world.api.target.mode == "replay" else datetime.now(UTC).date()
    is_this_month(world.verify, COMPENSATION, response, period.get("from"), period.get("to"), today=today)


@pytest.mark.scenario("many-are-eligible")
def test_eligible_users_come_in_pages(world):
    """Each of several eligible users is on exactly one page of the list, for each page size."""
    users = [user_of(world) for _ in range(3)]
    for user in users:
        settle(world, user)
    for user in users:
        become_eligible(world, user.id)

    pages = Pages(world.api, world.contract.operations["listEligibleUsers"])
    VerifyPages(world.verify).hold_every_record_once(pages, users, ELIGIBILITY)
