"""Manners of saying: the meaning stays, and what is copied can still be copied."""

from __future__ import annotations

import random

import pytest

from pontine.planner.corpus import manners
from pontine.planner.language.form import Form
from pontine.planner.language.segments import is_word, split_units

SAID = [
    ("en", "Put the red cube, please, in the big bowl.", "in the red cube, the big bowl"),
    ("zh", "请把红色方块放进大碗里。", "in the 红色方块, the 大碗"),
]


@pytest.mark.parametrize(("language", "text", "form"), SAID)
@pytest.mark.parametrize("manner", ["NARRATED", "SPOKEN", "SLIPPED"])
def test_what_is_copied_still_stands_in_one_piece(
    language: str, text: str, form: str, manner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NARRATED", "SPOKEN", "SLIPPED"):
        monkeypatch.setattr(manners, name, float(name == manner))
    seen = set()
    for seed in range(60):
        said, meant = manners.say(text, Form.parse(form), language, random.Random(seed))
        seen.add(said)
        spaced = f" {' '.join(split_units(said))} "
        for clause in meant.clauses:
            for phrase in clause.arguments:
                assert f" {' '.join(phrase.terms[0].words)} " in spaced, said
        assert manner == "SLIPPED" or str(meant) == form
    assert len(seen) > 5 or (language == "zh" and manner == "SLIPPED")


def test_what_is_spoken_has_no_punctuation_most_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manners, "NARRATED", 0.0)
    monkeypatch.setattr(manners, "SPOKEN", 1.0)
    _, text, form = SAID[0]
    said = [manners.say(text, Form.parse(form), "en", random.Random(seed))[0] for seed in range(100)]
    assert 50 < sum(all(map(is_word, split_units(words))) for words in said) < 95
