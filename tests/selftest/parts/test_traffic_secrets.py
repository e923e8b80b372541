"""The secrets of a client's traffic: what is one by its name, and nothing else, wherever it stands."""

import json

from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.traffic.secrets import masking, secrets_in, secrets_of_address


def found(url: str = "https://h/x", body: object = b"", came: object = None, **headers: str) -> set[str]:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request("POST", url, Headers.of(headers.items()), sent)
    return set(secrets_in([Exchange(request, Response(200, body=json.dumps(came).encode()))]))


def test_secret_is_known_by_its_name_in_an_address_and_a_form():
    """What else stands there is told as it is: a page, or the kind of grant."""
    assert found("https://h/x?page=2&access_token=t-1") == {"t-1"}
    assert found(body=b"grant_type=client_credentials&client_secret=s-1") == {"s-1"}


def test_secret_is_found_however_deep_it_stands():
    """Bodies are lists and objects, one in the other."""
    assert found(body={"hooks": [{"name": "n"}, {"webhookSecret": "w-1"}]}) == {"w-1"}
    assert found(came=[[{"access_token": "t-1", "token_type": "Bearer"}]]) == {"t-1"}


def test_what_stands_for_no_value_is_no_secret():
    """The word is told wherever else it stands, for that is what is wrong there."""
    assert found(body=[{"webhookSecret": each} for each in ("undefined", "null", "${SECRET}", "")]) == set()
    assert found(Authorization="Bearer undefined") == set()


def test_secret_is_known_under_other_spellings_of_its_name():
    """As long as a key, it is masked wherever it stands; and so is the password of Basic credentials."""
    assert found(**{"X-Client-Secret": "s3cr3t-key"}) == {"s3cr3t-key"}
    assert found("https://h/x?apiKey=s3cr3t-key&apikey=2") == {"s3cr3t-key"}
    assert found(body={"clientSecret": "s3cr3t-key", "token": "7"}) == {"s3cr3t-key"}
    assert found(Authorization="Basic YzpzM2NyM3Qta2V5") == {"s3cr3t-key", "YzpzM2NyM3Qta2V5"}


def test_token_of_a_header_is_one_without_its_scheme():
    """A report may well tell the scheme."""
    assert found(Authorization="Bearer t-1", Accept="text/x") == {"t-1"}
    assert found(Authorization="t-1") == {"t-1"}


def test_secrets_are_masked_however_many_there_are():
    """A few in every spelling, and more of them wherever they stand alone or in a path; other words stay."""
    for many in (1, 20, 21, 300):
        mask = masking(frozenset(f"tok-{number:03}" for number in range(many)))
        last = f"tok-{many - 1:03}"

        assert mask(f"GET /users/{last}/x and {last}, not tok-999/y") == "GET /users/***/x and ***, not tok-999/y"


def test_secrets_of_an_address_are_its_password_and_long_values():
    """What is as long as a key may be one; an address that cannot be read has none."""
    assert secrets_of_address("http://me:p%40ss@h/?code=AbCdEfGh&page=2") == {"p@ss", "AbCdEfGh"}
    assert secrets_of_address("http://[") == frozenset()
