"""How the instruction says that a thing is moved: what can be held is pushed where that was said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pontine.envs.scene import Scene, SceneObject, Spot
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import from_scene
from pontine.planner.brain.reader import weigh
from pontine.planner.brain.written_goal import WrittenGoal
from pontine.planner.execution.session import Session
from pontine.planner.language.form import Form
from pontine.planner.planning.plan import planner_for
from pontine.planner.reading import Reading
from pontine.policies.skills.loading import load_library

CARD = SceneObject("card", "card", "red", (0.22, 0.0, 0.01), size=(0.05, 0.05, 0.02))
CUBE = SceneObject("cube", "cube", "blue", (0.25, -0.14, 0.015), size=(0.03, 0.03, 0.03))
BALL = SceneObject("ball", "ball", "green", (0.18, 0.15, 0.015), size=(0.03, 0.03, 0.03))
SCENE = Scene((CARD, CUBE, BALL))


def skills_of(instruction: str, form: str, scene: Scene = SCENE) -> tuple[list[str], Reading]:
    reading = weigh(Form.parse(form), instruction, scene)
    assert reading.kind == "subgoals", reading
    plan = planner_for(reading)(scene.marked(reading.spots), reading.subgoals)
    assert plan.valid
    return [step.skill for step in plan.steps], reading


@pytest.mark.parametrize(
    ("instruction", "form"),
    [
        ("push the card 5 cm to the left", "do push the card, by 5 cm to the left"),
        ("slide the card 5 cm to the left", "move the card, by 5 cm to the left"),
        ("try shoving it a bit to the left", "do shoving the card, by a bit to the left"),
        ("give the card a little push to the left", "left the card"),
        ("push the card to the left of the ball", "left the card, the ball"),
        ("hold on. Could you nudge the card closer to the ball?", "closer the card, the ball"),
        ("把红色卡片往左推5厘米", "move the 红色卡片, by 往左 & by 5厘米"),
        ("红色卡片推到球左边去", "left the 红色卡片, the 球"),
        ("紅色卡片往左邊推一推", "left the 红色卡片"),
    ],
)
def test_what_is_to_be_pushed_is_pushed(instruction: str, form: str) -> None:
    called, reading = skills_of(instruction, form)
    assert called == ["push"]
    assert [skill for _, skill in reading.by] == ["push"]
    assert reading.to_json()["by"] == [[list(reading.subgoals[0]), "push"]]
    assert not reading.text


@pytest.mark.parametrize(
    ("instruction", "form"),
    [
        ("move the card 5 cm to the left", "move the card, by 5 cm to the left"),
        ("put the card left of the ball, and don't push it", "left the card, the ball"),
        ("pull the push card 5 cm to the left", "move the push card, by 5 cm to the left"),
        ("把红色卡片往左挪5厘米", "move the 红色卡片, by 往左 & by 5厘米"),
        ("推荐一下，红色卡片放到球左边", "left the 红色卡片, the 球"),
    ],
)
def test_nothing_is_pushed_that_nobody_spoke_of_pushing(instruction: str, form: str) -> None:
    scene = Scene((replace(CARD, name="push card") if "push card" in form else CARD, CUBE, BALL))
    called, reading = skills_of(instruction, form, scene)
    assert called == ["pick", "place"]
    assert reading.by == ()


def test_each_clause_has_its_own_verb() -> None:
    called, _ = skills_of(
        "lift the cube, then push the card to the left of the ball", "left the card, the ball; hold the cube"
    )
    assert called == ["push", "pick"]
    called, reading = skills_of(
        "push the card to the left, and the cube goes left of the card", "left the card; left the cube, the card"
    )
    assert called == ["push", "pick", "place"]
    assert len(reading.by) == 1


def test_what_cannot_be_pushed_is_carried_and_that_is_said() -> None:
    called, reading = skills_of("push the ball to the right", "right the ball")
    assert (called, reading.by) == (["pick", "place"], ())
    assert "ball" in reading.text
    assert reading.to_json()["text"] == reading.text
    assert skills_of("把球往右推", "right the 球")[1].text.startswith("ball")


def test_the_speaker_may_stand_elsewhere() -> None:
    scene = Scene((CARD, CUBE, BALL), speaker="opposite")
    _, reading = skills_of("push the card to the right of the ball", "right the card, the ball", scene)
    assert reading.by == ((("left_of", "card", "ball"), "push"),)


@pytest.mark.slow
def test_the_arm_pushes_what_it_could_hold() -> None:
    block = {"name": "block", "kind": "block", "position": [0.22, -0.03, 0.0], "size": [0.04, 0.055, 0.026]}
    robot = SimulatedRobot(from_scene(Scene.from_json({"objects": [block]})))
    goal = ("at", "block", "spot_1")
    reading = Reading("subgoals", (goal,), by=((goal, "push"),), spots=(Spot("spot_1", (0.22, 0.05)),))
    report = Session(robot, WrittenGoal(), load_library()).do("push the block to the left", reading)
    assert report.goal_reached, report.reason
    assert report.execution is not None
    assert [record.step.skill for record in report.execution.steps] == ["push"]
