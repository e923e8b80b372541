"""Scripts of a Postman collection: plain JavaScript, self-contained for each request, as its readers expect."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ecsuite.contract import Contract, HeaderRule, ResponseRule
from ecsuite.export.calls import (
    ACCESS_TOKEN,
    BASE_URL,
    CLIENT_ID,
    CLIENT_SECRET,
    TOKEN_URL,
    Call,
    Listed,
    RoundTrip,
    schema_of,
)
from ecsuite.export.draft7 import draft7

_INDENT: Final = "    "
# Statuses for "try again later"; the service has not processed the request.
_BUSY: Final = "[429, 503]"
_MOST_TRIES: Final = 5
_SENT: Final = "Sent"

_GUARD: Final = """\
// A run makes and deletes things, so it does not start in production, unless allowProduction is yes.
const production = %s;
const isProduction = production.some((host) => pm.variables.replaceIn("{{%s}}").split("/")[2] === host);
// A script that skips its request ends there, so what is wrong is told as a failed test before.
const stop = (why) => {
    pm.test(why, () => pm.expect.fail("nothing was sent"));
    pm.execution.setNextRequest(null);
    pm.execution.skipRequest();
};
if (isProduction && pm.variables.get("allowProduction") !== "yes") {
    stop("this is production: use the sandbox, or set allowProduction to yes if you mean it");
}
"""
_TOKEN: Final = f"""\
// A token for every request, and a new one before the old one ends. Set {CLIENT_ID} and {CLIENT_SECRET} in the
// environment, or {ACCESS_TOKEN} where you have a token already.
const ends = Number(pm.collectionVariables.get("tokenEnds") || 0);
const given = pm.environment.get("{ACCESS_TOKEN}");
if (!given && pm.request.auth?.type !== "noauth" && Date.now() > ends) {{
    const [id, secret] = [pm.variables.get("{CLIENT_ID}"), pm.variables.get("{CLIENT_SECRET}")];
    if (!id || !secret) stop("set {CLIENT_ID} and {CLIENT_SECRET} in the environment");
    const form = {{ grant_type: "client_credentials", client_id: id, client_secret: secret }};
    pm.sendRequest({{
        url: pm.variables.replaceIn("{{{{{TOKEN_URL}}}}}"),
        method: "POST",
        header: {{ "Content-Type": "application/x-www-form-urlencoded" }},
        body: {{ mode: "urlencoded", urlencoded: Object.entries(form).map(([key, value]) => ({{ key, value }})) }},
    }}, (error, response) => {{
        if (error || response.code !== 200) {{
            pm.execution.setNextRequest(null);
            throw new Error(`no token: ${{error || response.code}}`);
        }}
        const answer = response.json();
        pm.collectionVariables.set("{ACCESS_TOKEN}", answer.access_token);
        pm.collectionVariables.set("tokenEnds", Date.now() + ((answer.expires_in || 300) - 60) * 1000);
    }});
}}"""
_TOKEN_LINES: Final = (
    "const answer = pm.response.json();",
    f'pm.collectionVariables.set("{ACCESS_TOKEN}", answer.access_token);',
    'pm.collectionVariables.set("tokenEnds", Date.now() + ((answer.expires_in || 300) - 60) * 1000);',
)

BUSY_SCRIPT: Final = f"""\
// A service that is busy says so by 429 or 503: then the same request is sent again, and nothing is tested.
if ({_BUSY}.includes(pm.response.code)) {{
    const tries = Number(pm.variables.get("tries") || 0) + 1;
    pm.variables.set("tries", tries);
    pm.test(`the service is not busy for ever (try ${{tries}})`, () => pm.expect(tries).to.be.below({_MOST_TRIES}));
    if (tries < {_MOST_TRIES}) {{
        pm.execution.setNextRequest(pm.info.requestId);
        setTimeout(() => {{}}, 1000 * Math.min(Number(pm.response.headers.get("Retry-After")) || 1, 30));
    }}
}} else {{
    pm.variables.set("tries", 0);
}}"""

_COMPARE: Final = """\
const differences = (sent, shown, at) => {
    if (open.includes(at) || shown === undefined || shown === null || sent === shown) return [];
    if (Date.parse(sent) === Date.parse(shown) && /^\\d{4}-\\d\\d-\\d\\dT/.test(sent)) return [];
    if (sent === null || typeof sent !== "object" || typeof shown !== "object") {
        return [`${at || "the body"} is ${JSON.stringify(shown)}, and was sent as ${JSON.stringify(sent)}`];
    }
    const [left, right] = unordered.includes(at) ? [[...sent].sort(), [...shown].sort()] : [sent, shown];
    const more = Array.isArray(left) && left.length !== right.length ? [`${at} has ${right.length} items`] : [];
    return Object.keys(left).flatMap((name) => differences(left[name], right[name], `${at}/${name}`)).concat(more);
};"""


def first(contract: Contract) -> str:
    """The script before every request: it refuses to run in production, and gets a token."""
    return _GUARD % (json.dumps(sorted(contract.hosts(production=True))), BASE_URL) + _TOKEN


def before(call: Call, secrets: Sequence[str], *, is_token: bool) -> list[str]:
    """The script before a request: it checks needed variables, and draws new ids.

    Args:
        call: the call.
        secrets: settings that get a random value if the user has set none.
        is_token: whether the call requests a token.
    """
    lines: list[str] = []
    if is_token:
        lines.append(f'if (pm.environment.get("{ACCESS_TOKEN}")) pm.execution.skipRequest(); // there is one')
    if call.is_sweeping:
        lines += [
            "// It deletes what others of your company have made, too: set sweeping to yes where that is meant.",
            'if (pm.variables.get("sweeping") !== "yes") pm.execution.skipRequest();',
        ]
    for name in call.needs:
        lines.append(f'if (!pm.variables.get("{name}")) pm.execution.skipRequest(); // there is none')
    lines += [
        f'pm.collectionVariables.set("{name}", pm.variables.replaceIn("{{{{$randomUUID}}}}"));' for name in call.draws
    ]
    lines += [
        f'pm.collectionVariables.unset("{each.variable}");' for each in call.captures if each.variable not in call.draws
    ]
    for name in secrets:
        drawn = 'pm.variables.replaceIn("{{$randomUUID}}{{$randomUUID}}")'
        lines.append(f'if (!pm.variables.get("{name}")) pm.variables.set("{name}", {drawn});')
    return lines


def after(contract: Contract, call: Call) -> tuple[list[str], tuple[str, ...]]:
    """The script after a request, with tests and stored values, and a list of what its tests cannot check."""
    lines, lost = _tests(contract, call)
    lines += _keeping(call)
    if call.reads:
        lines += _round_trip(call.reads)
    for listed in call.lists:
        lines += _listed(listed)
    if contract.token_operation is call.operation:
        lines += _of_success("it has what later requests need", _TOKEN_LINES)
        lines.append("if (pm.response.code !== 200) pm.execution.setNextRequest(null); // nothing goes without a token")
    return [f"if (!{_BUSY}.includes(pm.response.code)) {{", *_indented(lines), "}"], lost


def _tests(contract: Contract, call: Call) -> tuple[list[str], tuple[str, ...]]:
    rules = call.promised()
    if not rules:
        return ['pm.test("it is no server error", () => pm.expect(pm.response.code).to.be.below(500));'], ()
    statuses = " or ".join(rule.status for rule in rules)
    wanted = ", ".join(rule.status for rule in rules)
    lines = [f'pm.test("the status is {statuses}", () => pm.expect(pm.response.code).to.be.oneOf([{wanted}]));']
    lost: list[str] = []
    # The body of an error response does not matter to a client, so it is not tested.
    for statuses_alike, rule in _alike([rule for rule in rules if rule.status.startswith("2")]):
        own, of_rule = _of_rule(contract, rule)
        lost += of_rule
        if own:
            among = f"[{', '.join(statuses_alike)}].includes(pm.response.code)"
            lines += [f"if ({among}) {{", *_indented(own), "}"]
    return lines, tuple(dict.fromkeys(lost))


def _alike(rules: Sequence[ResponseRule]) -> Iterator[tuple[list[str], ResponseRule]]:
    """Group responses with equal promises."""
    groups: dict[object, list[ResponseRule]] = {}
    for rule in rules:
        groups.setdefault((rule.body, tuple(rule.content.items()), rule.headers), []).append(rule)
    for group in groups.values():
        yield [rule.status for rule in group], group[0]


def _of_rule(contract: Contract, rule: ResponseRule) -> tuple[list[str], tuple[str, ...]]:
    lines = [_of_header(contract, header) for header in rule.headers if header.required]
    schema = schema_of(rule)
    if rule.body == "none":
        lines.append('pm.test("it has no body", () => pm.expect(pm.response.text()).to.equal(""));')
    if rule.body == "any" or schema is None:
        return lines, ()
    translated, lost = draft7(contract.source, schema)
    types = json.dumps(list(rule.content))
    tests = [
        f"const types = {types};",
        'const type = (pm.response.headers.get("Content-Type") || "").split(";")[0].trim().toLowerCase();',
        'pm.test(`the media type is ${types.join(" or ")}`, () => pm.expect(type).to.be.oneOf(types));',
        f"const schema = {_script(translated)};",
        'pm.test("the body matches the contract", () => pm.response.to.have.jsonSchema(schema));',
    ]
    if rule.body == "optional":
        tests = ['if (pm.response.text() !== "") {', *_indented(tests), "}"]
    return lines + tests, lost


def _of_header(contract: Contract, header: HeaderRule) -> str:
    pattern = contract.schemas.shape(header.schema).keywords.get("pattern", "")
    value = f'pm.response.headers.get("{header.name}") || ""'
    wanted = f"new RegExp({json.dumps(pattern)})" if pattern else "/./"
    return f'pm.test("the header {header.name} is right", () => pm.expect({value}).to.match({wanted}));'


def _keeping(call: Call) -> list[str]:
    """Store values that later requests need."""
    kept = [
        f'pm.collectionVariables.set("{capture.variable}", pm.response.json(){_steps(capture.at)});'
        for capture in call.captures
    ]
    if call.keeps:
        kept.append(f'pm.collectionVariables.set("{call.keeps}{_SENT}", pm.request.body.raw);')
    return _of_success("it has what later requests need", kept) if kept else []


def _steps(tokens: Sequence[str]) -> str:
    return "".join(f"?.[{json.dumps(int(token) if token.isdigit() else token)}]" for token in tokens)


def _of_success(title: str, lines: Sequence[str]) -> list[str]:
    """A test that only applies to successful responses."""
    test = [f'pm.test("{title}", () => {{', *_indented(lines), "});"]
    return ["if (pm.response.code < 300) {", *_indented(test), "}"]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"{_INDENT}{line}" if line else line for text in lines for line in text.split("\n")]


def _round_trip(reads: RoundTrip) -> list[str]:
    """Compare a response with what was sent; members that the response omits are not compared."""
    lines = [
        f'const sent = JSON.parse(pm.collectionVariables.get("{reads.variable}{_SENT}") || "{{}}");',
        f'sent["{reads.member}"] = pm.variables.get("{reads.variable}");',
        f"const [open, unordered] = [{json.dumps(list(reads.open))}, {json.dumps(list(reads.unordered))}];",
        _COMPARE,
        'const found = differences(sent, pm.response.json(), "");',
        'if (found.length) pm.expect.fail(found.join("; "));',
    ]
    return _of_success("what was sent comes back", lines)


def _listed(listed: Listed) -> list[str]:
    """Count how often a list contains the created entity."""
    lines = [
        f"const items = pm.response.json(){_steps(listed.at)};",
        f'const own = items.filter((each) => each["{listed.member}"] === pm.variables.get("{listed.variable}"));',
        f"pm.expect(own.length).to.equal({listed.times});",
    ]
    return _of_success(f"it lists {listed.variable} {'once' if listed.times else 'no more'}", lines)


def _script(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=4)
