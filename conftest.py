"""Brings in ecsuite's pytest plugin: its options, markers and fixtures are in src/ecsuite/plugin/."""

pytest_plugins = ("ecsuite.plugin",)
