"""Fine-tuning, on a toy of the model: what is cut off goes on as if it had not been."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.planner.tuning import sft
from pontine.planner.tuning.lora import TuneConfig, start_from
from pontine.planner.tuning.tune import tune_verb


def toy(_: Path, rank: int, init: str | None) -> Any:
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=49152, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, tie_word_embeddings=True,
    )  # fmt: skip
    lora = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear")
    return get_peft_model(LlamaForCausalLM(shape), lora).train()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sft, "trainable", toy)
    monkeypatch.setattr(sft, "CHUNK", 8)


class Cut(Exception):
    pass


def test_a_run_that_was_cut_off_ends_as_one_that_was_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = TuneConfig(samples=24, rank=2)
    sft.train(config, tmp_path / "whole")
    batches = sft._batches

    def cut(config: TuneConfig, chunk: int, *rest: Any) -> Any:
        if chunk == 2:
            raise Cut
        return batches(config, chunk, *rest)

    monkeypatch.setattr(sft, "_batches", cut)
    with pytest.raises(Cut):
        sft.train(config, tmp_path / "cut")
    assert not (tmp_path / "cut" / "adapter.safetensors").exists()
    monkeypatch.setattr(sft, "_batches", batches)
    told = sft.train(config, tmp_path / "cut")
    assert [seen for seen, _ in told["loss_curve"]] == [8, 16, 24]
    whole, again = (load_file(tmp_path / run / "adapter.safetensors") for run in ("whole", "cut"))
    assert whole.keys() == again.keys()
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_another_configuration_does_not_go_on(tmp_path: Path) -> None:
    sft.train(TuneConfig(samples=8, rank=2), tmp_path)
    with pytest.raises(PontineError, match="seed"):
        sft.train(TuneConfig(samples=8, rank=2, seed=1), tmp_path)


def test_bad_values_are_one_clear_line() -> None:
    with pytest.raises(UnknownNameError, match="valid: grpo, ppo, sft"):
        tune_verb(stage="dpo")
    with pytest.raises(PontineError, match="at least 1"):
        tune_verb(samples=0)
    with pytest.raises(PontineError, match="test items"):
        tune_verb(items="nowhere/items.jsonl")


def test_a_start_that_is_not_there_or_does_not_fit_is_one_clear_line(tmp_path: Path) -> None:
    config = TuneConfig(samples=8, rank=2)
    sft.train(config, tmp_path)
    model = toy(tmp_path, 2, None)
    start_from(tmp_path, model)
    with pytest.raises(PontineError, match="cannot start"):
        start_from(tmp_path / "nothing", model)
    with pytest.raises(PontineError, match="cannot start"):
        start_from(tmp_path, toy(tmp_path, 3, None))
