"""Supervised fine-tuning: a LoRA adapter that writes goal forms."""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterator, Set
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from tokenizers import Tokenizer

from pontine.planner.brain.decode import Vocabulary
from pontine.planner.brain.weights import base_model
from pontine.planner.tuning.corpus import samples
from pontine.planner.tuning.lora import (
    TuneConfig,
    autocast,
    checkpoint,
    due,
    precision,
    resume,
    save_adapter,
    trainable,
)

CHUNK = 512
"""Samples drawn, sorted by length and cut into batches at a time; the last chunk is what is left."""

TOKENS = 1024
"""Tokens in a batch, padding included."""


def step_of_lengths() -> int:
    """Lengths are padded to multiples of this. Kernels for bfloat16 are built for each shape anew, so there the shapes
    are to be few; in single precision none are built, and padding is a fifth of the work."""
    return 1 if precision() is torch.float32 else 16


def train(
    config: TuneConfig, out: Path, excluded: Collection[tuple[str, ...]] = (), save_every: int = CHUNK
) -> dict[str, Any]:
    """Train into `out`, going on from its last checkpoint; returns the loss curve and counts.

    A checkpoint is written, and a row of the curve, after the batch with which `save_every` more samples are done. The
    adapter is written to `out/adapter.safetensors` (float16) with `out/adapter.json`.

    Raises PontineError if `out` holds a run with another configuration.
    """
    torch.manual_seed(config.seed)
    folder = base_model()
    vocabulary = Vocabulary.of(Tokenizer.from_file(str(folder / "tokenizer.json")))
    model = trainable(folder, config.rank, config.init)
    trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(trained.values(), lr=config.lr, betas=(0.9, 0.98), weight_decay=0.01)
    out.mkdir(parents=True, exist_ok=True)
    keywords = {token for ids in vocabulary.keywords.values() for token in ids}
    done, curve = resume(config, out, trained, optimizer)
    columns = (
        TextColumn("sft"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("loss {task.fields[loss]}"),
    )
    losses: list[float] = []
    with Progress(*columns) as progress:
        bar = progress.add_task("sft", total=config.samples, completed=done, loss=curve[-1][1] if curve else "–")
        kept = done
        for rows in _batches(config, done, vocabulary, excluded):
            for group in optimizer.param_groups:
                group["lr"] = config.lr * _schedule(done / config.samples)
            loss = _loss(model, rows, keywords)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
            optimizer.step()
            losses.append(float(loss.detach()))
            done += len(rows)
            progress.update(bar, completed=done, loss=f"{losses[-1]:.3f}")
            if due(kept, done, save_every, config):
                curve.append([done, round(sum(losses) / len(losses), 4)])
                checkpoint(config, out, curve, trained, optimizer)
                losses, kept = [], done
    save_adapter(out, trained, config.rank)
    return {"samples": done, "loss_curve": curve}


def drawn(config: TuneConfig) -> list[tuple[int, int, int]]:
    """The (seed, chunk, count) of all samples of a run."""
    starts = range(0, config.samples, CHUNK)
    return [(config.seed, start // CHUNK, min(CHUNK, config.samples - start)) for start in starts]


def _schedule(progress: float) -> float:
    """Share of the peak learning rate at a progress of 0..1: a warm-up, then half a cosine down to a twentieth."""
    warm = 0.04
    if progress < warm:
        return 0.02 + progress / warm
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (progress - warm) / (1 - warm)))


def _batches(
    config: TuneConfig, done: int, vocabulary: Vocabulary, excluded: Collection[tuple[str, ...]]
) -> Iterator[list[tuple[list[int], int]]]:
    """The batches after the first `done` samples: rows of (token ids, length of the prompt among them)."""
    for seed, chunk, count in drawn(config):
        seen = chunk * CHUNK
        if seen + count <= done:
            continue
        rows = []
        for sample in samples(seed, chunk, count, excluded, config.chinese):
            prompt = vocabulary.prompt(sample.instruction)
            rows.append((prompt + vocabulary.target(sample.form.symbols()), len(prompt)))
        rows.sort(key=lambda row: len(row[0]), reverse=True)
        batches = []
        while rows:
            size = max(1, TOKENS // _padded(len(rows[0][0]), step_of_lengths()))
            batches.append(rows[:size])
            rows = rows[size:]
        random.Random(f"{seed}/{chunk}").shuffle(batches)
        for batch in batches:
            if seen >= done:
                yield batch
            seen += len(batch)


def _padded(length: int, step: int) -> int:
    return -(-length // step) * step


def _loss(model: Any, rows: list[tuple[list[int], int]], keywords: Set[int]) -> torch.Tensor:
    """Mean cross entropy (nats) of the form's tokens.

    The head runs on those positions only, and only for tokens that could follow where forms are decoded under the
    constraint: those of `keywords` and of the instructions of the batch. The whole vocabulary is a tenth of the work.
    """
    longest = _padded(max(len(ids) for ids, _ in rows), step_of_lengths())
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    positions: list[int] = []
    targets: list[int] = []
    for i, (row, prompt) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
        positions += range(i * longest + prompt - 1, i * longest + len(row) - 1)
        targets += row[prompt:]
    known = sorted(keywords | {token for row, _ in rows for token in row})
    place = {token: at for at, token in enumerate(known)}
    causal = model.get_base_model()
    with autocast():
        hidden = causal.model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
        chosen = hidden.reshape(-1, hidden.shape[-1])[torch.tensor(positions)]
        logits = chosen @ causal.lm_head.weight[known].T.to(chosen.dtype)
    return torch.nn.functional.cross_entropy(logits.float(), torch.tensor([place[token] for token in targets]))
