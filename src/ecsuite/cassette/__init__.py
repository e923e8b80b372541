"""Cassettes: the recorded exchanges of a scenario, in the format of vcrpy with a header of our own.

`tape` reads and writes the file, and `replay` plays it without vcrpy, in constant time per exchange. `record` makes one
from a recording of pytest-recording: `trim` removes what is not the run's own, `stable` chooses replacements for values
of the server, and `rewrite` inserts them, with placeholders for secrets and names for addresses.
"""
