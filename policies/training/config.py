"""What a training run is: its options, declared once, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .clone import CloneConfig
from .finetune import PPOConfig
from .offpolicy import OffPolicyConfig

NEVER = 100_000_000
"""More environment steps than any run comes to: what ends it is something else."""


@dataclass(frozen=True)
class TrainConfig:
    """One training run. `run_dir` keeps everything that a killed run needs to go on.

    `clone`, `ppo` and `offpolicy` are the settings of the algorithms that come with Pontine, `settings` those of one
    that has its own. `reward` is one of `shaping.REWARDS` (None: what the algorithm learns from best), `weights`
    multiply its terms by name; `easier` is the share of the episodes that begin at one of the task's easier starts.
    """

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
    reward: str | None = None
    weights: dict[str, float] = field(default_factory=dict)
    easier: float = 0.0
    test_episodes: int = 500
    clone: CloneConfig = field(default_factory=CloneConfig)
    ppo: PPOConfig = field(default_factory=PPOConfig)
    offpolicy: OffPolicyConfig = field(default_factory=OffPolicyConfig)
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """Where a run is: stage name, environment steps (or episodes, of the tests) of how many, and figures to show."""

    stage: str
    done: int
    total: int
    figures: dict[str, float]


Report = Callable[[Progress], None]
