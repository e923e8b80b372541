"""The configuration: `ecsuite.toml` or `[tool.ecsuite]`, a file of secrets, the environment, and what beats what.

    configuration = configure("sandbox")      # the values of a target, each with the place that it is from
    configuration.env                         # as the environment would have them

The command line beats the environment, which beats the file of secrets, which beats the configuration file.
"""

from ecsuite.config.configuration import Configuration, configure
from ecsuite.config.document import Document, find

__all__ = ["Configuration", "Document", "configure", "find"]
