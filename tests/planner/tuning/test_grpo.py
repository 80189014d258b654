"""Reinforcement learning of goal forms, on a toy of the model: rewards from the world, and runs that go on."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from pontine.envs.errors import PontineError
from pontine.envs.scene import Scene
from pontine.planner.brain.decode import Vocabulary
from pontine.planner.brain.weights import base_model
from pontine.planner.language.form import Form
from pontine.planner.language.grammar import LATER
from pontine.planner.tuning import grpo
from pontine.planner.tuning.corpus import samples
from pontine.planner.tuning.lora import trainable
from pontine.planner.tuning.rollouts import log_probabilities, sample
from pontine.planner.tuning.synthetic_scenes import imagine
from tests.planner.tuning.test_sft import toy


def test_forms_earn_by_what_they_lead_to_and_not_by_being_forms() -> None:
    rng = random.Random(0)
    said = "put the red cube in the white bowl"
    form = Form.parse("in the red cube, the white bowl")
    task = next(t for _ in range(20) if (t := imagine(said, form, rng)) and t.reading.kind == "subgoals")
    assert task.reward(form) == 1
    assert task.reward(Form.parse("hold the red cube")) == 0
    assert task.reward(Form.parse("in the red cube, the white bowl; keep the red cube")) == 0
    assert task.reward(Form.parse("cannot")) == 0
    refused = imagine("stab me with the fork", Form.parse("unsafe"), rng)
    assert refused is not None
    assert refused.reward(Form.parse("unsafe")) == 1


def test_most_sentences_have_a_scene_and_their_own_form_is_right_in_it() -> None:
    rng = random.Random(1)
    # Scenes for the forms that later adapters will know are not scored yet.
    drawn = [s for s in samples(11, 0, 150) if not any(x.text in LATER and not x.copied for x in s.form.symbols())]
    found = [(s, t) for s in drawn if (t := imagine(s.instruction, s.form, rng)) is not None]
    assert len(found) > 0.6 * len(drawn)
    for s, task in found:
        assert task.reward(s.form) == 1, (s.instruction, str(s.form))
    kinds = {task.reading.kind for _, task in found}
    assert kinds == {"subgoals", "question", "refusal"}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    def ones(folder: Path, rank: int, init: str | None) -> Any:
        return toy(folder, rank, init)

    monkeypatch.setattr(grpo, "trainable", ones)
    # A toy guesses: what it guesses is right if it is short, so that groups differ.
    monkeypatch.setattr(
        "pontine.planner.tuning.synthetic_scenes.Task.reward", lambda self, form: float(len(str(form)) < 30)
    )
    monkeypatch.setattr(grpo, "DRAW", 4)
    monkeypatch.setattr(grpo, "GROUPS", 1)


def test_equal_rollouts_are_one_and_their_probabilities_are_those_they_were_drawn_with() -> None:
    model = toy(Path(), 2, None)
    vocabulary = Vocabulary.of(Tokenizer.from_file(str(base_model() / "tokenizer.json")))
    found = sample(model, vocabulary, "open the drawer", Scene(), 12, torch.Generator().manual_seed(0))
    assert sum(r.count for r in found) == 12
    assert len({r.tokens for r in found}) == len(found)
    assert all(len(r.tokens) == len(r.allowed) for r in found)
    assert all(token in allowed for r in found for token, allowed in zip(r.tokens, r.allowed, strict=True))
    gains = log_probabilities(model, found)
    assert gains.shape == (sum(len(r.tokens) for r in found),)
    assert bool((gains <= 1e-4).all())


@pytest.mark.parametrize("stage", ["grpo", "ppo"])
@pytest.mark.usefixtures("small")
def test_a_run_that_was_cut_off_ends_as_one_that_was_not(stage: str, tmp_path: Path) -> None:
    def run(out: Path, upto: int) -> None:
        config = grpo.RlConfig(samples=6, rank=2, lr=1e-2, init="somewhere", stage=stage, group=4)
        short = grpo.Progress.update

        def cut(bar: Any, *rest: Any, **told: Any) -> None:
            if told.get("completed") == upto:
                raise KeyboardInterrupt
            short(bar, *rest, **told)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(grpo.Progress, "update", cut)
            grpo.train(config, out, save_every=1)

    run(tmp_path / "whole", 99)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", 5)
    run(tmp_path / "cut", 99)
    whole, again = (load_file(tmp_path / name / "adapter.safetensors") for name in ("whole", "cut"))
    assert whole.keys() == again.keys()
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_it_does_not_start_from_nothing(tmp_path: Path) -> None:
    with pytest.raises(PontineError, match="init="):
        grpo.train(grpo.RlConfig(), tmp_path)
    assert callable(trainable)
