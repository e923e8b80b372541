"""The planted faults and the legal variants of October 2023, a module a topic.

A fault is what a server of that edition could get wrong: one thing, and nothing that the published facts leave open. A
variant is what they leave open, or allow. What goes wrong in the same way with every operation, or with every entity
type, is a row of a comprehension.
"""

from __future__ import annotations

from typing import Final

from ecsuite.standin.faults.common.authorization import ACCESS_FAULTS, unauthorized_faults
from ecsuite.standin.faults.common.lifecycle import lifecycle_faults
from ecsuite.standin.faults.common.rows import SPEC
from ecsuite.standin.faults.common.token import TOKEN_FAULTS, lifetime_faults
from ecsuite.standin.faults.common.wire import wire_faults
from ecsuite.standin.faults.edition_2023_10 import (
    authorization,
    bad_input,
    deliveries,
    events,
    fidelity,
    legal_input,
    lenient,
    lifecycle,
    methods,
    reports,
    responses,
    server_errors,
    tenancy,
)
from ecsuite.standin.faults.edition_2023_10.operations import ENTITIES, LIFETIME, SECURED
from ecsuite.standin.faults.edition_2023_10.variants import VARIANTS

__all__ = ["FAULTS", "VARIANTS"]

FAULTS: Final = (
    *lifetime_faults(LIFETIME),
    *TOKEN_FAULTS,
    *unauthorized_faults(SECURED),
    *ACCESS_FAULTS,
    *authorization.FAULTS,
    *tenancy.FAULTS,
    *lifecycle_faults(ENTITIES, SPEC),
    *lifecycle.FAULTS,
    *fidelity.FAULTS,
    *bad_input.FAULTS,
    *server_errors.FAULTS,
    *methods.FAULTS,
    *responses.FAULTS,
    *wire_faults("getVehicle", "listMeters", "deleteResource", "vehicleId", SPEC),
    *events.FAULTS,
    *reports.FAULTS,
    *legal_input.FAULTS,
    *lenient.FAULTS,
    *deliveries.FAULTS,
)
