"""The pytest plugin: targets, editions, recordings, and findings as test failures.

The only package that imports pytest. A test takes the fixture `run` (or `story`, `api`, `world`) and calls the API. The
command line decides whether the calls are replayed, or sent to the local stand-in or a live server.

PYTEST_DONT_REWRITE, because `ecsuite test` imports it before pytest starts.
"""

# Each module is a plugin, which pytest registers together with this one.
pytest_plugins = (
    "ecsuite.plugin.options",
    "ecsuite.plugin.limits",
    "ecsuite.plugin.output",
    "ecsuite.plugin.session",
    "ecsuite.plugin.tables",
    "ecsuite.plugin.order",
    "ecsuite.plugin.profiles",
    "ecsuite.plugin.selection",
    "ecsuite.plugin.alone",
    "ecsuite.plugin.ahead",
    "ecsuite.plugin.fixtures",
    "ecsuite.plugin.recording",
    "ecsuite.plugin.har",
    "ecsuite.plugin.outcome",
    "ecsuite.plugin.masking",
    "ecsuite.plugin.unsteady",
    "ecsuite.plugin.inconclusive",
    "ecsuite.plugin.results",
    "ecsuite.plugin.preflight",
    "ecsuite.plugin.summary",
    "ecsuite.plugin.progress",
    "ecsuite.plugin.interrupts",
    "ecsuite.plugin.leaving",
    "ecsuite.plugin.died",
    "ecsuite.plugin.garbage",
)
