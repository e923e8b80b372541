"""Which operation a method and a path name: names before parameters, and back where a name leads nowhere."""

import textwrap

import pytest

from ecsuite.contract import Contract, Source

DOCUMENT = """\
    openapi: 3.1.0
    info: {title: T, version: '1'}
    servers: [{url: 'https://h/v1'}]
    paths:
"""
OPERATIONS = {
    "getRoot": ("get", "/"),
    "listUsers": ("get", "/users"),
    "postUser": ("post", "/users"),
    "listEligible": ("get", "/users/eligible"),
    "getUser": ("get", "/users/{userId}"),
    "putUser": ("put", "/users/{userId}"),
    "getLog": ("get", "/users/eligible/log"),
    "getCar": ("get", "/users/{userId}/cars/{carId}"),
    "getBatch": ("get", "/users/{userId}/cars/batch"),
    "getAny": ("get", "/{kind}/{id}/log"),
}


@pytest.fixture(scope="module")
def routes() -> Contract:
    paths: dict[str, list[str]] = {}
    for name, (method, path) in OPERATIONS.items():
        parameters = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        listed = ", ".join(
            f"{{name: {each}, in: path, required: true, schema: {{type: string}}}}" for each in parameters
        )
        paths.setdefault(path, []).append(
            f"    {method}: {{operationId: {name}, x-level: spec, x-source: t, parameters: [{listed}], "
            "responses: {'200': {description: d}}}"
        )
    text = "\n".join([f"  {path}:\n" + "\n".join(each) for path, each in paths.items()])
    return Contract(Source(textwrap.dedent(DOCUMENT) + text, "c.yaml"))


NAMED = {
    "GET /": ("getRoot", {}),
    "GET /users": ("listUsers", {}),
    "POST /users": ("postUser", {}),
    "GET /users/7": ("getUser", {"userId": "7"}),
    "GET /users/a%2Fb%20%C3%85": ("getUser", {"userId": "a/b Å"}),
    "GET /users/a+b": ("getUser", {"userId": "a+b"}),
    "GET /users/eligible": ("listEligible", {}),
    "PUT /users/eligible": ("putUser", {"userId": "eligible"}),
    "GET /users/eligible/log": ("getLog", {}),
    "GET /users/7/log": ("getAny", {"kind": "users", "id": "7"}),
    "GET /users/7/cars/8": ("getCar", {"userId": "7", "carId": "8"}),
    "GET /users/eligible/cars/8": ("getCar", {"userId": "eligible", "carId": "8"}),
    "GET /users/7/cars/batch": ("getBatch", {"userId": "7"}),
}


@pytest.mark.parametrize("line", NAMED)
def test_path_names_its_operation(routes, line):
    """The operation with the values of its parameters, decoded, each under its own name."""
    match = routes.find(*line.split(" "))

    assert (match.operation.id, dict(match.path_parameters)) == NAMED[line]


@pytest.mark.parametrize(
    "line",
    [
        "DELETE /users",
        "GET /users/",
        "GET /users//cars/8",
        "GET /users/7/cars",
        "GET /users/7/cars/8/x",
        "GET /log",
        "get /users",
    ],
)
def test_other_path_names_none(routes, line):
    """Another method, an empty segment, a path that is too short or too long: no operation."""
    assert routes.find(*line.split(" ")) is None


def test_methods_are_those_of_all_operations_there(routes):
    """The methods of a path are of every operation that it may name, sorted."""
    assert routes.methods("/users/eligible") == ("GET", "PUT")
    assert routes.methods("/users") == ("GET", "POST")
    assert routes.methods("/other") == ()
