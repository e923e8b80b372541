"""Ids and other values that a client chooses."""

import json
import re
import uuid

import pytest

from ecsuite.ids import Ids


def draw(ids: Ids) -> tuple[str, ...]:
    return ids.new(), ids.digits(5), ids.meter_point_id(), ids.vin(), ids.secret("webhookSecret")


def test_same_seed_gives_the_same_values():
    """What a cassette was recorded with can be drawn again."""
    assert draw(Ids("seed")) == draw(Ids("seed"))
    assert draw(Ids("seed")) != draw(Ids("other"))


def test_live_runs_draw_fresh_values():
    """Without a seed no two runs draw the same."""
    assert draw(Ids()) != draw(Ids())


def test_id_is_a_uuid():
    """An id is a version 4 UUID."""
    assert uuid.UUID(Ids("a").new()).version == 4


def test_ids_of_a_run_begin_alike():
    """They are UUIDs all the same, unlike each other, and what else is drawn is as without a run."""
    own, plain = Ids("a", run="0123abcd"), Ids("a")

    ids = [own.new(), own.new()]

    assert [each[8:] for each in ids] == [plain.new()[8:], plain.new()[8:]]
    assert all(each.startswith("0123abcd-") and uuid.UUID(each).version == 4 for each in ids)
    assert own.vin() == plain.vin()


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_what_a_live_run_makes_is_told_to_be_its_own(behind_proxy, workers):
    """All processes of a run send ids that begin with what the run says at its start, and keeps in its result."""
    ran = behind_proxy(lambda _: None, *workers)

    said = re.search(r"ecsuite: run ([0-9a-f]{8}): ids of what it makes begin with it", ran.text)
    sent = [
        json.loads(call.body)["userId"] for call in ran.calls if call.path.endswith("/users") and call.method == "POST"
    ]
    kept = json.loads((ran.folder / ".ecsuite/last/results.json").read_text(encoding="utf-8"))
    assert len(set(sent)) == len(sent) == 8
    assert {each[:8] for each in sent} == {said[1]} == {kept["run"]["settings"]["run"]}


def test_meter_point_id_has_its_check_digit():
    """A meter point id is a GSRN: 18 digits of which the last makes the weighted sum a multiple of ten."""
    for number in (Ids(str(seed)).meter_point_id() for seed in range(50)):
        weighted = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(reversed(number)))
        assert re.fullmatch(r"7070575\d{11}", number)
        assert weighted % 10 == 0


def test_vin_has_its_check_digit():
    """A vehicle's number has 17 characters without I, O and Q, and the ninth is its check digit."""
    values = {**{str(d): d for d in range(10)}, **dict(zip("ABCDEFGH", range(1, 9), strict=True))}
    values |= dict(zip("JKLMN", range(1, 6), strict=True)) | {"P": 7, "R": 9}
    values |= dict(zip("STUVWXYZ", range(2, 10), strict=True))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)

    for vin in (Ids(str(seed)).vin() for seed in range(50)):
        remainder = sum(values[char] * weight for char, weight in zip(vin, weights, strict=True)) % 11
        assert re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", vin)
        assert vin[8] == ("X" if remainder == 10 else str(remainder))


def test_secret_of_a_replay_is_its_placeholder():
    """A replay sends what the cassette has in the place of the secret."""
    assert Ids("a", redacted=True).secret("webhookSecret") == "REDACTED-webhookSecret"


def test_redaction_does_not_change_the_other_values():
    """A replay draws the same ids as the recording did, also after a secret."""
    live, replay = Ids("a"), Ids("a", redacted=True)

    assert (live.secret("s"), live.new())[1] == (replay.secret("s"), replay.new())[1]


def test_drawn_secret_is_told():
    """Whoever masks secrets hears of each that is drawn."""
    told: list[str] = []

    assert [Ids("a", on_secret=told.append).secret("s")] == told
