"""Training sentences: they mean what their forms say, and none is a test item."""

from __future__ import annotations

import json
from pathlib import Path

from pontine.planner.benchmarks.items import SETS, load_items
from pontine.planner.brain.decode import Constraint, Source
from pontine.planner.brain.embedded_brain import SHIPPED
from pontine.planner.language.form import Form
from pontine.planner.language.languages import language_of
from pontine.planner.language.segments import join_units, split_units
from pontine.planner.tuning.corpus import fingerprints, keep_seen, read_seen, samples
from tests.planner.brain.test_decode import VOCABULARY

ITEMS = [item for name in SETS for item in load_items(name) if item["instruction"]]
HELD_OUT = {split_units(item["instruction"]) for item in ITEMS}


def test_every_copied_phrase_stands_in_the_sentence() -> None:
    for sample in samples(seed=7, chunk=0, count=3000):
        text = f" {' '.join(split_units(sample.instruction))} "
        phrase: list[str] = []
        verb = False
        for symbol in [*sample.form.symbols(), None]:
            if symbol is not None and symbol.copied:
                phrase.append(symbol.text)
                continue
            # The words of a verb may stand apart.
            pieces = phrase if verb else [" ".join(phrase)]
            assert all(f" {piece} " in text for piece in pieces) or not phrase, (sample.instruction, str(sample.form))
            phrase, verb = [], symbol is not None and symbol.text == "do"


def test_every_form_can_be_decoded_and_many_verbs_are_copied() -> None:
    verbs = {"en": set(), "zh": set()}
    for sample in samples(seed=10, chunk=0, count=1500):
        state = Constraint(Source.of(sample.instruction, VOCABULARY), VOCABULARY)
        for token in VOCABULARY.target(sample.form.symbols()):
            assert token in state.allowed(), (sample.instruction, str(sample.form))
            state = state.advance(token)
        assert state.symbols == tuple(sample.form.symbols())
        verbs[sample.language] |= {c.words for c in sample.form.clauses if c.words}
    assert min(map(len, verbs.values())) > 40


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
    assert all(language_of(s.instruction) == "zh" for s in drawn if s.language == "zh")


def test_nothing_that_the_shipped_adapter_was_trained_on_is_a_test_item() -> None:
    card = json.loads((SHIPPED / "card.json").read_text(encoding="utf-8"))
    seen = read_seen(SHIPPED)
    assert len(seen) == card["seen"] > 5000
    items = [item for name in card["kept_out"] for item in load_items(name)]
    assert not fingerprints(split_units(item["instruction"]) for item in items) & seen


def test_what_was_seen_is_written_down_and_handed_on(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    assert keep_seen(first, [(5, 0, 32)], excluded=(), chinese=0.5, init=None) <= 32
    keep_seen(second, [(6, 0, 32), (6, 1, 32)], excluded=(), chinese=0.5, init=first)
    drawn = fingerprints(split_units(s.instruction) for s in samples(6, 1, 32, (), 0.5))
    assert drawn | read_seen(first) <= read_seen(second)


def test_test_items_are_left_out_of_what_is_drawn() -> None:
    first = [split_units(s.instruction) for s in samples(seed=5, chunk=0, count=200)]
    again = {split_units(s.instruction) for s in samples(seed=5, chunk=0, count=200, excluded=first[:50])}
    assert not again & set(first[:50])


def test_units_normalise_width_case_and_spaces() -> None:
    assert split_units("Put the RED_cube，then　stop！") == ("put", "the", "red_cube", ",", "then", "stop", "!")
    assert split_units("把USB-stick放进3号碗") == ("把", "usb-stick", "放", "进", "3", "号", "碗")
    assert join_units(("usb", "stick", "放", "进", "碗", "cup")) == "usb stick放进碗cup"
