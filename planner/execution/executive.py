"""The executive: carries a plan out, looking at the world after every step.

A step has worked when its postconditions hold in the measured scene, whatever the
skill says of itself. When one does not, or when the world no longer allows what is
left of the plan, the executive makes a new plan from what it sees, a bounded number
of times. It says done only of a goal that it has measured, and whose things have been seen since they were let go:
where they have not, it looks again, and at last says that nobody could see them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from pontine.envs.errors import PontineError, RobotError, SceneError
from pontine.envs.predicates import Predicate, holds, unseen, written
from pontine.envs.robot import Robot
from pontine.envs.scene import Scene, rounded
from pontine.planner.execution.events import (
    Cause,
    Execution,
    Planned,
    Recovering,
    StepEnded,
    StepRecord,
    StepStarted,
    Stopped,
    Tell,
    silent,
)
from pontine.planner.execution.looking import NOT_SEEN, look_for, lost
from pontine.planner.execution.stopping import StopRequested
from pontine.planner.planning.conditions import not_given, unmet
from pontine.planner.planning.plan import NoPlanError, Plan, Step
from pontine.planner.rehearsal.playing import SETTLE_STEPS

STOPPED = "it was stopped"
"""The reason of a run that was stopped, in words."""

Planner = Callable[[Scene, Sequence[Predicate]], Plan]


class Outcome(Protocol):
    """What a skill says when it ends: whether it thinks it finished, its control steps, and why it ended."""

    @property
    def finished(self) -> bool: ...
    @property
    def steps(self) -> int: ...
    @property
    def reason(self) -> str: ...


class Skill(Protocol):
    """Something that moves the robot towards its postconditions."""

    @property
    def missing(self) -> str | None:
        """What is to be done before it can be called; None if it can."""
        ...

    def execute(self, robot: Robot, args: tuple[str, ...]) -> Outcome:
        """Act until the skill ends by itself."""
        ...


def execute(
    robot: Robot,
    library: Mapping[str, Skill],
    subgoals: Sequence[Predicate],
    make_plan: Planner,
    max_replans: int = 3,
    tell: Tell = silent,
    plan: Plan | None = None,
    result: Execution | None = None,
) -> Execution:
    """Make `subgoals` true in their order, and those that later ones allow true together at the end.

    `plan` is one that was made for them from here already; without one it is made first. `result` is a record to fill,
    whose `final_scene` is what was seen last; with it, that nothing can be seen any more is a failure like any other,
    and without it the first look raises what the robot raises.

    Whoever is to know what was done until a KeyboardInterrupt, which is raised again, gives a `result`.
    """
    result = Execution(robot.scene()) if result is None else result
    run = _Run(robot, library, tuple(subgoals), make_plan, max_replans, tell, plan, result)
    try:
        run.act()
    except StopRequested as error:
        run.fail(error.cause, str(error))
        tell(Stopped(str(error)))
        with suppress(SceneError, RobotError):  # then what was seen last stands
            run.look()
    except (SceneError, RobotError) as error:
        # The arm has stopped by itself: what was done so far and what stopped it belong into the report.
        run.fail(cause_of(error), str(error))
    except KeyboardInterrupt:
        run.stop()
        raise
    except BaseException:
        robot.stop()
        raise
    return run.result


class _Run:
    """One execution while it goes on."""

    def __init__(
        self,
        robot: Robot,
        library: Mapping[str, Skill],
        subgoals: tuple[Predicate, ...],
        make_plan: Planner,
        max_replans: int,
        tell: Tell,
        plan: Plan | None,
        result: Execution,
    ) -> None:
        self.robot, self.library, self.subgoals = robot, library, subgoals
        self.make_plan, self.max_replans, self.tell = make_plan, max_replans, tell
        self.result = result
        self.reached = 0
        self._doing: Step | None = None
        self._made = plan
        self._given_up: set[str] = set()

    def act(self) -> None:
        """Plan and carry out, again and again, until the goal holds or there is no more to try."""
        self.look()
        why, moved = "", False
        while True:
            if why and moved:
                self._withdraw()
            try:
                plan, self._made = self._made or self.make_plan(self.result.final_scene, self._wanted()), None
            except NoPlanError as error:
                self.fail("skill" if why else "plan", f"{why}; then {error}" if why else str(error))
                return
            if not self._accept(plan, why):
                return
            why = self._carry_out(plan)
            gone = self._search([*_things(self.result.goal), *(_things_of(plan) if why else ())])
            missing = unmet(self.result.final_scene, self.result.goal)
            if not why and not gone and not missing and self.reached == len(self.subgoals):
                self.result.goal_reached = True
                return
            moved = bool(self.result.steps) and self.result.steps[-1].control_steps > 0
            cause: Cause = "skill" if why and moved else "plan"
            if not why and (missing or not gone):
                why = f"the plan ended, but {_words(missing or self.subgoals[self.reached :])} does not hold"
            if gone:
                self.fail("perception", "; ".join(filter(None, (why, f"{' and '.join(gone)} {NOT_SEEN}"))))
                return
            if len(self.result.plans) > self.max_replans:
                self.fail(cause, why)
                return

    def fail(self, cause: Cause, reason: str) -> None:
        """Put the failure on record."""
        self.result.cause, self.result.reason = cause, reason

    def stop(self) -> None:
        """Hold still, and put on record what was being done and how the table looks now, if it can be seen."""
        if not self.result.goal_reached:
            doing = f" during {written((self._doing.skill, *self._doing.args))}" if self._doing else ""
            self.fail("stopped", STOPPED + doing)
        with suppress(SceneError, RobotError):
            # An arm that has stopped by itself moves no more, and says why in its own report.
            self.robot.stop()
            self.look()

    def _withdraw(self) -> None:
        """Go back to the rest pose with an empty gripper: what went wrong from here would go wrong from here again,
        and a camera sees what the arm no longer hides."""
        if self.result.final_scene.holding is None:
            self.tell(Recovering("the arm goes back to its rest pose"))
            self.robot.reset()
            self.look()

    def _wanted(self) -> tuple[Predicate, ...]:
        """What a plan made now must reach: of what was reached, that which is to last, and then what is still ahead."""
        ahead = self.subgoals[self.reached :] if self.result.plans else self.subgoals
        return (*(p for p in self.result.goal if p not in ahead), *ahead)

    def _accept(self, plan: Plan, why: str) -> bool:
        """Take the plan up, unless it cannot be carried out at all."""
        if not self.result.plans:
            self.result.goal = plan.goal
        self.result.plans.append(plan)
        needed = sorted({step.skill for step in plan.steps})
        unknown = [name for name in needed if name not in self.library]
        missing = [said for name in needed if name in self.library and (said := self.library[name].missing)]
        if not plan.valid:
            self.fail("plan", "the plan did not pass validation")
        elif unknown:
            self.fail("plan", f"no skill for {', '.join(unknown)}; the library has: {', '.join(sorted(self.library))}")
        elif missing:
            self.fail("plan", "; ".join(missing))
        else:
            self.tell(Planned(plan, len(self.result.plans), why))
            return True
        return False

    def _carry_out(self, plan: Plan) -> str:
        """Run the plan's steps; what went wrong, or nothing."""
        # What the planner assumed against the scene (of a thing that leans, that it stands on the table) is its affair.
        assumed = set(not_given(self.result.final_scene, plan.steps))
        for i, step in enumerate(plan.steps):
            if broken := [p for p in not_given(self.result.final_scene, plan.steps[i:]) if p not in assumed]:
                return f"{_words(broken)} does not hold any more"
            record = self._run_step(step)
            if not record.worked:
                if record.unseen:
                    return f"after {written((step.skill, *step.args))}, nobody knows whether {_words(step.post)} holds"
                why = f" ({record.reason})" if record.reason else ""
                return f"after {written((step.skill, *step.args))}, {_words(record.unmet)} does not hold{why}"
        return ""

    def _search(self, names: Iterable[str]) -> tuple[str, ...]:
        """Look again for those of the things that are lost; which of them could not be seen from anywhere."""
        sought = [name for name in lost(self.result.final_scene, names) if name not in self._given_up]
        if sought:
            self.tell(Recovering(f"looking again for {' and '.join(sought)}"))
            look_for(self.robot, sought)
            self.look()
            self._given_up |= set(lost(self.result.final_scene, sought))
        return lost(self.result.final_scene, names)

    def _run_step(self, step: Step) -> StepRecord:
        self._doing = step
        self.tell(StepStarted(step))
        before, state = self.result.final_scene, self.robot.observe()
        start = time.perf_counter()
        finished, steps, reason = self._attempt(step)
        target = self.robot.observe().command
        for _ in range(SETTLE_STEPS):
            self.robot.command(target)
        self.look()
        self._given_up = set()
        if not unmet(self.result.final_scene, step.post):
            self._search(unseen(self.result.final_scene, step.post))
        missing = unmet(self.result.final_scene, step.post)
        record = StepRecord(
            plan=len(self.result.plans) - 1,
            step=step,
            finished=finished,
            control_steps=steps,
            seconds=time.perf_counter() - start,
            reason=reason,
            unmet=missing,
            unseen=() if missing else unseen(self.result.final_scene, step.post),
        )
        self.result.steps.append(record)
        self._doing = None
        if not record.worked and steps:
            self.result.failures.append(
                {
                    "skill": step.skill,
                    "args": list(step.args),
                    "scene": before.to_json(),
                    "position": [round(float(q), 5) for q in state.position],
                    "command": [round(float(q), 5) for q in state.command],
                }
            )
        self.tell(StepEnded(record, self.result.final_scene, rounded(self.robot.observe().position)))
        return record

    def _attempt(self, step: Step) -> tuple[bool, int, str]:
        """Run the skill: whether it thinks it finished, its control steps, and why it ended."""
        try:
            outcome = self.library[step.skill].execute(self.robot, step.args)
        except (SceneError, RobotError):
            raise
        except PontineError as error:
            # What is asked of it cannot be done here, for want of room for instance.
            return False, 0, str(error)
        return outcome.finished, outcome.steps, outcome.reason

    def look(self) -> None:
        """Take in the scene as it is now."""
        self.result.final_scene = self.robot.scene()
        while self.reached < len(self.subgoals) and _known(self.result.final_scene, self.subgoals[self.reached]):
            self.reached += 1


def cause_of(error: SceneError | RobotError) -> Cause:
    """What is put down to what broke a run off. Subgoals were grounded in an earlier look at the same table: what is
    wrong with the scene now is that something in them is no longer seen."""
    return error.cause if isinstance(error, RobotError) else "perception"


def _known(scene: Scene, predicate: Predicate) -> bool:
    """Whether the predicate holds and all that it rests on has been seen."""
    return holds(scene, predicate) and not unseen(scene, [predicate])


def _things(predicates: Iterable[Predicate]) -> Iterator[str]:
    """What predicates name."""
    return (word for p in predicates for word in (p[2:] if p[0] == "not" else p[1:]))


def _things_of(plan: Plan) -> Iterator[str]:
    """What a plan's skills are called with."""
    return (word for step in plan.steps for word in step.args)


def _words(predicates: Sequence[Predicate]) -> str:
    return " and ".join(map(written, predicates))
