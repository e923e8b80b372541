"""What a session was asked for, as data: where to send to, whose contracts hold, where recordings are."""

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
        editions: those to be tested.
        cassettes: the folder of the recordings, each in a folder of its edition.
        recording: whether what is sent is recorded there.
        allow_production: whether a live run may write to a production host.
        keep: whether what runs make is left.
        unusual_ids: whether things are made by ids that a server may never find in a path.
        limits: what may be sent.
        profile: how much is run.
        run: the name that all processes of a run have in common; each has one of its own where it is empty.
        run_id: what the ids of all its processes begin with.
        deviations: what is accepted of the server.
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
        """The settings with what was not given filled in.

        Args:
            mode: a replay where it is left out, and the local stand-in where something is to be recorded.
            edition: all of them where it is left out, and the newest against a live server.
            cassettes: those of ecsuite where it is left out.
            recording: see the class.
            allow_production: see the class.
            keep: see the class.
            unusual_ids: see the class; always, but against a live server.
            limits: see the class.
            profile: see the class.
            deviations: see the class.

        Raises:
            UnknownEdition: there is no such edition.
            RecordingNeedsServer: a replay is to be recorded.
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
        """Where the recording of a scenario is."""
        return path_of(self.cassettes, edition, scenario)
