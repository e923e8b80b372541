"""The loader refuses what the checks would not honour, and says where it stands."""

import textwrap

import pytest

from ecsuite import editions
from ecsuite.checks import Checker
from ecsuite.contract import Contract, Source, load
from ecsuite.contract.keywords import OBJECTS, REQUIRED
from ecsuite.errors import ContractError, ContractKeywordUnknown
from ecsuite.findings.breach import Place
from ecsuite.messages.exchange import Exchange, Headers, Request, Response
from ecsuite.promises import REQUEST_PARAMETERS

GOOD = """\
    openapi: 3.1.0
    info: {title: T, version: '1'}
    servers: [{url: 'https://h/v1'}]
    paths:
      /entities/{id}:
        parameters:
          - {name: id, in: path, required: true, schema: {type: string}}
        get:
          operationId: getThing
          x-level: spec
          x-source: a test
          responses:
            '200':
              description: d
              content:
                application/json:
                  schema:
                    $ref: '#/components/schemas/Entity'
      /entities/new:
        get:
          operationId: newThing
          x-level: guide
          x-source: a test
          parameters:
            - {name: page, in: query, schema: {type: integer, minimum: 1}}
            - {name: all, in: query, schema: {type: boolean}}
            - {name: tag, in: query, required: true, schema: {type: array, maxItems: 2}}
            - {name: X-Mode, in: header, schema: {enum: [a, b]}}
          responses:
            2XX: {description: d, x-body: any}
    components:
      schemas:
        Entity: {type: object, properties: {day: {type: string, format: date}}}
"""


def contract(old: str = "", new: str = "") -> Contract:
    text = textwrap.dedent(GOOD)
    assert old in text
    return Contract(Source(text.replace(old, new), "c.yaml"))


ENTITY = "Entity: {type: object, properties: {day: {type: string, format: date}}}"
# Each is nine of the one before.
BOMB = "\n".join(
    ["Entity: &e0 {type: string}"]
    + [f"    E{n}: &e{n} {{anyOf: [{', '.join([f'*e{n - 1}'] * 9)}]}}" for n in range(1, 8)]
)
CIRCLE = """Entity: {oneOf: [{$ref: '#/components/schemas/B'}, {type: string}]}
    B: {not: {$ref: '#/components/schemas/Entity'}}"""
REFUSED = {
    "a misspelt keyword of a schema": (
        "minimum: 1",
        "minimun: 1",
        "c.yaml:25: the Schema keyword 'minimun' is not supported by the checks: did you mean 'minimum'",
    ),
    "a keyword of OpenAPI 3.0": (
        "type: boolean",
        "nullable: true",
        "c.yaml:26: the Schema keyword 'nullable' is not supported by the checks: "
        "remove it, or add its meaning to src/ecsuite/contract/keywords.py",
    ),
    "an unknown extension": (
        "x-level: spec",
        "x-levle: spec",
        "c.yaml:10: the Operation keyword 'x-levle' is not supported by the checks: did you mean 'x-level'",
    ),
    "a style of a parameter": (
        "name: page,",
        "name: page, style: deepObject,",
        "c.yaml:25: the Parameter keyword 'style' is not supported by the checks: "
        "remove it, or add its meaning to src/ecsuite/contract/keywords.py",
    ),
    "an unknown kind of sample": (
        "schema: {type: boolean}",
        "schema: {type: string, x-sample: uuid}",
        "c.yaml:26: x-sample is 'uuid': expected one of digits, hook-url, hour, id, meter-point-id, secret, text, vin",
    ),
    "an unknown level": (
        "x-level: guide",
        "x-level: sure",
        "c.yaml:22: x-level is 'sure': expected one of guide, spec",
    ),
    "an unknown format": (
        "format: date",
        "format: time-span",
        "c.yaml:33: format is 'time-span': "
        "expected one of date, date-time, email, ipv4, ipv6, uri, uri-reference, uuid",
    ),
    "a parameter in a cookie": (
        "in: header",
        "in: cookie",
        "c.yaml:28: in is 'cookie': expected one of header, path, query",
    ),
    "no level": ("x-level: spec", "summary: s", "c.yaml:8: this operation has no x-level"),
    "a list for a map": (
        "properties: {day: {type: string, format: date}}",
        "properties: [day]",
        "c.yaml:33: expected a map, found list",
    ),
    "an unknown rule of bodies": (
        "x-body: any",
        "x-body: some",
        "c.yaml:30: x-body is 'some': expected one of any, optional",
    ),
    "an unknown environment": (
        "[{url: 'https://h/v1'}]",
        "[{url: 'https://h/v1', x-environment: test}]",
        "c.yaml:3: x-environment is 'test': expected one of production, sandbox",
    ),
    "an unknown part of pages": (
        "name: page,",
        "name: page, x-paging: offset,",
        "c.yaml:25: x-paging is 'offset': expected one of page, size",
    ),
    "an unknown signature": (
        "name: X-Mode,",
        "name: X-Mode, x-signature: md5,",
        "c.yaml:28: x-signature is 'md5': expected one of hmac-sha256-base64",
    ),
    "an unknown way back": (
        "schema: {type: boolean}",
        "schema: {type: boolean, x-round-trip: sorted}",
        "c.yaml:26: x-round-trip is 'sorted': expected one of or-null, trimmed, unordered",
    ),
    "a flag that is no flag": (
        "schema: {type: boolean}",
        "schema: {type: boolean, x-immutable: never}",
        "c.yaml:26: x-immutable is 'never': expected one of True",
    ),
    "another flag that is no flag": (
        "schema: {type: boolean}",
        "schema: {type: boolean, x-recommended: never}",
        "c.yaml:26: x-recommended is 'never': expected one of True",
    ),
    "a flag of a response that is no flag": (
        "x-body: any}",
        "x-body: any, x-undocumented: never}",
        "c.yaml:30: x-undocumented is 'never': expected one of True",
    ),
    "a list for a text": (
        "format: date}",
        "format: [date]}",
        "c.yaml:33: format is ['date']: expected one of date, date-time, ",
    ),
    "a flag for an object": ("info: {title: T, version: '1'}", "info: true", "c.yaml:2: expected a Info, found bool"),
    "an object for a list": (
        "[{url: 'https://h/v1'}]",
        "{url: 'https://h/v1'}",
        "c.yaml:3: expected a list, found dict",
    ),
    "a reference to nowhere": (
        "schemas/Entity'",
        "schemas/Thin'",
        "c.yaml:17: the reference '#/components/schemas/Thin' leads nowhere",
    ),
    "a reference to elsewhere": (
        "'#/components/schemas/Entity'",
        "'http://127.0.0.1:1/x.json'",
        "c.yaml:17: the reference 'http://127.0.0.1:1/x.json' leaves the document",
    ),
    "a reference in a circle": (
        "Entity: {type: object, properties: {day: {type: string, format: date}}}",
        "Entity: {$ref: '#/components/schemas/Entity'}",
        "c.yaml:33: the reference '#/components/schemas/Entity' leads in a circle",
    ),
    "a wrong type of a keyword": (
        "minimum: 1",
        "minimum: one",
        "c.yaml:25: this is no schema: ",
    ),
    "a type that is none": ("type: boolean", "type: bool", "c.yaml:26: this is no schema: "),
    "a media type without a schema": (
        "schema:\n                $ref: '#/components/schemas/Entity'",
        "examples: {}",
        "c.yaml:16: this media type has no schema, so nothing of it would be checked",
    ),
    "an id twice": ("newThing", "getThing", "c.yaml:20: a second operation with the id getThing"),
    "a security scheme that is not there": (
        "operationId: getThing",
        "operationId: getThing\n      security: [{key: []}]",
        "c.yaml:8: no security scheme 'key'",
    ),
    "a link to no operation": (
        "description: d\n          content",
        "description: d\n          links: {read: {operationId: readThing}}\n          content",
        "c.yaml:15: a link to no operation: readThing",
    ),
    "another version": ("3.1.0", "3.0.1", "cannot read the contract c.yaml: its version is '3.0.1'; expected"),
    "a key twice": (
        "operationId: getThing",
        "operationId: getThing, operationId: x".replace(", ", "\n      "),
        "c.yaml:10: the key 'operationId' is there twice",
    ),
    "a status that is no text": ("'200':", "200:", "c.yaml:13: the key 200 is no text: put it in quotes"),
    "a name that YAML takes for a truth value": ("{day:", "{no:", "c.yaml:33: the key no is no text: put it in quotes"),
    "a key that is a list": ("x-level: spec", "? [a]\n      : 1", "c.yaml:10: this key is no text: put it in quotes"),
    "an alias that leads to itself": (
        ENTITY,
        "Entity: &e {properties: {day: *e}}",
        "c.yaml:33: an alias leads to what it stands in",
    ),
    "aliases of aliases": (ENTITY, BOMB, "c.yaml:39: with its aliases it has more than 200,000 parts"),
    "a set": ("x-level: spec", "x-level: !!set {a}", "c.yaml:10: 'set' is nothing that JSON has"),
    "a number without end": ("minimum: 1", "minimum: .inf", "c.yaml:25: .inf is no number that JSON has"),
    "a number of many digits": ("minimum: 1", f"minimum: {'9' * 5000}", "c.yaml:25: a number of 5000 digits"),
    "too deep": (
        ENTITY,
        f"Entity: {'{items: ' * 250}{{}}{'}' * 250}",
        "c.yaml:33: it is nested more than 200 levels deep",
    ),
    "a reference to itself": (
        ENTITY,
        "Entity: {$ref: '#/components/schemas/Entity'}",
        "c.yaml:33: the reference '#/components/schemas/Entity' leads in a circle",
    ),
    "a schema that is a part of itself": (
        ENTITY,
        "Entity: {allOf: [{$ref: '#/components/schemas/Entity'}]}",
        "c.yaml:33: this schema leads back to itself in a circle",
    ),
    "schemas in a circle": (ENTITY, CIRCLE, "c.yaml:33: this schema leads back to itself in a circle"),
    "a reference that is no text": (
        "$ref: '#/components/schemas/Entity'",
        "$ref: 7",
        "c.yaml:17: the reference 7 leaves the document",
    ),
    "no title": ("title: T, ", "", "c.yaml:2: this Info has no title"),
    "a parameter without a name": ("name: page, ", "", "c.yaml:25: this Parameter has no name"),
    "an id that is no text": ("operationId: getThing", "operationId: 7", "c.yaml:9: operationId is 7: expected a text"),
    "a description that is no text": (
        "description: d, x-body: any",
        "description: [d], x-body: any",
        "c.yaml:30: description is ['d']: expected a text",
    ),
    "required members that are no texts": (
        "Entity: {type: object,",
        "Entity: {type: object, required: [{a: 1}],",
        "c.yaml:33: required is [{'a': 1}]: expected a list of texts",
    ),
    "an invitation that is no text": (
        "Entity: {type: object,",
        "Entity: {type: object, x-by-invitation: [a],",
        "c.yaml:33: x-by-invitation is ['a']: expected a text",
    ),
    "statuses that are no numbers": (
        "name: page,",
        "name: page, x-unknown-id-statuses: ['404'],",
        "c.yaml:25: x-unknown-id-statuses is ['404']: expected a list of whole numbers",
    ),
    "operations that are no list": (
        "operationId: getThing",
        "operationId: getThing\n      x-produced-by: newThing",
        "c.yaml:10: x-produced-by is 'newThing': expected a list of texts",
    ),
    "a place that is none": (
        "openapi: 3.1.0",
        "openapi: 3.1.0\nx-test-areas: [[52.3]]",
        "c.yaml:2: x-test-areas is [[52.3]]: expected a list of [latitude, longitude]",
    ),
    "no YAML": (
        "openapi:",
        "openapi: [",
        "cannot read the contract c.yaml:2: did not find expected ',' or ']'; expected an OpenAPI 3.1 document",
    ),
}


@pytest.mark.parametrize("part", OBJECTS["Components"])
def test_each_part_of_the_components_is_looked_at(part):
    """What others refer to may have no keyword that nothing would check, either."""
    node_type = OBJECTS["Components"][part].strip("{}")
    others = "".join(f", {name}: x" for name in REQUIRED.get(node_type, ()))
    some = f"some: {{x-misspelt: 1{others}}}"
    old, new = (
        ("  schemas:\n", f"  schemas:\n    {some}\n")
        if part == "schemas"
        else ("components:\n", f"components:\n  {part}: {{{some}}}\n")
    )

    with pytest.raises(ContractKeywordUnknown, match=f"the {node_type} keyword 'x-misspelt' is not supported"):
        contract(old, new)


@pytest.mark.parametrize("name", REFUSED)
def test_contract_is_refused(name):
    """A keyword that nothing would check, or a document that contradicts itself, is refused with its line."""
    old, new, message = REFUSED[name]

    with pytest.raises(ContractError) as caught:
        contract(old, new)

    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


LINKS = """\
    openapi: 3.1.0
    info: {title: T, version: '1'}
    paths:
      /things:
        post:
          operationId: createThing
          x-level: spec
          x-source: a test
          requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
          responses:
            '201':
              description: d
              links: {read: {operationId: getThing, parameters: {id: '$request.body#/id'}}}
      /things/all:
        post:
          operationId: createThings
          x-level: spec
          x-source: a test
          responses:
            '201':
              description: d
              links: {read: {operationId: getThing, parameters: {id: '$request.body#/things/0/id'}}}
      /things/{id}:
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        get:
          operationId: getThing
          x-level: spec
          x-source: a test
          responses: {'200': {description: d}}
    components:
      schemas:
        Thing: {type: object, properties: {id: {type: string}}}
        Any: true
"""


def test_link_without_what_its_path_needs_is_told():
    """A link that does not give the id of what it leads to is damage of the document, wherever it stands."""
    text = textwrap.dedent(LINKS)
    whole = Contract(Source(text, "c.yaml"))
    damaged = Contract(Source(text.replace("{id: '$request.body#/things/0/id'}", "{}"), "c.yaml"))

    assert [each.creator.id for each in whole.batches] == ["createThings"]
    with pytest.raises(ContractError, match=r"c\.yaml: its links do not give all that its paths need"):
        assert damaged.batches


@pytest.mark.parametrize("schema", ["true", "{properties: {id: true}}"])
def test_schema_that_takes_anything_lacks_nothing(schema):
    """Of a schema that is `true`, no member is optional, and none is looked for."""
    loaded = Contract(Source(textwrap.dedent(LINKS).replace("Any: true", f"Any: {schema}"), "c.yaml"))

    assert loaded.schemas.absences(("components", "schemas", "Any")) == {}


def test_schema_that_takes_anything_is_for_no_invited_partner():
    """A schema may be `true` in the place of an object with keywords."""
    assert Contract(Source(textwrap.dedent(LINKS), "c.yaml")).invitations == frozenset()


def test_missing_file_is_told(tmp_path):
    """A contract that is not there is one line."""
    with pytest.raises(ContractError, match=r"cannot read the contract contracts/x: No such file or directory"):
        load(tmp_path / "openapi.yaml", "contracts/x")


def test_no_text_is_told(tmp_path):
    """A contract that is no text is one line."""
    path = tmp_path / "openapi.yaml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(ContractError, match="it is not UTF-8"):
        load(path, "c")


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/entities/new", "newThing"),
        ("GET", "/entities/a%2Fb", "getThing"),
        ("GET", "/entities/", None),
        ("GET", "/entities", None),
        ("GET", "/entities/a/b", None),
        ("POST", "/entities/new", None),
        ("get", "/entities/new", None),
    ],
)
def test_operation_is_found_by_method_and_path(method, path, found):
    """A segment by name goes before a parameter, and a parameter is one segment that is not empty."""
    match = contract().find(method, path)

    assert (match.operation.id if match else None) == found


def test_path_parameters_are_decoded():
    """What stands for a parameter is what the client meant."""
    assert contract().find("GET", "/entities/a%2Fb%20%C3%85").path_parameters == {"id": "a/b Å"}


def test_date_in_yaml_stays_text():
    """A date without quotes is text, as in JSON, and not a value that no schema fits."""
    source = contract("format: date", "const: 2023-10-24").source

    assert source.document["components"]["schemas"]["Entity"]["properties"]["day"]["const"] == "2023-10-24"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("openapi: 3.1.0", "# hello\nopenapi:   3.1.0"),
        ("title: T", "title: Entities"),
        ("x-source: a test", "x-source: a better source"),
        ("x-level: spec", "x-level: spec\n      summary: Read an entity"),
        ("x-level: spec", "x-level: spec\n      tags: [Entities]"),
        ("description: d\n", "description: The entity\n"),
        ("application/json:", "application/json:\n              example: {}"),
        ("Entity: {", "Entity: {title: An entity, description: One of many, "),
    ],
)
def test_prose_leaves_the_digest(old, new):
    """What is there for readers, layout and comments among it, is no part of the digest."""
    reworded = contract(old, new)

    assert reworded.source.document != contract().source.document or "#" in new
    assert reworded.digest == contract().digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minimum: 1", "minimum: 2"),
        ("maxItems: 2", "maxItems: 3"),
        ("x-level: spec", "x-level: guide"),
        ("x-level: spec", "x-level: spec\n      x-may-be-rejected: nobody says"),
        ("'200':", "'201':"),
        ("2XX: {description: d, x-body: any}", "2XX: {description: d}"),
        ("properties: {day: {type: string", "properties: {description: {type: string}, day: {type: string"),
        ("{type: string, format: date}", "{type: string, format: date, examples: ['2026-11-23']}"),
    ],
)
def test_rule_changes_the_digest(old, new):
    """What judges an exchange, or says what to send, is part of the digest."""
    assert contract(old, new).digest != contract().digest


def test_reworded_reason_leaves_the_digest():
    """Of a keyword whose value says why, it counts that it is there."""
    first, second = (
        contract("x-level: spec", f"x-level: spec\n      x-may-be-rejected: {reason}")
        for reason in ("nobody says", "unclear")
    )

    assert first.digest == second.digest


PAGE, ALL, TAG = Place("query", "page"), Place("query", "all"), Place("query", "tag")


@pytest.mark.parametrize(
    ("query", "mode", "broken"),
    [
        ("tag=a&page=3&all=true", "a", []),
        ("tag=a&tag=b", None, []),
        ("tag=a&page=0", None, [("minimum", PAGE, 0)]),
        ("tag=a&page=x", None, [("type", PAGE, "x")]),
        ("tag=a&page=", None, [("type", PAGE, "")]),
        ("tag=a&all=yes", None, [("type", ALL, "yes")]),
        ("", None, [("required", TAG, None)]),
        ("tag=a&tag=b&tag=c", None, [("maxItems", TAG, ["a", "b", "c"])]),
        ("tag=a", "c", [("enum", Place("request-header", "X-Mode"), "c")]),
    ],
)
def test_parameters_are_checked(query, mode, broken):
    """A query or a header that is missing, of a wrong type or out of bounds breaks the check of the parameters."""
    headers = Headers.of([("X-Mode", mode)] if mode else [])
    sent = Exchange(Request("GET", f"https://h/v1/entities/new?{query}", headers), Response(400))

    findings = Checker(contract(), "https://h/v1", "").check(sent).findings

    breaches = [finding.breach for finding in findings if finding.promise == REQUEST_PARAMETERS.id]
    assert [(breach.kind, breach.at, breach.actual.value) for breach in breaches] == broken


@pytest.mark.parametrize("path", ["/Users/Ab/Locations", "/users/Ab/LOCATIONS"])
def test_names_in_paths_have_no_case(path):
    """The guides spell paths in capitals that the document has in small letters; ids stay as they are."""
    match = editions.contract("2026-01").find("GET", path)

    assert (match.operation.id, match.path_parameters) == ("listLocations", {"userId": "Ab"})
    assert (
        editions.contract("2026-01").find("POST", "/simulation/events/priceCurve").operation.id == "simulatePriceCurve"
    )


def test_recursive_schema_is_taken():
    """A tree holds trees: the schema leads back to itself by way of a part of the value."""
    tree = "Entity: {type: object, properties: {parts: {type: array, items: {$ref: '#/components/schemas/Entity'}}}}"
    schema = contract(ENTITY, tree).operations["getThing"].responses["200"].content["application/json"]

    assert contract(ENTITY, tree).schemas.validator(schema)


def test_alias_is_taken():
    """What stands twice may be written once."""
    aliases = "Entity: {type: object, properties: {a: &day {type: string, format: date}, b: *day}}"

    assert contract(ENTITY, aliases).operations


@pytest.mark.parametrize("place", ["x-level: spec", "$ref: '#/components/schemas/Entity'", "- {name: id, in: path"])
def test_long_value_does_not_make_a_long_line(place):
    """What is told of a value is a line that can be read, however long the value is."""
    with pytest.raises(ContractError) as caught:
        contract(place, f"{place.rpartition(':')[0]}: {'y' * 100_000}")

    assert len(str(caught.value)) < 1000
