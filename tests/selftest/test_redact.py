"""What is secret, and the masks over it: in values, forms, bodies of recordings, and texts."""

import pytest

from ecsuite.messages.redact import Redactor, is_secret, mask_body, mask_form, mask_value, placeholder

SECRET = [
    "access_token", "refresh_token", "id_token", "client_id", "client_secret", "client_assertion", "webhookSecret",
    "Authorization", "proxy-authorization", "COOKIE", "Set-Cookie", "Spark-Signature", "X-Payload-Signature",
]  # fmt: skip
PLAIN = ["token_type", "userId", "secret", "signature", "X-Signature-Kind", "webhookUrl", ""]
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("name", [*SECRET, *PLAIN])
def test_secret_is_known_by_its_name(name):
    """In whatever case; a header that ends as one for signatures is secret, too."""
    assert is_secret(name) is (name in SECRET)


def test_only_texts_are_masked():
    """A secret member that is no text is looked into; the value that was given stays as it was."""
    value = {"client_id": 7, "webhookSecret": {"access_token": "t", "a": ["b"]}, "list": [{"id_token": ""}, "id_token"]}
    before = repr(value)

    assert mask_value(value) == {
        "client_id": 7,
        "webhookSecret": {"access_token": "***", "a": ["b"]},
        "list": [{"id_token": "***"}, "id_token"],
    }
    assert mask_value(value, "?")["list"][0] == {"id_token": "?"}
    assert mask_value(value, None)["list"][0] == {"id_token": "REDACTED-id-token"}
    assert repr(value) == before


def test_placeholder_has_no_underscore():
    """What stands for a secret is legal where the secret was."""
    assert placeholder("client_secret") == "REDACTED-client-secret"


FORMS = {
    "a=1&client_id=me&client_secret=x%20y": "a=1&client_id=***&client_secret=***",
    "client_secret=&b=": "client_secret=***&b=",
    "a=b+c&d=%26": "a=b+c&d=%26",
    "a=$x*": "a=$x*",
    "": "",
}


@pytest.mark.parametrize("text", FORMS)
def test_form_is_masked(text):
    """The values of secret names alone, empty ones, too."""
    assert mask_form(text) == FORMS[text]


BODIES = {
    "a form": (b"client_id=me&a=1", FORM, b"client_id=REDACTED-client-id&a=1"),
    "a form that is no UTF-8": (b"client_id=\xff", FORM, b"client_id=REDACTED-client-id"),
    "JSON that says it is a form": (b' {"client_id": "me"}', FORM, b'{"client_id":"REDACTED-client-id"}'),
    "a form that says it is JSON": (b"client_id=me", "application/json", b"client_id=me"),
    "JSON": (
        b'{"webhookSecret": "s", "n": 1.0}',
        "application/json",
        b'{"webhookSecret":"REDACTED-webhookSecret","n":1.0}',
    ),
    "JSON of no type": (b'[{"access_token": "t"}]', "", b'[{"access_token":"REDACTED-access-token"}]'),
    "an assertion": (b'{"client_assertion": "t"}', "", b'{"client_assertion":"REDACTED-client-assertion"}'),
    "JSON without secrets, to the byte": (b'{ "a" : "\\u00e5" }', "application/json", b'{ "a" : "\\u00e5" }'),
    "JSON that is broken": (b'{"client_id": "me"', "application/json", b'{"client_id": "me"'),
    "JSON that is too deep": (b'{"client_id":' + b"[" * 100_000, "", b'{"client_id":' + b"[" * 100_000),
    "bytes": (b"\xff_token", "image/png", b"\xff_token"),
    "nothing": (b"", FORM, b""),
}


@pytest.mark.parametrize("name", BODIES)
def test_body_is_masked(name):
    """A body has placeholders for its secrets, whatever it says it is; one without secrets is the same to the byte."""
    body, essence, masked = BODIES[name]

    assert mask_body(body, essence) == masked


def test_secret_is_masked_in_every_spelling():
    """As it is, escaped as in JSON, and percent-encoded; the longer of two that overlap goes first."""
    redactor = Redactor(["abcdef", 'abcdef"å'])

    assert redactor.text('abcdef"å abcdef\\"\\u00e5 abcdef%22%C3%A5 xabcdefx') == "*** *** *** x***x"
    assert redactor.secrets == {"abcdef", 'abcdef"å', 'abcdef\\"\\u00e5', "abcdef%22%C3%A5"}


def test_short_secret_is_left():
    """Five characters would be found inside of words; six are a secret."""
    assert Redactor(["abcde", "uvwxyz"]).text("abcde uvwxyz") == "abcde ***"


def test_secret_is_learned_later():
    """What is learned after a text was masked is masked in the next."""
    redactor = Redactor()
    before = redactor.text("first-secret second-secret")
    redactor.add("first-secret")
    between = redactor.text("first-secret second-secret")
    redactor.add("second-secret")

    assert before == "first-secret second-secret"
    assert between == "*** second-secret"
    assert redactor.text("first-secret second-secret") == "*** ***"
