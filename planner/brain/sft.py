"""Supervised fine-tuning: a LoRA adapter that writes goal forms."""

from __future__ import annotations

import json
import math
import os
import random
import shutil
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from pontine.envs.errors import PontineError
from pontine.envs.files import replacing, write_json
from pontine.planner.brain.corpus import samples
from pontine.planner.brain.decode import Vocabulary
from pontine.planner.brain.form import FOLLOW_UP
from pontine.planner.brain.weights import base_model

CHUNK = 512
"""Samples drawn, sorted by length and cut into batches at a time; a checkpoint is written after each chunk."""

TOKENS = 1024
"""Tokens in a batch, padding included: the same at every step, so that the kernels are built once."""


@dataclass(frozen=True)
class SftConfig:
    """What decides the result; a run resumes only under the same."""

    samples: int = 10_000
    seed: int = 0
    lr: float = 8e-4
    rank: int = 16
    chinese: float = 0.55
    init: str | None = None
    excluded: str | None = None


def train(config: SftConfig, out: Path, excluded: Collection[tuple[str, ...]] = ()) -> dict[str, Any]:
    """Train into `out`, going on from its last checkpoint; returns the loss curve and counts.

    The adapter is written to `out/adapter.safetensors` (float16) with `out/adapter.json`.

    Raises PontineError if `out` holds a run with another configuration.
    """
    torch.manual_seed(config.seed)
    folder = base_model()
    vocabulary = Vocabulary.of(Tokenizer.from_file(str(folder / "tokenizer.json")))
    model = _model(folder, config)
    trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(trained.values(), lr=config.lr, betas=(0.9, 0.98), weight_decay=0.01)
    out.mkdir(parents=True, exist_ok=True)
    chunks = max(1, round(config.samples / CHUNK))
    done, curve = _resume(config, out, trained, optimizer)
    columns = (
        TextColumn("sft"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("loss {task.fields[loss]}"),
    )
    with Progress(*columns) as progress:
        bar = progress.add_task(
            "sft", total=chunks * CHUNK, completed=done * CHUNK, loss=curve[-1][1] if curve else "–"
        )
        for chunk in range(done, chunks):
            losses = []
            for rows, position in _batches(config, chunk, vocabulary, excluded):
                for group in optimizer.param_groups:
                    group["lr"] = config.lr * _schedule((chunk + position) / chunks)
                loss = _loss(model, rows)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
                optimizer.step()
                losses.append(float(loss.detach()))
                progress.update(bar, advance=len(rows), loss=f"{losses[-1]:.3f}")
            curve.append([(chunk + 1) * CHUNK, round(sum(losses) / len(losses), 4)])
            _checkpoint(config, out, chunk + 1, curve, trained, optimizer)
    save_adapter(out, trained, config.rank)
    return {"samples": chunks * CHUNK, "loss_curve": curve}


def save_adapter(out: Path, trained: dict[str, torch.nn.Parameter], rank: int) -> None:
    """Write `adapter.safetensors` and `adapter.json` into `out`, whole or not at all."""
    halves = {_short(n): p.detach().to(torch.float16).contiguous() for n, p in trained.items()}
    with replacing(out / "adapter.safetensors") as temporary:
        save_file(halves, temporary)
    card = {"base": "SmolLM2-135M-Instruct", "rank": rank, "alpha": 2 * rank, "keywords": list(FOLLOW_UP)}
    write_json(out / "adapter.json", card)


def _short(name: str) -> str:
    return name.removeprefix("base_model.model.").replace(".default.weight", "")


def _model(folder: Path, config: SftConfig) -> Any:
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM

    # The frozen weights in bfloat16: half the memory traffic, and no cast at every step under autocast.
    base = LlamaForCausalLM.from_pretrained(folder, dtype=torch.bfloat16, local_files_only=True)
    lora = LoraConfig(
        r=config.rank, lora_alpha=2 * config.rank, target_modules="all-linear", lora_dropout=0.0, bias="none"
    )
    model = get_peft_model(base, lora)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    if config.init:
        _start_from(Path(config.init), model)
    return model.train()


def _start_from(folder: Path, model: Any) -> None:
    """Copy an adapter's weights into the model. Raises PontineError if it is missing or of another shape."""
    try:
        start = load_file(folder / "adapter.safetensors")
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.data.copy_(start[_short(name)])
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        why = str(error).splitlines()[0]
        raise PontineError(f"cannot start from the adapter in {str(folder)!r}: {why}") from None


def _schedule(progress: float) -> float:
    """Share of the peak learning rate at a progress of 0..1: a warm-up, then half a cosine down to a twentieth."""
    warm = 0.04
    if progress < warm:
        return 0.02 + progress / warm
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (progress - warm) / (1 - warm)))


def _batches(
    config: SftConfig, chunk: int, vocabulary: Vocabulary, excluded: Collection[tuple[str, ...]]
) -> Iterator[tuple[list[tuple[list[int], int]], float]]:
    """The batches of one chunk: rows of (token ids, length of the prompt among them), and the share of the
    chunk that came before each."""
    rows = []
    for sample in samples(config.seed, chunk, CHUNK, excluded, config.chinese):
        prompt = vocabulary.prompt(sample.instruction)
        rows.append((prompt + vocabulary.target(sample.form.symbols()), len(prompt)))
    rows.sort(key=lambda row: len(row[0]), reverse=True)
    batches = []
    while rows:
        count = max(1, TOKENS // _padded(len(rows[0][0]), 16))
        batches.append(rows[:count])
        rows = rows[count:]
    random.Random(f"{config.seed}/{chunk}").shuffle(batches)
    seen = 0
    for batch in batches:
        yield batch, seen / CHUNK
        seen += len(batch)


def _padded(length: int, step: int) -> int:
    return -(-length // step) * step


def _loss(model: Any, rows: list[tuple[list[int], int]]) -> torch.Tensor:
    """Mean cross entropy (nats) of the form's tokens. The head runs on those positions only."""
    longest = _padded(max(len(ids) for ids, _ in rows), 16)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    positions: list[int] = []
    targets: list[int] = []
    for i, (row, prompt) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
        positions += range(i * longest + prompt - 1, i * longest + len(row) - 1)
        targets += row[prompt:]
    blank = _padded(len(targets), 128) - len(targets)
    positions, targets = positions + [0] * blank, targets + [-100] * blank
    causal = model.get_base_model()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = causal.model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
        logits = causal.lm_head(hidden.reshape(-1, hidden.shape[-1])[torch.tensor(positions)])
    return torch.nn.functional.cross_entropy(logits.float(), torch.tensor(targets))


def _checkpoint(
    config: SftConfig, out: Path, chunk: int, curve: list[list[float]], trained: dict[str, Any], optimizer: Any
) -> None:
    temporary = out / ".checkpoint"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    tensors = {f"weight/{n}": p.detach().contiguous() for n, p in trained.items()}
    for name, parameter in trained.items():
        state = optimizer.state[parameter]
        tensors |= {f"{key}/{name}": state[key].contiguous() for key in ("exp_avg", "exp_avg_sq", "step")}
    save_file(tensors, temporary / "state.safetensors")
    (temporary / "progress.json").write_text(
        json.dumps({"chunk": chunk, "config": asdict(config), "loss_curve": curve}), encoding="utf-8"
    )
    os.rename(temporary, out / f"checkpoint-{chunk:05d}")
    for old in list(_checkpoints(out))[:-2]:
        shutil.rmtree(old)


def _checkpoints(out: Path) -> Iterator[Path]:
    yield from sorted(out.glob("checkpoint-*"))


def _resume(config: SftConfig, out: Path, trained: dict[str, Any], optimizer: Any) -> tuple[int, list[list[float]]]:
    """Load the last checkpoint, if there is one; returns the chunks done and the loss curve so far."""
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
