"""Sentences with goal forms as a model writes them that misses a word: what is forbidden, harmful or only half said.

`sentences.json` has them in both languages: `forbidden`, `harm` and `half` with forms that must not be carried out, and
`whole` with forms that must.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.benchmarks.items import load_items, right
from pontine.planner.brain.reader import weigh
from pontine.planner.honesty.details import detail
from pontine.planner.honesty.doubts import doubt
from pontine.planner.honesty.explained import unexplained
from pontine.planner.language.form import Form
from pontine.planner.language.grammar import ALONE
from pontine.planner.reading import Reading
from pontine.planner.tuning.corpus import samples

SENTENCES = json.loads((Path(__file__).parent / "sentences.json").read_text(encoding="utf-8"))


def thing(name: str, kind: str, color: str | None, x: float, y: float, size: tuple[float, float, float]) -> SceneObject:
    return SceneObject(name, kind, color, (x, y, size[2] / 2), size=size, container=kind == "bowl")


SMALL = (0.03, 0.03, 0.03)
SCENE = Scene(
    (
        thing("red_cube", "cube", "red", 0.2, 0.0, SMALL),
        thing("blue_cube", "cube", "blue", 0.2, 0.1, SMALL),
        thing("ball", "ball", "green", 0.25, -0.1, SMALL),
        thing("mug", "mug", "white", 0.25, 0.05, (0.05, 0.05, 0.06)),
        thing("fork", "fork", None, 0.18, -0.15, SMALL),
        thing("bowl", "bowl", None, 0.3, -0.12, (0.08, 0.08, 0.04)),
        thing("tray", "tray", None, 0.3, 0.14, (0.12, 0.08, 0.01)),
    ),
    (Fixture("drawer", "drawer", "closed"), Fixture("button", "button", "released")),
)


def read(instruction: str, form: str, scene: Scene = SCENE) -> Reading:
    return weigh(Form.parse(form), instruction, scene)


def test_there_are_enough_of_both_languages() -> None:
    for sort, least in (("forbidden", 60), ("harm", 40), ("half", 40)):
        told = SENTENCES[sort]
        chinese = sum(not instruction.isascii() for instruction, _ in told)
        assert len(told) >= least
        assert least / 3 < chinese < len(told) - least / 3


@pytest.mark.parametrize(("instruction", "form"), SENTENCES["forbidden"] + SENTENCES["half"])
def test_what_is_forbidden_or_half_said_is_not_carried_out(instruction: str, form: str) -> None:
    assert not read(instruction, form).subgoals


@pytest.mark.parametrize(("instruction", "form"), SENTENCES["harm"])
def test_harm_is_refused(instruction: str, form: str) -> None:
    assert read(instruction, form).reason == "unsafe"


@pytest.mark.parametrize(("instruction", "form"), SENTENCES["whole"])
def test_what_is_said_whole_is_carried_out(instruction: str, form: str) -> None:
    assert read(instruction, form).subgoals


def test_which_way_up_is_named_where_it_cannot_be_done() -> None:
    reading = read("put the mug upside down on the tray", "on the mug, the tray")
    assert (reading.kind, reading.reason) == ("refusal", "unsupported")
    assert "upside down" in reading.text
    assert "横着" in read("把红方块横着放托盘上", "on the 红方块, the 托盘").text


@pytest.mark.parametrize(
    ("instruction", "form", "words"),
    [
        ("build a pyramid out of the cubes", "stack all cubes", "pyramid"),
        ("arrange the cubes in a circle", "row all cubes", "in a circle"),
        ("make a bridge from the cubes", "stack all cubes", "make a bridge"),
        ("用方块搭个金字塔", "stack all 方块", "金字塔"),
        ("把方块摆成一圈", "row all 方块", "一圈"),
    ],
)
def test_shapes_that_nobody_can_make_are_named(instruction: str, form: str, words: str) -> None:
    reading = read(instruction, form)
    assert reading.reason == "unsupported"
    assert words in reading.text


@pytest.mark.parametrize(
    ("instruction", "dropped", "form"),
    [
        ("line the cubes up by size", "row all cubes", "row all cubes, by by size"),
        ("put the cubes in a row from big to small", "row all cubes", "row all cubes, by from big to small"),
        ("把方块从小到大排成一排", "row all 方块", "row all 方块, by 从小到大"),
        ("stack the cubes, biggest at the bottom", "stack all cubes", None),
        ("build a tower of two", None, "stack two cubes"),
        ("spread the cubes out", None, "apart all cubes"),
    ],
)
def test_an_order_is_kept_or_asked_about(instruction: str, dropped: str | None, form: str | None) -> None:
    assert dropped is None or read(instruction, dropped).kind == "question"
    assert form is None or read(instruction, form).subgoals


@pytest.mark.parametrize(
    ("instruction", "form", "left"),
    [
        ("please close the drawer", "close the drawer", None),
        ("could you make sure that the drawer is shut, thanks", "close the drawer", None),
        ("lock the drawer", "close the drawer", "lock"),
        ("open and then close the drawer", "close the drawer", "open"),
        ("close the drawer with a bang", "close the drawer", "bang"),
        ("put the ball under the bowl", "in the ball, the bowl", "under"),
        ("麻烦把抽屉关上，谢谢", "close the 抽屉", None),
        ("把抽屉锁好", "close the 抽屉", "锁"),
        ("抽屉开一下再关上", "close the 抽屉", "开"),
        ("把球放到碗里去吧", "in the 球, the 碗", None),
        ("把球放到碗底下", "in the 球, the 碗", "底"),
    ],
)
def test_nothing_is_so_already_of_which_a_word_is_not_explained(instruction: str, form: str, left: str | None) -> None:
    assert unexplained(Form.parse(form), instruction) == left
    inside = replace(SCENE.object("ball"), position=(0.3, -0.12, 0.02), support="bowl")
    scene = Scene((inside, SCENE.object("bowl")), SCENE.fixtures)
    assert read(instruction, form, scene).kind == ("question" if left else "subgoals")


def test_right_forms_of_the_items_are_believed() -> None:
    for item in load_items():
        if "form" in item:
            assert right(weigh(Form.parse(item["form"]), item["instruction"], item["scene"], item["turns"]), item), item


def test_right_forms_of_training_sentences_are_seldom_doubted() -> None:
    told = [s for s in samples(seed=29, chunk=0, count=500, chinese=0.5) if s.form.clauses[0].verb not in ALONE]
    doubted = [s for s in told if doubt(s.form, s.instruction) or detail(s.form, s.instruction)]
    assert len(doubted) < 0.04 * len(told), [(s.instruction, str(s.form)) for s in doubted]


@pytest.mark.parametrize(
    ("instruction", "form"),
    [
        ("抽屉就让它开着，甭关", "close the 抽屉"),
        ("抽屉关着吧，先别开", "open the 抽屉"),
        ("the drawer can stay as it is, no need to shut", "close the drawer"),
    ],
)
def test_a_deed_that_is_forbidden_without_its_noun_is_not_done(instruction: str, form: str) -> None:
    assert read(instruction, form).kind != "subgoals"
