"""What is secret, and the masks over it: in values, forms, bodies of recordings, and texts."""

import pytest

from ecsuite.messages.redact import (
    Redactor,
    is_secret,
    mask_body,
    mask_form,
    mask_named,
    mask_value,
    masked_start,
    placeholder,
)

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


NAMED = {
    "client_secret=batteries": "client_secret=***",
    '{"access_token": "a.b/c", "x": "y"}': '{"access_token": "***", "x": "y"}',
    """b'{"access_token":"a\\\\/b"}'""": """b'{"access_token":"***"}'""",
    r'"{\"client_secret\": \"a b\", \"x\": 1}"': r'"{\"client_secret\": \"***\", \"x\": 1}"',
    "client_id=me&client_secret=x%20y&a=b": "client_id=***&client_secret=***&a=b",
    "[(b'Set-Cookie', b'a=b; Path=/'), (b'Date', b'now')]": "[(b'Set-Cookie', b'***'), (b'Date', b'now')]",
    "{'Authorization': ['Bearer abc'], 'a': 1}": "{'Authorization': ['***'], 'a': 1}",
    "the access_token is there": "the access_token is there",
    "no_client_id": "no_client_id",
    "": "",
}


@pytest.mark.parametrize("text", NAMED)
def test_value_of_a_name_is_masked(text):
    """In whatever form data is shown: JSON, also in JSON, forms, Python's lists and dictionaries."""
    assert mask_named(text) == NAMED[text]


def test_longest_secret_counts():
    """Of two that overlap the whole is masked once."""
    redactor = Redactor(["abcdefgh", 'abcdefgh"å', "fghijklm"])

    assert redactor.text('abcdefgh"å abcdefgh\\"\\u00e5 xabcdefghx abcdefghijklm') == "*** *** x***x ***"
    assert redactor.secrets == {"abcdefgh", 'abcdefgh"å', "fghijklm"}


def test_placeholder_is_no_secret():
    """What stands for a secret in a recording can be read."""
    redactor = Redactor([placeholder("client_secret"), ""])

    assert redactor.secrets == set()
    assert redactor.text("REDACTED-client-secret") == "REDACTED-client-secret"


def test_part_knows_the_secrets_of_the_whole():
    """A run knows those of its session, also later ones; the session knows those of a run that it is told of."""
    session = Redactor(["of-the-session"])
    run, other = Redactor(["of-one-run"], within=session), Redactor(within=session)
    session.add("a-later-one")
    run.add("a-token-of-all", everywhere=True)

    text = "of-the-session of-one-run a-later-one a-token-of-all"
    assert run.text(text) == "*** *** *** ***"
    assert other.text(text) == session.text(text) == "*** of-one-run *** ***"


WRONG = {
    "cut off": ("secret-of-some-length"[:12], True),
    "turned round": ("secret-of-some-length"[::-1], True),
    "in another case": ("SECRET-OF-SOME-LENGTH", True),
    "something else": ("a-wrong-secret", False),
    "a sign": ("*", False),
    "nothing": ("", False),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_secret_is_one_if_it_shows_a_right_one(name):
    """What was made of a secret is masked; what has nothing in common with it is not."""
    value, is_secret = WRONG[name]
    redactor = Redactor(["secret-of-some-length"])
    redactor.add_wrong(value)

    assert (value in redactor.secrets) is is_secret


def test_text_is_masked_before_it_is_cut():
    """No end of a cut text is a part of a secret, however many secrets were before it."""
    redactor = Redactor(["0123456789abcdef"])

    assert masked_start("x0123456789abcdef", 5, redactor.text) == "x***"
    assert masked_start("0123456789abcdef" * 5000, 40_000, redactor.text).strip("*") == ""
    assert masked_start("y" * 50_000, 7, redactor.text) == "y" * 7


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
