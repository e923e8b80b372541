"""Cassettes: the recorded exchanges of one scenario, in the format of vcrpy with a header of our own.

`tape` is the file, and `replay` plays one without vcrpy, in constant time an exchange. `record` makes one of what
pytest-recording took down: `trim` leaves out what is not the run's, `stable` finds what stands for the values that the
server chose, and `rewrite` puts it in, with placeholders for secrets and names for addresses.
"""
