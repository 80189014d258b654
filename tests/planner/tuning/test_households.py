"""Households: scenes with what people own, and what is said about them is answered, whatever it is."""

from __future__ import annotations

import random

import pytest

from pontine.envs.scene import TABLE, Scene
from pontine.planner.corpus.chinese import Chinese
from pontine.planner.corpus.english import English
from pontine.planner.grounding.grounder import ground
from pontine.planner.language.form import Form
from pontine.planner.language.languages import languages
from pontine.planner.tuning.households import MOST, household


@pytest.mark.parametrize("language", languages())
def test_households_have_what_people_own(language: str) -> None:
    homes = [household(random.Random(seed), language) for seed in range(80)]
    assert all(Scene.from_json(home.to_json()) == home for home in homes)
    assert homes[7] == household(random.Random(7), language) != household(random.Random(8), language)
    counts = {len(home.objects) for home in homes}
    assert min(counts) == 3
    assert max(counts) == MOST
    things = [thing for home in homes for thing in home.objects]
    fixtures = [fixture for home in homes for fixture in home.fixtures]
    assert any(o.support not in (None, TABLE) for o in things)
    assert any(len(list(home.supports(o.name))) > 2 for home in homes for o in home.objects)
    assert any(o.colors for o in things)
    assert any(home.holding for home in homes)
    assert any(f.part_of for f in fixtures)
    assert {"on", "off", "open", "closed", "released"} <= {f.state for f in fixtures}


@pytest.mark.parametrize(("language", "speaker"), [("en", English), ("zh", Chinese)])
def test_whatever_is_said_about_a_household_is_answered(language: str, speaker: type[English | Chinese]) -> None:
    kinds = set()
    for seed in range(150):
        rng = random.Random(seed)
        home = household(rng, language)
        says = speaker(rng)
        kept = [o.kind for o in home.objects]
        says.noun = lambda rng=rng, kept=kept: rng.choice(kept)  # type: ignore[method-assign,misc]
        kinds.add(ground(Form.parse(says.sentence().form), home, language).kind)
    assert kinds == {"subgoals", "answer", "question", "refusal"}
