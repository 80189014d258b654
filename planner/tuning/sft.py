"""Supervised fine-tuning: a LoRA adapter that writes goal forms."""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from tokenizers import Tokenizer

from pontine.planner.brain.decode import Vocabulary
from pontine.planner.brain.weights import base_model
from pontine.planner.tuning.corpus import samples
from pontine.planner.tuning.lora import TuneConfig, autocast, checkpoint, resume, save_adapter, trainable

CHUNK = 512
"""Samples drawn, sorted by length and cut into batches at a time; a checkpoint is written after each chunk."""

TOKENS = 1024
"""Tokens in a batch, padding included: the same at every step, so that the kernels are built once."""


def train(config: TuneConfig, out: Path, excluded: Collection[tuple[str, ...]] = ()) -> dict[str, Any]:
    """Train into `out`, going on from its last checkpoint; returns the loss curve and counts.

    The adapter is written to `out/adapter.safetensors` (float16) with `out/adapter.json`.

    Raises PontineError if `out` holds a run with another configuration.
    """
    torch.manual_seed(config.seed)
    folder = base_model()
    vocabulary = Vocabulary.of(Tokenizer.from_file(str(folder / "tokenizer.json")))
    model = trainable(folder, config.rank, config.init)
    trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(trained.values(), lr=config.lr, betas=(0.9, 0.98), weight_decay=0.01)
    out.mkdir(parents=True, exist_ok=True)
    chunks = max(1, round(config.samples / CHUNK))
    done, curve = resume(config, out, trained, optimizer)
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
            checkpoint(config, out, chunk + 1, curve, trained, optimizer)
    save_adapter(out, trained, config.rank)
    return {"samples": chunks * CHUNK, "loss_curve": curve}


def drawn(config: TuneConfig) -> list[tuple[int, int, int]]:
    """The (seed, chunk, count) of all samples of a run."""
    return [(config.seed, chunk, CHUNK) for chunk in range(max(1, round(config.samples / CHUNK)))]


def _schedule(progress: float) -> float:
    """Share of the peak learning rate at a progress of 0..1: a warm-up, then half a cosine down to a twentieth."""
    warm = 0.04
    if progress < warm:
        return 0.02 + progress / warm
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (progress - warm) / (1 - warm)))


def _batches(
    config: TuneConfig, chunk: int, vocabulary: Vocabulary, excluded: Collection[tuple[str, ...]]
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
    with autocast():
        hidden = causal.model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
        logits = causal.lm_head(hidden.reshape(-1, hidden.shape[-1])[torch.tensor(positions)])
    return torch.nn.functional.cross_entropy(logits.float(), torch.tensor(targets))
