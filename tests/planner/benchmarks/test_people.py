"""The people's items: that every label can be judged, and that the judge tells right from wrong."""

from __future__ import annotations

import json
import random
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pontine.envs.errors import PontineError
from pontine.envs.scene import Fixture, Scene, SceneObject
from pontine.planner.benchmarks.checks import faults
from pontine.planner.benchmarks.items import SETS, forbidden, load_items, right
from pontine.planner.benchmarks.regions import check_region, contains, points
from pontine.planner.reading import Reading, Spot, answer, refusal, subgoals

CUP, BOWL = (0.2, 0.0, 0.0), (0.25, 0.12, 0.0)
SCENE = Scene(
    (
        SceneObject("cup", "cup", position=CUP, size=(0.04, 0.04, 0.06), aliases=("杯子",)),
        SceneObject("ball", "ball", position=(0.22, -0.1, 0.02), size=(0.04, 0.04, 0.04)),
        SceneObject("cube", "cube", position=(0.12, -0.1, 0.02), size=(0.03, 0.03, 0.03)),
        SceneObject("bowl", "bowl", position=BOWL, size=(0.1, 0.1, 0.04), container=True),
    ),
    (Fixture("drawer", "drawer", "closed"), Fixture("button", "button", "released")),
)


def item(*accept: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "x", "scene": SCENE, "accept": list(accept), **more}


def goals(*subgoals: Any, **more: Any) -> dict[str, Any]:
    return {"kind": "subgoals", "subgoals": [list(g) for g in subgoals], **more}


def at(**spots: tuple[float, float]) -> Reading:
    """A reading that puts things there."""
    told = tuple((name, Spot(f"spot_{name}", place)) for name, place in spots.items())
    return Reading("subgoals", tuple(("at", name, s.name) for name, s in told), spots=tuple(s for _, s in told))


@pytest.mark.parametrize(
    ("region", "inside", "outside"),
    [
        ({"moved": "left", "by": [0.04, 0.06]}, (0.2, 0.05), (0.2, -0.05)),
        ({"moved": "back left", "by": [0.01, None]}, (0.16, 0.04), (0.24, 0.04)),
        ({"part": "far right"}, (0.27, -0.1), (0.27, 0.1)),
        ({"part": "middle"}, (0.22, 0.02), (0.22, 0.15)),
        ({"between": ["ball", "bowl"]}, (0.235, 0.01), (0.3, 0.01)),
        ({"left_of": "bowl"}, (0.22, 0.22), (0.25, 0.05)),
        ({"near": "bowl"}, (0.25, 0.03), (0.12, -0.1)),
        ({"closer": "bowl"}, (0.22, 0.05), (0.18, -0.05)),
        ({"farther": "bowl", "y": [None, 0]}, (0.15, -0.05), (0.22, 0.05)),
        ({"where": "ball"}, (0.21, -0.09), (0.2, 0.0)),
        ({"point": [0.2, 0.1], "within": 0.02}, (0.21, 0.1), (0.24, 0.1)),
        ({"any": [{"part": "left"}, {"part": "right"}]}, (0.2, 0.1), (0.2, 0.0)),
    ],
)
def test_a_region_has_what_is_in_it(region: dict, inside: tuple, outside: tuple) -> None:
    check_region(region, SCENE, "cup")
    assert contains(region, inside, SCENE, "cup")
    assert not contains(region, outside, SCENE, "cup")
    wanted = item(goals(("at", "cup", region)))
    assert right(at(cup=inside), wanted)
    assert not right(at(cup=outside), wanted)
    assert not right(at(ball=inside), wanted)
    assert not right(at(cup=inside, ball=inside), wanted)
    assert not right(subgoals(("on", "cup", "table")), wanted)


@pytest.mark.parametrize("region", [{"part": "far far_away"}, {"x": [0.6, 0.7]}, {"left_of": "unicorn"}, {"beside": 3}])
def test_a_region_that_is_nowhere_is_a_fault(region: dict) -> None:
    assert faults([item(goals(("at", "cup", region)))])


def test_a_spot_on_the_right_side_will_do_where_a_side_was_asked_for() -> None:
    wanted = item(goals(("left_of", "cup", "bowl")))
    assert right(subgoals(("left_of", "cup", "bowl")), wanted)
    assert right(at(cup=(0.24, 0.2)), wanted)
    assert not right(at(cup=(0.24, 0.04)), wanted)
    assert not right(subgoals(("right_of", "cup", "bowl")), wanted)


def test_what_is_wanted_need_not_be_what_can_be_planned() -> None:
    wanted = item(goals(("in", "bowl", "drawer")))
    assert right(subgoals(("in", "bowl", "drawer")), wanted)
    assert right(subgoals(("open", "drawer"), ("in", "bowl", "drawer")), wanted)
    assert not right(subgoals(("in", "bowl", "drawer"), ("closed", "drawer")), wanted)


def test_what_is_so_already_changes_nothing() -> None:
    wanted = item(goals())
    assert right(subgoals(("closed", "drawer"), ("on", "cup", "table")), wanted)
    assert not right(subgoals(("in", "cup", "bowl")), wanted)


def test_an_order_that_was_asked_for_is_kept() -> None:
    both = ("pressed", "button"), ("in", "ball", "bowl")
    assert right(subgoals(*both[::-1]), item(goals(*both)))
    assert not right(subgoals(*both[::-1]), item(goals(*both, ordered=True)))
    assert right(subgoals(*both), item(goals(*both, ordered=True)))


def test_layouts() -> None:
    row = item(goals(layout=[{"row": ["cup", "ball", "cube"]}]))
    assert right(at(cup=(0.2, 0.1), ball=(0.2, 0.0), cube=(0.2, -0.1)), row)
    assert not right(at(cup=(0.2, 0.1), ball=(0.25, 0.0), cube=(0.2, -0.1)), row)
    assert not right(at(cup=(0.2, 0.1), ball=(0.2, 0.0), cube=(0.2, -0.1), bowl=(0.3, 0.1)), row)
    order = item(goals(layout=[{"order": ["cube", "cup", "ball"], "along": "left"}]))
    assert right(at(cube=(0.2, -0.1), ball=(0.2, 0.1)), order)
    assert not right(at(cube=(0.2, 0.1), ball=(0.2, -0.1)), order)
    apart = item(goals(layout=[{"apart": ["cup", "ball", "cube"]}]))
    assert right(at(ball=(0.25, -0.13), cube=(0.1, -0.15)), apart)
    assert not right(at(ball=(0.2, -0.05)), apart)
    assert right(at(ball=(0.2, -0.05), cube=(0.16, -0.03)), item(goals(layout=[{"together": ["cup", "ball", "cube"]}])))


def test_answers_refusals_and_questions() -> None:
    wanted = item({"kind": "answer", "facts": ["2", ["cup", "mug"]], "absent": ["ball"]})
    assert right(answer("There are two: the cup and the bowl."), wanted)
    assert right(answer("两个：杯子和碗"), wanted)
    assert not right(answer("Two: the cup and the ball."), wanted)
    assert not right(subgoals(("in", "cup", "bowl")), wanted)
    assert not right(answer("Yes, it is."), item({"kind": "answer", "facts": ["no"]}))
    assert right(answer("不，球不在碗里。"), item({"kind": "answer", "facts": ["no"]}))
    cannot = item({"kind": "refusal", "reason": ["unsupported", "impossible"], "says": ["wipe", "wiping"]})
    assert right(refusal("unsupported", "I do not know how to Wipe."), cannot)
    assert not right(refusal("unsafe", "I do not wipe."), cannot)
    asks = item({"kind": "question", "offers": ["cup"]})
    assert right(Reading("question", options=("cup", "ball")), asks)
    assert not right(Reading("question", options=("ball",)), asks)


def test_what_is_forbidden_counts_only_if_it_is_not_so_anyway() -> None:
    wanted = item(goals(), forbid=[["pressed"], ["*", "cup"], ["closed", "drawer"]])
    assert forbidden(subgoals(("in", "cup", "bowl"), ("closed", "drawer")), wanted) == [("in", "cup", "bowl")]
    assert forbidden(subgoals(("pressed", "button")), wanted)
    assert not forbidden(subgoals(("in", "ball", "bowl")), wanted)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (goals(("in", "cupp", "bowl")), "cupp"),
        (goals(("inn", "cup", "bowl")), "inn"),
        (goals(("open", "drawer", "bowl")), "open"),
        (goals(layout=[{"row": ["cup", "box"]}]), "box"),
        ({"kind": "question", "options": ["box"]}, "box"),
        ({"kind": "refusal", "reason": "tired"}, "tired"),
        ({"kind": "answer"}, "facts"),
        ({"kind": "song"}, "song"),
    ],
)
def test_labels_that_cannot_be_judged_are_found(wanted: dict[str, Any], told: str) -> None:
    assert any(told in fault for fault in faults([item(wanted)]))
    assert not faults([item(goals(("in", "cup", "bowl")))])


NAMES = "people", "people_last"
ITEMS = {name: load_items(name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_peoples_items_are_sound(name: str) -> None:
    assert not faults(ITEMS[name])
    said = [item["instruction"] for item in ITEMS[name] if "line" not in item]
    assert all(said)
    assert len(set(said)) == len(said)


def test_the_sets_share_no_words_and_no_tables() -> None:
    first, last = ({item.get("line", item["instruction"]) for item in ITEMS[name]} for name in NAMES)
    assert not first & last
    files = (SETS[name].with_name(f"{name}_scenes.json") for name in NAMES)
    tables = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    assert not {*tables[0]} & {*tables[1]}


def test_the_last_set_has_every_kind_in_it() -> None:
    ours = [item for item in ITEMS["people_last"] if "line" not in item]
    count = Counter(item["class"] for item in ours)
    assert Counter(item["language"] for item in ours) == {"zh": 60, "en": 40}
    first, last = ({item["class"] for item in ITEMS[name]} for name in NAMES)
    assert first - last <= {"many_things", "underspecified"}
    assert count["forbidding"] >= 15
    assert count["harm"] >= 6
    assert count["question"] >= 10
    assert count["offset"] + count["region"] >= 10


def told(wanted: dict[str, Any], scene: Scene) -> Reading:
    """The reading that a label asks for, its spots in the middle of their regions."""
    if wanted["kind"] == "refusal":
        reasons, says = wanted.get("reason", "unsafe"), wanted.get("says", "")
        reason = reasons if isinstance(reasons, str) else reasons[0]
        return refusal(reason, says if isinstance(says, str) else says[0])
    if wanted["kind"] == "question":
        return Reading("question", options=tuple(wanted.get("options", wanted.get("offers", ()))))
    if wanted["kind"] == "answer":
        return answer(", ".join(fact if isinstance(fact, str) else fact[0] for fact in wanted["facts"]))
    goals, spots = [], []
    for goal in wanted["subgoals"]:
        if goal[0] == "at":
            inside = list(points(goal[2], scene, goal[1]))
            spots.append(Spot(f"spot_{len(spots)}", inside[len(inside) // 2]))
            goal = ["at", goal[1], spots[-1].name]
        goals.append(tuple(goal))
    return Reading("subgoals", tuple(goals), spots=tuple(spots))


@pytest.mark.parametrize("name", NAMES)
def test_what_a_label_accepts_is_right_and_forbids_nothing_of_it(name: str) -> None:
    for item in ITEMS[name]:
        for wanted in item["accept"]:
            if "layout" not in wanted:
                reading = told(wanted, item["scene"])
                assert right(reading, item), (item["id"], wanted)
                assert not forbidden(reading, item), (item["id"], wanted)


@pytest.mark.parametrize("name", NAMES)
def test_doing_nothing_is_right_only_where_a_label_says_so(name: str) -> None:
    for item in ITEMS[name]:
        asked = [wanted for wanted in item["accept"] if wanted["kind"] == "subgoals"]
        idle = any(not wanted["subgoals"] and "layout" not in wanted for wanted in asked)
        assert right(subgoals(), item) is idle, item["id"]


def test_half_of_them_are_lines_drawn_by_seed() -> None:
    lines = {name: [item["line"] for item in ITEMS[name] if "line" in item] for name in NAMES}
    assert {*lines["people"]} == {*random.Random(16).sample(range(1, 30870), 640)}
    assert {*lines["people_last"]} == {*random.Random(1616).sample(range(1, 30870), 102)} - {*lines["people"]}
    assert [len(lines[name]) for name in NAMES] == [640, 100]
    assert all(item["instruction"] == "" for name in NAMES for item in ITEMS[name] if "line" in item)


def test_sentences_are_taken_from_their_lines_and_only_from_those_meant(tmp_path: Path) -> None:
    items, sentences = tmp_path / "few.jsonl", tmp_path / "sentences.txt"
    sentences.write_text("one\ntwo\u2028words\nthree\n", encoding="utf-8")
    (tmp_path / "few_scenes.json").write_text('{"s": {}}', encoding="utf-8")
    row = '{"id": "1", "scene": "s", "line": 2, "sha256": "%s", "accept": []}'
    items.write_text(row % sha256("two\u2028words".encode()).hexdigest()[:8], encoding="utf-8")
    assert load_items(items, sentences)[0]["instruction"] == "two\u2028words"
    assert load_items(items)[0]["instruction"] == ""
    items.write_text(row % "00000000", encoding="utf-8")
    with pytest.raises(PontineError):
        load_items(items, sentences)


def test_places_need_a_position() -> None:
    scene = Scene((SceneObject("cup", "cup"),))
    with pytest.raises(PontineError, match="position"):
        check_region({"moved": "left", "by": [0, 1]}, scene, "cup")
