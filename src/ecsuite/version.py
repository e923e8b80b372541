"""The version of ecsuite."""

__version__ = "0.1.0"
