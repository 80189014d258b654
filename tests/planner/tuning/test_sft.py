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
from pontine.planner.tuning.lora import TuneConfig, checkpoint, resume, start_from
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


@pytest.mark.parametrize("cut_at", [2, 5])
def test_a_run_that_was_cut_off_ends_as_one_that_was_not(
    cut_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sft, "TOKENS", 256)
    config = TuneConfig(samples=20, rank=2)
    whole = sft.train(config, tmp_path / "whole", save_every=3)
    loss, calls = sft._loss, iter(range(99))

    def cut(*args: Any) -> torch.Tensor:
        if next(calls) == cut_at:
            raise Cut
        return loss(*args)

    monkeypatch.setattr(sft, "_loss", cut)
    with pytest.raises(Cut):
        sft.train(config, tmp_path / "cut", save_every=3)
    assert not (tmp_path / "cut" / "adapter.safetensors").exists()
    again = sft.train(config, tmp_path / "cut", save_every=3)
    # Kept within a chunk of 8 too, and the last chunk is one of 4.
    assert any(done % 8 for done, _ in whole["loss_curve"] if done < 16)
    assert again == whole
    assert whole["samples"] == whole["loss_curve"][-1][0] == sum(count for *_, count in sft.drawn(config)) == 20
    one, other = (load_file(tmp_path / run / "adapter.safetensors") for run in ("whole", "cut"))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("curve", [[[-1, 0.5]], [[0.5, 0.5]], [["8", 0.5]], [[True, 0.5]], [[]]])
def test_a_checkpoint_whose_curve_is_none_is_one_clear_line(curve: Any, tmp_path: Path) -> None:
    config = TuneConfig(samples=8, rank=2)
    trained = {"a": torch.nn.Parameter(torch.zeros(2))}
    optimizer = torch.optim.AdamW(trained.values())
    checkpoint(config, tmp_path, curve, trained, optimizer)
    with pytest.raises(PontineError, match=r"cannot be read \(its curve"):
        resume(config, tmp_path, trained, optimizer)


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
