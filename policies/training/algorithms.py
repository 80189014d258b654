"""The algorithms that come with Pontine: cloning, reinforcement learning from the clone, and from nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace

from pontine.envs.io import json_text

from ..actor import Actor, load, save
from .algorithm import ALGORITHMS, Algorithm, Job
from .clone import clone
from .config import NEVER, Progress, TrainConfig
from .finetune import finetune
from .offpolicy import learn

_MADE_BY = ("command", "commit", "training_env_steps", "training_cpu_seconds")
"""What a card repeats of the cards of the policies that training went on from, first to last."""


def _clone(job: Job) -> dict[str, Actor]:
    return {"policy": _cloned(job)}


def _clone_and_ppo(job: Job) -> dict[str, Actor]:
    start = _cloned(job)
    if not job.config.ppo.iterations:
        return {"policy": start}
    return {"start" if job.config.start else "clone": start, "policy": _tuned(job, start)}


def _cloned(job: Job) -> Actor:
    """The clone of the demonstrator, or the policy to start from in its place."""
    run, config = job.run, job.config
    path = run.path / "clone"
    if not path.with_suffix(".json").exists():
        if config.start is not None:
            start, card = load(config.start)
            known = {key: card[key] for key in _MADE_BY if key in card}
            with json_text.expecting(f"the card of {config.start}"):
                before = [*card.get("before", []), {"policy": config.start, **known}]
            save(start, {"before": before}, path)
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
                lambda done, figures: job.report(Progress("clone", done, total, figures)),
                job.curriculum,
            )
    shutil.rmtree(run.checkpoints / "clone", ignore_errors=True)
    return load(path)[0]


def _tuned(job: Job, start: Actor) -> Actor:
    config, settings = job.config, job.config.ppo
    total = settings.iterations * settings.worlds * settings.steps
    return finetune(
        job.run,
        config.task,
        start,
        settings,
        config.randomization,
        config.seed,
        config.threads,
        lambda done, figures: job.report(Progress("ppo", done, total, figures)),
        job.curriculum,
    )


def _off_policy(job: Job) -> dict[str, Actor]:
    config = job.config
    total = config.offpolicy.steps
    actor = learn(
        job.run,
        config.algo,
        config.task,
        config.offpolicy,
        config.randomization,
        config.seed,
        config.threads,
        lambda done, figures: job.report(Progress(config.algo, done, total, figures)),
        job.curriculum,
        job.reward,
    )
    return {"policy": actor}


def _budgeted(config: TrainConfig, seconds: float) -> TrainConfig:
    return replace(config, offpolicy=replace(config.offpolicy, cpu_seconds=seconds, steps=NEVER))


for _algorithm in (
    Algorithm(
        "clone+ppo",
        "clone the demonstrator (DAgger), then reinforcement learning (PPO) from there",
        "the scripted demonstrator labelled the clone's states (DAgger); PPO then trained on the task's reward alone",
        _clone_and_ppo,
        demonstrator=True,
        rewarded=True,
        starts=True,
        parts=("clone", "ppo"),
    ),
    Algorithm(
        "clone",
        "clone the demonstrator (DAgger)",
        "the scripted demonstrator labelled the clone's states (DAgger)",
        _clone,
        demonstrator=True,
        starts=True,
        parts=("clone",),
    ),
    Algorithm(
        "sac",
        "soft actor-critic from nothing, on goal tasks with hindsight",
        "none",
        _off_policy,
        any_reward=True,
        parts=("offpolicy",),
        without=("offpolicy.demonstrations",),
        budgeted=_budgeted,
    ),
    Algorithm(
        "tqc",
        "truncated quantile critics from nothing, on goal tasks with hindsight",
        "none",
        _off_policy,
        any_reward=True,
        package=("sb3_contrib", "pontine[train]"),
        parts=("offpolicy",),
        without=("offpolicy.demonstrations",),
        budgeted=_budgeted,
    ),
    Algorithm(
        "crossq",
        "soft actor-critic from nothing with batch normalisation and without target networks",
        "none",
        _off_policy,
        reward="shaped",
        any_reward=True,
        package=("sb3_contrib", "pontine[train]"),
        parts=("offpolicy",),
        without=("offpolicy.demonstrations", "offpolicy.tau"),
        budgeted=_budgeted,
    ),
    Algorithm(
        "rlpd",
        "soft actor-critic with half of every batch from demonstrations",
        "half of every batch came from episodes of the scripted demonstrator",
        _off_policy,
        demonstrator=True,
        parts=("offpolicy",),
    ),
):
    ALGORITHMS.register(_algorithm)
