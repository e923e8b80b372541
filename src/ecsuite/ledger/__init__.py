"""The ledger of a run: a file of what must be deleted, so that nothing is left even if the process or the machine dies.

Each run has a folder, outside of any clone, with a file for each of its processes. A file has a JSON line for the run,
one before each creating call, and one after each deletion; it contains no secrets. `ecsuite cleanup` deletes what
earlier runs have left.

    entry   the lines
    write   the ledger of a running process, locked as long as the process lives
    find    the ledgers of earlier runs
"""

from ecsuite.ledger.entry import Sought
from ecsuite.ledger.write import Ledger, PartnerLedger, open_ledger, require_home

__all__ = ["Ledger", "PartnerLedger", "Sought", "open_ledger", "require_home"]
