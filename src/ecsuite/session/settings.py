"""The settings of a session, as data: target, editions, recordings, and options."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ecsuite import editions
from ecsuite.cassette.tape import path_of
from ecsuite.client import NO_LIMITS, Limits
from ecsuite.errors import RecordingNeedsServer
from ecsuite.findings.deviation import NO_DEVIATIONS, Deviations
from ecsuite.ids import new_run
from ecsuite.session.profile import FULL, Profile
from ecsuite.target import Mode

ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a session.

    Attributes:
        mode: where the exchanges come from.
        editions: the editions to test.
        cassettes: the folder of the recordings, with a folder for each edition.
        recording: whether to record there what is sent.
        allow_production: whether a live run may write to a production host.
        keep: whether to leave what runs create.
        unusual_ids: whether entities may have ids that a server might not find in a path.
        limits: on what is sent.
        profile: how much to run.
        run: an id that all processes of a run share; empty if each has its own.
        run_id: the beginning of all ids in all processes.
        deviations: accepted deviations of the server.
    """

    mode: Mode
    editions: tuple[str, ...]
    cassettes: Path
    recording: bool = False
    allow_production: bool = False
    keep: bool = False
    unusual_ids: bool = True
    limits: Limits = NO_LIMITS
    profile: Profile = FULL
    run: str = ""
    run_id: str = field(default_factory=new_run, compare=False)
    deviations: Deviations = NO_DEVIATIONS

    @classmethod
    def of(  # noqa: PLR0913  all have defaults
        cls,
        mode: Mode | None = None,
        edition: str | None = None,
        *,
        cassettes: Path | None = None,
        recording: bool = False,
        allow_production: bool = False,
        keep: bool = False,
        unusual_ids: bool = False,
        limits: Limits = NO_LIMITS,
        profile: Profile = FULL,
        deviations: Deviations = NO_DEVIATIONS,
    ) -> Settings:
        """Make settings, with defaults for what is not given.

        Args:
            mode: defaults to a replay, or to the local stand-in if recording.
            edition: defaults to all, or to the newest against a live server.
            cassettes: defaults to ecsuite's own.
            recording: see the class.
            allow_production: see the class.
            keep: see the class.
            unusual_ids: see the class; always true except against a live server.
            limits: see the class.
            profile: see the class.
            deviations: see the class.

        Raises:
            UnknownEdition: there is no such edition.
            RecordingNeedsServer: a replay cannot be recorded.
        """
        if recording and mode == "replay":
            raise RecordingNeedsServer
        chosen: Mode = mode or ("local" if recording else "replay")
        wanted = edition or (editions.default("live") if chosen == "live" else ALL)
        return cls(
            chosen,
            editions.editions() if wanted == ALL else (editions.require(wanted),),
            cassettes or editions.root() / "cassettes",
            recording=recording,
            allow_production=allow_production,
            keep=keep,
            unusual_ids=unusual_ids or chosen != "live",
            limits=limits,
            profile=profile,
            deviations=deviations,
        )

    @property
    def uses_cassettes(self) -> bool:
        """Whether tests are replayed or recorded, so that only those with a cassette can run."""
        return self.mode == "replay" or self.recording

    def cassette(self, edition: str, scenario: str) -> Path:
        """The path of a scenario's recording."""
        return path_of(self.cassettes, edition, scenario)
