"""Training sentences: they mean what their forms say, and none is a test item."""

from __future__ import annotations

import json

from pontine.planner.brain.corpus import samples
from pontine.planner.brain.exam import load_items
from pontine.planner.brain.form import Form
from pontine.planner.brain.model import SHIPPED
from pontine.planner.brain.units import is_chinese, join_units, split_units

ITEMS = load_items()
HELD_OUT = {split_units(item["instruction"]) for item in ITEMS}
LEFT_OUT = {split_units(item["instruction"]) for item in ITEMS if "form" in item}
"""The items there were when the shipped adapter was trained: only these were kept out of its corpus on purpose."""


def test_every_copied_phrase_stands_in_the_sentence() -> None:
    for sample in samples(seed=7, chunk=0, count=3000):
        text = f" {' '.join(split_units(sample.instruction))} "
        phrase: list[str] = []
        for symbol in [*sample.form.symbols(), None]:
            if symbol is not None and symbol.copied:
                phrase.append(symbol.text)
                continue
            assert f" {' '.join(phrase)} " in text or not phrase, (sample.instruction, str(sample.form))
            phrase = []


def test_templates_are_filled_and_forms_are_whole() -> None:
    for sample in samples(seed=8, chunk=0, count=3000):
        assert not set("[]{}|") & set(sample.instruction)
        assert Form.parse(str(sample.form)) == sample.form


def test_the_same_seed_draws_the_same_and_chunks_differ() -> None:
    def texts(seed: int, chunk: int) -> list[str]:
        return [s.instruction for s in samples(seed, chunk, 40)]

    assert texts(1, 3) == texts(1, 3)
    assert texts(1, 3) != texts(1, 4) != texts(2, 4)


def test_the_share_of_chinese_is_kept() -> None:
    drawn = list(samples(seed=9, chunk=0, count=2000, chinese=0.4))
    assert abs(sum(s.language == "zh" for s in drawn) / len(drawn) - 0.4) < 0.05
    assert all(is_chinese(s.instruction) for s in drawn if s.language == "zh")


def test_no_training_sentence_is_a_test_item() -> None:
    card = json.loads((SHIPPED / "card.json").read_text(encoding="utf-8"))
    while card:
        config = card["config"]
        assert config["excluded"]
        for chunk in range(card["samples"] // 512):
            drawn = samples(config["seed"], chunk, 512, LEFT_OUT, config["chinese"], follow_ups=False)
            assert not HELD_OUT & {split_units(s.instruction) for s in drawn}
        card = card.get("started_from")


def test_units_normalise_width_case_and_spaces() -> None:
    assert split_units("Put the RED_cube，then　stop！") == ("put", "the", "red_cube", ",", "then", "stop", "!")
    assert split_units("把USB-stick放进3号碗") == ("把", "usb-stick", "放", "进", "3", "号", "碗")
    assert join_units(("usb", "stick", "放", "进", "碗", "cup")) == "usb stick放进碗cup"
