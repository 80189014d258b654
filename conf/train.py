"""`pontine train`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pontine.envs.errors import PontineError
from pontine.envs.tabletop.randomization import randomization, with_dynamics
from pontine.policies.training import train as training
from pontine.policies.training.clone import CloneConfig
from pontine.policies.training.finetune import PPOConfig
from pontine.policies.training.offpolicy import OffPolicyConfig

from .options import at_least, frozen, plausible, text, thawed
from .progress import Watch

if TYPE_CHECKING:
    Clone = CloneConfig
    PPO = PPOConfig
    OffPolicy = OffPolicyConfig
else:
    Clone, PPO = thawed(__name__, "Clone", CloneConfig), thawed(__name__, "PPO", PPOConfig)
    OffPolicy = thawed(__name__, "OffPolicy", OffPolicyConfig)

_MAY_BE_ZERO = ("iterations", "warmup", "expert_rounds")


@dataclass
class Config:
    """Options of `pontine train`; train.yaml says what each means."""

    task: str = "pick"
    algo: str = "clone+ppo"
    seed: int = 0
    randomization: str = "real"
    dynamics: str | None = text()
    run_dir: str = text("runs/pick")
    threads: int = 0
    start: str | None = text()
    starts: str | None = text()
    starts_share: float = 0.5
    nominal: float = 0.0
    test_episodes: int = 500
    clone: Clone = field(default_factory=Clone)
    ppo: PPO = field(default_factory=PPO)
    offpolicy: OffPolicy = field(default_factory=OffPolicy)
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        training.check(self.task, self.algo, self.start, self.settings)
        randomization(with_dynamics(self.randomization, self.dynamics))
        for key in ("seed", "threads"):
            at_least(key, getattr(self, key), 0)
        for key in ("starts_share", "nominal"):
            if not 0 <= getattr(self, key) <= 1:
                raise PontineError(f"{key}={getattr(self, key)} must be from 0 to 1")
        at_least("test_episodes", self.test_episodes, 1)
        for part, settings in (("clone", self.clone), ("ppo", self.ppo), ("offpolicy", self.offpolicy)):
            plausible(part, settings, _MAY_BE_ZERO)


def run(config: Config) -> int:
    """Exit status 0; the card has the results."""
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    many = HydraConfig.initialized() and HydraConfig.get().mode == RunMode.MULTIRUN
    settings = {
        **vars(config),
        "clone": frozen(CloneConfig, config.clone),
        "ppo": frozen(PPOConfig, config.ppo),
        "offpolicy": frozen(OffPolicyConfig, config.offpolicy),
    }
    settings["randomization"] = with_dynamics(config.randomization, settings.pop("dynamics"))
    console = Console(highlight=False)
    with Watch(console, label=f"[{Path(config.run_dir).name}]" if many else "", bars=not many) as watch:
        card = training.train(
            training.TrainConfig(**settings), lambda p: watch.update(p.stage, p.done, p.total, p.figures), watch.say
        )
        for name, result in card["test"].items():
            low, high = result["wilson95"]
            counts = f"{result['successes']} of {result['episodes']} ({result['success']:.1%}"
            watch.say(f"{name}: {counts}; 95 % interval {low:.1%} to {high:.1%})")
        watch.say(f"the policy and its card: {config.run_dir}/policy.*")
    return 0


def summary(run_dir: Path) -> dict[str, Any] | None:
    """A finished run's row in the table of its sweep: the policy's test under the run's own randomisation."""
    path = run_dir / "policy.json"
    if not path.exists():
        return None
    card = json.loads(path.read_text(encoding="utf-8"))
    test = card["test"][f"policy, randomization={card['config']['randomization']}"]
    low, high = test["wilson95"]
    figures = {"success": test["success"], "low": low, "high": high, "episodes": test["episodes"]}
    return figures | {"env_steps": card["training_env_steps"], "cpu_seconds": card["training_cpu_seconds"]}
