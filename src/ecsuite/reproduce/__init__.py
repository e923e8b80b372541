"""Scripts that show a finding again: from a finding and what the clients of its run sent; pure but for the writing."""

from ecsuite.reproduce.script import script_for, write_scripts

__all__ = ["script_for", "write_scripts"]
