"""What a client deletes at its end: what it made or may have made, and nothing that was there before."""

import contextlib
import json

import httpx
import pytest

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.client import Api
from ecsuite.client.cleanup import Cleanup
from ecsuite.client.ownership import Ownership
from ecsuite.errors import CouldNotTell, OthersAtStake, OthersOwn, Undeletable
from ecsuite.findings.broken import PromiseBroken
from ecsuite.journal import Journal
from ecsuite.ledger import PartnerLedger, open_ledger
from ecsuite.ledger.find import Found, ledgers
from ecsuite.left import Left, exit_code
from ecsuite.messages.exchange import UNSPECIFIED
from ecsuite.target import Credentials, Target

BASE = "https://api.example/v1"
ONE, TWO = "0b8a4ff6-6e0c-4a1c-9c53-0d8a5ee2a001", "0b8a4ff6-6e0c-4a1c-9c53-0d8a5ee2a002"
JSON = {"Content-Type": "application/json"}
HOOK = {"webhookUrl": f"https://partner.example/hooks/{ONE}", "webhookSecret": "s" * 40}
HOOKS = {
    "2023-10": {**HOOK, "eventPayloadTypes": ["PriceCurve"], "operationTypes": ["Create"]},
    "2026-01": {**HOOK, "name": "n", "notificationTypes": ["PriceCurve"], "enabled": True},
}


class Server:
    """Answers as it is told, by the method and path; deletions with 204; what else it is asked for is not there."""

    def __init__(self, answers=()):
        self.answers = dict(answers)
        self.calls = []
        self.other = httpx.Response(404)

    def __call__(self, request):
        line = f"{request.method} {request.url.raw_path.decode().removeprefix('/v1')}"
        self.calls.append(line)
        other = httpx.Response(204) if request.method == "DELETE" else self.other
        answer = self.answers.get(line, self.answers.get(line.partition("?")[0], other))
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer

    @property
    def deleted(self):
        return [line.removeprefix("DELETE ") for line in self.calls if line.startswith("DELETE ")]


@pytest.fixture
def api_of():
    def make(server, edition="2026-01", ledger=None, **rules) -> Api:
        target = Target("live", BASE, "", Credentials(access_token="token"))
        checker = Checker(editions.contract(edition), BASE, "")
        transport = httpx.MockTransport(server)
        cleanup = Cleanup(checker.contract, Ownership(**rules), ledger) if rules else None
        return Api(target, checker, Journal(), transport=transport, cleanup=cleanup)

    return make


def sent(api, path, body):
    """Send a POST whatever comes of it."""
    with contextlib.suppress(CouldNotTell, PromiseBroken):
        api.post(path, json=body, expect=UNSPECIFIED, strict=False)


ANSWERS = {
    "as documented": httpx.Response(201, json={"userId": ONE}),
    "another documented status": httpx.Response(200),
    "an undocumented success": httpx.Response(202),
    "without a body": httpx.Response(201),
    "no JSON": httpx.Response(201, content=b"{", headers=JSON),
    "an array": httpx.Response(201, json=[]),
    "a server error": httpx.Response(500),
    "leads elsewhere": httpx.Response(303, headers={"Location": "/v1/users/1"}),
    "leads nowhere": httpx.Response(302, headers={"Location": "http://[bad"}),
    "a gateway's": httpx.Response(502),
    "lost": httpx.ReadError("lost"),
    "too late": httpx.ReadTimeout("late"),
}


@pytest.mark.parametrize("edition", ["2023-10", "2026-01"])
@pytest.mark.parametrize("what", ANSWERS)
def test_what_may_have_been_made_is_deleted(api_of, edition, what):
    """Whatever the answer to a creating call, or none: what it may have made is deleted by the id that was sent."""
    server = Server({"POST /users": ANSWERS[what]})
    api = api_of(server, edition)

    sent(api, "/users", {"userId": ONE})
    api.clean_up()

    assert (server.deleted, api.left) == ([f"/users/{ONE}"], ())


def test_what_is_made_late_is_deleted(api_of):
    """A call whose answer was lost may act only when its DELETE has found nothing: it is tried once more."""
    server = Server({"POST /users": httpx.ReadTimeout("late")})
    found = iter([httpx.Response(404), httpx.Response(204)])
    api = api_of(lambda request: next(found) if request.method == "DELETE" else server(request))

    sent(api, "/users", {"userId": ONE})
    api.clean_up()

    assert (list(found), api.left) == ([], ())


@pytest.mark.parametrize("status", [400, 404, 409, 415, 422, 429])
def test_what_was_refused_is_not_deleted(api_of, status):
    """A refused call has made nothing; what is there under its id is somebody else's."""
    server = Server({"POST /users": httpx.Response(status)})
    api = api_of(server)

    sent(api, "/users", {"userId": ONE})
    api.clean_up()

    assert server.deleted == []


@pytest.mark.parametrize("answer", [httpx.Response(202), httpx.ReadError("lost"), httpx.Response(201, json={})])
def test_every_item_of_a_batch_is_deleted(api_of, answer):
    """An item of a batch that has no id does not keep the others from being deleted."""
    server = Server({"POST /users/batch": answer})
    api = api_of(server)

    sent(api, "/users/batch", {"users": [{"userId": ONE}, {"userId": None}, {}, {"userId": TWO}]})
    api.clean_up()

    assert sorted(server.deleted) == [f"/users/{ONE}", f"/users/{TWO}"]


@pytest.mark.parametrize("edition", ["2023-10", "2026-01"])
@pytest.mark.parametrize("answer", [httpx.ReadError("lost"), httpx.Response(202), httpx.Response(201, json=[])])
def test_webhook_is_found_by_its_address(api_of, edition, answer):
    """What the server has named is looked for in the list by this run's own address; others' are left alone."""
    id_ = "id" if edition == "2023-10" else "webhookId"
    listed = [{**HOOK, id_: "own"}, {**HOOK, "webhookUrl": "https://partner.example/hooks/other", id_: "other"}]
    server = Server({"POST /webhooks": answer, "GET /webhooks": httpx.Response(200, json=listed)})
    api = api_of(server, edition)

    sent(api, "/webhooks", HOOKS[edition])
    api.clean_up()

    assert (server.deleted, api.left) == (["/webhooks/own"], ())


def test_id_that_the_server_gives_is_not_taken_from_the_request(api_of):
    """An id of another webhook that is sent with a new one is none of the new one's, so nothing is deleted by it."""
    server = Server({"POST /webhooks": httpx.ReadError("lost"), "GET /webhooks": httpx.Response(200, json=[])})
    api = api_of(server)

    sent(api, "/webhooks", {**HOOKS["2026-01"], "webhookId": TWO})
    api.clean_up()

    assert (server.deleted, api.left) == ([], ())


def test_meter_is_found_below_its_user(api_of):
    """What stands below a user that the run made is the run's own, whoever named it."""
    meters = f"/users/{ONE}/meters"
    listed = httpx.Response(200, json=[{"meterId": "m1"}, {"meterId": "m2"}, "no meter", {"meterId": ".."}])
    server = Server({f"POST {meters}": httpx.ReadError("lost"), f"GET {meters}": listed})
    server.answers["POST /users"] = httpx.Response(201, json={"userId": ONE})
    api = api_of(server, "2023-10")

    sent(api, "/users", {"userId": ONE})
    sent(api, meters, {"meterPointId": "1"})
    api.clean_up()

    assert sorted(server.deleted) == [f"/users/{ONE}", f"{meters}/m1", f"{meters}/m2"]


@pytest.mark.parametrize(
    ("body", "listed"),
    [({**HOOK, "webhookUrl": "https://partner.example/x"}, httpx.Response(200, json=[])), (HOOK, httpx.Response(403))],
    ids=["no address of its own", "no list"],
)
def test_what_cannot_be_found_is_told(api_of, body, listed):
    """What may have been made, and nothing tells from others, is named with the list to look at; nobody can tell: 6."""
    server = Server({"POST /webhooks": httpx.ReadError("lost"), "GET /webhooks": listed})
    api = api_of(server, "2023-10")

    sent(api, "/webhooks", {**HOOKS["2023-10"], **body})
    api.clean_up()

    assert server.deleted == []
    assert [(left.address, left.reason) for left in api.left] == [("/webhooks", "untraceable")]
    assert exit_code(api.left) == 6


def test_what_was_there_before_is_not_deleted(api_of):
    """Where others use the server, an id that somebody else may have is looked at before; what is there stays."""
    server = Server({"POST /users": httpx.Response(200), "GET /users/42": httpx.Response(200, json={"userId": "42"})})
    api = api_of(server, is_shared=True)

    sent(api, "/users", {"userId": "42"})
    sent(api, "/users", {"userId": "43"})
    sent(api, "/users", {"userId": ONE})
    api.clean_up()

    assert sorted(server.deleted) == [f"/users/{ONE}", "/users/43"]
    assert [line for line in server.calls if line.startswith("GET")] == ["GET /users/42", "GET /users/43"]


def test_what_the_server_names_is_the_runs_own(api_of):
    """A short id that the server chose is deleted, too, though nothing about it is unique."""
    server = Server({"POST /webhooks": httpx.Response(201, json={**HOOKS["2023-10"], "id": "17"})})
    api = api_of(server, "2023-10", is_shared=True)

    api.post("/webhooks", json=HOOKS["2023-10"])
    api.clean_up()

    assert (server.deleted, api.left) == (["/webhooks/17"], ())


@pytest.mark.parametrize(("there", "deleted"), [(404, ["/users/7"]), (200, [f"/users/{ONE}"])])
def test_what_is_answered_under_another_id(api_of, there, deleted):
    """A server may give what was sent an id of its own; where it did not, the id in its answer is somebody else's."""
    server = Server(
        {
            "POST /users": httpx.Response(201, json={"userId": "7"}),
            f"GET /users/{ONE}": httpx.Response(there, json={"userId": ONE}),
        }
    )
    api = api_of(server, "2023-10", is_shared=True)

    sent(api, "/users", {"userId": ONE})
    api.clean_up()

    assert (server.deleted, api.left) == (deleted, ())


def test_refusal_of_what_is_right_may_have_acted(api_of):
    """What was to be made by a call with a right to success is deleted, whatever it was answered."""
    server = Server({"POST /users": httpx.Response(403, json={})})
    api = api_of(server, is_shared=True)

    with contextlib.suppress(PromiseBroken):
        api.post("/users", json={"userId": ONE})
    sent(api, "/users", {"userId": TWO})
    api.clean_up()

    assert set(server.deleted) == {f"/users/{ONE}"}


def simulating(listed):
    """A server that simulates, and lists some users."""
    users = httpx.Response(200, json={"users": [{"userId": own} for own in listed]})
    return Server({"GET /users": users, "POST /simulation/partner": httpx.Response(201)})


@pytest.mark.parametrize("line", ["POST /simulation/partner", "DELETE /simulation/partner"])
def test_what_others_made_is_not_deleted_with_all(api_of, line):
    """Where users are there that the run has not made, nothing is simulated that goes by a DELETE of all of them."""
    server = simulating([ONE, TWO])
    api = api_of(server, is_shared=True)
    method, path = line.split()

    with pytest.raises(OthersAtStake, match="2 there are not this run's"):
        api.request(method, path)
    sent(api, "/users", {"userId": ONE})
    api.clean_up()

    assert line not in server.calls


def test_what_would_go_with_others_is_told_as_that(api_of):
    """A DELETE of all that is not sent for the others there is told with that reason, not as one without a response."""
    api = api_of(simulating([ONE, TWO]), is_shared=True)

    api.cleanup.adopt(["/simulation/partner"], [])
    api.clean_up()

    assert [(left.address, left.reason, left.said) for left in api.left] == [
        ("/simulation/partner", "shared", "2 there are not this run's")
    ]


@pytest.mark.parametrize("status", [404, 500])
def test_what_cannot_be_listed_is_not_deleted_with_all(api_of, status):
    """Where nobody knows what is there, nothing is simulated."""
    server = simulating([])
    server.answers["GET /users"] = httpx.Response(status)
    api = api_of(server, is_shared=True)

    with pytest.raises(OthersAtStake, match="what is there cannot be listed"):
        api.post("/simulation/partner")


def test_list_is_looked_at_to_its_end(api_of):
    """What others have may stand on the last page alone, of a server that gives fewer than it is asked for."""
    server = simulating([])
    for page, listed in enumerate(([ONE], [TWO], []), 1):
        answer = httpx.Response(200, json={"users": [{"userId": own} for own in listed]})
        server.answers[f"GET /users?page={page}&pageSize=1000"] = answer
    server.answers["POST /users"] = httpx.Response(201)
    api = api_of(server, is_shared=True)

    api.post("/users", json={"userId": ONE})
    with pytest.raises(OthersAtStake, match="1 there are not this run's"):
        api.post("/simulation/partner")


def test_what_proves_that_all_is_the_runs_own_is_written_down(api_of, tmp_path):
    """After a simulation its ledger has the ids of all that is there, as hashes."""
    server = simulating([])
    ledger = open_ledger(BASE, "2026-01", folder=tmp_path)
    api = api_of(server, is_shared=True, ledger=PartnerLedger(lambda: ledger, "client"))
    made = simulating([ONE, TWO]).answers["GET /users"]

    def simulate():
        server.answers["GET /users"] = made
        return httpx.Response(201)

    server.answers["POST /simulation/partner"] = simulate
    api.post("/simulation/partner")

    (partner,) = Found(ledgers(tmp_path)[0]).partners
    shown = partner.shown["/simulation/partner"]
    assert (shown.lister, shown.ids) == ("/users", (ledger.head.digest(ONE), ledger.head.digest(TWO)))
    ledger.close()


def test_simulated_data_is_deleted_where_it_is_the_runs_own(api_of):
    """Where all that is there is the run's own it may be simulated, ended, and simulated again."""
    server = simulating([ONE])
    server.answers["POST /users"] = httpx.Response(201)
    server.answers["DELETE /simulation/partner"] = httpx.Response(200)
    api = api_of(server, is_shared=True)

    api.post("/users", json={"userId": ONE})
    api.post("/simulation/partner")
    server.answers["GET /users"] = simulating([ONE, TWO]).answers["GET /users"]
    api.delete("/simulation/partner")
    api.post("/simulation/partner")
    api.clean_up()

    assert server.deleted.count("/simulation/partner") == 2
    assert api.left == ()


UNFINDABLE = ["", ".", "..", "a/b", "a\\b", "a\x00b", "a\nb", "\x7f"]


@pytest.mark.parametrize("own", UNFINDABLE)
def test_what_could_not_be_deleted_is_not_made(api_of, own):
    """Where others use the server nothing is made by an id that a legal server may never find in a path."""
    server = Server({"POST /users": httpx.Response(201)})
    api = api_of(server, is_shared=True, unusual_ids=False)

    with pytest.raises(Undeletable):
        api.post("/users", json={"userId": own})
    with pytest.raises(Undeletable):
        api.post("/users/batch", json={"users": [{"userId": ONE}, {"userId": own}]})

    assert server.calls == []
    assert not api.is_deletable("POST", "/users", content=json.dumps({"userId": own}).encode())
    assert api.is_deletable("POST", "/users", json={"userId": ONE})
    assert api.is_deletable("GET", "/users")


@pytest.mark.parametrize("own", UNFINDABLE)
def test_unusual_id_that_is_not_found_is_listed(api_of, own):
    """What has such an id may be left though its DELETE gets 404; it is listed, and changes no exit code."""
    server = Server({"POST /users": httpx.Response(201)})
    api = api_of(server, is_shared=True, unusual_ids=True)
    server.answers |= {f"DELETE {path}": httpx.Response(404) for path in ("/users/a%2Fb", "/users/a%5Cb")}
    server.answers |= {f"DELETE {path}": httpx.Response(404) for path in ("/users/a%00b", "/users/a%0Ab", "/users/%7F")}

    api.post("/users", json={"userId": own})
    api.clean_up()

    assert len(server.deleted) == (own not in {"", ".", ".."})
    assert [left.reason for left in api.left] == ["unfindable"]
    assert exit_code(api.left) == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", f"/users/{TWO}"),
        ("DELETE", "/users/42"),
        ("POST", f"/users/{TWO}/vehicles"),
        ("PUT", f"/users/{TWO}/locations/{ONE}"),
    ],
)
def test_what_others_have_is_neither_deleted_nor_changed(api_of, method, path):
    """A list shows ids of others: what is there and was not made by the run is none of its business."""
    theirs = {f"GET /users/{own}": httpx.Response(200, json={"userId": own}) for own in (TWO, "42")}
    server = Server({**theirs, f"GET /users/{TWO}/locations/{ONE}": httpx.Response(200, json={"locationId": ONE})})
    api = api_of(server, is_shared=True, unusual_ids=False)

    with pytest.raises(OthersOwn):
        api.request(method, path, json={"vehicleId": ONE})

    assert all(line.startswith("GET ") for line in server.calls)


def test_what_a_list_has_shown_is_no_id_of_the_runs_own(api_of):
    """Who makes something by an id that a list has shown may find it there already, and leaves it."""
    shown = {"users": [{"userId": TWO}], "pagination": {"totalRecords": 1}}
    server = Server({"GET /users": httpx.Response(200, json=shown), "POST /users": httpx.Response(200)})
    server.answers[f"GET /users/{TWO}"] = httpx.Response(200, json={"userId": TWO})
    api = api_of(server, is_shared=True, unusual_ids=False)

    api.get("/users", expect=UNSPECIFIED, strict=False)
    sent(api, "/users", {"userId": TWO})
    api.clean_up()

    assert server.deleted == []


def test_what_the_run_has_made_or_nobody_has_is_called(api_of):
    """Its own things, what is below them, and ids that nobody has are called as ever; each is read once at most."""
    server = Server({"POST /users": httpx.Response(201, json={"userId": ONE})})
    api = api_of(server, is_shared=True, unusual_ids=False)

    api.post("/users", json={"userId": ONE})
    server.answers[f"GET /users/{ONE}"] = httpx.Response(200, json={"userId": ONE})
    for path in (f"/users/{ONE}/locations/{TWO}", f"/users/{ONE}", f"/users/{ONE}", f"/users/{TWO}", f"/users/{TWO}"):
        api.delete(path, expect=UNSPECIFIED, strict=False)

    assert len(server.deleted) == 5
    assert [line for line in server.calls if line.startswith("GET ")] == [f"GET /users/{TWO}"]


RESERVED, LONG = "a:b*c", "long" * 100
PAGE = {"content": b"<html>Invalid URL</html>", "headers": {"Content-Type": "text/html"}}
PROBLEM = {"content": b'{"title": "no", "status": 400}', "headers": {"Content-Type": "application/problem+json"}}


def answering(own, answer):
    """A server that takes users by any id, and reads an unusual one of them with an answer; others are not there."""
    path = f"/users/{own.replace(':', '%3A').replace('*', '%2A')}"
    return Server({"POST /users": httpx.Response(201), f"GET {path}": answer, f"DELETE {path}": answer})


@pytest.mark.parametrize("own", [RESERVED, LONG])
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, **PAGE),
        httpx.Response(404, **PAGE),
        httpx.Response(403, **PAGE),
        httpx.Response(400),
        httpx.Response(414),
        httpx.Response(404, json={"statusCode": 404, "message": "Resource not found"}),
        httpx.Response(400, text='"Invalid Request"', headers={"Content-Type": "text/html"}),
    ],
)
def test_what_a_gateway_refuses_in_a_path_is_not_made(api_of, own, answer):
    """An id that is refused in a path, and not as the API itself does it, could be made and never be deleted."""
    server = answering(own, answer)
    api = api_of(server, is_shared=True, unusual_ids=False)

    with pytest.raises(Undeletable, match="a gateway refuses such an id in a path"):
        api.post("/users", json={"userId": own})

    assert not api.is_deletable("POST", "/users", json={"userId": own})
    assert "POST /users" not in server.calls
    assert api.journal.findings == ()


@pytest.mark.parametrize(
    "answer", [httpx.Response(404), httpx.Response(400, **PROBLEM), httpx.Response(404, json="There is no such user.")]
)
def test_what_the_api_itself_refuses_in_a_path_is_made(api_of, answer):
    """A refusal of the API's own is judged: what it takes it has to find, and what it does not delete is told."""
    server = answering(RESERVED, answer)
    api = api_of(server, is_shared=True, unusual_ids=False)

    api.post("/users", json={"userId": RESERVED})
    api.clean_up()

    assert "POST /users" in server.calls
    assert [left.reason for left in api.left] == (["refused"] if answer.status_code == 400 else [])


def test_every_answer_to_an_unknown_id_may_be_a_page(api_of):
    """What looks like the answer to any id that nobody has is the API's own, whatever it is."""
    server = Server({"POST /users": httpx.Response(201)})
    server.other = httpx.Response(404, **PAGE)
    api = api_of(server, is_shared=True, unusual_ids=False)

    api.post("/users", json={"userId": RESERVED})

    assert "POST /users" in server.calls


def test_refusal_without_a_body_is_the_apis_where_it_always_is(api_of):
    """A route that a gateway does not have is answered with nothing, too: the API's own answer is compared."""
    server = answering(RESERVED, httpx.Response(404))
    server.other = httpx.Response(404, **PROBLEM)
    api = api_of(server, is_shared=True, unusual_ids=False)

    with pytest.raises(Undeletable):
        api.post("/users", json={"userId": RESERVED})


def test_what_a_gateway_refuses_is_made_where_that_is_asked_for(api_of):
    """With --ec-unusual-ids it is made and listed, and changes no exit code."""
    api = api_of(answering(RESERVED, httpx.Response(400, **PAGE)), is_shared=True, unusual_ids=True)

    api.post("/users", json={"userId": RESERVED})
    api.clean_up()

    assert api.is_beyond_reach("/users/a%3Ab%2Ac")
    assert [left.reason for left in api.left] == ["unfindable"]
    assert exit_code(api.left) == 0


@pytest.mark.parametrize(
    ("reasons", "code"),
    [
        ((), 0),
        (("kept", "unfindable"), 0),
        (("unreached",), 6),
        (("untraceable", "kept"), 6),
        (("unreached", "refused"), 1),
    ],
)
def test_exit_code_is_that_of_the_worst(reasons, code):
    """A refusal to delete counts for more than what could not be told."""
    assert exit_code([Left("/x", reason) for reason in reasons]) == code
