"""What a run leaves on a server: it is deleted, or named with the reason, whatever the server and the network do."""

import json
from functools import partial

import pytest
from live_runs import EDITION, run_behind
from proxies import Answer, Instead, Lost, every

from ecsuite.promises import NO_BODY

FORBIDDEN = Answer(403, b'{"title": "Forbidden"}', {"Content-Type": "application/problem+json"})
USERS = f"""
    import pytest
    pytestmark = pytest.mark.edition("{EDITION}")

    @pytest.mark.parametrize("number", range(30))
    def test_user(number, api, run):
        api.post("/users", json={{"userId": run.ids.new()}})
"""


@pytest.fixture
def behind_proxy(tmp_path):
    """Runs a test file against the stand-in behind a proxy."""
    return partial(run_behind, tmp_path, test=USERS)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_server_that_refuses_to_delete_is_1(behind_proxy, tmp_path, workers):
    """What the server refuses to delete is told once, some of it by name and all of it in the result; the run ends with 1."""
    ran = behind_proxy(lambda call: FORBIDDEN if call.method == "DELETE" else None, *workers)

    result = json.loads((tmp_path / ".ecsuite" / "last" / "results.json").read_text(encoding="utf-8"))
    named = {each["address"].rpartition("/")[2] for each in result["left"]}
    assert ran.code == 1, ran.text
    assert "30 passed" in ran.text
    assert ran.text.count("left on the server (30), for it refuses to delete what the run has made") == 1
    assert ran.text.count("  DELETE http") == 20
    assert "  ... and 10 more: all of them are in results.json" in ran.text
    assert named == {user["userId"] for user in ran.left}
    assert {(each["reason"], each["said"]) for each in result["left"]} == {("refused", "403")}


def test_refusal_now_and_then_leaves_what_it_names(behind_proxy):
    """What is named as left is what is there, and nothing else."""
    ran = behind_proxy(every(5, Answer(500), methods=frozenset({"DELETE"})))

    named = {line.split()[1].rpartition("/")[2] for line in ran.text.splitlines() if line.startswith("  DELETE ")}
    assert ran.code == 1, ran.text
    assert named == {user["userId"] for user in ran.left} != set()


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_run_that_stops_at_a_failure_is_1(behind_proxy, workers):
    """With -x a failure ends the run with 1, though pytest-xdist stops as if it was interrupted; nothing is left."""
    test = USERS.replace("range(30)", "range(6)") + "        assert number != 1\n"

    ran = behind_proxy(lambda _: None, "-x", *workers, test=test)

    assert ran.code == 1, ran.text
    assert "stopping after 1 failures" in ran.text
    assert list(ran.left) == []


POSTS, DELETES = frozenset({"POST"}), frozenset({"DELETE"})
MANY = f"""
    import pytest
    pytestmark = pytest.mark.edition("{EDITION}")

    @pytest.mark.parametrize("number", range(6))
    def test_users(number, api, run):
        api.post("/users", json={{"userId": run.ids.new()}})
        api.delete(f"/users/{{api.get('/users').json()[0]['userId']}}")
        api.post("/users", json={{"userId": run.ids.new()}})
"""


def users_only(behave):
    """The behaviour for calls of /users and below alone: the token endpoint is left as it is."""
    return lambda call: behave(call) if "/users" in call.path else None


ODD = {
    "a connection that ends": (users_only(every(5, Lost(done=True), methods=POSTS)), {0}),
    "a redirection that leads nowhere": (
        users_only(every(2, Instead(Answer(302, b"", {"Location": "http://[bad"})), methods=POSTS)),
        {1},
    ),
    "a 204 with a chunk": (
        every(1, Instead(Answer(204, b"0\r\n\r\n", {"Transfer-Encoding": "chunked"})), methods=DELETES),
        {1},
    ),
    "a 204 with a length": (every(1, Instead(Answer(204, b"xx", {"Content-Length": "2"})), methods=DELETES), {1}),
    "what cannot be decoded": (
        users_only(every(2, Instead(Answer(201, b"{}", {"Content-Encoding": "gzip"})), methods=POSTS)),
        {1},
    ),
    "a gateway": (users_only(every(5, Instead(Answer(504)), methods=POSTS)), {0}),
}


@pytest.mark.parametrize("what", ODD)
def test_nothing_is_posted_twice(behind_proxy, what):
    """Whatever comes of a POST, it is sent once, and what it made is deleted (RFC 9110 section 9.2.2)."""
    behave, codes = ODD[what]

    ran = behind_proxy(behave, test=MANY)

    posted = [call.body for call in ran.calls if call.method == "POST" and call.path.endswith("/users")]
    assert len(posted) == len(set(posted))
    assert (ran.code in codes, ran.left) == (True, []), ran.text


def test_204_with_a_chunk_is_named(behind_proxy):
    """The 204 is to blame that announces a body, and not the call after it."""
    ran = behind_proxy(ODD["a 204 with a chunk"][0], test=MANY)

    assert "1 error; 6 of 6 tests failed" in ran.text
    assert f"{NO_BODY.title}: header Transfer-Encoding" in ran.text
    assert "first: DELETE /users/{userId} -> 204" in ran.text
