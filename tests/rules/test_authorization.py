"""Every call carries a good token, or is refused with 401 and changes nothing."""

import base64
import json

import pytest

from ecsuite.messages.exchange import Expectation
from ecsuite.rules import REFUSED_CHANGES_NOthing
from ecsuite.world import World

UNAUTHORIZED = frozenset({401})
# Well-formed JSON Web Tokens that nobody has given out: one signed by somebody, one that asks not to be looked at.
CLAIMS = {"iss": "https://nobody.example", "sub": "nobody", "client_id": "nobody", "exp": 4102444800}
FOREIGN_TOKENS = {
    "a signed token of another issuer": ({"alg": "HS256", "typ": "JWT"}, b"\x01" * 32),
    "an unsigned token": ({"alg": "none", "typ": "JWT"}, b""),
}
pytestmark = pytest.mark.guide


def as_jwt(header, signature):
    """A JSON Web Token (RFC 7519), each part in Base64 for URLs."""
    parts = (json.dumps(header).encode(), json.dumps(CLAIMS).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def bad_credentials(world: World) -> dict[str, str | None]:
    """Values of the Authorization header that are none of the partner's tokens; None for no header."""
    token, middle = world.api.token(), len(world.api.token()) // 2
    credentials = world.api.target.credentials
    basic = base64.b64encode(f"{credentials.client_id}:{credentials.client_secret}".encode()).decode()
    changed = "A" if token[middle] != "A" else "B"
    found = {
        "no token": None,
        "an empty Authorization header": "",
        "a scheme without a token": "Bearer",
        "a token of nobody's": f"Bearer {world.ids.new()}",
        "a token that is cut off": f"Bearer {token[:middle]}",
        "a token with one character changed": f"Bearer {token[:middle]}{changed}{token[middle + 1 :]}",
        "a token with something behind it": f"Bearer {token}x",
        "a token in another case": f"Bearer {token.swapcase()}",
        "a token backwards": f"Bearer {token[::-1]}",
        "the token without a scheme": token,
        "the token in another scheme": f"Token {token}",
        "the client's id and secret in the scheme Basic": f"Basic {basic}",
        **{name: f"Bearer {as_jwt(*parts)}" for name, parts in FOREIGN_TOKENS.items()},
    }
    return {name: header for name, header in found.items() if header != f"Bearer {token}"}


@pytest.mark.operations(select=lambda _, operation: operation.security)
def test_call_without_good_token_is_refused(operation, world):
    """Whatever stands in the place of a token: 401, and nothing is made, changed or deleted."""
    call = world.call(operation, full=True)
    if call is None:
        pytest.skip(f"there is nothing to call {operation} on")
    before, unmarked = world.look(call), unmarked_entities(world, operation)

    def send():
        return world.send_each(call, (without_good_token(*bad) for bad in bad_credentials(world).items()))

    answers = send()

    rule = (*operation.pointer, "responses", "401")
    unmarked_now = unmarked_entities(world, operation)
    world.unchanged(call, before, answers[-1], rule=rule, again=send)
    for (where, was), (_, now) in zip(unmarked, unmarked_now, strict=True):
        # Others may make a few of the same meanwhile, but hardly one for each refused call.
        world.rules.require(
            REFUSED_CHANGES_NOthing,
            answers[-1],
            holds=now - was < len(answers),
            at=f"{where} afterwards",
            expected=f"the {was} items from before",
            actual=f"{now - was} more, after {len(answers)} refused calls",
            rule=rule,
        )


def unmarked_entities(world, operation):
    """How long the lists are of what nothing is sent to make, so that no id tells whose doing it is; with their names."""
    entity_types = [
        entity_type
        for entity_type in world.contract.entity_types
        if entity_type.creator is operation and not operation.request
    ]
    return [
        (entity_type.lister, len(world.see_listed(world.path(entity_type.lister))))
        for entity_type in entity_types
        if entity_type.lister
    ]


def without_good_token(name, header):
    """How a call is sent with something else in the place of its token."""
    return {
        "authorize": False,
        "headers": {} if header is None else {"Authorization": header},
        "expect": Expectation(f"a refusal of {name}", UNAUTHORIZED, frozenset({"bearer token is sent"})),
        "strict": False,
    }
