"""A cassette as a file: its provenance, its exchanges and deliveries."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import yaml

from ecsuite.cassette.damage import DamagedError, Part
from ecsuite.errors import RECORD_COMMAND, CassetteMissing, CassetteStale, CassetteUnreadable
from ecsuite.messages.exchange import Exchange, Headers, Request, Response

FORMAT: Final = 1
EMPTY: Final = "it is empty"
# In bytes; a file that is smaller, or ends like this, is checked before the run.
_SMALLEST: Final = 1000
_NO_EXCHANGES: Final = re.compile(rb"\binteractions:\s*(\[\s*\]|null|~)?\s*\Z")
HEAD: Final = "ecsuite"
_URLS: Final = ("base_url", "token_url", "receiver_url")
_BANNER: Final = f"# Recorded, not written: record it again with  {RECORD_COMMAND}\n"
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SafeDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True, slots=True)
class Provenance:
    """The provenance of a cassette.

    Attributes:
        target: the recorded server: `local stand-in 0.1.0`, or `live` and a host.
        recorded: the day, as `2026-11-23`.
        contract: the digest of the contract at that time.
        seed: the seed of the run's ids.
        base_url, token_url, receiver_url: the URLs in the recording; with `.invalid` hosts for addresses of this
            machine, whose ports change.
        altered: how the recording was changed before it was written.
    """

    edition: str
    scenario: str
    target: str
    recorded: str
    contract: str
    seed: str
    base_url: str
    token_url: str
    receiver_url: str
    altered: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Cassette:
    """A recorded scenario: its exchanges in order, and the deliveries of the API."""

    provenance: Provenance
    exchanges: tuple[Exchange, ...]
    deliveries: tuple[Exchange, ...] = ()


def path_of(folder: Path, edition: str, scenario: str) -> Path:
    """The path of a scenario's cassette, below a folder of cassettes."""
    return folder / edition / f"{scenario}.yaml"


def load(path: Path) -> Cassette:
    """Read a cassette.

    Raises:
        CassetteMissing: there is no such file.
        CassetteUnreadable: it is not a cassette, or damaged.
        CassetteStale: its format has another version.
    """
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _SafeLoader)  # noqa: S506  a safe loader
    except FileNotFoundError:
        raise CassetteMissing(path) from None
    except OSError as error:
        raise CassetteUnreadable(path, error.strerror or str(error)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise CassetteUnreadable(path, " ".join(str(error).split())) from None
    if document is None:
        raise CassetteUnreadable(path, EMPTY)
    try:
        data = Part(document)
        head = data[HEAD]
        if head["format"].value != FORMAT:
            raise CassetteStale(path, f"its format is {head['format'].value!r:.40}, not {FORMAT}")
        provenance = _provenance(head)
        exchanges = tuple(map(_exchange, data["interactions"].items()))
        deliveries = tuple(map(_exchange, head["deliveries"].items()))
    except DamagedError as error:
        raise CassetteUnreadable(path, str(error)) from None
    if not exchanges:
        raise CassetteUnreadable(path, EMPTY)
    return Cassette(provenance, exchanges, deliveries)


def require_full(folder: Path) -> None:
    """Require that no cassette in a folder is empty, without parsing all of them.

    Raises:
        CassetteUnreadable: one is empty, or cannot be opened.
    """
    for path in sorted(folder.rglob("*.yaml")):
        try:
            is_empty = _is_empty(path)
        except OSError as error:
            raise CassetteUnreadable(path, error.strerror or str(error)) from None
        if is_empty:
            load(path)


def _is_empty(path: Path) -> bool:
    """Whether a cassette may have no exchanges: these are at its end, and a single one is larger than the limit."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _SMALLEST))
        return size < _SMALLEST or bool(_NO_EXCHANGES.search(file.read()))


def save(path: Path, cassette: Cassette) -> bool:
    """Write a cassette atomically; return whether the file has changed.

    If a recording differs from the file only in its date, the file is kept.
    """
    text = dump(cassette)
    try:
        old = load(path)
        if dump(Cassette(_dated(cassette.provenance, old.provenance.recorded), *_parts(cassette))) == dump(old):
            return False
    except (CassetteMissing, CassetteUnreadable, CassetteStale):
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as draft:
        draft.write(text)
    Path(draft.name).chmod(0o644)
    os.replace(draft.name, path)  # noqa: PTH105  atomic, as Path.replace is
    return True


def dump(cassette: Cassette) -> str:
    """A cassette as text: YAML that vcrpy reads, too."""
    head = {**asdict(cassette.provenance), "deliveries": [_entry(exchange) for exchange in cassette.deliveries]}
    interactions = [_entry(exchange) for exchange in cassette.exchanges]
    document = {HEAD: head, "version": 1, "interactions": interactions}
    return _BANNER + yaml.dump(document, Dumper=_SafeDumper, allow_unicode=True, sort_keys=False, width=1000)


def _dated(provenance: Provenance, recorded: str) -> Provenance:
    return Provenance(**{**asdict(provenance), "recorded": recorded})


def _parts(cassette: Cassette) -> tuple[tuple[Exchange, ...], tuple[Exchange, ...]]:
    return cassette.exchanges, cassette.deliveries


def _provenance(head: Part) -> Provenance:
    texts = [field.name for field in fields(Provenance) if field.name not in {"format", *_URLS}]
    named: dict[str, Any] = {name: head[name].text() for name in texts}
    # A run with an access token has no token URL.
    named |= {name: head[name].address() if head[name].value != "" else "" for name in _URLS}
    return Provenance(**named)


def _exchange(entry: Part) -> Exchange:
    request, response = entry["request"], entry["response"]
    return Exchange(
        Request(
            request["method"].text(), request["uri"].address(), request["headers"].headers(), request["body"].body()
        ),
        Response(response["status"]["code"].status(), response["headers"].headers(), response["body"]["string"].body()),
    )


def _entry(exchange: Exchange) -> dict[str, Any]:
    """An exchange in the format of vcrpy."""
    request, response = exchange.request, exchange.response
    return {
        "request": {
            "body": _text(request.body),
            "headers": _multi(request.headers),
            "method": request.method,
            "uri": request.url,
        },
        "response": {
            "body": {"string": _text(response.body)},
            "headers": _multi(response.headers),
            "status": {"code": response.status, "message": ""},
        },
    }


def _multi(headers: Headers) -> dict[str, list[str]]:
    return {name: headers.all(name) for name, _ in headers}


def _text(body: bytes) -> str | bytes:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body
