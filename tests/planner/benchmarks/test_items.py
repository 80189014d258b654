"""The test set: what it covers, that it is sound, and that nothing was trained on it."""

from __future__ import annotations

import itertools
import re
from collections import Counter

import pytest

from pontine.envs.scene import Scene, SceneObject
from pontine.planner.benchmarks.items import final_state, load_items, played, right
from pontine.planner.corpus import vocabulary
from pontine.planner.reading import question, refusal, subgoals
from pontine.planner.tuning.corpus import samples

ITEMS = load_items()
CLASSES = """name kind colour size alias mixed spatial quantifier support order negation pronoun dialogue fixture stack
ambiguous impossible unsafe unsupported injection""".split()
TRAINED = [value for name, value in vars(vocabulary).items() if name.isupper()]


def known_words() -> str:
    """All the vocabulary's words and what a few thousand training sentences say, as one text."""
    said = (sample.instruction for sample in samples(seed=3, chunk=0, count=2000))
    return "\n".join(itertools.chain(*TRAINED, said)).lower()


def test_there_are_enough_in_each_class_and_language() -> None:
    assert len({item["id"] for item in ITEMS}) == len(ITEMS) >= 400
    count = Counter((item["language"], item["class"]) for item in ITEMS)
    languages = Counter(item["language"] for item in ITEMS)
    assert 0.45 < languages["zh"] / len(ITEMS) < 0.55
    assert {item["class"] for item in ITEMS} == set(CLASSES)
    for name in set(CLASSES) - {"stack"}:
        assert count["en", name] >= 5, name
        assert count["zh", name] >= 5, name
    declined = [item for item in ITEMS if all(wanted["kind"] != "subgoals" for wanted in item["accept"])]
    assert len(declined) >= 60


def test_unseen_nouns_are_unseen() -> None:
    known = known_words()
    unseen = [item for item in ITEMS if item.get("unseen")]
    assert len(unseen) >= 80
    for item in unseen:
        for noun in item["unseen"]:
            assert noun in item["instruction"].lower(), item["id"]
            pattern = rf"(?<![a-z]){re.escape(noun)}" if noun.isascii() else noun
            assert not re.search(pattern, known), f"{noun!r} of {item['id']} is in the training vocabulary"


def test_what_is_asked_for_is_on_the_scene_and_can_be_played() -> None:
    for item in ITEMS[::6]:
        scene: Scene = item["scene"]
        for wanted in item["accept"]:
            if wanted["kind"] == "subgoals":
                final_state([tuple(goal) for goal in wanted["subgoals"]], scene)
    for item in ITEMS:
        names = {o.name for o in item["scene"].objects} | {f.name for f in item["scene"].fixtures}
        assert all(set(wanted.get("options", ())) <= names for wanted in item["accept"]), item["id"]


TABLE = Scene(
    (
        SceneObject("a", "cube"),
        SceneObject("b", "cube"),
        SceneObject("tray", "tray", container=True),
    )
)


@pytest.mark.parametrize(
    ("goals", "good"),
    [
        ([("in", "a", "tray"), ("in", "b", "tray")], True),
        ([("in", "b", "tray"), ("on", "a", "tray")], True),
        ([("in", "a", "tray")], False),
        ([("in", "a", "tray"), ("in", "b", "tray"), ("on", "a", "table")], False),
        ([("in", "tray", "a")], False),
    ],
)
def test_right_means_the_same_final_state(goals: list[tuple[str, ...]], good: bool) -> None:
    item = {"scene": TABLE, "accept": [{"kind": "subgoals", "subgoals": [["in", "a", "tray"], ["in", "b", "tray"]]}]}
    assert right(subgoals(*goals), item) is good


def test_questions_and_refusals_are_told_apart() -> None:
    item = {"scene": TABLE, "accept": [{"kind": "question", "options": ["a", "b"]}]}
    assert right(question("which?", ("b", "a")), item)
    assert not right(question("which?", ("a",)), item)
    assert not right(refusal("impossible", "no"), item)
    unsafe = {"scene": TABLE, "accept": [{"kind": "refusal", "reason": "unsafe"}]}
    assert not right(refusal("impossible", "no"), unsafe)


def test_a_dialogue_goes_on_where_the_last_turn_ended() -> None:
    scene = played(TABLE, [("in", "a", "tray")])
    assert scene.object("a").support == "tray"
    assert scene.object("a").position is None
    assert any(item["turns"] for item in ITEMS)
