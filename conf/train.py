"""`pontine train`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, make_dataclass
from typing import TYPE_CHECKING, Any, get_type_hints

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pontine.envs.errors import PontineError
from pontine.envs.randomization import randomization
from pontine.envs.tasks import task
from pontine.policies import train as training
from pontine.policies.clone import CloneConfig
from pontine.policies.finetune import PPOConfig

from .options import at_least, text


def thawed(frozen: type) -> Any:
    """A frozen dataclass as one that Hydra can fill in."""
    hints = get_type_hints(frozen)
    return make_dataclass(frozen.__name__, [(f.name, hints[f.name], f.default) for f in fields(frozen)])


if TYPE_CHECKING:
    Clone = CloneConfig
    PPO = PPOConfig
else:
    Clone, PPO = thawed(CloneConfig), thawed(PPOConfig)


@dataclass
class Config:
    """Options of `pontine train`; train.yaml says what each means."""

    task: str = "pick"
    seed: int = 0
    randomization: str = "real"
    run_dir: str = text("runs/pick")
    threads: int = 0
    start: str | None = text()
    test_episodes: int = 500
    clone: Clone = field(default_factory=Clone)
    ppo: PPO = field(default_factory=PPO)

    def __post_init__(self) -> None:
        task(self.task)
        randomization(self.randomization)
        for key in ("seed", "threads"):
            at_least(key, getattr(self, key), 0)
        at_least("test_episodes", self.test_episodes, 1)
        for part, settings in (("clone", self.clone), ("ppo", self.ppo)):
            for f in fields(settings):
                value = getattr(settings, f.name)
                if isinstance(value, int):
                    at_least(f"{part}.{f.name}", value, 0 if f.name in ("iterations", "warmup", "expert_rounds") else 1)
                elif isinstance(value, float) and not (math.isfinite(value) and value >= 0):
                    raise PontineError(f"{part}.{f.name}={value} must be a number of at least 0")
        if not self.clone.hidden or min(self.clone.hidden) < 1:
            raise PontineError(f"clone.hidden={list(self.clone.hidden)} must list widths of at least 1")


def run(config: Config) -> int:
    """Exit status 0; the card has the results."""
    console = Console(highlight=False)
    clone = CloneConfig(**{**vars(config.clone), "hidden": tuple(config.clone.hidden)})
    settings = {**vars(config), "clone": clone, "ppo": PPOConfig(**vars(config.ppo))}
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, TextColumn("{task.fields[figures]}"), console=console) as bars:
        stages: dict[str, Any] = {}

        def report(progress: training.Progress) -> None:
            if progress.stage not in stages:
                stages[progress.stage] = bars.add_task(progress.stage, total=progress.total, figures="")
            known = {name: value for name, value in progress.figures.items() if math.isfinite(value)}
            figures = "  ".join(f"{name} {value:.3g}" for name, value in known.items())
            bars.update(stages[progress.stage], completed=progress.done, figures=figures)

        card = training.train(training.TrainConfig(**settings), report)
        for bar in stages.values():
            bars.update(bar, completed=bars.tasks[bar].total)
    for name, result in card["test"].items():
        low, high = result["wilson95"]
        counts = f"{result['successes']} of {result['episodes']} ({result['success']:.1%}"
        console.print(f"{name}: {counts}; 95 % interval {low:.1%} to {high:.1%})", markup=False, soft_wrap=True)
    console.print(f"the policy and its card: {config.run_dir}/policy.*", markup=False, soft_wrap=True)
    return 0
