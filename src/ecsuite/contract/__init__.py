"""Contracts: OpenAPI 3.1 documents, loaded once, their validators compiled once.

contract = load(path, "contracts/2023-10/openapi.yaml")
match = contract.find("GET", "/users/42")
contract.schemas.violations(match.operation.responses["200"].content["application/json"], {"userId": 42})
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from ecsuite.contract.circles import refuse_circles
from ecsuite.contract.digest import digest_of
from ecsuite.contract.document import Pointer, Source
from ecsuite.contract.entities import (
    Batch,
    EntityType,
    batches,
    entity_types,
    link_to_unmade,
    links_to,
    parameters,
    success_links,
)
from ecsuite.contract.expressions import Expression, Values
from ecsuite.contract.keywords import refuse_unknown
from ecsuite.contract.model import (
    HeaderRule,
    Level,
    Link,
    Match,
    Operation,
    Parameter,
    RequestBody,
    ResponseRule,
    schema_for,
)
from ecsuite.contract.outline import Undeclared
from ecsuite.contract.reader import read_operations
from ecsuite.contract.routes import Routes
from ecsuite.contract.schema import Schemas, Violation
from ecsuite.contract.shape import Shape
from ecsuite.errors import ContractInvalid
from ecsuite.promises import Severity

__all__ = [
    "Batch",
    "Contract",
    "EntityType",
    "Expression",
    "HeaderRule",
    "Level",
    "Link",
    "Match",
    "Operation",
    "Parameter",
    "Pointer",
    "RequestBody",
    "ResponseRule",
    "Schemas",
    "Shape",
    "Source",
    "Undeclared",
    "Values",
    "Violation",
    "link_to_unmade",
    "links_to",
    "load",
    "parameters",
    "schema_for",
    "success_links",
]


def load(path: Path, label: str) -> Contract:
    """Load a contract from a file.

    Args:
        path: an OpenAPI 3.1 document in YAML.
        label: its name in messages.

    Raises:
        ContractError: it cannot be read, has a keyword that the checks do not support, or contradicts itself.
    """
    with _no_collection():
        return Contract(Source.read(path, label))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Disable garbage collection, which finds nothing in a contract, and takes a quarter of the loading time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Contract:
    """What an edition of the API promises, ready for checks.

    Attributes:
        source: the document, for lines and levels.
        operations: every operation by its id, in the document's order.
        deliveries: the operations that the API calls at a partner's webhook, by id.
        schemas: the compiled schemas.
        token_operation: the operation that issues tokens: the one at the security scheme's tokenUrl.
    """

    def __init__(self, source: Source) -> None:
        refuse_unknown(source)
        refuse_circles(source)
        self.source = source
        self.schemas = Schemas(source)
        self.operations = read_operations(source, "paths")
        self.deliveries = read_operations(source, "webhooks")
        self._routes = Routes(self.operations.values())
        self.token_operation = self._find_token_operation()
        self._refuse_broken_links()
        self._compile()

    @cached_property
    def entity_types(self) -> tuple[EntityType, ...]:
        """The entity types of the API, parents first."""
        with self._links_are_whole():
            return entity_types(self.source, self.operations)

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        """The operations that create several entities of a type at once."""
        known = self.entity_types
        with self._links_are_whole():
            return batches(self.operations, known)

    @cached_property
    def invitations(self) -> frozenset[str]:
        """The names of the parts of requests that only invited partners may send."""
        schemas = self.source.document.get("components", {}).get("schemas", {}).values()
        # A schema may be true or false.
        nodes = [schema for schema in schemas if isinstance(schema, dict)]
        return frozenset(node["x-by-invitation"] for node in nodes if "x-by-invitation" in node)

    def batch_of(self, operation: Operation) -> Batch | None:
        """The batch that an operation creates; None if it creates none."""
        return next((batch for batch in self.batches if batch.creator is operation), None)

    @cached_property
    def digest(self) -> str:
        """A digest of everything that the checks use; see `ecsuite.contract.digest`."""
        return digest_of(self.source)

    @property
    def label(self) -> str:
        """The document's name in messages."""
        return self.source.label

    @property
    def title(self) -> str:
        """The title of the API and the version of the contract."""
        return f"{self.source.document['info']['title']}, edition {self.edition}"

    @property
    def edition(self) -> str:
        """The edition of the contract."""
        return str(self.source.document["info"]["version"])

    @property
    def test_areas(self) -> tuple[tuple[float, float], ...]:
        """The published test areas, as latitude and longitude, the newest first."""
        return tuple((latitude, longitude) for latitude, longitude in self.source.document.get("x-test-areas", ()))

    @property
    def severity_of_undeclared(self) -> Severity:
        """The severity of a response member that is not declared in its schema."""
        severity: Severity = self.source.document.get("x-severity-of-undeclared", "warning")
        return severity

    def find(self, method: str, path: str) -> Match | None:
        """The operation for a method and a path (relative to the base URL, percent-encoded); None if there is none."""
        return self._routes.find(method, path)

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods that the contract lists for a path; empty if the path is unknown."""
        return self._routes.methods(path)

    def level(self, pointer: Pointer, operation: Operation) -> Level:
        """How certain the rule at the pointer is: its own level, or else the operation's."""
        level: Level | None = self.source.nearest("x-level", pointer)
        return level or operation.level

    def published(self, pointer: Pointer, operation: Operation) -> str:
        """Where the rule at the pointer was published."""
        return str(self.source.nearest("x-source", pointer) or operation.source)

    def hosts(self, *, production: bool) -> frozenset[str]:
        """The hosts of servers that the contract marks as production, or of all others."""
        servers = self.source.document.get("servers", [])
        urls = [each["url"] for each in servers if (each.get("x-environment") == "production") is production]
        return frozenset(host for url in urls if (host := urlsplit(url).hostname))

    def base_path(self) -> str:
        """The path of the first server, which is usual for servers of this edition."""
        servers = self.source.document.get("servers") or [{"url": "/"}]
        return urlsplit(servers[0]["url"]).path or "/"

    def _find_token_operation(self) -> Operation | None:
        schemes = self.source.document.get("components", {}).get("securitySchemes", {})
        token_urls = {flow["tokenUrl"] for scheme in schemes.values() for flow in scheme.get("flows", {}).values()}
        for operation in self.operations.values():
            servers = self.source.at(operation.pointer[:2]).get("servers", [])
            if any(server["url"] + operation.path in token_urls for server in servers):
                return operation
        return None

    @contextmanager
    def _links_are_whole(self) -> Iterator[None]:
        try:
            yield
        except LookupError as error:
            raise ContractInvalid(self.label, f"its links do not give all that its paths need ({error})") from None

    def _refuse_broken_links(self) -> None:
        for operation in self.operations.values():
            for rule in operation.responses.values():
                for link in rule.links:
                    if link.operation_id not in self.operations:
                        raise ContractInvalid(
                            self.source.where((*rule.pointer, "links")), f"a link to no operation: {link.operation_id}"
                        )
            for followed in operation.follows:
                if followed not in self.operations:
                    where = self.source.where((*operation.pointer, "x-produced-by"))
                    raise ContractInvalid(where, f"it follows no operation: {followed}")

    def _compile(self) -> None:
        for operation in (*self.operations.values(), *self.deliveries.values()):
            pointers = [parameter.schema for parameter in operation.parameters]
            pointers += operation.request.content.values() if operation.request else []
            for rule in operation.responses.values():
                pointers += [*rule.content.values(), *(header.schema for header in rule.headers)]
            for pointer in pointers:
                self.schemas.validator(pointer)
