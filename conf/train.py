"""`pontine train`."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from pontine.envs.errors import PontineError
from pontine.envs.io import json_text
from pontine.envs.io.plain_text import terminal
from pontine.envs.tabletop.randomization import randomization, with_dynamics
from pontine.policies.soundness import check_rollout, check_settings
from pontine.policies.training import train as training
from pontine.policies.training.algorithm import ALGORITHMS

from .options import at_least, frozen, text, thawed
from .progress import Watch

_Options: Any = thawed(__name__, "_Options", training.TrainConfig, free=("run_dir", "start", "starts"))
"""The options of a training run, as training declares them."""

PARTS = tuple(f.name for f in fields(_Options) if is_dataclass(f.type))
"""The options that are parts with options of their own."""

_MAY_BE_ZERO = ("iterations", "warmup", "expert_rounds")


@dataclass
class Config(_Options):
    """Options of `pontine train`; train.yaml says what each means."""

    dynamics: str | None = text()

    def __post_init__(self) -> None:
        training.check(self.task, self.algo, self.start, self.settings)
        for part in PARTS:
            _check_heeded(self.algo, part, getattr(self, part))
        randomization(with_dynamics(self.randomization, self.dynamics))
        for key in ("seed", "threads"):
            at_least(key, getattr(self, key), 0)
        training.check_rewards(self.task, self.algo, self.reward, self.weights, self.easier)
        for key in ("starts_share", "nominal", "easier"):
            if not 0 <= getattr(self, key) <= 1:
                raise PontineError(f"{key}={getattr(self, key)} must be from 0 to 1")
        at_least("test_episodes", self.test_episodes, 1)
        for part in PARTS:
            check_settings(getattr(self, part), part, _MAY_BE_ZERO)
        check_rollout(self.ppo, "ppo", "steps")
        if self.offpolicy.buffer < self.offpolicy.warmup:
            raise PontineError(
                f"offpolicy.buffer={self.offpolicy.buffer} holds less than the warm-up plays, "
                f"offpolicy.warmup={self.offpolicy.warmup}"
            )


def _check_heeded(algo: str, part: str, given: Any) -> None:
    """Raises PontineError for an option that was set and that the algorithm does not look at."""
    algorithm, plain = ALGORITHMS[algo], type(given)()
    for f in fields(given):
        option, value, default = f"{part}.{f.name}", getattr(given, f.name), getattr(plain, f.name)
        differs = tuple(value) != default if isinstance(default, tuple) else value != default
        if differs and not algorithm.heeds(option):
            able = [name for name, other in sorted(ALGORITHMS.items()) if other.heeds(option)]
            own = () if algorithm.settings is None else [f.name for f in fields(algorithm.settings)]
            instead = f"; algo={algo} has settings.{', '.join(own)}" if own else ""
            raise PontineError(
                f"{option}={value} is for algo={', '.join(able)}, and algo={algo} does not heed it{instead}"
            )


def run(config: Config) -> int:
    """Exit status 0; the card has the results."""
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    many = HydraConfig.initialized() and HydraConfig.get().mode == RunMode.MULTIRUN
    physics = with_dynamics(config.randomization, config.dynamics)
    settings = replace(frozen(training.TrainConfig, config), randomization=physics)
    console = terminal()
    with Watch(console, label=f"[{Path(config.run_dir).name}]" if many else "", bars=not many) as watch:
        card = training.train(settings, lambda p: watch.update(p.stage, p.done, p.total, p.figures), watch.say)
        with json_text.expecting(f"the card {config.run_dir}/policy.json"):
            lines = [_line(name, result) for name, result in card["test"].items()]
        for line in lines:
            watch.say(line)
        watch.say(f"the policy and its card: {config.run_dir}/policy.*")
    return 0


def _line(name: str, result: Any) -> str:
    low, high = result["wilson95"]
    counts = f"{result['successes']} of {result['episodes']} ({result['success']:.1%}"
    return f"{name}: {counts}; 95 % interval {low:.1%} to {high:.1%})"


def summary(run_dir: Path) -> dict[str, Any] | None:
    """A finished run's row in the table of its sweep: the policy's test under the run's own randomisation."""
    path = run_dir / "policy.json"
    if not path.exists():
        return None
    card = json_text.read(path, "the card")
    with json_text.expecting(f"the card {path}"):
        test = card["test"][f"policy, randomization={card['config']['randomization']}"]
        low, high = test["wilson95"]
        figures = {"success": float(test["success"]), "low": float(low), "high": float(high)}
        spent = {"env_steps": int(card["training_env_steps"]), "cpu_seconds": float(card["training_cpu_seconds"])}
        return {**figures, "episodes": int(test["episodes"]), **spent}
