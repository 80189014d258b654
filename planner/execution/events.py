"""The one stream of what happens in a session: the terminal, the run report, a page and agents all read it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from pontine.envs.predicates import Predicate
from pontine.envs.scene import Scene
from pontine.planner.planning.plan import Plan, Step
from pontine.planner.planning.score import Score
from pontine.planner.reading import Reading
from pontine.planner.rehearsal.rehearsal import Rehearsal

Cause = Literal["reading", "grounding", "plan", "rehearsal", "skill", "perception", "safety", "hardware", "stopped"]
"""What a failed run is put down to; `stopped` is a person's Ctrl-C, or a signal that ends the program."""


@dataclass(frozen=True)
class StepRecord:
    """What became of one step: `unmet` are its postconditions that do not hold afterwards, `unseen` the things in them
    that nobody has seen since.

    `finished` and `reason` are the skill's own words, `plan` is the index of the plan
    the step belongs to, `seconds` is wall-clock time.
    """

    plan: int
    step: Step
    finished: bool
    control_steps: int
    seconds: float
    reason: str
    unmet: tuple[Predicate, ...]
    unseen: tuple[str, ...] = ()

    @property
    def worked(self) -> bool:
        """Whether the world shows what the step was for."""
        return not self.unmet and not self.unseen

    def to_json(self) -> dict[str, Any]:
        """As it stands in the run report."""
        return {
            "plan": self.plan,
            "skill": self.step.skill,
            "args": list(self.step.args),
            "worked": self.worked,
            "finished": self.finished,
            "control_steps": self.control_steps,
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
            "unmet": [list(p) for p in self.unmet],
            **({"unseen": list(self.unseen)} if self.unseen else {}),
        }


@dataclass
class Execution:
    """All that happened. `cause` is None exactly if `goal_reached`; `reason` says it in words.

    `goal` are the predicates that must hold at the end; `final_scene` was measured
    after the last motion. `failures` are where skills began that moved and did not reach
    their postconditions, as `policies.failures` has them.
    """

    final_scene: Scene
    goal: tuple[Predicate, ...] = ()
    plans: list[Plan] = field(default_factory=list)
    steps: list[StepRecord] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    goal_reached: bool = False
    cause: Cause | None = None
    reason: str = ""

    @property
    def replans(self) -> int:
        """How many plans were made after the first."""
        return max(0, len(self.plans) - 1)


@dataclass(frozen=True)
class Heard:
    """A run begins: what was said, and the scene and the joints (6,) rad that were measured then."""

    instruction: str
    scene: Scene
    seed: int | None = None
    joints: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Asked:
    """Before the instruction can be read a question is put to the person."""

    question: Reading


@dataclass(frozen=True)
class Answered:
    """What the person said to the question; None if no answer came."""

    text: str | None


@dataclass(frozen=True)
class Read:
    """What the instruction was read as, after so many seconds."""

    reading: Reading
    seconds: float


@dataclass(frozen=True)
class Scored:
    """Of the readings that would do, the one that is taken, with its plan and the chances of that."""

    reading: Reading
    plan: Plan
    score: Score


@dataclass(frozen=True)
class Rehearsed:
    """The plan that is taken was rehearsed, and so were these others."""

    rehearsal: Rehearsal
    others: tuple[Rehearsal, ...] = ()


@dataclass(frozen=True)
class Unrehearsed:
    """The plan was to be rehearsed and could not be; `why` in words."""

    why: str


@dataclass(frozen=True)
class Planned:
    """The plan of that number (from 1) is about to be carried out; `why` says what was wrong with the one before it."""

    plan: Plan
    number: int
    why: str


@dataclass(frozen=True)
class StepStarted:
    """A skill is about to move the arm."""

    step: Step


@dataclass(frozen=True)
class StepEnded:
    """A skill has ended and the world was looked at: what of its postconditions was measured not to hold, or could not
    be seen, is in the record. The scene and the joints (6,) rad are those that were measured then."""

    record: StepRecord
    scene: Scene | None = None
    joints: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Recovering:
    """What the arm does before it goes on: it goes back to its rest pose, or looks again for something."""

    how: str


@dataclass(frozen=True)
class Stopped:
    """A run was broken off from outside, by a person, another thread or an error, and the arm holds still."""

    why: str


@dataclass(frozen=True)
class Done:
    """A run is over after so many seconds; `execution` is None if there were no subgoals to carry out."""

    execution: Execution | None
    seconds: float


Event = (
    Heard
    | Asked
    | Answered
    | Read
    | Scored
    | Rehearsed
    | Unrehearsed
    | Planned
    | StepStarted
    | StepEnded
    | Recovering
    | Stopped
    | Done
)
"""In the order of a run: Heard; Asked and Answered in turn; Read; Unrehearsed if need be, Scored, Rehearsed; Planned,
then StepStarted and StepEnded for each step, with Recovering between them, as often as a new plan is made; Done. A run
that an error ends has Stopped for its last event and no Done; one that a person stops has both."""

Tell = Callable[[Event], None]
"""Takes the events of a run."""


def silent(event: Event) -> None:
    """Tell nobody."""


class Stream:
    """Hands every event to all who follow, one after the other, in the thread in which it happens.

    What a follower raises goes to the run, which then stops. `so_far` are the events of the run that goes on, or of
    the last one: with them a follower who comes late catches up. Following and telling is safe from any thread.

    Example:
        >>> stream, seen = Stream(), []
        >>> leave = stream.follow(seen.append)
        >>> stream.tell(Recovering("the arm goes back to its rest pose"))
        >>> leave()
        >>> stream.tell(Stopped("that is enough"))
        >>> [type(event).__name__ for event in seen], len(stream.so_far)
        (['Recovering'], 2)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._followers: tuple[Tell, ...] = ()
        self._so_far: tuple[Event, ...] = ()

    @property
    def so_far(self) -> tuple[Event, ...]:
        """The events of the run that goes on, or of the last one."""
        return self._so_far

    def follow(self, follower: Tell) -> Callable[[], None]:
        """Have `follower` called with every event from now on; what is returned ends that."""
        with self._lock:
            self._followers = (*self._followers, follower)

        def leave() -> None:
            with self._lock:
                self._followers = tuple(other for other in self._followers if other is not follower)

        return leave

    def tell(self, event: Event) -> None:
        """Hand an event to all who follow."""
        with self._lock:
            self._so_far = (event,) if isinstance(event, Heard) else (*self._so_far, event)
            followers = self._followers
        for follower in followers:
            follower(event)
