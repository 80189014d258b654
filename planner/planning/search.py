"""Search: a symbolic world and goals to skill calls, through unified-planning, pyperplan and the PDDL domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, Fixture, Scene, SceneObject
from pontine.planner.language import lexicon
from pontine.planner.language.query import Subject
from pontine.planner.language.resolve import graspable, takes_things_in
from pontine.planner.planning.symbolic import BESIDE, World

DOMAIN = Path(__file__).parent / "domain.pddl"


@dataclass(frozen=True)
class Call:
    """A skill and its arguments, by the names of the scene."""

    skill: str
    args: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """The calls of a plan, and whether unified-planning's validator accepts it."""

    calls: tuple[Call, ...]
    validated: bool


@dataclass(frozen=True)
class Problem:
    """What does not change while acting. Names are free text, so PDDL sees numbered stand-ins (`ids`)."""

    items: tuple[str, ...]
    places: tuple[str, ...]
    fixtures: tuple[str, ...]
    pressable: frozenset[str]
    receptive: frozenset[str]
    """Names that things go into rather than onto."""
    roomy: frozenset[str]
    """Items that have room for more than one."""

    @classmethod
    def of(cls, scene: Scene) -> Problem:
        """The problem a scene poses."""
        items = tuple(o.name for o in scene.objects if graspable(o))
        everything: list[SceneObject | Fixture] = [*scene.objects, *scene.fixtures]
        receptive = frozenset(t.name for t in everything if takes_things_in(t))
        return cls(
            items=items,
            places=tuple(o.name for o in scene.objects if o.name not in items),
            fixtures=tuple(f.name for f in scene.fixtures),
            pressable=frozenset(
                f.name
                for f in scene.fixtures
                if f.state in ("pressed", "released") or Subject(f).kinds & {"button", "switch"}
            ),
            receptive=receptive,
            roomy=frozenset(o.name for o in scene.objects if o.name in receptive or Subject(o).kinds & lexicon.FLAT),
        )


def solve(problem: Problem, world: World, goals: Sequence[Predicate]) -> Found | None:
    """Calls that make the goals true together, or None if there are none.

    A goal that is true only indirectly (in a bowl by standing on what is in it) is not held fast; a caller that
    needs it checks the end and searches again.
    """
    from unified_planning.shortcuts import OneshotPlanner, PlanValidator

    wanted = [g for g in goals if not (g[0] == "in" and world.true(g) and world.support.get(g[1]) != g[2])]
    task, names = _task(problem, world, wanted)
    with OneshotPlanner(name="pyperplan", params={"search": "astar", "heuristic": "hadd"}) as planner:
        result = planner.solve(task)
    if result.plan is None:
        return None
    with PlanValidator(name="sequential_plan_validator") as validator:
        validated = bool(validator.validate(task, result.plan))
    return Found(tuple(_call(a, names, problem) for a in result.plan.actions), validated)


def prepare() -> None:
    """Import the planner and read the domain now, so that the first plan does not have to (about two seconds)."""
    _domain()


@cache
def _domain() -> Any:
    from unified_planning.environment import get_environment
    from unified_planning.io import PDDLReader

    get_environment().credits_stream = None
    return PDDLReader().parse_problem(str(DOMAIN))


def _task(problem: Problem, world: World, goals: Sequence[Predicate]) -> tuple[Any, dict[str, str]]:
    """The unified-planning problem, and the scene's names by their stand-ins."""
    task = _domain().clone()
    kinds = {name: task.user_type(name) for name in ("item", "site", "fixture", "level")}
    made: dict[str, Any] = {TABLE: task.object("table")}
    names = {"table": TABLE, **{relation: relation for relation in BESIDE}}

    def add(kind: str, name: str, stand_in: str) -> None:
        made[name] = task.add_object(stand_in, kinds[kind])
        names[stand_in] = name

    for i, name in enumerate(problem.items):
        add("item", name, f"i{i}")
    for i, name in enumerate(problem.places):
        add("site", name, f"p{i}")
    for i, name in enumerate(problem.fixtures):
        made[f"\x00{name}"] = task.add_object(f"f{i}", kinds["fixture"])
        names[f"f{i}"] = name
        add("site", name, f"within{i}")

    levels = [task.object("n0"), *(task.add_object(f"n{n}", kinds["level"]) for n in range(1, len(problem.items) + 1))]

    def so(fluent: str, *args: Any) -> None:
        task.set_initial_value(task.fluent(fluent)(*args), True)

    for lower, upper in pairwise(levels):
        so("next", lower, upper)
    for place in (TABLE, *problem.places):
        so("reachable", made[place])
        so("settled", made[place])
    for name in problem.fixtures:
        fixture, within = made[f"\x00{name}"], made[name]
        so("settled", within)
        so("inside-of", within, fixture)
        so("pressable" if name in problem.pressable else "openable", fixture)
        if world.states[name] in ("open", "closed", "pressed", "released"):
            so(world.states[name], fixture)
        if world.states[name] == "open":
            so("reachable", within)
    for name in problem.items:
        so("may-go", made[name], made[TABLE])
        so("count", made[name], levels[len(world.upon(name))])
        for level in levels[:-1] if name in problem.roomy else levels[:1]:
            so("room", made[name], level)
        if name != world.holding:
            so("settled", made[name])
            so("at", made[name], made[world.support[name]])
    so("holding", made[world.holding]) if world.holding else so("hand-empty")
    for relation, name, reference in sorted(p for p in world.beside if p[1] in problem.items and p[2] in made):
        so("beside", made[name], task.object(relation), made[reference])
    for goal in goals:
        task.add_goal(_goal(task, goal, made))
        if goal[0] in BESIDE:
            so("may-go-beside", made[goal[1]], task.object(goal[0]), made[goal[2]])
        elif goal[0] in ("on", "in"):
            so("may-go", made[goal[1]], made[goal[2]])
    return task, names


def _goal(task: Any, goal: Predicate, made: dict[str, Any]) -> Any:
    name, args = goal[0], goal[1:]
    if name in ("open", "closed", "pressed"):
        return task.fluent(name)(made[f"\x00{args[0]}"])
    if name == "holding":
        return task.fluent("holding")(made[args[0]])
    if name in BESIDE:
        return task.fluent("beside")(made[args[0]], task.object(name), made[args[1]])
    return task.fluent("at")(made[args[0]], made[args[1]])


def _call(action: Any, names: dict[str, str], problem: Problem) -> Call:
    """The skill call that an action of the domain stands for."""
    kind, args = action.action.name, [names.get(str(p), "") for p in action.actual_parameters]
    if kind in ("pick", "pick-off"):
        return Call("pick", (args[0],))
    if kind in ("put", "put-onto"):
        return Call("place", (args[0], "in" if args[1] in problem.receptive else "on", args[1]))
    if kind == "put-beside":
        return Call("place", (args[0], args[1], args[2]))
    return Call({"pull-open": "open", "push-closed": "close"}.get(kind, kind), (args[0],))
