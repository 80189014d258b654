"""A LoRA adapter in training: made or started from another, kept in checkpoints, and saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from pontine.envs.errors import PontineError
from pontine.envs.files import write_json
from pontine.planner.language.grammar import LATER
from pontine.policies import checkpoint as checkpoints


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
    sentences: str | None = None


def save_adapter(out: Path, trained: dict[str, torch.nn.Parameter], rank: int) -> None:
    """Write `adapter.safetensors` and `adapter.json` into `out`, whole or not at all."""
    halves = {_short(n): p.detach().to(torch.float16) for n, p in trained.items()}
    checkpoints.write_tensors(out / "adapter.safetensors", halves, {})
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
        start, _ = checkpoints.read_tensors(folder / "adapter.safetensors")
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.data.copy_(start[_short(name)])
    except checkpoints.UNFIT as error:
        raise PontineError(f"cannot start from the adapter in {str(folder)!r}: {checkpoints.why(error)}") from None


def due(kept: int, done: int, save_every: int, config: TuneConfig) -> bool:
    """Whether it is time for a checkpoint after `done` samples, the last one being after `kept`."""
    return done >= config.samples or done // save_every > kept // save_every


def checkpoint(
    config: TuneConfig, out: Path, curve: list[list[float]], trained: Mapping[str, Any], optimizer: Any
) -> None:
    """Keep the weights, the optimizer and the curve, whose last row begins with the samples that are done.

    Raises WriteError.
    """
    facts = {"config": asdict(config), "curve": curve}
    checkpoints.keep(_file(out), _parts(trained, optimizer), facts)


def resume(config: TuneConfig, out: Path, trained: Mapping[str, Any], optimizer: Any) -> tuple[int, list[list[float]]]:
    """Load the checkpoint, if there is one; returns the samples done and the curve so far.

    Raises PontineError for one of another configuration, CheckpointError for one that cannot be read.
    """
    if not _file(out).exists():
        return 0, []
    with checkpoints.reading(_file(out)) as (tensors, facts):
        there, curve = dict(facts["config"]), facts["curve"]
        if any(type(number) not in (int, float) for row in curve for number in row) or not all(curve):
            raise ValueError("its curve is not one of numbers")
        done = curve[-1][0] if curve else 0
        if type(done) is not int or done < 0:
            raise ValueError("its curve is not one of samples")
    if differ := [key for key, value in asdict(config).items() if there.get(key) != value]:
        raise PontineError(
            f"{str(out)!r} holds a run with another {', '.join(differ)}; "
            "choose another out=, or give the same values to go on with it"
        )
    with checkpoints.reading(_file(out)):
        checkpoints.fill(_parts(trained, optimizer), tensors)
    return done, curve


def _file(out: Path) -> Path:
    return out / "checkpoint" / "adapter.safetensors"


def _parts(trained: Mapping[str, Any], optimizer: Any) -> dict[str, checkpoints.Part]:
    return {"optimizer": optimizer, **{f"weight/{name}": parameter for name, parameter in trained.items()}}
