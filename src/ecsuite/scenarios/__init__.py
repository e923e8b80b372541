"""What the scenarios of an edition share, as their tests and others arrange it: a module an edition."""
