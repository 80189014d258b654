"""Training a skill: by default clone the demonstrator, then reinforcement learning from the clone.

The clone is the start and the demonstrator its ceiling; PPO with the task's own reward,
under domain randomisation, goes beyond it. SAC, TQC and RLPD learn from nothing, for comparison.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import torch

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.tabletop.randomization import randomization
from pontine.envs.tasks import TASKS
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.observation import LAYOUT, SIZE
from pontine.envs.tasks.starts import Curriculum

from ..actor import Actor, load, save
from ..evaluate import acting, evaluate
from .clone import CloneConfig, clone
from .failures import read_curriculum
from .finetune import PPOConfig, finetune
from .offpolicy import ALGORITHMS, OffPolicyConfig, learn
from .run_folder import RunFolder, Say, claimed

TEST_SEED = 10_000_000
"""First seed of the final tests; training draws its seeds elsewhere."""

ALGOS = ("clone+ppo", "clone", *ALGORITHMS)
"""The ways to train."""


@dataclass(frozen=True)
class TrainConfig:
    """One training run. `run_dir` keeps everything that a killed run needs to go on."""

    task: str = "pick"
    algo: str = "clone+ppo"
    seed: int = 0
    randomization: str = "real"
    run_dir: str = "runs/pick"
    threads: int = 0
    start: str | None = None
    starts: str | None = None
    starts_share: float = 0.5
    nominal: float = 0.0
    test_episodes: int = 500
    clone: CloneConfig = field(default_factory=CloneConfig)
    ppo: PPOConfig = field(default_factory=PPOConfig)
    offpolicy: OffPolicyConfig = field(default_factory=OffPolicyConfig)


@dataclass(frozen=True)
class Progress:
    """Where a run is: stage name, environment steps (or episodes, of the tests) of how many, and figures to show."""

    stage: str
    done: int
    total: int
    figures: dict[str, float]


Report = Callable[[Progress], None]


def train(config: TrainConfig, report: Report = lambda progress: None, say: Say = lambda words: None) -> dict[str, Any]:
    """Train, or go on where a killed run with the same configuration stopped; returns the card.

    Writes `policy.safetensors` and `policy.json` (the card) into the run directory. A run that is finished is
    not trained again. Raises PontineError if the task cannot be learned so, or if the directory belongs to a
    run with another configuration.
    """
    check(config.task, config.algo, config.start)
    _curriculum(config)
    torch.set_num_threads(1)
    with claimed(config.run_dir, asdict(config), say) as run:
        if (run.path / "policy.json").exists():
            say(f"{run.path} holds this run, finished; remove it to train anew")
            return load(run.path / "policy")[1]
        run.picture()
        actors = _actors(run, config, report)
        best = list(actors.values())[-1]
        spent = {"training_env_steps": run.env_steps, "training_cpu_seconds": round(run.cpu_seconds, 1)}
        run.picture()
        before = {"before": load(run.path / "clone")[1].get("before", [])} if config.start else {}
        card = {**_described(config, best), **before, **run.origin, **spent}
        card["test"] = _tested(config, actors, report)
        save(best, card, run.path / "policy")
        for name in ("buffer.npz", "sac.zip", "tqc.zip"):
            # a replay buffer is large, and of no use to a run that has ended
            (run.path / name).unlink(missing_ok=True)
    return card


def check(task: str, algo: str, start: str | None) -> None:
    """Raises UnknownNameError for an algorithm there is none of, PontineError for a task that it cannot learn and for
    a policy to start from that it has no use for."""
    if algo not in ALGOS:
        raise UnknownNameError("algo", algo, ALGOS)
    if task_of(task).sparse and algo == "clone+ppo":
        trained = ", ".join(name.lower() for name, cls in TASKS.items() if not cls.sparse)
        raise PontineError(
            f"{task} is a goal task, whose reward PPO gets nowhere with; take "
            f"algo={', '.join(name for name in ALGOS if name != algo)}, or another task ({trained})"
        )
    if start is not None and algo in ALGORITHMS:
        raise PontineError(f"algo={algo} learns from nothing: start={start} is for algo=clone+ppo")


def _curriculum(config: TrainConfig) -> Curriculum:
    """What is mixed into training; tests and validations have none of it."""
    if config.starts is None:
        return Curriculum(nominal=config.nominal)
    return replace(read_curriculum(config.starts, task_of(config.task), config.starts_share), nominal=config.nominal)


def _actors(run: RunFolder, config: TrainConfig, report: Report) -> dict[str, Actor]:
    """What the stages made, the last one last."""
    if config.algo in ALGORITHMS:
        return {"policy": _offpolicy_stage(run, config, report)}
    cloned = _clone_stage(run, config, report)
    if config.algo == "clone" or not config.ppo.iterations:
        return {"policy": cloned}
    return {"start" if config.start else "clone": cloned, "policy": _ppo_stage(run, config, cloned, report)}


_MADE_BY = ("command", "commit", "training_env_steps", "training_cpu_seconds")
"""What a card repeats of the cards of the policies that training went on from, first to last."""


def _clone_stage(run: RunFolder, config: TrainConfig, report: Report) -> Actor:
    path = run.path / "clone"
    if not path.with_suffix(".json").exists():
        if config.start is not None:
            start, card = load(config.start)
            known = {key: card[key] for key in _MADE_BY if key in card}
            save(start, {"before": [*card.get("before", []), {"policy": config.start, **known}]}, path)
        else:
            settings = config.clone
            total = settings.rounds * settings.steps * settings.worlds
            clone(
                run,
                config.task,
                settings,
                config.randomization,
                config.seed,
                config.threads,
                lambda done, figures: report(Progress("clone", done, total, figures)),
                _curriculum(config),
            )
    shutil.rmtree(path, ignore_errors=True)
    return load(path)[0]


def _ppo_stage(run: RunFolder, config: TrainConfig, start: Actor, report: Report) -> Actor:
    settings = config.ppo
    total = settings.iterations * settings.worlds * settings.steps
    return finetune(
        run,
        config.task,
        start,
        settings,
        config.randomization,
        config.seed,
        config.threads,
        lambda done, figures: report(Progress("ppo", done, total, figures)),
        _curriculum(config),
    )


def _offpolicy_stage(run: RunFolder, config: TrainConfig, report: Report) -> Actor:
    total = config.offpolicy.steps
    return learn(
        run,
        config.algo,
        config.task,
        config.offpolicy,
        config.randomization,
        config.seed,
        config.threads,
        lambda done, figures: report(Progress(config.algo, done, total, figures)),
        _curriculum(config),
    )


def _tested(config: TrainConfig, actors: dict[str, Actor], report: Report) -> dict[str, Any]:
    """Every stage's actor, nominal, randomised and under delay, on seeds no training saw."""
    physics = list(dict.fromkeys(["none", config.randomization, "delay2"]))
    cases = [(name, actor, p) for name, actor in actors.items() for p in physics]
    results: dict[str, Any] = {}
    total = len(cases) * config.test_episodes
    for index, (name, actor, p) in enumerate(cases):
        before = index * config.test_episodes
        report(Progress("test", before, total, {}))
        results[f"{name}, randomization={p}"] = score = evaluate(
            config.task,
            acting(actor),
            config.test_episodes,
            TEST_SEED,
            p,
            config.threads,
            lambda done, of, before=before: report(Progress("test", before + done, total, {})),  # type: ignore[misc]
        )
        report(Progress("test", before + config.test_episodes, total, {"success": score["success"]}))
    return results


_SOURCE = {
    "clone+ppo": "the scripted demonstrator labelled the clone's states (DAgger); PPO then trained on the "
    "task's reward alone",
    "clone": "the scripted demonstrator labelled the clone's states (DAgger)",
    "sac": "none",
    "tqc": "none",
    "rlpd": "half of every batch came from episodes of the scripted demonstrator",
}


def _described(config: TrainConfig, actor: Actor) -> dict[str, Any]:
    """What the policy takes, gives and was trained on."""
    layout = [{"part": name, "width": width} for name, width in LAYOUT]
    sees = layout if actor.observation == SIZE else "envs.observation.flat of what the task's docstring describes"
    return {
        "task": task_of(config.task).id,
        "observation": sees,
        "action": "joint target deltas, 6 numbers in [-1, 1] x (0.08, 0.08, 0.08, 0.08, 0.12, 0.25) rad",
        "control_rate_hz": 25,
        "config": json.loads(json.dumps(asdict(config))),
        "randomization": asdict(randomization(config.randomization)),
        "demonstrations": _SOURCE[config.algo],
    }
