"""How far a run has come, from its events: for whoever shows it while it goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pontine.envs.predicates import Predicate, holds, unseen
from pontine.envs.scene import Scene
from pontine.planner.execution.events import (
    Done,
    Event,
    Planned,
    Read,
    Rehearsed,
    StepEnded,
    StepRecord,
    StepStarted,
    Stopped,
)
from pontine.planner.rehearsal.rehearsal import Rehearsal


def goal_of(events: Sequence[Event]) -> tuple[Predicate, ...]:
    """What is to hold at the end, as the first plan has it; nothing before there is one."""
    return next((event.plan.goal for event in events if isinstance(event, Planned)), ())


def truths(events: Sequence[Event], now: Scene) -> tuple[tuple[Predicate, bool | None], ...]:
    """Each predicate of the goal, and whether it holds in a scene; None where nobody has seen what it rests on."""
    marked = now.marked(spot for event in events if isinstance(event, Read) for spot in event.reading.spots)
    return tuple((wanted, None if unseen(marked, [wanted]) else holds(marked, wanted)) for wanted in goal_of(events))


def rehearsed(events: Sequence[Event]) -> Rehearsal | None:
    """The rehearsal of the plan that is about to be carried out or is being carried out; None if that was not
    rehearsed, another one took its place, or all is over."""
    found = None
    for event in events:
        if isinstance(event, Rehearsed):
            found = event.rehearsal
        elif isinstance(event, Done | Stopped) or (isinstance(event, Planned) and event.number > 1):
            found = None
    return found


def steps_so_far(events: Iterable[Event]) -> tuple[list[StepRecord], bool]:
    """Of the events after a plan was taken up: its steps that have ended, and whether the next one goes on."""
    ended: list[StepRecord] = []
    going = False
    for event in events:
        if isinstance(event, Planned):
            break
        if isinstance(event, StepEnded):
            ended.append(event.record)
        going = isinstance(event, StepStarted) or (going and not isinstance(event, StepEnded | Done | Stopped))
    return ended, going
