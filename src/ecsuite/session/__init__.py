"""A run: a contract, a target, a client and a journal. Used by the pytest plugin and the command line.

    session = Session(Settings.of("local", "2023-10"))
    with closing(session), session.run("2023-10", "quickstart") as run:
        run.api.get("/users")

Does not depend on pytest.
"""

from ecsuite.session.run import Run, open_run, replay_run
from ecsuite.session.session import Session
from ecsuite.session.settings import Settings

__all__ = ["Run", "Session", "Settings", "open_run", "replay_run"]
