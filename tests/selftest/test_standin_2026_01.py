"""The stand-in of edition 2026-01 over a real socket, each exchange checked by the contract."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from ecsuite import asgi
from ecsuite.client import Api
from ecsuite.messages.exchange import ABSENT, Exchange, Expectation, Headers, Request, Response
from ecsuite.promises import REQUEST_BODY, REQUEST_PARAMETERS
from ecsuite.session import Run, open_run
from ecsuite.standin import Store, serving
from ecsuite.standin.edition_2026_01 import programme

EDITION = "2026-01"
NEIGHBOURHOOD = {"latitude": 60.52485052347296, "longitude": 5.060012082871939}
HOUSE = {
    "locationId": "hus-på-øya",
    "locationType": "Residential",
    "coordinates": {"latitude": 62.47225, "longitude": 6.15492},
    "meterPointIds": ["007057500042000199", "707057500042000182"],
}
REFUSED = Expectation("a refusal", frozenset({400}), frozenset({REQUEST_BODY, REQUEST_PARAMETERS}))
CONFLICT = Expectation("a conflict", frozenset({409}))
ALL_TYPES = ["PriceCurveCreated", "UserEligibilityUpdated", "LocationLPCRequested", "ResourceLPCRequested"]
SECRET = "hemmelig-æøå"


@pytest.fixture
def running() -> Iterator[Run]:
    with serving(EDITION, pause=0.01) as standin, open_run(EDITION, standin.target()) as opened:
        yield opened
        assert opened.journal.findings == ()


@pytest.fixture
def partner(running: Run) -> Api:
    return running.api


@pytest.fixture
def user(partner: Api) -> str:
    return partner.post("/users", json={"userId": "kunde-1"}).json()["userId"]


@pytest.fixture
def house(partner: Api, user: str) -> str:
    partner.post(f"/users/{user}/locations", json=HOUSE)
    return "/users/kunde-1/locations/hus-p%C3%A5-%C3%B8ya"


class Hook:
    """A webhook of the partner that answers as it is told, and then with 204."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.deliveries: list[Exchange] = []
        self.changed = threading.Condition()

    def wait(self, number: int) -> list[Exchange]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.deliveries) >= number, 20)
            return list(self.deliveries)

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message.get("more_body", False)
        headers = Headers.of((name.decode(), value.decode()) for name, value in scope["headers"])
        with self.changed:
            status = self.statuses.pop(0) if self.statuses else 204
            exchange = Exchange(Request("POST", "http://hook/x", headers, body), Response(status))
            self.deliveries.append(exchange)
            self.changed.notify_all()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def listening(hook: Hook) -> Iterator[str]:
    with closing(asgi.listen(asgi.LOOPBACK, 0)) as listener, asgi.in_thread(hook, listener):
        yield f"{asgi.origin(listener)}/hooks/x"


def subscribe(partner: Api, url: str, types: list[str] = ALL_TYPES) -> str:
    body = {"name": "Krok", "webhookUrl": url, "webhookSecret": SECRET, "notificationTypes": types}
    return partner.post("/webhooks", json=body).json()["webhookId"]


def log_of(partner: Api, webhook: str, ready: Callable[[dict], bool]) -> dict:
    """The first log of the webhook, waited for until it is as it should be."""
    for _ in range(500):
        logs = partner.get("/webhooks/logs", params={"webhookId": webhook}).json()["webhookNotificationLogs"]
        if logs and ready(logs[0]):
            return logs[0]
        time.sleep(0.02)
    raise AssertionError(logs)


def test_users_come_and_go(partner):
    """A user is made, read, listed and deleted, alone and in a batch."""
    partner.post("/users", json={"userId": "a"})
    partner.post("/users/batch", json={"users": [{"userId": "b"}, {"userId": "ø/1"}]})
    partner.delete("/users/a")

    assert partner.get("/users/%C3%B8%2F1").json() == {"userId": "ø/1"}
    assert [user["userId"] for user in partner.get("/users").json()["users"]] == ["b", "ø/1"]
    partner.get("/users/a", expect=ABSENT)
    partner.delete("/users/a", expect=ABSENT)


def test_names_in_queries_are_read_in_any_case(partner):
    """ASP.NET, on which the service runs, reads them so."""
    partner.post("/users/batch", json={"users": [{"userId": f"u{number}"} for number in range(3)]})

    page = partner.get("/users?Page=2&PAGESIZE=1").json()

    assert (page["pagination"]["currentPage"], [user["userId"] for user in page["users"]]) == (2, ["u1"])


def test_pages_give_every_record_once(partner):
    """Walking the pages gives every user once, and the pagination says where one is."""
    partner.post("/users/batch", json={"users": [{"userId": f"u{number}"} for number in range(7)]})

    pages = [partner.get("/users", params={"page": page, "pageSize": 3}).json() for page in (1, 2, 3)]

    assert [user["userId"] for page in pages for user in page["users"]] == [f"u{number}" for number in range(7)]
    shared = {"totalRecords": 7, "pageSize": 3, "totalPages": 3}
    assert pages[1]["pagination"] == {**shared, "currentPage": 2, "nextPage": 3, "previousPage": 1}
    assert pages[2]["pagination"] == {**shared, "currentPage": 3, "nextPage": None, "previousPage": 2}


@pytest.mark.parametrize("query", ["page=0", "page=-1", "pageSize=0", "pageSize=5000", "page=99999999999999999999"])
def test_unusual_pages_are_no_accident(partner, user, query):
    """What nothing published settles about pages is answered in peace."""
    assert partner.get(f"/users?{query}").json()["pagination"]["totalRecords"] == 1


def test_location_comes_back_as_sent(partner, user, house):
    """A location is answered, read and listed as it was sent."""
    partner.post(f"/users/{user}/locations", json=HOUSE, expect=CONFLICT)
    read = partner.get(house).json()

    assert read == {**HOUSE, "userId": user, "meterPointId": None}
    assert partner.get(f"/users/{user}/locations").json() == [read]


def test_location_of_little_has_nulls(partner, user):
    """What was not given is null, or an empty list."""
    made = partner.post(f"/users/{user}/locations", json={"locationId": "x", "meterPointId": "707"}).json()

    assert (made["coordinates"], made["locationType"]) == (None, None)
    assert (made["meterPointId"], made["meterPointIds"]) == ("707", ["707"])


def test_patch_changes_what_it_names(partner, house):
    """A PATCH leaves the rest as it was; a PUT does not."""
    patched = partner.patch(house, json={"locationType": "Commercial", "meterPointIds": None}).json()
    replaced = partner.put(house, json={"locationId": HOUSE["locationId"]}).json()

    assert patched["locationType"] == "Commercial"
    assert patched["meterPointIds"] == HOUSE["meterPointIds"]
    assert replaced["meterPointIds"] == []
    assert replaced["coordinates"] is None
    assert partner.get(house).json() == replaced


def test_batch_of_locations_is_all_or_nothing(partner, user):
    """One location that cannot be made keeps the others from being made."""
    both = [{"userId": user, "locationId": "x"}, {"userId": "nobody", "locationId": "y"}]
    partner.post("/users/locations/batch", json={"locations": both}, expect=Expectation("a refusal", frozenset({400})))

    assert partner.get(f"/users/{user}/locations").json() == []
    assert len(partner.post("/users/locations/batch", json={"locations": both[:1]}).json()["locations"]) == 1


def test_resources_are_of_a_user_or_a_location(partner, user, house):
    """Vehicles belong to the user, the rest to a location; the user's list has both."""
    car = partner.post(f"/users/{user}/vehicles", json={"resourceId": "bil", "resourceType": "Vehicle"}).json()
    tank = {"resourceId": "tank", "resourceType": "HotWaterTank", "meterPointId": "007"}
    tank = partner.post(f"{house}/resources", json=tank).json()

    assert car["locationId"] is None
    assert tank["locationId"] == HOUSE["locationId"]
    assert partner.get(f"/users/{user}/resources").json() == {"resources": [car, tank]}
    assert partner.get(f"{house}/resources").json() == [tank]
    assert partner.get("/resources/tank").json() == tank
    partner.delete("/resources/bil")
    partner.get("/resources/bil", expect=ABSENT)
    partner.delete(house)
    partner.get("/resources/tank", expect=ABSENT)


@pytest.mark.parametrize("path", ["/locations", "/resources", "/eligibility", "/enrollment", "/compensation"])
def test_unknown_user_is_not_found(partner, path):
    """What is asked about a user that is not there gets 404."""
    partner.get(f"/users/nobody{path}", expect=ABSENT)


def test_neighbourhood_makes_eligible(partner, user, monkeypatch):
    """A location in the test neighbourhood makes its user and its meter eligible, some time after."""
    monkeypatch.setattr(programme, "PROCESSING", 3600.0)
    partner.post(f"/users/{user}/locations", json={**HOUSE, "coordinates": NEIGHBOURHOOD})
    meter = HOUSE["meterPointIds"][0]
    before = partner.get(f"/users/{user}/eligibility").json()
    monkeypatch.setattr(programme, "PROCESSING", 0.0)

    assert before == {"userId": user, "isEligible": False}
    assert partner.get(f"/users/{user}/eligibility").json()["isEligible"]
    assert partner.get("/users/eligible").json()["users"] == [{"userId": user}]
    assert partner.get(f"/meters/{meter}/eligible").json() == {"meterPointId": meter, "isEligible": True}
    assert not partner.get("/meters/1/eligible").json()["isEligible"]


def test_location_beyond_all_numbers_is_far_away(partner, user, monkeypatch):
    """The document gives coordinates no range: a number that nothing can be subtracted from is no server error."""
    monkeypatch.setattr(programme, "PROCESSING", 0.0)
    body = f'{{"locationId":"l","name":"n","coordinates":{{"latitude":1{"0" * 400},"longitude":1}}}}'
    made = partner.post(
        f"/users/{user}/locations", content=body, headers={"Content-Type": "application/json"}, strict=False
    )

    assert made.status_code == 201
    assert partner.get(f"/users/{user}/eligibility").json()["isEligible"] is False


def test_user_is_enrolled_and_not(partner, user):
    """An enrollment is made, read and ended."""
    none = partner.get(f"/users/{user}/enrollment").json()
    made = partner.post(f"/users/{user}/enrollment").json()

    assert (none["isEnrolled"], made["isEnrolled"]) == (False, True)
    assert partner.post(f"/users/{user}/enrollment").json() == partner.get(f"/users/{user}/enrollment").json() == made
    partner.delete(f"/users/{user}/enrollment")
    partner.delete(f"/users/{user}/enrollment", expect=ABSENT)


def test_compensation_tells_of_missing_meters(partner, user, house):
    """The compensation names each location, and what is wrong with it."""
    partner.post(f"/users/{user}/locations", json={"locationId": "x"})

    found = partner.get(f"/users/{user}/compensation").json()["locationCompensations"]

    assert [len(each["problems"]) for each in found] == [0, 1]


TEXT = (
    ("POST", "/users", {"userId": 1}),
    ("POST", "/reports", {"payloads": [{"payloadType": "Usage"}]}),
    ("POST", "/simulation/events/pricecurve", {"priceArea": "NO9"}),
    ("GET", "/users?page=one", None),
)
PROBLEM = (
    ("POST", "/webhooks", {"webhookUrl": None}),
    ("POST", "/users/kunde-1/vehicles", {"resourceId": "x", "resourceType": "Boat"}),
    ("GET", "/events?pageSize=many", None),
)


@pytest.mark.parametrize(("method", "path", "body"), [*TEXT, *PROBLEM])
def test_refusal_has_the_listed_shape(partner, user, method, path, body):
    """Bad input gets a problem document or a JSON string, as the operation lists, and makes nothing."""
    refusal = partner.request(method, path, expect=REFUSED, **({"json": body} if body else {}))

    assert isinstance(refusal.json(), str if (method, path, body) in TEXT else dict)
    assert partner.get("/webhooks").json() == {"webhooks": []}


REPORTS = [
    {
        "payloadType": "EnergyUsage",
        "resourceId": "r",
        "resolution": "01:00:00",
        "points": [{"timestamp": "2026-01-19T22:00:00Z", "kiloWattHours": 1.5}],
    },
    {"payloadType": "LocationEnergyUsage", "locationId": "l", "meterPointId": "m", "resolution": "01:00:00"},
    {
        "payloadType": "LocationEnergyUsagePlan",
        "locationId": "l",
        "meterPointId": "m",
        "resolution": "01:00:00",
        "baseline": [],
        "flexibility": [],
    },
    {"payloadType": "ResourceLPCAcknowledgement", "acknowledgedTargets": [], "declinedTargets": []},
    {"payloadType": "LocationLPCAcknowledgement"},
]


@pytest.mark.parametrize("payload", REPORTS, ids=lambda payload: payload["payloadType"])
def test_reports_of_each_kind_are_taken(partner, payload):
    """Each of the five payloads of a report is taken, and the response names the event."""
    event = partner.post("/simulation/events/usereligibility").json()["simulatedEvent"]["id"]

    assert partner.post("/reports", json={"eventId": event, "payloads": [payload]}).json()["eventId"] == event


POINTS = [{"timestamp": "2026-01-19T17:00:00+00:00", "price": -41.25}]
LIMITS = [{"timestamp": "2026-01-19T17:00:00+00:00", "maxPowerInKiloWatts": 4.5}]
SIMULATIONS = {
    "pricecurve": {
        "priceArea": "SE4",
        "targets": [{"resourceId": "r", "locationId": "l"}],
        "priceCurveDelta": {"points": POINTS},
    },
    "lpc/locations": {"locations": [{"location": {"locationId": "l", "meterPointId": "007"}, "points": LIMITS}]},
    "lpc/resources": {
        "resources": [{"resource": {"resourceId": "r", "locationId": "l", "meterPointId": "007"}, "points": LIMITS}]
    },
}


def test_simulated_events_are_the_ones_asked_for(partner):
    """Targets, area, curve and limits are those of the request."""
    made = {kind: partner.post(f"/simulation/events/{kind}", json=body).json() for kind, body in SIMULATIONS.items()}

    payloads = {kind: answer["simulatedEvent"]["payload"] for kind, answer in made.items()}
    assert payloads["pricecurve"] == {"payloadType": "PriceCurve", **SIMULATIONS["pricecurve"]}
    target = {"locationId": "l", "meterPointId": "007", "resolution": "01:00:00", "points": LIMITS}
    assert payloads["lpc/locations"]["targets"] == [target]
    assert payloads["lpc/resources"]["targets"] == [{**target, "resourceId": "r"}]


def test_events_come_newest_first(partner):
    """Every simulated event is listed, the newest first, and can be read."""
    bodies = [{}, {"locations": None}, {"resources": None}]
    made = [
        partner.post(f"/simulation/events/{kind}", json=body).json()["simulatedEvent"]
        for kind, body in zip(SIMULATIONS, bodies, strict=True)
    ]

    assert partner.get("/events").json()["events"] == made[::-1]
    assert partner.get(f"/events/{made[0]['id']}").json() == made[0]
    partner.get("/events/none", expect=ABSENT)


def test_simulated_partner_comes_and_goes(partner, user):
    """The simulation makes users with all that they have, targets them, and takes only its own away."""
    partner.post("/simulation/partner")
    made = {each["userId"] for each in partner.get("/users").json()["users"]} - {user}
    types = {r["resourceType"] for u in made for r in partner.get(f"/users/{u}/resources").json()["resources"]}
    event = partner.post("/simulation/events/pricecurve", json={}).json()["simulatedEvent"]
    partner.delete("/simulation/partner")

    assert types == {"Vehicle", "HotWaterTank", "Charger", "HVAC"}
    assert len(event["payload"]["targets"]) == len(made) == 3
    assert partner.get("/users").json()["users"] == [{"userId": user}]


def test_webhook_lives_its_life(partner):
    """A webhook is made, read, listed, replaced, changed, switched and deleted, and never shows its secret."""
    webhook = subscribe(partner, "https://partner.example/hooks/ny?a=%C3%B8")
    path = f"/webhooks/{webhook}"
    made = partner.get(path).json()
    changed = partner.patch(path, json={"name": "Nytt navn", "webhookUrl": None}).json()
    replaced = partner.put(path, json={"webhookUrl": "https://partner.example/2"}).json()
    partner.put(f"{path}/enabled", params={"enabled": "false"})

    assert "webhookSecret" not in made
    assert changed == {**made, "name": "Nytt navn", "modifiedDate": changed["modifiedDate"]}
    assert (replaced["name"], replaced["notificationTypes"]) == (None, [])
    assert [each["enabled"] for each in partner.get("/webhooks").json()["webhooks"]] == [False]
    partner.put(f"{path}/enabled", params={"enabled": "perhaps"}, expect=REFUSED)
    partner.delete(path)
    partner.get(path, expect=ABSENT)


def test_deliveries_are_signed_and_logged(running):
    """An event is told to the webhooks that want it: as the contract has it, signed over its bytes, and logged."""
    partner, hook = running.api, Hook()
    with listening(hook) as url:
        webhook = subscribe(partner, url)
        subscribe(partner, url, ["ResourceLPCRequested"])
        event = partner.post("/simulation/events/lpc/locations", json={}).json()["simulatedEvent"]
        (delivery,) = hook.wait(1)
        log = log_of(partner, webhook, lambda log: log["responseStatusCode"] is not None)

    key = base64.b64encode(hmac.digest(SECRET.encode(), delivery.request.body, hashlib.sha256)).decode()
    notification = json.loads(delivery.request.body)
    running.journal.add(
        partner.checker.check_delivery(partner.checker.contract.deliveries["eventNotification"], delivery)
    )
    assert delivery.request.headers.get("X-Payload-Signature") == key == log["sparkSignature"]
    assert (notification["eventId"], notification["payload"]) == (event["id"], event["payload"])
    assert (log["notificationId"], log["responseStatusCode"]) == (notification["notificationId"], 204)
    read = partner.get(f"/webhooks/logs/{log['notificationId']}").json()
    assert read["notificationContent"] == delivery.request.body.decode()
    assert partner.get(f"/webhooks/{webhook}").json()["status"] == "Healthy"
    assert partner.get("/webhooks/logs").json()["pagination"]["totalRecords"] == 1


def test_delivery_is_tried_again_until_it_is_taken(partner):
    """After anything but a 2xx the same notification is sent again, byte for byte, and no more once it is taken."""
    hook = Hook(500, 302)
    with listening(hook) as url:
        webhook = subscribe(partner, url)
        partner.post("/simulation/events/pricecurve", json={})
        deliveries = hook.wait(3)
        log_of(partner, webhook, lambda log: log["responseStatusCode"] == 204)
        partner.post("/simulation/events/usereligibility")
        later = hook.wait(4)

    assert len({(d.request.body, d.request.headers.get("X-Payload-Signature")) for d in deliveries}) == 1
    assert json.loads(later[3].request.body)["notificationType"] == "UserEligibilityUpdated"


def test_delivery_is_given_up_after_four_tries(partner):
    """A notification that nobody takes is sent four times in all, and stays among the events."""
    hook = Hook(*[503] * 9)
    with listening(hook) as url:
        webhook = subscribe(partner, url, ["PriceCurveCreated"])
        event = partner.post("/simulation/events/pricecurve", json={}).json()["simulatedEvent"]
        hook.wait(4)
        log_of(partner, webhook, lambda log: log["responseStatusCode"] == 503)
        time.sleep(0.3)

    assert len(hook.deliveries) == 4
    assert partner.get(f"/webhooks/{webhook}").json()["status"] == "Unhealthy"
    assert partner.get("/events").json()["events"] == [event]


@pytest.mark.parametrize("url", ["ingen adresse", "http://127.0.0.1:99999/x", "http://127.0.0.1:-1/x"])
def test_webhook_of_no_address_is_taken(partner, url):
    """A webhookUrl is not looked at; what cannot be delivered to it is logged as a failure."""
    webhook = subscribe(partner, url)
    partner.post("/simulation/events/usereligibility")

    log = log_of(partner, webhook, lambda log: log["requestDurationMs"] is not None)

    assert partner.get(f"/webhooks/{webhook}").json()["webhookUrl"] == url
    assert (log["responseStatusCode"], log["requestTimeout"]) == (None, False)


@pytest.mark.parametrize("way", ["put", "patch", "switch", "delete"])
def test_nothing_goes_to_a_webhook_that_is_off(partner, way):
    """A webhook that is switched off or gone gets nothing, not even what it was owed."""
    hook = Hook()
    with listening(hook) as url:
        webhook = subscribe(partner, url)
        path = f"/webhooks/{webhook}"
        if way == "put":
            partner.put(path, json={"webhookUrl": url, "notificationTypes": ALL_TYPES, "enabled": False})
        elif way == "patch":
            partner.patch(path, json={"enabled": False})
        elif way == "switch":
            partner.put(f"{path}/enabled?enabled=false")
        else:
            partner.delete(path)
        partner.post("/simulation/events/pricecurve", json={})
        subscribe(partner, url, ["UserEligibilityUpdated"])
        partner.post("/simulation/events/usereligibility")
        deliveries = hook.wait(1)

    assert [json.loads(d.request.body)["notificationType"] for d in deliveries] == ["UserEligibilityUpdated"]


def test_deliveries_survive_a_restart(tmp_path):
    """What was owed when the server stopped is sent when it starts, with the tries that are left."""
    hook, data = Hook(500, 500), tmp_path / "state.db"
    with listening(hook) as url:
        with serving(EDITION, data=data, pause=3600.0) as standin, open_run(EDITION, standin.target()) as run:
            webhook = run.api.post(
                "/webhooks", json={"webhookUrl": url, "webhookSecret": SECRET, "notificationTypes": ALL_TYPES}
            ).json()["webhookId"]
            run.api.post("/simulation/events/pricecurve", json={})
            hook.wait(1)
            log_of(run.api, webhook, lambda log: log["responseStatusCode"] == 500)
            run.api.cleanup._made.clear()
        with closing(Store(EDITION, data)) as store:
            (owed,) = store.owed()
            store.put_off(owed, 0.0)
        with serving(EDITION, data=data, pause=0.01):
            deliveries = hook.wait(3)

    assert (owed.tried, owed.tries) == (1, 4)
    assert len({d.request.body for d in deliveries}) == 1


def test_partners_are_apart():
    """What one partner made, another one neither sees nor changes."""
    with serving(EDITION) as standin, open_run(EDITION, standin.target()) as run:
        run.api.post("/users", json={"userId": "a"})
        run.api.post("/users/a/vehicles", json={"resourceId": "bil", "resourceType": "Vehicle"})
        webhook = subscribe(run.api, "https://partner.example/x")
        with open_run(EDITION, replace(standin.target(), credentials=standin.other)) as theirs:
            assert theirs.api.get("/users").json()["users"] == []
            for path in ("/users/a", "/resources/bil", f"/webhooks/{webhook}"):
                theirs.api.get(path, expect=ABSENT)
                theirs.api.delete(path, expect=ABSENT)

        assert run.api.get("/resources/bil").json()["userId"] == "a"


def test_paths_have_no_case(partner: Api):
    """A path is answered however its names are spelt; an id is not."""
    assert partner.post("/Simulation/Events/priceCurve", json={}).status_code == 200
