"""Newman, the peer that runs a Postman collection from the command line: where it is, and the same story for it.

The collection is not written by hand. It is made from the exchanges of one story, as ecsuite sent them: the same
requests in the same order, with collection variables in the place of the token and the ids.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ecsuite.messages.exchange import Exchange, Request
from ecsuite.messages.media import UndecodableError, read_json

SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
SENT_HEADERS: Final = frozenset({"authorization", "content-type"})
LONGEST_RUN: Final = 600.0
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HERE: Final = Path(__file__).resolve().parent

# The values of one story that differ in the next, each with the variable that stands for it.
Names = dict[str, str]


class NotToBeHadError(Exception):
    """Newman is not here; the text says why."""


def find() -> str:
    """The command of Newman: on the PATH, below this folder, in the variable NEWMAN, or installed now into a cache.

    Raises:
        NotToBeHadError: it is nowhere, and cannot be installed.
    """
    places = (shutil.which("newman"), str(_command_below(_HERE)), os.environ.get("NEWMAN"))
    for place in places:
        if place and Path(place).exists():
            return str(Path(place).absolute())
    return str(_installed(_cache()))


def version(command: str) -> str:
    """What a command says its version is."""
    return subprocess.run([command, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def write_collection(path: Path, exchanges: Sequence[Exchange]) -> None:
    """Write the collection of a story."""
    path.write_text(json.dumps(collection(exchanges), indent=1), encoding="utf-8")


def collection(exchanges: Sequence[Exchange]) -> dict[str, Any]:
    """The exchanges of a story as a Postman collection that anybody can run again, with other ids each time."""
    names: Names = {}
    items = [_item(exchange, exchanges[number:], names) for number, exchange in enumerate(exchanges, 1)]
    variables = [{"key": name, "value": ""} for name in names.values()]
    return {"info": {"name": "The quickstart", "schema": SCHEMA}, "item": items, "variable": variables}


def try_out(command: str, path: Path) -> None:
    """Run a collection once, and stop the benchmark where one of its tests fails."""
    arguments = [command, "run", str(path), "--color", "off"]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=LONGEST_RUN, check=False)
    if done.returncode:
        raise SystemExit(f"the collection does not hold, so this is no benchmark:\n{done.stdout}{done.stderr}")


def requests_a_second(command: str, path: Path, iterations: int, requests: int) -> float:
    """How fast Newman runs a collection that often, in a process of its own that has nothing to report.

    Args:
        command: of Newman.
        path: of the collection.
        iterations: how often.
        requests: how many requests that is.
    """
    start = time.perf_counter()
    arguments = [command, "run", str(path), "-n", str(iterations), "--silent"]
    subprocess.run(arguments, check=True, timeout=LONGEST_RUN)
    return requests / (time.perf_counter() - start)


def _command_below(folder: Path) -> Path:
    return folder / "node_modules" / ".bin" / "newman"


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ecsuite-benchmarks"


def _installed(folder: Path) -> Path:
    command = _command_below(folder)
    if not command.exists():
        _install(folder)
    return command


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NotToBeHadError("neither newman nor npm is here")
    folder.mkdir(parents=True, exist_ok=True)
    arguments = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), "newman"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotToBeHadError("npm could not install newman")


def _item(exchange: Exchange, later: Sequence[Exchange], names: Names) -> dict[str, Any]:
    """One request of the collection, with the scripts before and after it."""
    before = [_draw(name) for name in _name_chosen_by_client(exchange.request, names)]
    request = _request(exchange.request, names)
    after = [_test(exchange.response.status), *_keep_chosen_by_server(exchange, later, names)]
    events = [_script("prerequest", before), _script("test", after)]
    return {
        "name": f"{request['method']} {request['url']}",
        "request": request,
        "event": events if before else events[1:],
    }


def _request(request: Request, names: Names) -> dict[str, Any]:
    kept = [(name, value) for name, value in request.headers if name.lower() in SENT_HEADERS]
    found: dict[str, Any] = {
        "method": request.method,
        "header": [{"key": name, "value": _with_variables(value, names)} for name, value in kept],
        "url": _with_variables(request.url, names),
    }
    if request.body:
        found["body"] = {"mode": "raw", "raw": _with_variables(request.body.decode(), names)}
    return found


def _name_chosen_by_client(request: Request, names: Names) -> list[str]:
    """New names for the ids that a request is the first to mention."""
    values = dict.fromkeys(_UUID.findall(_text(request)))
    return [_new_name(value, names) for value in values if value not in names]


def _keep_chosen_by_server(exchange: Exchange, later: Sequence[Exchange], names: Names) -> list[str]:
    """Lines of a script that keep what a response is the first to mention, and a later request needs."""
    needed = "\n".join(_text(other.request) for other in later)
    lines: list[str] = []
    for path, value in _strings(_json(exchange.response.body)):
        is_chosen = _UUID.fullmatch(value) or path.endswith('["access_token"]')
        if is_chosen and value in needed and value not in names:
            name = json.dumps(_new_name(value, names))
            lines.append(f"pm.collectionVariables.set({name}, pm.response.json(){path});")
    return lines


def _new_name(value: str, names: Names) -> str:
    names[value] = f"value{len(names) + 1}"
    return names[value]


def _with_variables(text: str, names: Names) -> str:
    for value, name in names.items():
        text = text.replace(value, f"{{{{{name}}}}}")
    return text


def _draw(name: str) -> str:
    return f"pm.collectionVariables.set({json.dumps(name)}, pm.variables.replaceIn('{{{{$guid}}}}'));"


def _test(status: int) -> str:
    return f"pm.test('status is {status}', function () {{ pm.response.to.have.status({status}); }});"


def _script(when: str, lines: Sequence[str]) -> dict[str, Any]:
    return {"listen": when, "script": {"type": "text/javascript", "exec": list(lines)}}


def _text(request: Request) -> str:
    """All that a request says of ids and tokens."""
    return "\n".join((request.url, request.headers.get("Authorization") or "", request.body.decode()))


def _json(body: bytes) -> Any:
    try:
        return read_json(body).value
    except UndecodableError:
        return None


def _strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a JSON value, with the JavaScript that leads to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _strings(inner, f"{path}[{json.dumps(key)}]")
