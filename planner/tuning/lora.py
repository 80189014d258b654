"""A LoRA adapter in training: made or started from another, kept in checkpoints, and saved."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from pontine.envs.errors import PontineError
from pontine.envs.files import replacing, write_json
from pontine.planner.language.form import LATER


@dataclass(frozen=True)
class TuneConfig:
    """What decides the result of tuning; a run resumes only under the same."""

    samples: int = 10_240
    seed: int = 0
    lr: float = 8e-4
    rank: int = 16
    chinese: float = 0.55
    init: str | None = None
    excluded: str | None = None


def save_adapter(out: Path, trained: dict[str, torch.nn.Parameter], rank: int) -> None:
    """Write `adapter.safetensors` and `adapter.json` into `out`, whole or not at all."""
    halves = {_short(n): p.detach().to(torch.float16).contiguous() for n, p in trained.items()}
    with replacing(out / "adapter.safetensors") as temporary:
        save_file(halves, temporary)
    card = {"base": "SmolLM2-135M-Instruct", "rank": rank, "alpha": 2 * rank, "keywords": list(LATER)}
    write_json(out / "adapter.json", card)


def _short(name: str) -> str:
    return name.removeprefix("base_model.model.").replace(".default.weight", "")


def precision() -> torch.dtype:
    """The precision in which this CPU multiplies fastest: bfloat16 where it has instructions for it, which is half the
    memory traffic; where it has none, emulating them takes seven times as long as single precision."""
    return torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32


def autocast() -> torch.autocast:
    """The context in which the model is run for training."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision() is torch.bfloat16)


def trainable(folder: Path, rank: int, init: str | None) -> Any:
    """The language model in `folder` with an adapter that can be trained, that of the folder `init` if it is given."""
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM

    # Frozen weights in the precision of the products: no cast at every step under autocast.
    base = LlamaForCausalLM.from_pretrained(folder, dtype=precision(), local_files_only=True)
    lora = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", lora_dropout=0.0, bias="none")
    model = get_peft_model(base, lora)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    if init:
        start_from(Path(init), model)
    return model.train()


def start_from(folder: Path, model: Any) -> None:
    """Copy an adapter's weights into the model. Raises PontineError if it is missing or of another shape."""
    try:
        start = load_file(folder / "adapter.safetensors")
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.data.copy_(start[_short(name)])
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        why = str(error).splitlines()[0]
        raise PontineError(f"cannot start from the adapter in {str(folder)!r}: {why}") from None


def checkpoint(
    config: TuneConfig, out: Path, done: int, curve: list[list[float]], trained: dict[str, Any], optimizer: Any
) -> None:
    """Keep the weights, the optimizer and the curve after `done` chunks or steps; the last two are kept."""
    temporary = out / ".checkpoint"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    tensors = {f"weight/{n}": p.detach().contiguous() for n, p in trained.items()}
    for name, parameter in trained.items():
        state = optimizer.state[parameter]
        tensors |= {f"{key}/{name}": state[key].contiguous() for key in ("exp_avg", "exp_avg_sq", "step")}
    save_file(tensors, temporary / "state.safetensors")
    (temporary / "progress.json").write_text(
        json.dumps({"chunk": done, "config": asdict(config), "loss_curve": curve}), encoding="utf-8"
    )
    os.rename(temporary, out / f"checkpoint-{done:05d}")
    for old in list(_checkpoints(out))[:-2]:
        shutil.rmtree(old)


def _checkpoints(out: Path) -> Iterator[Path]:
    yield from sorted(out.glob("checkpoint-*"))


def resume(config: TuneConfig, out: Path, trained: dict[str, Any], optimizer: Any) -> tuple[int, list[list[float]]]:
    """Load the last checkpoint, if there is one; returns the chunks or steps done and the loss curve so far."""
    found = list(_checkpoints(out))
    if not found:
        return 0, []
    progress = json.loads((found[-1] / "progress.json").read_text(encoding="utf-8"))
    if progress["config"] != asdict(config):
        differ = [k for k, v in asdict(config).items() if progress["config"].get(k) != v]
        raise PontineError(
            f"{str(out)!r} holds a run with another {', '.join(differ)}; "
            "choose another out=, or give the same values to go on with it"
        )
    tensors = load_file(found[-1] / "state.safetensors")
    for name, parameter in trained.items():
        parameter.data.copy_(tensors[f"weight/{name}"])
        optimizer.state[parameter] = {key: tensors[f"{key}/{name}"] for key in ("exp_avg", "exp_avg_sq", "step")}
    return int(progress["chunk"]), progress["loss_curve"]
