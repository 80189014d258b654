"""`brain=transformers`: the small model that is here, loaded as any other would be."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene, SceneObject
from pontine.planner.benchmarks.items import load_items
from pontine.planner.brain import load_brain
from pontine.planner.brain.decode import Constraint, Source, Vocabulary
from pontine.planner.brain.examples import EXAMPLES
from pontine.planner.brain.transformers_brain import CausalBrain
from pontine.planner.brain.weights import base_model
from pontine.planner.language.form import Form
from pontine.planner.language.segments import split_units
from tests.planner.brain.test_decode import Letters

SCENE = Scene((SceneObject("hat", "hat", "red"), SceneObject("box", "box", container=True)))


def test_any_causal_model_writes_whole_forms_of_copied_words() -> None:
    torch.set_num_threads(1)
    brain = load_brain(brain="transformers", model=str(base_model()))
    assert isinstance(brain, CausalBrain)
    primed = None
    for said in ("move the hat", "把帽子放进盒子"):
        form, confidence = brain.write_form(said)
        assert Form.parse(str(form)) == form
        assert 0 < confidence <= 1
        # The examples are read once, and every instruction starts from there.
        assert primed is None or brain.primed.get_seq_length() == primed
        primed = brain.primed.get_seq_length()
    assert brain.read("move the hat", SCENE).kind in ("subgoals", "question", "refusal")


def test_a_model_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(PontineError, match="cannot load the model"):
        load_brain(brain="transformers", model=str(tmp_path))


def test_the_examples_are_forms_and_no_test_items() -> None:
    held_out = {split_units(item["instruction"]) for item in load_items()}
    for said, form in EXAMPLES:
        Form.parse(form)
        assert split_units(said) not in held_out


class Syllables(Letters):
    """A tokenizer that spells keywords of more than three letters in two tokens."""

    def encode(self, text: str, add_special_tokens: bool = True):  # type: ignore[no-untyped-def]
        out = super().encode(text, add_special_tokens)
        if text in self.words and len(text) > 4:
            out.ids = [self.words[text], 300_000]
        return out


@pytest.mark.parametrize(
    "form", ["in all cubes, the bowl; close the drawer", "hold the cube @between the bowl & the drawer"]
)
def test_keywords_of_several_tokens_are_held_to(form: str) -> None:
    vocabulary = Vocabulary.of(Syllables(), end=(7,))
    said = "all cubes in the bowl close the drawer hold the cube between the bowl and drawer"
    state = Constraint(Source.of(said, vocabulary), vocabulary)
    for token in vocabulary.target(Form.parse(form).symbols())[:-1] + [7]:
        assert token in state.allowed()
        state = state.advance(token)
    assert state.finished
    assert str(Form.from_symbols(state.symbols)) == form
