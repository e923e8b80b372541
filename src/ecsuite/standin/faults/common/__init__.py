"""The common parts of the catalogues of faults: how rows are written, changes, and groups of faults."""
