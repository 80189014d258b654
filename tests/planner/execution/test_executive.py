from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from pontine.envs.errors import PontineError, RobotError
from pontine.envs.predicates import Predicate, holds
from pontine.envs.scene import TABLE, Scene
from pontine.planner.execution.events import Event, Execution, Planned, StepEnded, StepStarted
from pontine.planner.execution.executive import execute
from pontine.planner.planning.plan import NoPlanError, Plan
from tests.planner.fakes import TABLETOP, FakeRobot, FakeSkill, Said, dropped, library, make_plan, move, picked, placed

IN_BOWL: Predicate = ("in", "red_cube", "bowl")


def run(
    skills: dict[str, FakeSkill], *subgoals: Predicate, robot: FakeRobot | None = None, **options: int
) -> Execution:
    robot = robot or FakeRobot()
    result = execute(robot, skills, subgoals, make_plan, **options)
    assert (result.cause is None) == result.goal_reached
    if result.goal_reached:
        assert all(holds(robot.world, p) for p in result.goal)
    else:
        assert result.reason
    return result


def test_a_plan_that_was_made_already_is_carried_out_and_not_searched_for_again() -> None:
    made = make_plan(FakeRobot().scene(), [IN_BOWL])

    def again(*args: object) -> Plan:
        raise AssertionError("searched twice")

    result = execute(FakeRobot(), library(), [IN_BOWL], again, plan=made)
    assert result.goal_reached
    assert result.plans == [made]


def test_a_plan_that_needs_a_skill_without_a_policy_says_what_to_train() -> None:
    untrained = FakeSkill(picked, missing="there is no policy for pick yet: `pontine train task=pick`")
    robot = FakeRobot()
    result = execute(robot, library(pick=untrained), [IN_BOWL], make_plan)
    assert (result.cause, result.reason) == ("plan", untrained.missing)
    assert not robot.commands


def test_a_plan_that_works_is_carried_out_once() -> None:
    result = run(library(), IN_BOWL)
    assert result.goal_reached
    assert [s.step.skill for s in result.steps] == ["pick", "place"]
    assert all(s.worked for s in result.steps)
    assert result.replans == 0


def test_what_already_holds_needs_no_motion() -> None:
    result = run(library(), IN_BOWL, robot=FakeRobot(move(TABLETOP, "red_cube", "bowl")))
    assert result.goal_reached
    assert result.steps == []


def test_a_failed_step_leads_to_a_new_plan_from_the_measured_scene() -> None:
    skills = library(place=FakeSkill(placed, fails=[0], instead=dropped))
    result = run(skills, IN_BOWL)
    assert result.goal_reached
    assert result.replans == 1
    assert [(s.step.skill, s.worked) for s in result.steps] == [
        ("pick", True), ("place", False), ("pick", True), ("place", True),
    ]  # fmt: skip
    assert result.steps[1].unmet == (IN_BOWL,)


def test_replanning_is_bounded() -> None:
    skills = library(pick=FakeSkill(picked, fails=range(100)))
    result = run(skills, IN_BOWL, max_replans=2)
    assert result.cause == "skill"
    assert "holding(red_cube) does not hold" in result.reason
    assert (len(result.steps), result.replans) == (3, 2)


def test_the_next_try_begins_at_rest_unless_something_is_held() -> None:
    robot = FakeRobot()
    assert run(library(pick=FakeSkill(picked, fails=[0, 1])), IN_BOWL, robot=robot).goal_reached
    assert robot.resets == 2
    robot = FakeRobot()
    dropped_nothing = FakeSkill(placed, fails=[0])
    assert run(library(place=dropped_nothing), IN_BOWL, robot=robot).goal_reached
    assert robot.resets == 0


def test_a_skill_that_claims_success_is_not_believed() -> None:
    skills = library(pick=FakeSkill(picked, fails=range(100), says=Said(finished=True)))
    assert run(skills, IN_BOWL).cause == "skill"


def test_a_skill_that_gives_up_after_it_worked_has_worked() -> None:
    skills = library(place=FakeSkill(placed, says=Said(finished=False, reason="out of time")))
    assert run(skills, IN_BOWL).goal_reached


def test_a_later_precondition_that_broke_is_noticed_before_the_step() -> None:
    """The second place would need the first cube still in place; it was knocked out meanwhile."""

    def knocks_over(scene: Scene, args: Sequence[str]) -> Scene:
        return move(picked(scene, args), "red_cube", TABLE) if args[0] == "blue_cube" else picked(scene, args)

    def plan(scene: Scene, subgoals: Sequence[Predicate]) -> Plan:
        made = make_plan(scene, subgoals)
        if len(made.steps) < 4:
            return made
        last = made.steps[-1]
        return replace(made, steps=(*made.steps[:-1], replace(last, pre=(*last.pre, IN_BOWL))))

    robot = FakeRobot()
    skills = library(pick=FakeSkill(picked, fails=[1], instead=knocks_over))
    goals = (IN_BOWL, ("in", "blue_cube", "bowl"))
    events: list[Event] = []
    result = execute(robot, skills, goals, plan, 3, events.append)
    assert result.goal_reached
    assert [e.why for e in events if isinstance(e, Planned)] == ["", "in(red_cube, bowl) does not hold any more"]


def test_a_goal_that_was_undone_later_is_reached_again() -> None:
    def knocks_out_once(scene: Scene, args: Sequence[str]) -> Scene:
        return move(placed(scene, args), "red_cube", TABLE)

    skills = library(place=FakeSkill(placed, fails=[1], instead=knocks_out_once))
    result = run(skills, IN_BOWL, ("in", "blue_cube", "bowl"))
    assert result.goal_reached
    assert result.replans == 1


def test_a_step_goal_that_a_later_one_contradicts_is_not_asked_for_at_the_end() -> None:
    result = run(library(), IN_BOWL, ("on", "red_cube", "table"))
    assert result.goal_reached
    assert [s.step.args for s in result.steps if s.step.skill == "place"] == [
        ("red_cube", "in", "bowl"), ("red_cube", "on", "table"),
    ]  # fmt: skip


def test_a_replan_does_not_repeat_what_was_only_passed_through() -> None:
    skills = library(place=FakeSkill(placed, fails=[1], instead=lambda scene, args: move(scene, args[0], "blue_cube")))
    result = run(skills, IN_BOWL, ("on", "red_cube", "table"))
    assert result.goal_reached
    assert [s.step.args[2] for s in result.steps if s.step.skill == "place"] == ["bowl", "table", "table"]


def test_no_plan_is_a_planning_failure_and_nothing_moves() -> None:
    robot = FakeRobot()
    result = run(library(), ("on", "bowl", "red_cube"), robot=robot)
    assert (result.cause, result.steps) == ("plan", [])
    assert "too wide" in result.reason
    assert robot.commands == 0


def test_no_plan_after_a_failed_step_is_the_skills_failure() -> None:
    def plan(scene: Scene, subgoals: Sequence[Predicate]) -> Plan:
        if scene.object("red_cube").support == "blue_cube":
            raise NoPlanError("nothing can be reached")
        return make_plan(scene, subgoals)

    skills = library(place=FakeSkill(lambda scene, args: move(scene, args[0], "blue_cube")))
    result = execute(FakeRobot(), skills, [IN_BOWL], plan)
    assert result.cause == "skill"
    assert result.reason.endswith("then nothing can be reached")


def test_a_plan_that_did_not_validate_is_not_carried_out() -> None:
    result = execute(FakeRobot(), library(), [IN_BOWL], lambda *a: replace(make_plan(*a), valid=False))
    assert (result.cause, result.steps, result.goal_reached) == ("plan", [], False)


def test_a_skill_that_is_not_in_the_library() -> None:
    result = run({"pick": FakeSkill(picked)}, IN_BOWL)
    assert result.cause == "plan"
    assert result.reason == "no skill for place; the library has: pick"
    assert result.steps == []


def test_a_plan_whose_steps_all_work_but_miss_the_goal_is_not_done() -> None:
    def plan(scene: Scene, subgoals: Sequence[Predicate]) -> Plan:
        return replace(make_plan(scene, [("holding", "red_cube")]), goal=(IN_BOWL,))

    result = execute(FakeRobot(), library(), [IN_BOWL], plan, max_replans=1)
    assert (result.goal_reached, result.cause) == (False, "plan")


def test_a_skill_that_cannot_start_has_not_failed_but_the_plan_has() -> None:
    def no_room(scene: Scene, args: Sequence[str]) -> Scene:
        raise PontineError("there is no room")

    result = run(library(place=FakeSkill(no_room)), IN_BOWL, max_replans=1)
    assert (result.cause, result.replans) == ("plan", 1)
    assert "there is no room" in result.reason


def test_a_thing_that_nobody_knows_the_place_of_was_not_perceived() -> None:
    def out_of_sight(scene: Scene, args: Sequence[str]) -> Scene:
        raise PontineError("nobody knows where 'red_cube' is")

    red, *others = TABLETOP.objects
    unseen = replace(TABLETOP, objects=(replace(red, position=None), *others))
    result = run(library(pick=FakeSkill(out_of_sight)), IN_BOWL, robot=FakeRobot(unseen), max_replans=1)
    assert result.cause == "perception"
    assert "nobody knows where" in result.reason


class Watched(FakeRobot):
    """A robot whose camera loses sight of what is let go until `seen` says otherwise."""

    def __init__(self, seen: Callable[[FakeRobot], bool], world: Scene = TABLETOP) -> None:
        super().__init__(world)
        self.seen, self.let_go = seen, False

    def scene(self) -> Scene:
        cube = self.world.object("red_cube")
        self.let_go = self.let_go or cube.support == "bowl"
        blind = self.let_go and self.world.holding is None and not self.seen(self)
        return replace(self.world, unseen=("red_cube",) if blind else ())


@pytest.mark.parametrize(
    ("seen", "resets"), [(lambda robot: robot.commands > 40, 0), (lambda robot: robot.resets > 0, 1)]
)
def test_what_was_let_go_unseen_is_waited_for_and_looked_for_before_it_is_done(
    seen: Callable[[FakeRobot], bool], resets: int
) -> None:
    robot = Watched(seen)
    result = run(library(), IN_BOWL, robot=robot)
    assert result.goal_reached
    assert seen(robot)
    assert (result.replans, robot.resets) == (0, resets)


def test_what_nobody_has_seen_is_not_done() -> None:
    robot = Watched(lambda robot: False)
    result = run(library(), IN_BOWL, robot=robot)
    assert (result.goal_reached, result.cause, result.replans) == (False, "perception", 0)
    assert "red_cube could not be seen" in result.reason
    assert [s.worked for s in result.steps] == [True, False]
    assert result.steps[-1].to_json()["unseen"] == ["red_cube"]
    # once from here, from rest, and from either side
    assert robot.resets == 2


def test_what_holds_already_but_was_not_seen_is_not_done_either() -> None:
    result = run(library(), IN_BOWL, robot=Watched(lambda robot: False, move(TABLETOP, "red_cube", "bowl")))
    assert (result.cause, result.steps) == ("perception", [])


def test_what_turns_out_to_lie_elsewhere_is_put_right() -> None:
    """It is taken to be in the bowl until the camera sees it on the table."""

    class Mistaken(Watched):
        def scene(self) -> Scene:
            if self.let_go and self.resets == 1 and self.world.holding is None:
                self.world, self.let_go, self.seen = move(self.world, "red_cube", TABLE), False, lambda robot: True
            return super().scene()

    result = run(library(), IN_BOWL, robot=Mistaken(lambda robot: False))
    assert result.goal_reached
    assert [(s.step.skill, s.worked) for s in result.steps] == [
        ("pick", True), ("place", False), ("pick", True), ("place", True),
    ]  # fmt: skip


def test_the_arm_keeps_its_grip_when_a_run_ends_well() -> None:
    """Stopping would command the measured jaw angle and so take the force off what is held."""
    robot = FakeRobot()
    assert run(library(), ("holding", "red_cube"), robot=robot).goal_reached
    assert not robot.stopped


def test_an_object_that_vanishes_is_a_failure_of_perception() -> None:
    def vanish(scene: Scene, args: Sequence[str]) -> Scene:
        return replace(scene, objects=tuple(o for o in scene.objects if o.name != "red_cube"))

    result = run(library(pick=FakeSkill(vanish)), IN_BOWL)
    assert result.cause == "perception"
    assert "no object 'red_cube'" in result.reason


def test_events_tell_the_run_as_it_happens() -> None:
    events: list[Event] = []
    execute(FakeRobot(), library(), [IN_BOWL], make_plan, tell=events.append)
    assert [type(e) for e in events] == [Planned, StepStarted, StepEnded, StepStarted, StepEnded]


def test_the_arm_is_stopped_when_a_skill_breaks() -> None:
    def breaks(scene: Scene, args: Sequence[str]) -> Scene:
        raise KeyboardInterrupt

    robot = FakeRobot()
    with pytest.raises(KeyboardInterrupt):
        execute(robot, library(pick=FakeSkill(breaks)), [IN_BOWL], make_plan)
    assert robot.stopped


def test_a_run_that_is_stopped_has_what_was_done_until_then_on_record() -> None:
    def breaks(scene: Scene, args: Sequence[str]) -> Scene:
        robot.world = move(robot.world, "blue_cube", "bowl")
        raise KeyboardInterrupt

    robot = FakeRobot()
    result = Execution(robot.world)
    with pytest.raises(KeyboardInterrupt):
        execute(robot, library(place=FakeSkill(breaks)), [IN_BOWL], make_plan, result=result)
    assert robot.stopped
    assert (result.cause, result.reason) == ("stopped", "it was stopped during place(red_cube, in, bowl)")
    assert [s.step.skill for s in result.steps] == ["pick"]
    assert result.final_scene == robot.world
    assert not result.goal_reached


@pytest.mark.parametrize("cause", ["safety", "hardware", "perception"])
def test_an_arm_that_stops_by_itself_ends_the_run_with_what_stopped_it_on_record(cause: str) -> None:
    class Stopped(RobotError):
        pass

    def stops(scene: Scene, args: Sequence[str]) -> Scene:
        error = Stopped("elbow_flex has stalled")
        error.cause = cause  # type: ignore[assignment]
        raise error

    result = run(library(place=FakeSkill(stops)), IN_BOWL)
    assert (result.cause, result.reason) == (cause, "elbow_flex has stalled")
    assert [s.step.skill for s in result.steps] == ["pick"]
    assert result.replans == 0
