"""Operators: written once, refused when they do not make sense; skills without a policy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pontine.envs.errors import PontineError
from pontine.envs.predicates import check_predicate
from pontine.envs.simulated import SimulatedRobot
from pontine.envs.tabletop.layout import random_table
from pontine.policies.actor import PolicyError
from pontine.policies.skills.loading import LIBRARY, SKILLS, load_library, policy_file
from pontine.policies.skills.object_skills import PickSkill
from pontine.policies.skills.operator import Operator
from pontine.policies.skills.skill import SkillError

EMPTY = ("not", "holding", "*")


@pytest.mark.parametrize(
    ("operator", "message"),
    [
        (Operator({"object": "thing"}, (), (("flying", "?object"),)), "unknown predicate 'flying'"),
        (Operator({"object": "thing"}, (("holding", "?objct"),), (("holding", "?object"),)), "did you mean 'object'"),
        (Operator({"object": "thing"}, (), (("on", "?object"),)), "on takes 2 arguments, got 1"),
        (Operator({"object": "vase"}, (), (("holding", "?object"),)), "unknown sort of parameter 'vase'"),
        (Operator({"object": "thing"}, (("holding", "*"),), (("holding", "?object"),)), "only in"),
        (Operator({"object": "thing"}, (EMPTY,), (("not", "holding", "?object"),)), "makes nothing true"),
        (Operator({"a": "thing", "b": "thing"}, (), (("?a", "?a", "?b"),)), r"\?a is no relation"),
        (Operator({"a": "thing"}, (), (("on", "?a", "?b"),), {"b": "place"}), "the skill is not told"),
    ],
)  # fmt: skip
def test_an_operator_that_makes_no_sense_is_refused_in_one_line(operator: Operator, message: str) -> None:
    wrong = type("Wrong", (PickSkill,), {"name": "wrong", "operator": operator})
    with pytest.raises(PontineError, match=message) as caught:
        SKILLS.register(wrong)
    assert "\n" not in str(caught.value)
    assert "skill 'wrong'" in str(caught.value)
    assert "wrong" not in SKILLS


def test_a_skill_that_does_not_say_everything_is_refused() -> None:
    silent = type("Silent", (PickSkill,), {"name": "silent", "words": {}})
    with pytest.raises(PontineError, match="skill 'silent' has no words"):
        SKILLS.register(silent)
    with pytest.raises(PontineError, match="'Knock Over' must be named in small letters"):
        SKILLS.register(type("Loud", (PickSkill,), {"name": "Knock Over"}))


@pytest.mark.parametrize("name", SKILLS)
def test_every_skill_has_words_in_both_languages_and_says_what_it_makes_true(name: str) -> None:
    skill = SKILLS[name]
    assert all(skill.words[language] for language in ("en", "zh"))
    examples = {"relation": "near", "side": "near"}
    args = [examples.get(sort, "thing") for sort in skill.operator.parameters.values()]
    goals = skill.goal_of(args)
    assert goals
    for goal in goals:
        assert "?" not in "".join(goal)
        if not goal[0].startswith("hand_"):
            check_predicate(goal)


def test_what_a_call_makes_true() -> None:
    assert SKILLS["place"].goal_of(["cube", "left_of", "bowl"]) == (("left_of", "cube", "bowl"),)
    assert SKILLS["close"].goal_of(["drawer"]) == (("closed", "drawer"),)
    assert SKILLS["home"].goal_of([]) == (("hand_home",),)
    with pytest.raises(SkillError, match=r"pick takes \(object\), got 2 arguments"):
        SKILLS["pick"].goal_of(["a", "b"])


def test_a_skill_without_a_policy_is_there_and_says_what_to_train(tmp_path: Path) -> None:
    shutil.copytree(LIBRARY / "pick", tmp_path / "pick")
    library = load_library(tmp_path)
    assert set(library) == set(SKILLS)
    assert library["pick"].missing is None
    with pytest.raises(SkillError, match="there is no policy for place yet: `pontine train task=place`"):
        library["place"].execute(SimulatedRobot(random_table(3)), ["red_cube", "in", "bowl"])


def test_a_library_that_is_not_there_or_damaged_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no library folder"):
        load_library(tmp_path / "nowhere")
    (tmp_path / "pick").mkdir()
    (tmp_path / "pick" / "policy.safetensors").write_bytes(b"no")
    (tmp_path / "pick" / "policy.json").write_text("{}")
    with pytest.raises(PolicyError, match="pick"):
        load_library(tmp_path)


def test_a_skill_may_bring_its_own_library(tmp_path: Path) -> None:
    mine = type("Mine", (PickSkill,), {"name": "mine", "library": tmp_path})
    assert policy_file(mine) == LIBRARY / "pick" / "policy", "the library that was asked for comes first"
    assert policy_file(mine, tmp_path / "other") == tmp_path / "pick" / "policy"
