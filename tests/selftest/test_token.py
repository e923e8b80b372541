"""The token of a partner: what a grant is, when it is renewed, and when it is forgotten. The clock is given."""

import pytest

from ecsuite.client.token import Grant, Token


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Grants:
    """Gives tokens one after the other, and takes its time."""

    def __init__(self, clock: Clock, lifetime: float | None, takes: float = 0.0) -> None:
        self.given = 0
        self._clock, self._lifetime, self._takes = clock, lifetime, takes

    def __call__(self) -> Grant:
        self.given += 1
        self._clock.now += self._takes
        return Grant(f"token-{self.given}", self._lifetime)


GRANTS = {
    "with a lifetime": ({"access_token": "t", "expires_in": 1800}, Grant("t", 1800.0)),
    "with a fraction": ({"access_token": "t", "expires_in": 0.5}, Grant("t", 0.5)),
    "without one": ({"access_token": "t"}, Grant("t")),
    "with one as text": ({"access_token": "t", "expires_in": "1800"}, Grant("t")),
    "with one beyond every number": ({"access_token": "t", "expires_in": 10**400}, Grant("t", 1e9)),
    "with nothing left": ({"access_token": "t", "expires_in": 0}, Grant("t")),
    "with less than nothing": ({"access_token": "t", "expires_in": -5}, Grant("t")),
    "with true": ({"access_token": "t", "expires_in": True}, Grant("t")),
    "with null": ({"access_token": "t", "expires_in": None}, Grant("t")),
}


@pytest.mark.parametrize("name", GRANTS)
def test_grant_is_read(name):
    """The token, and how long it lives where that is a number."""
    answer, grant = GRANTS[name]

    assert Grant.of(answer) == grant


@pytest.mark.parametrize("answer", [None, [], "t", {}, {"access_token": None}])
def test_no_grant_is_told(answer):
    """What holds no token is none."""
    with pytest.raises(ValueError, match=r"^the response holds no access_token$"):
        Grant.of(answer)


@pytest.mark.parametrize("token", ["", 7, ["t"], "tök", "t\n", "\x7f"])
def test_unsendable_token_is_told(token):
    """A token that no header can carry is none."""
    with pytest.raises(ValueError, match=r"^its access_token cannot be sent in a header$"):
        Grant.of({"access_token": token})


@pytest.mark.parametrize(
    ("lifetime", "kept_for"),
    [(1800.0, 1740.0), (301.0, 241.0), (300.0, 240.0), (100.0, 80.0), (5.0, 4.0), (0.0, 0.0)],
)
def test_token_is_renewed_before_it_ends(lifetime, kept_for):
    """A minute before its end, or a fifth of its life where that is less; not a moment earlier."""
    clock = Clock()
    token, fetch = Token(clock), Grants(clock, lifetime)
    token.get(fetch)

    clock.now = 1000.0 + kept_for - 0.001
    before = token.get(fetch) if kept_for else "token-1"
    clock.now = 1000.0 + kept_for
    after = token.get(fetch)

    assert (before, after) == ("token-1", "token-2")


def test_life_begins_when_it_is_asked_for():
    """How long the token endpoint takes is time that the token has lived already."""
    clock = Clock()
    token, fetch = Token(clock), Grants(clock, 100.0, takes=30.0)
    token.get(fetch)

    clock.now = 1079.0
    same = token.get(fetch)
    clock.now = 1080.0

    assert (same, token.get(fetch)) == ("token-1", "token-2")


def test_token_of_unknown_life_is_kept():
    """Where nobody said how long it lives it is kept, and may have ended at any time."""
    clock = Clock()
    token, fetch = Token(clock), Grants(clock, None)
    before = token.may_have_ended
    token.get(fetch)
    clock.now += 1e9

    assert (before, token.get(fetch), token.may_have_ended) == (False, "token-1", True)


def test_token_of_known_life_does_not_end_unseen():
    """Where it was said how long it lives, it has not ended."""
    clock = Clock()
    token = Token(clock)
    token.get(Grants(clock, 1800.0))

    assert token.may_have_ended is False


@pytest.mark.parametrize(
    ("refused", "kept"),
    [
        ("Bearer token-1", False),
        ("bearer token-1", False),
        ("Bearer token-0", True),
        ("Bearer xtoken-1", True),
        ("", True),
    ],
)
def test_refused_token_is_dropped(refused, kept):
    """The token that was refused is forgotten; one that has taken its place meanwhile is not."""
    clock = Clock()
    token, fetch = Token(clock), Grants(clock, 1800.0)
    token.get(fetch)

    token.drop(refused)

    assert token.get(fetch) == ("token-1" if kept else "token-2")
