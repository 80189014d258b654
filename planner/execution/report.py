"""`Report`: what became of one instruction, from its words to the measured world."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pontine.envs.errors import WriteError
from pontine.envs.files import write_json
from pontine.envs.scene import Scene
from pontine.planner.execution.events import (
    Cause,
    Done,
    Event,
    Execution,
    Heard,
    Read,
    Rehearsed,
    Scored,
    StepEnded,
    StepStarted,
    Unrehearsed,
)
from pontine.planner.planning.score import Score
from pontine.planner.reading import Reading
from pontine.policies.training.failures import append_failures

_REFUSAL_CAUSES: dict[str | None, Cause] = {"unsafe": "safety", "impossible": "grounding", "unsupported": "reading"}


@dataclass(frozen=True)
class Moment:
    """From when to when (s since the run began) a step went, and what was measured after it: the scene, and the arm's
    joints (6,) rad."""

    begun: float
    ended: float
    scene: Scene
    joints: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """As it stands in the run report."""
        times = [round(self.begun, 3), round(self.ended, 3)]
        return {"seconds": times, "scene": self.scene.to_json(), "joints": list(self.joints)}


@dataclass(frozen=True)
class Report:
    """One run. `execution` is None if the reading was no subgoals, so that nothing moved.

    `scene` was measured before the run. Two runs that did the same differ only in the
    values called `seconds`.
    """

    instruction: str
    seed: int | None
    scene: Scene
    reading: Reading
    reading_seconds: float
    seconds: float
    execution: Execution | None = None
    score: Score | None = None
    """What was known of the plan's chances before anything moved; None if nobody judged it."""
    rehearsed: Rehearsed | Unrehearsed | None = None
    """What the rehearsals of the plan and of others came to, or why there are none; None if nobody asked for them."""
    joints: tuple[float, ...] | None = None
    """The arm's joints (6,) rad before the run."""
    moments: tuple[Moment, ...] = field(default=(), compare=False)
    """What was measured after each step, and when."""

    @classmethod
    def of(cls, events: Sequence[Event], times: Sequence[float] | None = None) -> Report:
        """The report of one run, from its events: `Heard`, `Read` and `Done` are among them. `times` (s, of any clock)
        are when they happened; without them the report has no `moments`."""
        by_kind = {type(event): event for event in events}
        heard, read, done = cast(Heard, by_kind[Heard]), cast(Read, by_kind[Read]), cast(Done, by_kind[Done])
        scored = cast(Scored | None, by_kind.get(Scored))
        reading, score = (read.reading, None) if scored is None else (scored.reading, scored.score)
        rehearsed = cast(Rehearsed | Unrehearsed | None, by_kind.get(Rehearsed, by_kind.get(Unrehearsed)))
        return cls(
            heard.instruction, heard.seed, heard.scene, reading, read.seconds, done.seconds, done.execution, score,
            rehearsed, heard.joints, () if times is None else tuple(_moments(events, times)),
        )  # fmt: skip

    @property
    def goal_reached(self) -> bool:
        """Whether the goal's predicates hold in the scene measured at the end."""
        return self.execution is not None and self.execution.goal_reached

    @property
    def cause(self) -> Cause | None:
        """What a failed run is put down to; None if it did not fail."""
        if self.execution is not None:
            return self.execution.cause
        if self.reading.kind == "question":
            return "grounding"
        return _REFUSAL_CAUSES.get(self.reading.reason, "reading")

    @property
    def reason(self) -> str:
        """The cause in words; empty if the run did not fail."""
        return self.reading.text if self.execution is None else self.execution.reason

    def to_json(self) -> dict[str, Any]:
        """The run report as it is written to a file."""
        run = self.execution
        out: dict[str, Any] = {
            "instruction": self.instruction,
            "seed": self.seed,
            "scene": self.scene.to_json(),
            "reading": {**self.reading.to_json(), "seconds": round(self.reading_seconds, 3)},
            **({"score": self.score.to_json()} if self.score is not None else {}),
            **({"rehearsal": _told(self.rehearsed)} if self.rehearsed is not None else {}),
            "plans": [plan.to_json() for plan in run.plans] if run else [],
            "steps": [step.to_json() for step in run.steps] if run else [],
            **({"joints": list(self.joints)} if self.joints is not None else {}),
            "moments": [moment.to_json() for moment in self.moments],
            "replans": run.replans if run else 0,
            "goal": [list(p) for p in run.goal] if run else [],
            "goal_reached": self.goal_reached,
            "final_scene": (run.final_scene if run else self.scene).to_json(),
            "seconds": round(self.seconds, 3),
        }
        if not self.goal_reached:
            out |= {"cause": self.cause, "reason": self.reason}
        return out

    def write(self, path: str | Path, more: Mapping[str, Any] | None = None) -> None:
        """Write the report, and what `more` there is to say, as JSON, whole or not at all."""
        write_json(path, {**self.to_json(), **(more or {})})


def _moments(events: Sequence[Event], times: Sequence[float]) -> Iterator[Moment]:
    """What was measured after each of the steps among the events."""
    begun = times[0]
    for event, at in zip(events, times, strict=True):
        if isinstance(event, StepStarted):
            begun = at
        elif isinstance(event, StepEnded) and event.scene is not None and event.joints is not None:
            yield Moment(begun - times[0], at - times[0], event.scene, event.joints)


def _told(rehearsed: Rehearsed | Unrehearsed) -> dict[str, Any]:
    if isinstance(rehearsed, Unrehearsed):
        return {"copies": 0, "reason": rehearsed.why}
    others = [{"plan": one.plan.to_json(), **one.to_json()} for one in rehearsed.others]
    return {**rehearsed.rehearsal.to_json(), "others": others}


class Reporting:
    """A follower of a stream that hands on the report of each run as soon as that is over."""

    def __init__(self, then: Callable[[Report], None]) -> None:
        self._then = then
        self._events: list[Event] = []
        self._times: list[float] = []

    def __call__(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, Heard):
            self._events.clear()
            self._times.clear()
        self._events.append(event)
        self._times.append(time.perf_counter())
        if isinstance(event, Done):
            self._then(Report.of(self._events, self._times))


class ReportFile:
    """A follower of a stream that writes the report of each run: the first one to `path`, the others beside it,
    numbered from 2 on; nothing where that is None. Skill calls that failed are added to `failures`.

    `about_robot` gives what the robot itself adds to a report. `otherwise` shows a report that could not be written,
    for the run is done and over; then WriteError is raised.
    """

    def __init__(
        self,
        path: str | Path | None,
        otherwise: Callable[[Report, Mapping[str, Any]], None],
        about_robot: Callable[[], Mapping[str, Any]] = dict,
        failures: str | Path | None = None,
    ) -> None:
        self._path, self._failures = None if path is None else Path(path), failures
        self._otherwise, self._about = otherwise, [about_robot]
        self._count = 0
        self._last: tuple[Report, Path] | None = None
        self._reporting = Reporting(self._write)

    def __call__(self, event: Event) -> None:
        """Take an event. Raises WriteError."""
        self._count += isinstance(event, Heard)
        self._reporting(event)

    def also(self, about: Callable[[], Mapping[str, Any]]) -> None:
        """Have somebody else add to the reports what they have to say by then."""
        self._about.append(about)

    def rewrite(self) -> None:
        """Write the last report again, with what the robot has to say by now: how it was left, for instance.

        Raises WriteError.
        """
        if self._last is None:
            return
        report, path = self._last
        try:
            report.write(path, self._added())
        except WriteError as error:
            self._otherwise(report, self._added())
            raise WriteError(f"{error}; the report is shown above instead") from None

    def _added(self) -> dict[str, Any]:
        return {name: said for about in self._about for name, said in about().items()}

    def _write(self, report: Report) -> None:
        if self._path is not None:
            number = f"-{self._count}" if self._count > 1 else ""
            self._last = report, self._path.with_stem(f"{self._path.stem}{number}")
            self.rewrite()
        if self._failures is not None and report.execution is not None:
            append_failures(self._failures, report.execution.failures)
