"""`Door`: what an agent may do with a session, and what it is told.

An agent looks, asks for a plan, and has a plan carried out by its id; it never moves a joint. Everything it is told was
measured, or is said to be only planned. No call goes round the planner, the predicates or the arm's envelope.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pontine.envs.arrays import Image
from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.io.plain_text import plain
from pontine.envs.predicates import unseen
from pontine.envs.tabletop.randomization import REAL, Randomization
from pontine.planner.agents.plans import KeptPlan, Plans
from pontine.planner.brain.written_goal import WrittenGoal
from pontine.planner.execution.events import Event, Heard, Planned, Recovering, StepEnded, StepStarted
from pontine.planner.execution.marked import marked
from pontine.planner.execution.report import Report, Reporting
from pontine.planner.execution.session import Session
from pontine.planner.planning.conditions import unmet
from pontine.planner.planning.plan import planner_for
from pontine.planner.reading import Reading
from pontine.planner.rehearsal.rehearsal import COPIES, rehearse
from pontine.policies.skills.skill import SKILLS, Skill

LONGEST = 2000
"""Characters of the longest instruction, goal or plan id that is read."""

WAITING = 8
"""How many calls may wait for their turn; the next one is told so at once."""

LOGGED = 1000
"""How many of the last calls the run report has; of earlier ones it has the number."""


class RefusedError(PontineError):
    """A call that is not carried out."""


class Grant:
    """Whether the arm may be moved for an agent: a person gives that, and can take it back, from any thread.

    Taking it back stops what the arm is at. In simulation it is given from the start.
    """

    def __init__(self, given: bool, by: str = "") -> None:
        self._given, self._by = given, by
        self._taken: list[Callable[[], object]] = []

    @property
    def given(self) -> bool:
        """Whether it is given now."""
        return self._given

    def give(self, by: str) -> None:
        """Let the arm be moved from now on."""
        self._given, self._by = True, by

    def take_back(self) -> None:
        """Let nothing move the arm any more; what goes on is stopped."""
        self._given = False
        for told in self._taken:
            told()

    def when_taken(self, told: Callable[[], object]) -> None:
        """Have `told` called whenever it is taken back."""
        self._taken.append(told)


class Door:
    """The tools of an agent on one session. Calls may come from any thread; those that look, read, plan or move are
    done one after the other, in one thread of the door's own.

    `call` is the whole of it: the name of a tool and its arguments in, JSON out. What is refused comes out as
    `{"refused": why}`, and while the arm moves every call but `stop` comes out at once as what goes on.
    """

    def __init__(
        self,
        session: Session,
        grant: Grant,
        picture: Callable[[], Image | None] | None = None,
        physics: Randomization = REAL,
    ) -> None:
        self.session, self.grant, self.physics = session, grant, physics
        self.picture = picture
        self._plans = Plans()
        self._worker = ThreadPoolExecutor(1, "agents")
        self._thread = self._worker.submit(threading.current_thread).result()
        self._places = threading.BoundedSemaphore(WAITING)
        self._calls: deque[dict[str, Any]] = deque(maxlen=LOGGED)
        self._count, self._log = 0, threading.Lock()
        self._failed: Report | None = None
        self._stops, self._turn = 0, 0
        session.stream.follow(self._begun)
        session.stream.follow(Reporting(self._remember))
        grant.when_taken(lambda: self._stop("the grant was taken back"))
        self._tools: Mapping[str, Callable[..., dict[str, Any]]] = {
            "look": self._look,
            "ask": self._ask,
            "goal": self._goal,
            "rehearse": self._rehearse,
            "do": self._do,
            "undo": self._undo,
            "why": self._why,
            "skills": self._skills,
        }

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool. Never raises for what an agent gets wrong; a mistake in Pontine is raised as it is."""
        began = time.perf_counter()
        try:
            out = self._called(tool, arguments)
        except PontineError as error:
            out = {"refused": plain(error, longest=LONGEST)}
        with self._log:
            self._count += 1
            self._calls.append(
                {
                    "tool": plain(tool, longest=40),
                    "arguments": {name: plain(value, longest=200) for name, value in arguments.items()},
                    "answer": next(iter(out), ""),
                    **({"refused": out["refused"]} if "refused" in out else {}),
                    "seconds": round(time.perf_counter() - began, 3),
                }
            )
        return out

    def calls(self) -> dict[str, Any]:
        """What agents have called, for the run report."""
        with self._log:
            return {"agent": {"count": self._count, "calls": list(self._calls)}}

    def close(self) -> None:
        """Stop what goes on, and take no more calls."""
        self._stop("the session ends")
        self._worker.shutdown(cancel_futures=True)

    def _called(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        for name, value in arguments.items():
            if isinstance(value, str) and len(value) > LONGEST:
                raise RefusedError(f"{name} has {len(value)} characters; at most {LONGEST} are read")
        if tool == "stop":
            return self._stop("an agent stopped it")
        if tool not in self._tools:
            raise UnknownNameError("tool", plain(tool, longest=40), [*self._tools, "stop"])
        if self.session.doing is not None:
            return {"busy": self._going_on()}
        if not self._places.acquire(blocking=False):
            raise RefusedError(f"{WAITING} calls wait for their turn already; try again when one was answered")
        stops = self._stops
        try:
            return self._worker.submit(self._in_turn, tool, arguments, stops).result()
        finally:
            self._places.release()

    def _in_turn(self, tool: str, arguments: Mapping[str, Any], stops: int) -> dict[str, Any]:
        if self._stops != stops:
            raise RefusedError("stopped before its turn came")
        self._turn = stops
        return self._tools[tool](**arguments)

    def _going_on(self) -> dict[str, Any]:
        """What the arm is at, from the events so far."""
        events = self.session.stream.so_far
        steps = [event.record.to_json() for event in events if isinstance(event, StepEnded)]
        last = next((said for event in reversed(events) if (said := _said(event))), "reading and planning")
        return {"instruction": self.session.doing, "now": last, "steps_measured": steps}

    def _look(self) -> dict[str, Any]:
        return {"scene": self.session.robot.scene().to_json()}

    def look_at(self) -> Image | None:
        """The picture that goes with `look`; None if the arm moves, or there is none to have.

        Raises PontineError where no picture can be had.
        """
        if self.picture is None or self.session.doing is not None:
            return None
        return self._worker.submit(self.picture).result()

    def _ask(self, instruction: str) -> dict[str, Any]:
        if not instruction.strip():
            raise RefusedError("the instruction is empty")
        scene = self.session.robot.scene()
        return self._planned(instruction, self.session.brain.read(instruction, scene, self.session.turns))

    def _goal(self, predicates: str) -> dict[str, Any]:
        scene = self.session.robot.scene()
        return self._planned(predicates, WrittenGoal().read(predicates, scene))

    def _planned(self, instruction: str, reading: Reading) -> dict[str, Any]:
        """A reading with its plan, chances and the plan's id; nothing moves."""
        robot = marked(self.session.robot, reading.spots)
        told: dict[str, Any] = {"reading": reading.to_json(), "moved": False}
        if reading.kind != "subgoals":
            return told
        if self.session.judge is None:
            raise RefusedError("this session cannot judge plans")
        scene = robot.scene()
        planner = planner_for(reading, self.session.planner)
        candidates = self.session.judge.candidates(reading, robot, planner)
        if not candidates:
            planner(scene, reading.subgoals)  # which says why there is none
            return told
        best = candidates[0]
        kept = KeptPlan(instruction, reading, best.plan, best.score, scene)
        told |= {"plan": best.plan.to_json(), "chances": best.score.to_json()}
        return {**told, "plan_id": self._plans.keep(kept)}

    def _rehearse(self, plan_id: str, copies: int = COPIES) -> dict[str, Any]:
        if not 1 <= copies <= 128:
            raise RefusedError(f"copies={copies} must be from 1 to 128")
        robot = self.session.robot
        kept = self._plans.get(plan_id, robot.scene())
        scene = robot.scene().marked(kept.reading.spots)
        library = {name: skill for name, skill in self.session.library.items() if isinstance(skill, Skill)}
        found, _ = rehearse(kept.plan, scene, robot.observe(), library, self.physics, copies)
        return {"rehearsal": found.to_json(), "text": found.text, "moved": False}

    def _do(self, plan_id: str) -> dict[str, Any]:
        self._check_granted()
        kept = self._plans.get(plan_id, self.session.robot.scene())
        self._plans.forget(plan_id)
        return self._carried_out(kept)

    def _undo(self) -> dict[str, Any]:
        self._check_granted()
        told = self._ask("undo")
        return self._do(told["plan_id"]) if "plan_id" in told else told

    def _carried_out(self, kept: KeptPlan) -> dict[str, Any]:
        report = self.session.do(kept.instruction, kept.reading, kept.plan)
        run = report.execution
        assert run is not None, "a reading of subgoals is carried out"
        unseen_things = unseen(run.final_scene, run.goal)
        out: dict[str, Any] = {
            "measured": {
                "goal_reached": report.goal_reached,
                "goal": [list(p) for p in run.goal],
                "does_not_hold": [list(p) for p in unmet(run.final_scene, run.goal)],
                **({"not_seen": list(unseen_things)} if unseen_things else {}),
                "scene": run.final_scene.to_json(),
            },
            "steps": [step.to_json() for step in run.steps],
            "replans": run.replans,
            "moved": any(step.control_steps for step in run.steps),
        }
        return out if report.goal_reached else {**out, "cause": report.cause, "reason": report.reason}

    def _why(self) -> dict[str, Any]:
        failed = self._failed
        if failed is None:
            return {"failed": None}
        run = failed.execution
        steps = [] if run is None else [step.to_json() for step in run.steps if not step.worked]
        told: dict[str, Any] = {
            "instruction": failed.instruction,
            "cause": failed.cause,
            "reason": failed.reason,
            "steps": steps,
        }
        if run is not None:
            told |= {"goal": [list(p) for p in run.goal], "scene": run.final_scene.to_json()}
        return {"failed": told}

    def _skills(self) -> dict[str, Any]:
        return {"skills": [_described(name) for name in sorted(self.session.library) if name in SKILLS]}

    def _stop(self, why: str) -> dict[str, Any]:
        self._stops += 1
        return {"stopped": self.session.stop(why)}

    def _check_granted(self) -> None:
        if not self.grant.given:
            raise RefusedError("nobody has granted that the arm is moved; only a person can, at the arm's own terminal")

    def _begun(self, event: Event) -> None:
        """Stop a run at its very beginning that was stopped while it was only about to begin."""
        if isinstance(event, Heard) and threading.current_thread() is self._thread and self._turn != self._stops:
            self.session.stop("stopped before it began")

    def _remember(self, report: Report) -> None:
        if not report.goal_reached:
            self._failed = report


def _said(event: Event) -> str | None:
    """An event that changes what the arm is at, in words."""
    if isinstance(event, Planned):
        return f"carrying out plan {event.number}"
    if isinstance(event, StepStarted):
        return f"{event.step.skill}({', '.join(event.step.args)})"
    return event.how if isinstance(event, Recovering) else None


def _described(name: str) -> dict[str, Any]:
    """A skill as its declaration has it."""
    skill = SKILLS[name]
    return {
        "name": name,
        "arguments": dict(skill.operator.parameters),
        "needs": _lists(skill.operator.preconditions),
        "makes_true": _lists(skill.operator.effects),
        "words": {language: list(words) for language, words in skill.words.items()},
    }


def _lists(literals: Iterable[Iterable[str]]) -> list[list[str]]:
    return [list(literal) for literal in literals]
