"""Cassettes: the recorded exchanges of one scenario, in the format of vcrpy with a head of our own.

`replay` plays one without vcrpy, in constant time an exchange; `record` has what pytest-recording is set to, and what
is done to a recording before it is written.
"""
