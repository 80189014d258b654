"""Training a skill, by whichever algorithm: a run's folder, the training, the final tests and the card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from pontine.envs.declarations.shaping import check_reward, check_weights, reward_terms
from pontine.envs.errors import PontineError
from pontine.envs.tabletop.randomization import randomization
from pontine.envs.tasks import task as task_of
from pontine.envs.tasks.observation import LAYOUT, SIZE
from pontine.envs.tasks.starts import Curriculum

from ..actor import Actor, load, save
from ..evaluate import acting, evaluate
from ..threads import torch_threads
from .algorithm import ALGORITHMS, Job, check
from .config import Progress, Report, TrainConfig
from .failures import read_curriculum
from .run_folder import Say, claimed
from .vec_env import Reward

TEST_SEED = 10_000_000
"""First seed of the final tests; training draws its seeds elsewhere."""


def train(config: TrainConfig, report: Report = lambda progress: None, say: Say = lambda words: None) -> dict[str, Any]:
    """Train, or go on where a killed run with the same configuration stopped; returns the card.

    Writes `policy.safetensors` and `policy.json` (the card) into the run directory. A run that is finished is
    not trained again. Raises PontineError if the task cannot be learned so, or if the directory belongs to a
    run with another configuration.
    """
    check(config.task, config.algo, config.start, config.settings)
    check_rewards(config.task, config.algo, config.reward, config.weights, config.easier)
    curriculum, algorithm = _curriculum(config), ALGORITHMS[config.algo]
    reward = reward_of(config.task, config.algo, config.reward, config.weights)
    settings = algorithm.settings_of(config.settings)
    with torch_threads(1), claimed(config.run_dir, asdict(config), say) as run:
        if (run.path / "policy.json").exists():
            say(f"{run.path} holds this run, finished; remove it to train anew")
            return load(run.path / "policy")[1]
        run.picture()
        actors = algorithm.train(Job(run, config, curriculum, settings, report, reward))
        best = list(actors.values())[-1]
        spent = {"training_env_steps": run.env_steps, "training_cpu_seconds": round(run.cpu_seconds, 1)}
        run.picture()
        before = {"before": load(run.path / "clone")[1].get("before", [])} if config.start else {}
        card = {**_described(config, best), **before, **run.origin, **spent}
        card["test"] = _tested(config, actors, report)
        save(best, card, run.path / "policy")
        run.forget()
    return card


def _curriculum(config: TrainConfig) -> Curriculum:
    """What is mixed into training; tests and validations have none of it."""
    task, own = task_of(config.task), Curriculum()
    if config.starts is not None:
        own = read_curriculum(config.starts, task, config.starts_share)
    return replace(own, nominal=config.nominal, easier=task.easier, ease=config.easier)


def reward_of(task: str, algo: str, reward: str | None, weights: Mapping[str, float]) -> Reward:
    """What a run is rewarded for: what is asked for, or what the algorithm learns from best.

    A goal task's own reward is sparse, by whichever of both names it is asked for.
    """
    if reward == "sparse" and task_of(task).sparse:
        reward = "task"
    elif reward is None:
        reward = ALGORITHMS[algo].reward
        if reward == "shaped" and not task_of(task).potentials:
            reward = "task"
    return Reward(reward, weights)


def check_rewards(task: str, algo: str, reward: str | None, weights: Mapping[str, float], easier: float) -> None:
    """Raises UnknownNameError for a reward or a term of it that there is not, PontineError for easier starts that the
    task does not have and for a reward that the algorithm gets nowhere with."""
    one = task_of(task)
    wanted = reward_of(task, algo, reward, weights)
    check_reward(wanted.name, one.potentials, one.name)
    check_weights(wanted.weights, reward_terms(one, wanted.name))
    if easier and not one.easier:
        raise PontineError(f"easier={easier}: {one.name} has no easier starts")
    if not ALGORITHMS[algo].any_reward and (wanted.name != "task" or weights):
        able = ", ".join(name for name, other in sorted(ALGORITHMS.items()) if other.any_reward)
        raise PontineError(f"algo={algo} has the task's own reward; reward= and weights= are for algo={able}")


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


def _described(config: TrainConfig, actor: Actor) -> dict[str, Any]:
    """What the policy takes, gives and was trained on."""
    layout = [{"part": name, "width": width} for name, width, *_ in LAYOUT]
    sees = layout if actor.observation == SIZE else "envs.observation.flat of what the task's docstring describes"
    return {
        "task": task_of(config.task).id,
        "observation": sees,
        "action": "joint target deltas, 6 numbers in [-1, 1] x (0.08, 0.08, 0.08, 0.08, 0.12, 0.25) rad",
        "control_rate_hz": 25,
        "config": json.loads(json.dumps(asdict(config))),
        "randomization": asdict(randomization(config.randomization)),
        "demonstrations": ALGORITHMS[config.algo].demonstrations,
    }


__all__ = ["TEST_SEED", "Progress", "TrainConfig", "check", "check_rewards", "train"]
