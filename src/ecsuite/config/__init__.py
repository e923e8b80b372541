"""The configuration: `ecsuite.toml` or `[tool.ecsuite]`, a file of secrets, the environment, and their precedence.

    configuration = configure("sandbox")      # the values of a target, each with its source
    configuration.env                         # the values as environment variables

The command line takes precedence over the environment, then the file of secrets, then the configuration file.
"""

from ecsuite.config.configuration import Configuration, configure
from ecsuite.config.document import Document, find

__all__ = ["Configuration", "Document", "configure", "find"]
