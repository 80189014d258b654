"""Words of an instruction that its form shows no sign of."""

from __future__ import annotations

import pytest

from pontine.envs.predicates import Predicate
from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.brain.reader import weigh
from pontine.planner.honesty.doubts import doubt
from pontine.planner.language.form import Form

DOUBTED = [
    ("don't open the drawer", "open the drawer", "forbidden"),
    ("please never put the ball in the box", "in the ball, the box", "forbidden"),
    ("red one in the bowl, but hands off the blue one", "in the red one & the blue one, the bowl", "forbidden"),
    ("the banana must not end up in the basket", "in the banana, the basket", "forbidden"),
    ("it would be a bad idea to open the drawer, so don't", "open the drawer", "forbidden"),
    ("do not drop it", "down it", "forbidden"),
    ("whatever you do, don't press the button", "press the button; keep the button", "forbidden"),
    ("whatever you do, don't press the button", "press it", "forbidden"),
    ("put it in the cup and not in the box", "in it, the box", "forbidden"),
    ("别把球放进盒子", "in the 球, the 盒子", "forbidden"),
    ("我没让你按按钮", "press the 按钮", "forbidden"),
    ("恐龙你别给我乱动", "hold the 恐龙", "forbidden"),
    ("花瓶別拿下來", "down the 花瓶", "forbidden"),
    ("if the drawer is shut, open it, otherwise press the button", "open the drawer; press the button", "condition"),
    ("put the ball in the bowl unless it is full", "in the ball, the bowl", "condition"),
    ("要是有黄的就放碗里", "in the 黄的, the 碗", "condition"),
    ("is the ball in the bowl?", "in the ball, the bowl", "question"),
    ("which one is the biggest", "hold the biggest", "question"),
    ("what are you holding", "hold it", "question"),
    ("红积木在碗里吗？", "in the 红积木, the 碗", "question"),
    ("哪个杯子最大", "hold the 杯子", "question"),
    ("grab the red one, no wait, the blue one", "hold the red one", "taken_back"),
    ("grab the red one, no wait, the blue one", "hold the red one; hold the blue one", "taken_back"),
    ("put the cup on the tray, never mind", "on the cup, the tray", "taken_back"),
    ("蛋放盘子上，说错了，是放碗里", "on the 蛋, the 盘子", "taken_back"),
    ("put half of the bricks in the tub", "in all bricks, the tub", "leftover"),
    ("put two bricks in the tub", "in all bricks, the tub", "leftover"),
    ("把两块饼干放盘子上", "on all 饼干, the 盘子", "leftover"),
    ("hold the second bottle from the left", "hold the bottle", "leftover"),
    ("从左边数第二个瓶子拿起来", "hold the 瓶子", "leftover"),
    ("钥匙放盘子里就够了，扣子你别碰", "in the 扣子, the 盘子", "forbidden"),
    ("the key goes on the tray, and never touch the stamp", "on the stamp, the tray", "forbidden"),
    ("move the cup 5 cm towards me", "hold the cup", "leftover"),
    ("put the ball in the middle of the table", "on the ball, the table", "leftover"),
    ("黄积木放到右上角", "down the 黄积木", "leftover"),
    ("离碗最远的积木拿起来", "hold the 积木", "leftover"),
    (
        "put the blue cup in the box and move the bowl to the right",
        "in the blue cup, the box; right the bowl, the box",
        "leftover",
    ),
    (
        "put the nut in the tin and the bolt in the jar. Forget the nut.",
        "in the nut, the tin; in the bolt, the jar",
        "forbidden",
    ),
    ("把螺母和螺栓放盒子里，螺母就不用了", "in the 螺母 & the 螺栓, the 盒子", "forbidden"),
    ("pour the rice into the bowl", "in the rice, the bowl", "no_skill"),
    ("把桌子擦一擦", "hold the 桌子", "no_skill"),
]
BELIEVED = [
    ("don't open the drawer", "not open the drawer"),
    ("don't forget to close the drawer", "close the drawer"),
    ("why don't you close the drawer", "close the drawer"),
    ("red one in the bowl, but hands off the blue one", "in the red one, the bowl; keep the blue one"),
    ("put the cup on the tray without touching the plate", "on the cup, the tray"),
    ("put all the cubes except the red one on the tray", "on all cubes ! the red one, the tray"),
    ("it's not the red one, the blue one please, pick it up", "hold the blue one"),
    ("别忘了把抽屉关上", "close the 抽屉"),
    ("把别的积木放进碗里", "in the rest 积木, the 碗"),
    ("勺子不要放到碗里去，放盘子上", "on the 勺子, the 盘子"),
    ("能不能把抽屉打开", "open the 抽屉"),
    ("if you don't mind, open the drawer", "open the drawer"),
    ("if the drawer is shut, open it", "if is the drawer, as shut; open it"),
    ("could you open the drawer?", "open the drawer"),
    ("is the ball in the bowl?", "ask in the ball, the bowl"),
    ("what the?! open the drawer", "unsafe"),
    ("grab the red one, no wait, the blue one", "hold the blue one"),
    ("grab the red one, hang on, the blue one", "hold the blue one"),
    ("get the ball and hold on to it", "hold the ball"),
    (
        "if the tin is shut, press the knob, if not take the bolt",
        "if is the tin, as shut; press the knob; else; hold the bolt",
    ),
    ("touch nothing and only put the nut in the tin", "in the nut, the tin"),
    ("哪个格子空着，螺母就放哪个格子", "in the 螺母, the 格子 @is as 空着"),
    ("the egg goes in the pan, hang on, in the pot I should say", "in the egg, the pot"),
    ("put the marbles on the rug, never mind the dice", "on all marbles ! the dice, the rug"),
    ("玻璃的都放筐里，木头的就算了", "in all 玻璃的 ! the 木头的, the 筐"),
    ("fetch the mug furthest to the left", "hold the mug @left"),
    ("扣子别放在盘子里，放到碗里", "in the 扣子, the 碗"),
    ("put half of the bricks in the tub", "in half bricks, the tub"),
    ("put the three bricks in the tub", "in three bricks, the tub"),
    ("press button 2", "press the button 2"),
    ("move the cup 5 cm towards me", "move the cup, by 5 cm towards me"),
    ("put the cup closer to the bowl", "near the cup, the bowl"),
    ("pour the rice into the bowl", "do pour the rice, the bowl"),
    ("put the folding ruler in the box", "in the folding ruler, the box"),
    ("put the cup to the right of the bowl", "right the cup, the bowl"),
]


@pytest.mark.parametrize(("instruction", "form", "key"), DOUBTED)
def test_what_the_form_leaves_out_is_noticed(instruction: str, form: str, key: str) -> None:
    found = doubt(Form.parse(form), instruction)
    assert found is not None
    assert found.key == key
    assert found.words


@pytest.mark.parametrize(("instruction", "form"), BELIEVED)
def test_what_the_form_has_is_believed(instruction: str, form: str) -> None:
    assert doubt(Form.parse(form), instruction) is None


@pytest.mark.parametrize(("names", "doubted"), [("abc", False), ("abcd", True)])
def test_as_many_things_as_were_said(names: str, doubted: bool) -> None:
    goals: list[Predicate] = [("in", name, "tub") for name in names]
    assert (
        doubt(Form.parse("in all bricks, the tub"), "put the three bricks in the tub", goals) is not None
    ) == doubted


def test_what_is_forbidden_is_asked_about_and_not_done() -> None:
    scene = Scene((SceneObject("ball", "ball"),), (Fixture("button", "button", "released"),))
    assert weigh(Form.parse("press the button"), "press the button", scene).kind == "subgoals"
    reading = weigh(Form.parse("press the button"), "whatever you do, don't press the button", scene)
    assert (reading.kind, reading.half) == ("question", True)
    assert "don't press the button" in reading.text
    assert weigh(Form.parse("press the 按钮"), "按钮可千万别按", scene).kind == "question"


def test_what_stands_on_the_table_is_not_put_there_without_asking() -> None:
    scene = Scene((SceneObject("ball", "ball"), SceneObject("tray", "tray")))
    reading = weigh(Form.parse("on the ball, the table"), "move the ball on the table", scene)
    assert (reading.kind, reading.options) == ("question", ("ball",))
    assert weigh(Form.parse("on the ball, the tray"), "put the ball on the tray", scene).kind == "subgoals"
