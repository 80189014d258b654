"""What `pontine tune` does: train the brain's adapter."""

from __future__ import annotations

from pathlib import Path


def tune_verb(
    stage: str = "sft",
    out: str | Path = "runs/brain",
    samples: int = 10_000,
    seed: int = 0,
    batch_size: int = 16,
    lr: float = 8e-4,
    rank: int = 16,
    minutes: float | None = None,
    init: str | Path | None = None,
) -> int:
    """The verb `pontine tune`: trains a LoRA adapter into the folder `out`, resuming what is there.
    Returns the exit status. Raises PontineError on bad input."""
    raise NotImplementedError
