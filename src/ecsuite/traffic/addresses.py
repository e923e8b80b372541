"""Finds the API and its token endpoint in the traffic of a client, which may call other hosts as well."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from ecsuite.contract import Contract
from ecsuite.messages.exchange import Exchange, Request
from ecsuite.messages.media import json_or_none
from ecsuite.traffic.names import printable
from ecsuite.traffic.nearest import is_alike

_DEFAULT_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}
_BEARER: Final = "bearer "
_NOT_THERE: Final = frozenset({404, 405})


@dataclass(frozen=True, slots=True)
class Address:
    """The target of a request.

    Attributes:
        base: the base URL of the API; empty if the request goes elsewhere.
        token: the URL of the token endpoint, if the request goes there; else empty.
        elsewhere: the host, if the request goes neither to the API nor to the token endpoint; else empty.
    """

    base: str
    token: str = ""
    elsewhere: str = ""


def normal(url: str) -> str:
    """A URL with scheme and host in lower case, and without a default port.

    Raises:
        ValueError: it is not a URL.
    """
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(scheme)} else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{f'[{host}]' if ':' in host else host}{port}{parts.path}{query}"


class Addresses:
    """Distinguishes the requests to an API from others.

    The API is recognized by the path of its base URL on any host, and by the published hosts. If the traffic has no
    such path, the base URL is the one at which the most operations of the contract are called.

    Args:
        contract: the contract of the API.
        exchanges: all of the traffic, with URLs as by `normal`.
    """

    def __init__(self, contract: Contract, exchanges: Sequence[Exchange]) -> None:
        self._contract = contract
        self._base = contract.base_path()
        self._hosts = contract.hosts(production=True) | contract.hosts(production=False)
        self._token_path, self._token_hosts = token_address(contract)
        used = {token for each in exchanges for token in bearers(each.request)}
        grants = {token: each for each in exchanges if (token := _granted(each)) in used}
        self._granting = {each.request.url.partition("?")[0] for each in grants.values() if self._is_known_grant(each)}
        self._granted = {
            token for token, each in grants.items() if each.request.url.partition("?")[0] in self._granting
        }
        urls = [each.request.url for each in exchanges]
        self._bases = {base for url in urls if (base := self._with_base_path(url))}
        if not self._bases:
            self._bases = set(self._most_called(exchanges))
        self._origins = {_origin(base) for base in self._bases}

    def of(self, exchange: Exchange) -> Address:
        """The target of a request."""
        request = exchange.request
        url, parts = request.url, urlsplit(request.url)
        own = next((base for base in sorted(self._bases, key=len, reverse=True) if _is_at(url, base)), "")
        if own:
            return Address(own)
        if self._is_for_token(exchange):
            return Address(next(iter(sorted(self._bases)), f"{_origin(url)}{self._base}"), token=url.partition("?")[0])
        is_near = parts.hostname in self._hosts or _origin(url) in self._origins
        is_called = is_near and any(self._contract.methods(rest) for rest in _suffixes(parts.path))
        if is_called or not self._granted.isdisjoint(bearers(request)) or self._means_token(request):
            return Address(f"{_origin(url)}{self._base}")
        return Address("", elsewhere=printable(parts.hostname or ""))

    def _is_known_grant(self, exchange: Exchange) -> bool:
        """Whether a token was granted by the published identity service, or by one with the same path."""
        parts = urlsplit(exchange.request.url)
        return parts.hostname in self._token_hosts or self._has_token_path(parts.path)

    def _has_token_path(self, path: str) -> bool:
        return bool(self._token_path) and path.lower().endswith(self._token_path.lower())

    def _with_base_path(self, url: str) -> str:
        """The base URL of a request whose path contains the published base path; else empty."""
        found = re.search(re.escape(self._base) + r"(?=/|$)", urlsplit(url).path, re.IGNORECASE)
        return f"{_origin(url)}{urlsplit(url).path[: found.end()]}" if found and self._base != "/" else ""

    def _most_called(self, exchanges: Iterable[Exchange]) -> Iterator[str]:
        called: defaultdict[str, set[str]] = defaultdict(set)
        for each in exchanges:
            path = urlsplit(each.request.url).path
            # A response of 404 or 405 is no evidence that the API is there.
            for rest in _suffixes(path) if each.response.status not in _NOT_THERE else ():
                if match := self._contract.find(each.request.method, rest):
                    called[f"{_origin(each.request.url)}{path.removesuffix(rest)}"].add(match.operation.id)
        if called:
            yield max(sorted(called), key=lambda base: len(called[base]))

    def _is_for_token(self, exchange: Exchange) -> bool:
        parts = urlsplit(exchange.request.url)
        if exchange.request.url.partition("?")[0] in self._granting:
            return True
        near = {urlsplit(base).hostname for base in self._bases} | self._token_hosts
        near |= {urlsplit(url).hostname for url in self._granting}
        return parts.hostname in near and self._has_token_path(parts.path)

    def _means_token(self, request: Request) -> bool:
        """Whether a request to the published identity service asks for a token, though at a wrong path."""
        parts = urlsplit(request.url)
        if parts.hostname not in self._token_hosts:
            return False
        asks = b"grant_type" in request.body or "grant_type" in parse_qs(parts.query)
        return asks or is_alike(self._token_path.split("/"), parts.path.split("/"))


def _granted(exchange: Exchange) -> str:
    """The token that a response grants; empty if it grants none."""
    answer = json_or_none(exchange.response.body)
    return str(answer.get("access_token") or "") if isinstance(answer, dict) else ""


def bearers(request: Request) -> list[str]:
    """The tokens that a request carries."""
    values = request.headers.all("Authorization")
    return [value[len(_BEARER) :].strip() for value in values if value.lower().startswith(_BEARER)]


def token_address(contract: Contract) -> tuple[str, set[str]]:
    """The path and the hosts of the published token endpoint."""
    operation = contract.token_operation
    if operation is None:
        return "", set()
    servers: list[Any] = contract.source.at(operation.pointer[:2]).get("servers", [])
    return operation.path, {urlsplit(server["url"]).hostname or "" for server in servers}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_at(url: str, base: str) -> bool:
    """Whether a URL is the base URL, or below it."""
    return url == base or url.startswith((f"{base}/", f"{base}?"))


def _suffixes(path: str) -> Iterator[str]:
    """A path, and the same without its first segments, one after the other."""
    return (path[slash.start() :] for slash in re.finditer("/", path))
