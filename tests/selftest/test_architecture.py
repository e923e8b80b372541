"""The architecture: layers, names, editions as data, and documents that agree with the code."""

import ast
import configparser
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from sizes import REASONS, all_sizes
from tracked import files

import ecsuite
from ecsuite import editions
from ecsuite.rules.world import World

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "ecsuite"
MODULES = files(".py", below="src")

# Lowest first: a module imports only from layers that stand above it, or from its own.
LAYERS = [
    ["ecsuite.version"],
    ["ecsuite.bounds"],
    ["ecsuite.ending"],
    ["ecsuite.activity"],
    ["ecsuite.errors"],
    ["ecsuite.json_paths"],
    ["ecsuite.json_files"],
    ["ecsuite.postman.environment"],
    ["ecsuite.http"],
    ["ecsuite.promises"],
    ["ecsuite.json_paths"],
    ["ecsuite.messages.archive"],
    ["ecsuite.messages.exchange"],
    ["ecsuite.messages.interception"],
    ["ecsuite.messages.media"],
    ["ecsuite.messages.escapes"],
    ["ecsuite.messages.broken_up"],
    ["ecsuite.messages.encodings"],
    ["ecsuite.messages.caseless", "ecsuite.messages.groups"],
    ["ecsuite.messages.spellings"],
    ["ecsuite.messages.codings"],
    ["ecsuite.messages.redact"],
    ["ecsuite.contract"],
    ["ecsuite.findings"],
    ["ecsuite.severity"],
    ["ecsuite.compare"],
    ["ecsuite.wording"],
    ["ecsuite.checks"],
    ["ecsuite.journal"],
    ["ecsuite.left"],
    ["ecsuite.traffic"],
    ["ecsuite.postman"],
    ["ecsuite.interrupts", "ecsuite.streams"],
    ["ecsuite.ledger"],
    ["ecsuite.conditions"],
    ["ecsuite.production"],
    ["ecsuite.target"],
    ["ecsuite.ids"],
    ["ecsuite.samples"],
    ["ecsuite.client"],
    ["ecsuite.webhook.signature"],
    ["ecsuite.cassette"],
    ["ecsuite.editions"],
    ["ecsuite.config"],
    ["ecsuite.asgi"],
    ["ecsuite.webhook"],
    ["ecsuite.receivers"],
    ["ecsuite.rules"],
    ["ecsuite.quickstart"],
    ["ecsuite.scenarios"],
    ["ecsuite.standin"],
    ["ecsuite.session"],
    ["ecsuite.export"],
    ["ecsuite.doctor"],
    ["ecsuite.results"],
    ["ecsuite.reproduce"],
    ["ecsuite.report"],
    ["ecsuite.hooks"],
    ["ecsuite.plugin"],
    ["ecsuite.cli"],
    ["ecsuite.__main__", "ecsuite"],
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}

# What only some users need is imported where it is used.
HEAVY = {
    "asyncio",
    "dotenv",
    "filelock",
    "httpcore",
    "httptools",
    "jinja2",
    "markupsafe",
    "platformdirs",
    "pytest",
    "rich",
    "sqlite3",
    "stamina",
    "starlette",
    "tomlkit",
    "tomllib",
    "truststore",
    "uvicorn",
    "vcr",
}
AT_HOME = {
    "rich": {"ecsuite.report.rows", "ecsuite.report.terminal"},
    "starlette": {"ecsuite.standin"},
    "uvicorn": {"ecsuite.standin", "ecsuite.asgi"},
    "sqlite3": {"ecsuite.standin"},
    "asyncio": {"ecsuite.standin", "ecsuite.asgi"},
    "stamina": {"ecsuite.client.retry"},
    "httpcore": {"ecsuite.client.network"},
    "pytest": {"ecsuite.plugin"},
    "jinja2": {"ecsuite.report.html"},
    "markupsafe": {"ecsuite.report.html"},
}


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> str:
    """The layer that a module belongs to: itself, or the nearest package above it that is one."""
    while module not in RANK:
        module = module.rpartition(".")[0]
    return module


def imports(path: Path, *, everywhere: bool = True) -> Iterator[str]:
    """The modules that a file imports; those inside functions, too, unless told otherwise."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if everywhere else ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            folder = SOURCE.parent / node.module.replace(".", "/")
            is_package = all((folder / f"{a.name}.py").exists() or (folder / a.name).is_dir() for a in node.names)
            yield from (f"{node.module}.{alias.name}" if is_package else node.module for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_imports_from_lower_layers_only(path):
    """The import order is the order of the layers, with imports inside functions counted."""
    own = layer_of(name_of(path))

    for imported in imports(path):
        if imported.split(".")[0] == "ecsuite":
            assert RANK[layer_of(imported)] <= RANK[own], f"{name_of(path)} imports {imported}"
            if RANK[layer_of(imported)] == RANK[own]:
                assert layer_of(imported) == own


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_module_is_imported_where_it_is_used(path):
    """What an offline run does not use, it does not load: heavy imports are at home in few modules."""
    for imported in imports(path, everywhere=False):
        top = imported.split(".")[0]
        if top in HEAVY:
            homes = AT_HOME.get(top, set())
            assert any(name_of(path) == home or name_of(path).startswith(f"{home}.") for home in homes), imported


def test_no_part_knows_the_world():
    """A world is a record of parts; none of them imports it, so each can be built alone."""
    parts = [path for path in MODULES if path.parent.name == "rules"]

    assert [name_of(path) for path in parts if "ecsuite.rules.world" in set(imports(path))] == []


def test_world_is_a_record():
    """It has members, and nothing that it does."""
    assert [name for name, own in vars(World).items() if callable(own) and not name.startswith("_")] == []


def test_only_the_plugin_imports_pytest():
    """The contract, the checks and the client know nothing of pytest."""
    users = {name_of(path) for path in MODULES if "pytest" in set(imports(path))}

    assert {layer_of(name) for name in users} == {"ecsuite.plugin"}


def test_httpx_comes_without_its_command():
    """All modules have httpx from `ecsuite.http`, so that no run loads the command line of httpx (decision 5)."""
    code = "import sys, ecsuite.session; print(sorted({'click', 'rich'} & sys.modules.keys()))"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert {name_of(path) for path in MODULES if "httpx" in set(imports(path))} == {"ecsuite.http"}
    assert ran.stdout.strip() == "[]"


# Who may make English of findings; behind the line, those that do it until the rules and the faults speak of data alone.
MAY_USE_WORDING = {
    f"ecsuite.report.{name}"
    for name in (
        "causes",
        "collection",
        "delivered",
        "excerpt",
        "findings",
        "github",
        "junit",
        "lesson",
        "lines",
        "markdown",
        "matrices",
        "page",
        "progress",
        "rows",
        "served",
        "show",
        "stored",
        "summary_md",
        "terminal",
        "text",
        "verdict",
    )
} | {
    "ecsuite.reproduce.script",
    "ecsuite.reproduce.calls",
    "ecsuite.cassette.replay",
}


def test_only_reports_make_english_of_findings():
    """Nothing that judges, or reads what was judged, knows the words of a finding."""
    users = {name_of(path) for path in MODULES if "ecsuite.wording" in set(imports(path))}

    assert users == MAY_USE_WORDING


def test_no_import_leads_in_a_circle():
    """Modules of one package, too, import each other one way only, with imports inside functions counted."""
    names = {name_of(path) for path in MODULES}
    graph = {name_of(path): {each for each in imports(path) if each in names} for path in MODULES}

    order = list(TopologicalSorter(graph).static_order())

    assert len(order) == len(names)


# What knows an edition of this API, and so may name its members: the guides, their stand-ins and their faults.
OF_EDITIONS = re.compile(r"ecsuite\.(quickstart\.edition_|scenarios\.edition_|standin\.edition_|standin\.faults)")
# Generic modules that name members all the same, until the rules and the pages of lists are data of the contract.
NAME_MEMBERS = {
    "ecsuite.cassette.rewrite": {"webhookSecret"},
    "ecsuite.rules.listing": {"totalRecords"},
    "ecsuite.rules.paging": {"currentPage", "nextPage", "pageSize", "previousPage", "totalPages"},
    "ecsuite.rules.values": {"webhookSecret"},
    "ecsuite.standin.paging": {"currentPage", "nextPage", "pageSize", "previousPage", "totalPages", "totalRecords"},
}


def test_generic_code_names_no_member():
    """What an operation or a member is called is data of a contract, and stands in no generic code."""
    own = {name_of(path): names_in(path) & unmistakable() for path in MODULES if not OF_EDITIONS.match(name_of(path))}

    assert {name: found for name, found in own.items() if found} == NAME_MEMBERS


@cache
def unmistakable() -> frozenset[str]:
    """The ids of operations and the names of members in all contracts, as far as they are no words of English.

    Names with an underscore are those of OAuth 2.0 (RFC 6749), which are any API's.
    """
    contracts = [editions.contract(edition) for edition in editions.editions()]
    operations = {name for one in contracts for name in (*one.operations, *one.deliveries)}
    members = {name for one in contracts for name in members_in(one.source.document)}
    return frozenset(name for name in operations | members if re.search(r"[a-z][A-Z]", name))


def members_in(node: object) -> Iterator[str]:
    """The names under every `properties` of a document."""
    if isinstance(node, dict):
        properties = node.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        for value in node.values():
            yield from members_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from members_in(value)


def names_in(path: Path) -> set[str]:
    """The words in the strings of a module, its docstrings apart, and the attributes that it asks for."""
    nodes = list(ast.walk(ast.parse(code_of(path))))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {word for text in texts for word in re.findall(r"\w+", text)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


def test_every_layer_is_there():
    """The list above has no layer that is gone, and misses none."""
    present = {layer_of(name_of(path)) for path in MODULES}

    assert present == set(RANK)


# What a test or a program of a partner's needs: what fixtures give, what calls take and raise, what hooks are told;
# and to check traffic of one's own, a contract's checker and the messages that it takes.
PUBLIC = [
    "UNSPECIFIED",
    "Api",
    "Checker",
    "Contract",
    "Credentials",
    "EcsuiteError",
    "Exchange",
    "Expectation",
    "Finding",
    "Headers",
    "PromiseBroken",
    "Request",
    "Response",
    "Run",
    "Target",
    "__version__",
    "checked_of",
    "open_run",
    "replay_run",
    "serving",
]


def test_public_names_are_listed():
    """The package lists what it offers: sorted, whole, and there."""
    assert ecsuite.__all__ == PUBLIC
    assert sorted(PUBLIC, key=lambda name: (not name.isupper(), not name[0].isupper(), name)) == PUBLIC
    assert all(getattr(ecsuite, name) is not None for name in PUBLIC)
    with pytest.raises(AttributeError, match="module 'ecsuite' has no attribute 'nothing'"):
        _ = ecsuite.nothing


def test_whatever_is_large_has_a_reason():
    """What is beyond a limit of `tests/support/sizes.py` says there why, and nothing else does."""
    assert {size.name for size in all_sizes() if size.is_too_large} == set(REASONS)


def test_import_costs_nothing():
    """Importing the package loads none of its modules; each comes when it is asked for."""
    code = "import sys, ecsuite; print([name for name in sys.modules if name.startswith('ecsuite.')])"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_code_asks_which_edition_it_is(path):
    """An edition is data: no code names one, not even in an edition's own modules."""
    assert re.findall(r"\b20\d\d-(?:0[1-9]|1[0-2])\b(?!-)", code_of(path)) == []


def code_of(path: Path) -> str:
    """The text of a module without its comments and docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body[0].value = ast.Constant("")
    return ast.unparse(tree)


def test_every_edition_is_whole():
    """An edition has a contract, a guide, a stand-in, a cassette and a test file."""
    for edition in editions.editions():
        name = edition.replace("-", "_")
        assert (SOURCE / "quickstart" / f"edition_{name}.py").is_file()
        standin = SOURCE / "standin" / f"edition_{name}"
        assert standin.with_suffix(".py").is_file() or (standin / "__init__.py").is_file()
        assert (ROOT / "tests" / "quickstart" / f"test_{name}.py").is_file()
        assert editions.cassette(edition, "quickstart").is_file()


def test_readme_commands_are_environments():
    """Each `tox run -e NAME` of the documents is an environment of tox.ini."""
    config = configparser.ConfigParser()
    config.read(ROOT / "tox.ini")
    known = {name for section in config.sections() for name in re.findall(r"\w+", section.removeprefix("testenv:"))}

    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *files(".md", below="docs")]:
        for name in re.findall(r"tox run -e ([\w,]+)", page.read_text(encoding="utf-8")):
            assert set(name.split(",")) <= known, page


def test_readme_options_exist():
    """Each option and variable that the README names is one that the code reads."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in MODULES)

    named = set(re.findall(r"--ec-[a-z-]+|EC_[A-Z_]+", readme))
    assert {name for name in named if name not in source} == set()
    assert set(re.findall(r"\bEC_[A-Z_]+\b", source)) - {"EC_"} <= named | {"EC_WEBHOOK_SECRET"}


def test_readme_links_lead_somewhere():
    """Each relative link of the documents leads to a file."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *files(".md", below="docs")]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page}: {link}"


def test_ci_runs_what_the_readme_says():
    """CI takes its commands out of the README, and there are the two of the first minute among them."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("<!-- ci: begin -->")[1].split("<!-- ci: end -->")[0]

    assert re.findall(r"^python3 .*$", block, re.MULTILINE) == [
        "python3 -m venv .venv && .venv/bin/python -m pip install tox && .venv/bin/python -m tox run -e walkthrough",
        "python3 -m venv .venv && .venv/bin/python -m pip install tox && .venv/bin/python -m tox run",
    ]
    assert "README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_claimed_versions_are_run():
    """Only versions of Python are claimed on which the tests ran; this is one of them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    claimed = [name for name in project["classifiers"] if re.search(r"Python :: 3\.\d+$", name)]

    assert claimed == [f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13)]
    assert sys.version_info >= (3, 11)


def test_changelog_has_the_version():
    """The version that is installed stands at the top of the changelog."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.search(r"^## (\S+)", changelog, re.MULTILINE)[1] == ecsuite.__version__


def test_no_file_names_a_registry_or_this_machine():
    """No committed text holds the host of a package registry."""
    hosts = re.compile("py" + r"pi\.org|python" + r"hosted\.org|registry\.npm" + r"js\.org|deb\.deb" + r"ian\.org")

    for path in files(".py", ".md", ".toml", ".ini", ".yaml", ".json", ".txt"):
        assert not hosts.search(path.read_text(encoding="utf-8")), path


def test_no_test_asserts_a_time():
    """A test may wait, but none says how fast anything is."""
    for path in files(".py", below="tests"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.search(r"^ *assert .*\b(perf_counter|process_time)\(", line), path
