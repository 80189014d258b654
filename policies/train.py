"""Training a skill: clone the demonstrator, then reinforcement learning from the clone.

The clone is the start and the demonstrator its ceiling; PPO with the task's own reward,
under domain randomisation, goes beyond it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from pontine.envs.errors import PontineError
from pontine.envs.files import write_json
from pontine.envs.observation import LAYOUT, SIZE
from pontine.envs.randomization import randomization
from pontine.envs.tasks import TASKS
from pontine.envs.tasks import task as task_of

from .actor import Actor, load, save
from .clone import CloneConfig, clone
from .evaluate import acting, evaluate
from .finetune import PPOConfig, finetune
from .provenance import command, commit

TEST_SEED = 10_000_000
"""First seed of the final tests; training draws its seeds elsewhere."""


@dataclass(frozen=True)
class TrainConfig:
    """One training run. `run_dir` keeps everything that a killed run needs to go on."""

    task: str = "pick"
    seed: int = 0
    randomization: str = "real"
    run_dir: str = "runs/pick"
    threads: int = 0
    start: str | None = None
    test_episodes: int = 500
    clone: CloneConfig = field(default_factory=CloneConfig)
    ppo: PPOConfig = field(default_factory=PPOConfig)


@dataclass(frozen=True)
class Progress:
    """Where a run is: stage name, step of how many, and figures to show."""

    stage: str
    done: int
    total: int
    figures: dict[str, float]


Report = Callable[[Progress], None]


def train(config: TrainConfig, report: Report = lambda progress: None) -> dict[str, Any]:
    """Train, or go on where a killed run with the same configuration stopped; returns the card.

    Writes `policy.safetensors` and `policy.json` (the card) into the run directory. Raises
    PontineError for a goal task, or if the directory belongs to a run with another configuration.
    """
    if task_of(config.task).sparse:
        trained = ", ".join(name.lower() for name, task in TASKS.items() if not task.sparse)
        raise PontineError(
            f"{config.task} is a goal task, for algorithms with hindsight relabelling; train takes {trained}"
        )
    torch.set_num_threads(1)
    folder = Path(config.run_dir)
    folder.mkdir(parents=True, exist_ok=True)
    origin = _claim(folder, config)
    cloned = _clone_stage(folder, config, report)
    best = _ppo_stage(folder, config, cloned, report) if config.ppo.iterations else cloned
    card = {**_described(config, best), **origin, "test": _tested(config, cloned, best, report)}
    save(best, card, folder / "policy")
    return card


def _claim(folder: Path, config: TrainConfig) -> dict[str, str]:
    """Note the configuration, the command and the commit, or refuse a directory that has another run's."""
    path = folder / "config.json"
    wanted = json.loads(json.dumps(asdict(config)))
    if path.exists():
        there = json.loads(path.read_text(encoding="utf-8"))
        differing = [k for k in wanted if there.get(k) != wanted[k] and k not in ("threads", "run_dir")]
        if differing:
            raise PontineError(
                f"{folder} holds a run with another {', '.join(differing)}; take another run_dir or remove it"
            )
        return {k: there[k] for k in ("command", "commit")}
    origin = {"command": command(), "commit": commit()}
    write_json(path, {**wanted, **origin})
    return origin


def _clone_stage(folder: Path, config: TrainConfig, report: Report) -> Actor:
    path = folder / "clone"
    if path.with_suffix(".json").exists():
        return load(path)[0]
    if config.start is not None:
        save(load(config.start)[0], {"start": config.start}, path)
        return load(path)[0]
    settings, began = config.clone, time.process_time()
    actor = clone(
        config.task,
        settings,
        randomization(config.randomization),
        config.seed,
        config.threads,
        lambda turn, loss: report(Progress("clone", turn, settings.rounds, {"loss": loss})),
    )
    save(actor, {"cpu_seconds": round(time.process_time() - began)}, path)
    return load(path)[0]


def _ppo_stage(folder: Path, config: TrainConfig, start: Actor, report: Report) -> Actor:
    return finetune(
        folder,
        config.task,
        start,
        config.ppo,
        config.randomization,
        config.seed,
        config.threads,
        lambda iteration, figures: report(Progress("ppo", iteration, config.ppo.iterations, figures)),
    )


def _tested(config: TrainConfig, cloned: Actor, best: Actor, report: Report) -> dict[str, Any]:
    """Clone and policy, nominal, randomised and under delay, on seeds no training saw."""
    physics = list(dict.fromkeys(["none", config.randomization, "delay2"]))
    cases = [(name, actor, p) for name, actor in (("clone", cloned), ("policy", best)) for p in physics]
    results = {}
    for done, (name, actor, p) in enumerate(cases):
        report(Progress("test", done, len(cases), {}))
        results[f"{name}, randomization={p}"] = evaluate(
            config.task, acting(actor), config.test_episodes, TEST_SEED, p, config.threads
        )
    return results


def _described(config: TrainConfig, actor: Actor) -> dict[str, Any]:
    """What the policy takes, gives and was trained on."""
    layout = [{"part": name, "width": width} for name, width in LAYOUT]
    return {
        "task": task_of(config.task).id,
        "observation": layout if actor.observation == SIZE else "as the task's docstring says",
        "action": "joint target deltas, 6 numbers in [-1, 1] x (0.08, 0.08, 0.08, 0.08, 0.12, 0.25) rad",
        "control_rate_hz": 25,
        "config": asdict(config),
        "randomization": asdict(randomization(config.randomization)),
        "demonstrations": "the scripted demonstrator labelled the clone's states (DAgger); PPO then trained on the "
        "task's reward alone",
    }
