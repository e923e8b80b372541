"""The environment for programs that tests start."""

import os

# Variables about this run, its server, and the CI that it may run in: what a user would see must not depend on them.
_OF_THIS_RUN = ("EC_", "GITHUB_", "PYTEST_", "TOX_")


def outside() -> dict[str, str]:
    """This process's environment without variables about tests, servers and CI."""
    return {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith(_OF_THIS_RUN)}
