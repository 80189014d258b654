"""`Past`: a run that is over, from its report: what happened when, and how table and arm stood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pontine.envs.arrays import Array
from pontine.envs.errors import PontineError
from pontine.envs.io import json_text
from pontine.envs.predicates import Predicate
from pontine.envs.robot import JOINTS
from pontine.envs.scene import Scene, Spot
from pontine.envs.so101.model import REST
from pontine.planner.execution.events import (
    Done,
    Event,
    Execution,
    Heard,
    Planned,
    Read,
    Rehearsed,
    Scored,
    StepEnded,
    StepRecord,
    StepStarted,
    Unrehearsed,
)
from pontine.planner.planning.plan import Plan, Step
from pontine.planner.planning.score import Estimate, Score
from pontine.planner.reading import Reading
from pontine.planner.rehearsal.playing import Failure
from pontine.planner.rehearsal.rehearsal import Rehearsal

AGAIN = "the plan before did not reach the goal"
"""What is said of a plan that was not the first; a report does not say more."""


@dataclass(frozen=True)
class View:
    """How the table was last seen, and the arm's joints (6,) rad."""

    scene: Scene
    joints: Array


@dataclass(frozen=True)
class Past:
    """A run that took so many `seconds`: its events and what was seen, each with when that was (s since it began)."""

    seconds: float
    events: tuple[tuple[float, Event], ...]
    views: tuple[tuple[float, View], ...]

    def until(self, time: float) -> tuple[Event, ...]:
        """What had happened by a time (s)."""
        return tuple(event for at, event in self.events if at <= time)

    def view(self, time: float) -> View:
        """What had been seen last at a time (s)."""
        return [view for at, view in self.views if at <= max(time, 0.0)][-1]

    @classmethod
    def read(cls, path: str | Path) -> Past:
        """From a report (`report=`). Raises PontineError for what is none, or has no times in it, as reports of before
        they were noted."""
        data = json_text.read(path, "report")
        if isinstance(data, Mapping) and data.get("steps") and "moments" not in data:
            raise PontineError(f"the report {str(path)!r} does not say what was when: it is of an older Pontine")
        with json_text.expecting(f"the report {str(path)!r}"):
            return _past(data)


def _past(data: Mapping[str, Any]) -> Past:
    moments, plans = data.get("moments", []), [_plan(plan) for plan in data["plans"]]
    scene, took, read = Scene.from_json(data["scene"]), float(data["seconds"]), float(data["reading"]["seconds"])
    views = [(0.0, View(scene, _joints(data.get("joints"))))]
    events: list[tuple[float, Event]] = [
        (0.0, Heard(str(data["instruction"]), scene, data["seed"])),
        (read, Read(_reading(data["reading"]), read)),
    ]
    first = float(moments[0]["seconds"][0]) if moments else took
    events += [(first, event) for event in _chances(data, plans)]
    number = 0
    for step, moment in zip(data["steps"], moments, strict=True):
        begun, ended = (float(at) for at in moment["seconds"])
        record = _record(step)
        while number <= record.plan:
            events.append((begun, Planned(plans[number], number + 1, AGAIN if number else "")))
            number += 1
        events += [(begun, StepStarted(record.step)), (ended, StepEnded(record))]
        views.append((ended, View(Scene.from_json(moment["scene"]), _joints(moment["joints"]))))
    events += [(took, Planned(plan, k + 1, AGAIN if k else "")) for k, plan in enumerate(plans) if k >= number]
    final = Scene.from_json(data["final_scene"])
    views.append((took, View(final, views[-1][1].joints)))
    run = None
    if data["reading"]["kind"] == "subgoals":
        reached = bool(data["goal_reached"])
        cause, reason = (None, "") if reached else (data["cause"], str(data["reason"]))
        run = Execution(final, _predicates(data["goal"]), goal_reached=reached, cause=cause, reason=reason)
    events.append((took, Done(run, took)))
    return Past(took, tuple(events), tuple(views))


def _chances(data: Mapping[str, Any], plans: Sequence[Plan]) -> Iterator[Event]:
    """What was known of the first plan before anything moved."""
    told = data.get("rehearsal")
    if told is not None and not told["copies"]:
        yield Unrehearsed(str(told["reason"]))
    if "score" in data and plans:
        score = data["score"]
        steps = tuple(Estimate(float(one["probability"]), one["source"]) for one in score["steps"])
        yield Scored(_reading(data["reading"]), plans[0], Score(score["reading"], bool(score["valid"]), steps))
    if told is not None and told["copies"] and plans:
        others = tuple(_rehearsal(one, _plan(one["plan"])) for one in told["others"])
        yield Rehearsed(_rehearsal(told, plans[0]), others)


def _reading(data: Mapping[str, Any]) -> Reading:
    return Reading(
        data["kind"],
        _predicates(data.get("subgoals", [])),
        data.get("confidence"),
        str(data.get("text", "")),
        tuple(map(str, data.get("options", []))),
        data.get("reason"),
        spots=tuple(Spot.from_json(spot) for spot in data.get("spots", [])),
        words=tuple(map(str, data.get("words", []))),
    )


def _plan(data: Mapping[str, Any]) -> Plan:
    steps = (
        Step(str(step["skill"]), tuple(map(str, step["args"])), _predicates(step["pre"]), _predicates(step["post"]))
        for step in data["steps"]
    )
    return Plan(tuple(steps), _predicates(data["goal"]), bool(data["valid"]))


def _record(data: Mapping[str, Any]) -> StepRecord:
    return StepRecord(
        plan=int(data["plan"]),
        step=Step(str(data["skill"]), tuple(map(str, data["args"])), (), ()),
        finished=bool(data["finished"]),
        control_steps=int(data["control_steps"]),
        seconds=float(data["seconds"]),
        reason=str(data["reason"]),
        unmet=_predicates(data["unmet"]),
        unseen=tuple(map(str, data.get("unseen", []))),
    )


def _rehearsal(data: Mapping[str, Any], plan: Plan) -> Rehearsal:
    failed = {one["copy"]: Failure(int(one["step"]), one["how"], str(one["what"])) for one in data["failures"]}
    return Rehearsal(plan, tuple(failed.get(copy) for copy in range(int(data["copies"]))), float(data["seconds"]))


def _predicates(data: Sequence[Sequence[str]]) -> tuple[Predicate, ...]:
    return tuple(tuple(map(str, predicate)) for predicate in data)


def _joints(data: Sequence[float] | None) -> Array:
    """Joints (6,) rad; at rest where nobody noted them."""
    joints = np.array(REST if data is None else data, float)
    if joints.shape != (len(JOINTS),):
        raise ValueError(f"joints are {len(JOINTS)} numbers")
    return joints
