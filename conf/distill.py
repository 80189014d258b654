"""`pontine distill`."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from pontine.envs.errors import PontineError, UnknownNameError
from pontine.envs.randomization import randomization
from pontine.policies.skills import LIBRARY, TASKS

from .options import at_least, text


@dataclass
class Config:
    """Options of `pontine distill`; distill.yaml says what each means."""

    tasks: list[str] | None = None
    library: str | None = text()
    run_dir: str = text("runs/student")
    threads: int = 0
    test_episodes: int = 500
    seed: int = 0
    randomization: str = "real"
    rounds: int = 80
    worlds: int = 96
    steps: int = 25
    updates: int = 500
    batch: int = 2048
    learning_rate: float = 2e-3
    teacher_rounds: int = 4
    teacher_share: float = 0.15
    noise: float = 0.15
    hidden: list[int] = field(default_factory=lambda: [160, 160])

    def __post_init__(self) -> None:
        for task in self.tasks or ():
            if task not in TASKS:
                raise UnknownNameError("task of a skill", task, TASKS)
        randomization(self.randomization)
        for key in ("seed", "threads", "teacher_rounds"):
            at_least(key, getattr(self, key), 0)
        for key in ("test_episodes", "rounds", "worlds", "steps", "updates", "batch"):
            at_least(key, getattr(self, key), 1)
        for key in ("learning_rate", "teacher_share", "noise"):
            if not (math.isfinite(getattr(self, key)) and getattr(self, key) >= 0):
                raise PontineError(f"{key}={getattr(self, key)} must be a number of at least 0")
        if not self.hidden or min(self.hidden) < 1:
            raise PontineError(f"hidden={self.hidden} must list widths of at least 1")


def run(config: Config) -> int:
    """Exit status 0; the card has the results."""
    from pontine.policies import student
    from pontine.policies.actor import load, save
    from pontine.policies.evaluate import evaluate
    from pontine.policies.provenance import command, commit
    from pontine.policies.train import TEST_SEED

    console = Console(highlight=False)
    folder, source = Path(config.run_dir), LIBRARY if config.library is None else Path(config.library)
    teachers = {name: load(source / name)[0] for name in config.tasks or TASKS}
    own = {k: v for k, v in vars(config).items() if k in student.DistillConfig.__dataclass_fields__}
    settings = student.DistillConfig(**{**own, "hidden": tuple(config.hidden)})
    results: dict[str, Any] = {}
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), TimeRemainingColumn()) as progress:
        bar = progress.add_task("rounds", total=settings.rounds)
        learned = student.distill(
            teachers, settings, folder, config.threads, lambda turn, loss: progress.update(bar, completed=turn)
        )
        cases = [(task, physics) for task in teachers for physics in dict.fromkeys(("none", config.randomization))]
        bar = progress.add_task("test", total=len(cases))
        for task, physics in cases:
            act = student.acting_as(learned, list(teachers).index(task))
            results[f"{task}, randomization={physics}"] = evaluate(
                task, act, config.test_episodes, TEST_SEED, physics, config.threads
            )
            progress.advance(bar)
    size, teaching = student.parameters(learned), sum(map(student.parameters, teachers.values()))
    card = {
        "tasks": list(teachers),
        "observation": "observation.LAYOUT, then which task is wanted, one of n",
        "parameters": {"student": size, "teachers": teaching},
        "command": command(),
        "commit": commit(),
        "config": asdict(settings),
        "test": results,
    }
    save(learned, card, folder / "policy")
    student.forget(folder)
    for name, found in results.items():
        low, high = found["wilson95"]
        console.print(f"{name}: {found['success']:.1%} (95 % interval {low:.1%} to {high:.1%})", markup=False)
    console.print(
        f"{size} parameters, {size / teaching:.1%} of the teachers' {teaching}; the student and its card: "
        f"{folder}/policy.*",
        markup=False,
        soft_wrap=True,
    )
    return 0
