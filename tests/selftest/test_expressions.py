"""Runtime expressions of links: parsed once, evaluated on an exchange."""

import pytest

from ecsuite.contract import Contract, Expression, Link, Source, Values
from ecsuite.errors import ContractInvalid

VALUES = Values(
    {"userId": "u/1"},
    request={"users": [{"userId": "a"}, {"userId": "b"}], "0": {"a/b": "slash", "a~1b": "tilde"}, "n": 7},
    response=[{"id": "first"}, {"id": "second"}],
)

EVALUATED = {
    "a parameter of the path": ("$request.path.userId", "u/1"),
    "a parameter that is not there": ("$request.path.other", None),
    "a member of the request's body": ("$request.body#/n", 7),
    "the first item that was sent": ("$request.body#/users/0/userId", "a"),
    "an item beyond the last": ("$request.body#/users/2/userId", None),
    "a number as a name": ("$request.body#/0/a~1b", "slash"),
    "a name with a tilde": ("$request.body#/0/a~01b", "tilde"),
    "a name where a list is": ("$request.body#/users/first", None),
    "something below a number": ("$request.body#/n/x", None),
    "an item of the response": ("$response.body#/1/id", "second"),
}


@pytest.mark.parametrize("what", EVALUATED)
def test_expression_finds_its_value(what):
    """An expression gives the value that it points at, or None where there is none."""
    text, value = EVALUATED[what]

    assert Expression.parse(text).evaluate(VALUES) == value


@pytest.mark.parametrize("text", ["$request.path.userId", "$request.body#/users/0/userId", "$response.body#/id"])
def test_body_that_is_missing_gives_nothing(text):
    """Where a message had no JSON body, no expression finds anything in it."""
    assert Expression.parse(text).evaluate(Values({})) is None


@pytest.mark.parametrize(
    "text", ["", "userId", "$url", "$request.header.x", "$request.query.x", "$response.body", "$response.body#/a//b"]
)
def test_other_kinds_are_refused(text):
    """An expression that could not be evaluated is an error when it is read, not when it is needed."""
    with pytest.raises(ValueError, match="no runtime expression of a kind that links use"):
        Expression.parse(text)


def test_expression_says_where_it_leads():
    """What is sent, what stands in a list, its member and what that stands in: all of it is data."""
    listed = Expression.parse("$request.body#/locations/0/locationId")
    answered = Expression.parse("$response.body#/simulatedEvent/id")
    in_path = Expression.parse("$request.path.userId")

    assert (listed.is_sent, listed.is_in_list, listed.tokens[0]) == (True, True, "locations")
    assert (answered.is_sent, answered.is_in_list, answered.parents) == (False, False, ("simulatedEvent",))
    assert (in_path.is_of_body, in_path.is_sent, in_path.member) == (False, False, "userId")
    assert (listed.member, answered.member) == ("locationId", "id")
    assert [each.pointer for each in (listed, answered)] == ["/locations/0/locationId", "/simulatedEvent/id"]


def test_last_index_leads_into_no_list_of_objects():
    """The first of a list of texts is one value, and stands for no other."""
    expression = Expression.parse("$request.body#/meterPointIds/0")

    assert not expression.is_in_list
    assert expression.at(3) == expression


def test_link_gives_parameters_of_each_item():
    """A link to the first item of a list stands for a call about each of them; what else it needs stays the same."""
    link = Link(
        "x", {"userId": Expression.parse("$request.path.userId"), "id": Expression.parse("$response.body#/0/id")}
    )

    assert list(link.each(VALUES)) == [{"userId": "u/1", "id": "first"}, {"userId": "u/1", "id": "second"}]


@pytest.mark.parametrize("text", ["$request.path.other", "$request.body#/n", "$response.body#/7/id"])
def test_link_without_a_text_leads_nowhere(text):
    """Where one parameter cannot be had, or is no text, there is nothing to call."""
    assert list(Link("x", {"id": Expression.parse(text)}).each(VALUES)) == []


CONTRACT = """
openapi: 3.1.0
info: {title: x, version: '1'}
paths:
  /users:
    post:
      operationId: createUser
      x-level: guide
      x-source: here
      responses:
        '201':
          description: made
          links:
            self:
              operationId: createUser
              parameters: {userId: $request.query.userId}
"""


def test_contract_names_the_line_of_an_expression():
    """A contract with an expression that cannot be evaluated is refused, with its line."""
    with pytest.raises(ContractInvalid, match=r"c\.yaml:16: no runtime expression of a kind that links use"):
        Contract(Source(CONTRACT, "c.yaml"))
