"""Plans for many things, the limit on the time they may take, and scenes and goals of all sorts."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pontine.envs.errors import SceneError
from pontine.envs.predicates import Predicate
from pontine.envs.scene import TABLE, Fixture, Scene, SceneObject
from pontine.planner.planning import problem
from pontine.planner.planning.actions import Action
from pontine.planner.planning.clock import Clock
from pontine.planner.planning.contents import Contents
from pontine.planner.planning.plan import NoPlanError, Plan, make_plan
from pontine.planner.planning.problem import Problem, State
from pontine.planner.planning.search import search
from pontine.planner.planning.stage import Stage
from tests.planner.planning.growth import BOX, cubes
from tests.work import instructions


def calls(plan: Plan) -> list[tuple[str, ...]]:
    return [(step.skill, *step.args) for step in plan.steps]


@dataclass
class Effort:
    """What it took to find a plan: the most actions that a search was among, and the states whose ways on it tried."""

    actions: int = 0
    states: int = 0

    def within(self, actions: int, states: int) -> bool:
        """Whether it was no more than that, and anything was searched at all."""
        return 0 < self.actions <= actions and 0 < self.states <= states


@pytest.fixture
def effort(monkeypatch: pytest.MonkeyPatch) -> Effort:
    """The effort of what the test plans, counted, for seconds are another machine's on another day."""
    spent = Effort()

    class Counting(Clock):
        def check(self) -> None:
            spent.states += 1

    def counted(stage: Stage, clock: Clock) -> list[Action] | None:
        spent.actions = max(spent.actions, len(stage.actions))
        return search(stage, Counting(clock.limit))

    monkeypatch.setattr(problem, "search", counted)
    return spent


@pytest.mark.parametrize("number", [20, 80])
def test_each_of_many_things_goes_into_a_box_as_if_there_were_no_others(effort: Effort, number: int) -> None:
    plan = make_plan(Scene((*cubes(number), BOX)), [("in", f"c{i}", "box") for i in range(number)])
    assert (plan.valid, len(plan.steps)) == (True, 2 * number)
    assert effort.within(4, 2 * number)


@pytest.mark.parametrize("number", [10, 20])
def test_a_tower_is_taken_down_without_a_detour(effort: Effort, number: int) -> None:
    plan = make_plan(Scene((*cubes(number, stacked=True), BOX)), [("in", "c0", "box")])
    assert (plan.valid, len(plan.steps)) == (True, 2 * number)
    assert effort.within(3 * number + 1, 2 * number)


@pytest.mark.parametrize("number", [10, 40])
def test_a_tower_is_built_each_thing_as_if_there_were_no_others(effort: Effort, number: int) -> None:
    plan = make_plan(Scene(cubes(number)), [("on", f"c{i + 1}", f"c{i}") for i in range(number - 1)])
    assert (plan.valid, len(plan.steps)) == (True, 2 * number - 2)
    assert effort.within(4, 2 * number)


def test_things_that_play_no_part_cost_nothing(effort: Effort) -> None:
    scene = Scene((*cubes(1000), BOX), (Fixture("drawer", "drawer", "closed"),))
    plan = make_plan(scene, [("in", "c7", "box"), ("open", "drawer")])
    assert (plan.valid, len(plan.steps)) == (True, 3)
    assert effort.within(4, 3)


def test_what_stands_on_what_is_looked_through_once() -> None:
    """A tower of four times as many things is four times the work."""
    few, many = (
        instructions(Contents, Scene((*cubes(number, stacked=True), BOX)), [("in", "c0", "box")])
        for number in (100, 400)
    )
    assert many < 5 * few


def test_what_takes_too_long_is_one_line_that_says_so() -> None:
    with pytest.raises(NoPlanError, match=r"^no plan was found within 0 s; plan_seconds= allows more, .*$"):
        make_plan(Scene((*cubes(1), BOX)), [("in", "c0", "box")], time_limit=0.0)


@pytest.mark.parametrize("kind", ["coaster", "plate", "tray", "mat"])
def test_several_things_stand_on_what_is_flat(kind: str) -> None:
    scene = Scene((*cubes(2), SceneObject("flat", kind)))
    plan = make_plan(scene, [("on", "c0", "flat"), ("on", "c1", "flat")])
    assert (len(plan.steps), plan.valid) == (4, True)


def test_where_there_is_room_for_one_a_second_one_has_no_plan() -> None:
    with pytest.raises(NoPlanError, match="has no room"):
        make_plan(Scene((*cubes(3),)), [("on", "c0", "c2"), ("on", "c1", "c2")])


def test_more_may_stand_on_a_thing_than_it_has_room_for_and_one_goes_away() -> None:
    """A scene is what it is: what the planner would not put there may be there."""
    crowded = (SceneObject("a", "cube", support="c0"), SceneObject("b", "cube", support="c0"))
    plan = make_plan(Scene((*cubes(1), *crowded)), [("holding", "c0")])
    assert calls(plan)[-1] == ("pick", "c0")
    assert len(plan.steps) == 5


@pytest.mark.parametrize(
    "lie", [{"held": "c0"}, {"support": {"c0": "box", "box": TABLE}}, {"changed": {("closed", "it"): True}}]
)
def test_where_the_search_and_its_replay_do_not_agree_there_is_no_plan(
    lie: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = Problem.apply

    def wrong(self: Problem, state: State, action: Action) -> State:
        after = apply(self, state, action)
        return State(**{"support": after.support, "held": after.held, "changed": after.changed, **lie})

    monkeypatch.setattr(Problem, "apply", wrong)
    scene = Scene((*cubes(1), BOX), (Fixture("it", "drawer", "open"),))
    with pytest.raises(NoPlanError, match="replay"):
        make_plan(scene, [("in", "c0", "box"), ("closed", "it")])


def test_what_must_not_be_so_is_kept_and_gives_way_only_to_what_asks_for_it_later() -> None:
    scene = Scene((*cubes(2), BOX))
    on, never = ("on", "c0", "c1"), ("not", "on", "c0", "c1")
    assert make_plan(scene, [never, on]).goal == (on,)
    with pytest.raises(NoPlanError, match="undo each other"):
        make_plan(scene, [on, never])


KINDS = ["cube", "coaster", "plate", "bowl", "box", "cup", "ball", "book", "tray"]
NAMES = ["a", "b", "c", "d", "e"]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Up to five things of all sorts on, in and under each other, a fixture with an inside and a button."""
    names = NAMES[: draw(st.integers(2, 5))]
    held = draw(st.sampled_from([None, None, None, *names]))
    objects = []
    for i, name in enumerate(names):
        below = [None, TABLE, TABLE, "drawer", *(n for n in names[:i] if n != held)]
        support = None if name == held else draw(st.sampled_from(below))
        objects.append(SceneObject(name, draw(st.sampled_from(KINDS)), support=support))
    drawer = Fixture("drawer", draw(st.sampled_from(["drawer", "fridge"])), draw(st.sampled_from(["open", "closed"])))
    button = Fixture("button", "button", draw(st.sampled_from(["pressed", "released"])))
    return Scene(tuple(objects), (drawer, button), held)


names, ends = st.sampled_from(NAMES), st.sampled_from([*NAMES, TABLE, "drawer"])
goals = st.one_of(
    st.tuples(st.sampled_from(["on", "in", "in"]), names, ends),
    st.tuples(st.just("on"), names, names),
    st.tuples(st.sampled_from(["left_of", "near", "behind"]), names, names),
    st.tuples(st.sampled_from(["holding", "hand_over"]), names),
    st.tuples(st.just("not"), st.sampled_from(["on", "in"]), names, ends),
    st.sampled_from([("open", "drawer"), ("closed", "drawer"), ("pressed", "button"), ("hand_home",)]),
)


@settings(max_examples=80, deadline=None)
@given(scenes(), st.lists(goals, min_size=1, max_size=5))
def test_whatever_is_asked_for_there_is_a_valid_plan_or_a_reason(scene: Scene, wanted: list[Predicate]) -> None:
    try:
        plan = make_plan(scene, wanted)
    except (NoPlanError, SceneError) as error:
        assert "replay" not in str(error)
        assert "\n" not in str(error)
    else:
        assert plan.valid
        assert wanted[-1] in plan.goal or wanted[-1][0] == "not"
