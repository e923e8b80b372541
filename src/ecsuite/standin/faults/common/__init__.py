"""What the catalogues of faults have in common: how rows are written, changes, and groups of faults."""
