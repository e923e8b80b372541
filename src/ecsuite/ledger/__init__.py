"""The ledger of a run: a file of what must be deleted, so that nothing is left though the run, or its machine, dies.

One folder a run, outside of any clone, with a file for each process of it. A file has a line of JSON for the run, and
one before each creating call and after each deletion; it holds no secret. `ecsuite cleanup` deletes what earlier runs
left.

    entry   the lines
    write   a ledger as the run keeps it, locked as long as its process lives
    find    the ledgers of earlier runs
"""

from ecsuite.ledger.entry import Sought
from ecsuite.ledger.write import Ledger, PartnerLedger, open_ledger, require_home

__all__ = ["Ledger", "PartnerLedger", "Sought", "open_ledger", "require_home"]
