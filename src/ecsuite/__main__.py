"""`python3 -m ecsuite` is the command `ecsuite`."""

from ecsuite.cli import main

main()
