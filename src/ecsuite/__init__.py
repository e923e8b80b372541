"""ecsuite: the Energy Coordination API's quickstart as an executable test and contract suite."""

__version__ = "0.1.0"
